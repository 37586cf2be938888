/** Writing safetensors files, byte for byte as the format's own library does. */
import {
  Corr2dError,
  checkOptions,
  describeValue,
  isTensor,
  isUninitialized,
  type Tensor,
} from "@corr2d/core";
import { invalid, isRecord, isWellFormed } from "../errors.ts";
import { bytesOf, type FileHandleLike } from "../source.ts";
import { checkHandle, writeToHandle } from "../target.ts";
import { FILE_DTYPE_OF, FILE_DTYPES, toInt64 } from "./dtypes.ts";
import { METADATA, MOST_HEADER_BYTES, PREFIX } from "./header.ts";

/** Options of `writeSafetensors`. */
export interface WriteSafetensorsOptions {
  /** Free texts, by name. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Writes int32 tensors as I64, PyTorch's usual integer: what `num_batches_tracked` is there (default false). */
  readonly int64?: boolean | undefined;
}

/** What a file gets of a tensor. */
export interface Part {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const ORDER = Object.keys(FILE_DTYPES);

/** Wide elements first, so that all are aligned; equally wide ones by name. */
function inOrder(a: Part, b: Part): number {
  return ORDER.indexOf(b.dtype) - ORDER.indexOf(a.dtype) || (a.name < b.name ? -1 : 1);
}

/**
 * A file of these parts, in pieces.
 * @throws INVALID_ARGUMENT for a header that would be too long.
 */
export function encode(
  owner: string,
  parts: readonly Part[],
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array[] {
  const sorted = [...parts].sort(inOrder);
  let end = 0;
  const fields = sorted.map(({ name, dtype, shape, bytes }) => {
    const begin = end;
    end += bytes.length;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`;
  });
  if (metadata !== undefined) fields.unshift(`"${METADATA}":${JSON.stringify(metadata)}`);
  const text = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > MOST_HEADER_BYTES) {
    throw invalid(
      `${owner}: names and metadata take ${length} bytes, and the format allows ${MOST_HEADER_BYTES}: put what is large ` +
        "into tensors",
    );
  }
  const header = new Uint8Array(PREFIX + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, PREFIX);
  return [header, ...sorted.map(({ bytes }) => bytes)];
}

/**
 * @param what how messages call the tensor.
 * @throws DISPOSED; INVALID_ARGUMENT for a parameter of a lazy layer that has seen no input.
 */
export function checkHasValue(what: string, tensor: Tensor): void {
  if (isUninitialized(tensor)) throw invalid(`${what} has no value yet: its lazy layer has seen no input`);
  if (tensor.isDisposed) throw new Corr2dError("DISPOSED", `${what} was disposed, or its scope has ended`);
}

/** Begins to read a tensor, with the value that it has now. */
export async function readPart(name: string, tensor: Tensor, int64 = false): Promise<Part> {
  const { shape, dtype } = tensor;
  const values = await tensor.data();
  if (int64 && dtype === "int32") return { name, dtype: "I64", shape, bytes: toInt64(values as Int32Array) };
  // A truth value is a byte there.
  const bytes = dtype === "bool" ? Uint8Array.from(values) : bytesOf(values);
  return { name, dtype: FILE_DTYPE_OF[dtype], shape, bytes };
}

function checkMetadata(owner: string, metadata: unknown): void {
  if (metadata === undefined) return;
  const texts = isRecord(metadata) ? Object.entries(metadata).flat() : [undefined];
  if (texts.every((text) => typeof text === "string" && isWellFormed(text))) return;
  throw invalid(`${owner}: 'metadata' is an object of texts`);
}

/** The pieces of a file of these tensors, which are read at once. */
export async function piecesOf(
  owner: string,
  tensors: Readonly<Record<string, Tensor>>,
  options: WriteSafetensorsOptions,
): Promise<Uint8Array[]> {
  checkOptions(owner, options, { metadata: "any", int64: "boolean" }, '{ metadata: { format: "pt" } }');
  const { metadata, int64 } = options;
  checkMetadata(owner, metadata);
  if (!isRecord(tensors)) {
    const hint = typeof tensors === "function" ? "; of a module write net.stateDict()" : "";
    throw invalid(
      `${owner}: expected an object of tensors by name, but got ${describeValue(tensors)}${hint}`,
    );
  }
  const entries = Object.entries(tensors);
  for (const [name, value] of entries) {
    if (name === METADATA || !isWellFormed(name))
      throw invalid(`${owner}: no tensor can be called ${describeValue(name)}`);
    if (!isTensor(value))
      throw invalid(`${owner}: '${name}' must be a tensor, but is ${describeValue(value)}`);
    checkHasValue(`${owner}: '${name}'`, value);
  }
  const reads = entries.map(([name, tensor]) => readPart(name, tensor, int64));
  return encode(owner, await Promise.all(reads), metadata && { ...metadata });
}

/**
 * The bytes of a safetensors file with these tensors, as they are now: what `stateDict()` gives, which PyTorch reads by
 * `load_file(path)` with the same names, shapes and dtypes.
 *
 * @throws INVALID_ARGUMENT, DISPOSED.
 */
export async function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  options: WriteSafetensorsOptions = {},
): Promise<Uint8Array> {
  const pieces = await piecesOf("writeSafetensors", tensors, options);
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/**
 * Writes a safetensors file with these tensors, as they are now: the file has its old content until the new one is whole.
 *
 * @param target a file's handle, as the origin's private file system gives it. (A path: `@corr2d/io/node`.)
 * @throws INVALID_ARGUMENT, DISPOSED, and what the file system throws.
 */
export async function saveSafetensors(
  target: FileHandleLike,
  tensors: Readonly<Record<string, Tensor>>,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  checkHandle("saveSafetensors", target);
  await writeToHandle(target, await piecesOf("saveSafetensors", tensors, options));
}
