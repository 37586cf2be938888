/**
 * The header of a safetensors file: eight bytes with its length, then JSON that says of each tensor its dtype, its shape and
 * where its bytes lie behind the header. All of it is checked before anything is allocated for a tensor: the tensors must cover
 * what lies behind the header exactly once.
 *
 * The format: https://github.com/huggingface/safetensors
 */
import { damaged, isRecord, isWellFormed } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { ByteSource } from "../source.ts";
import { FILE_DTYPES } from "./dtypes.ts";

/** Bytes before the header: its length. */
export const PREFIX = 8;
/** Longer headers are refused, by the format's own reader too. */
export const MOST_HEADER_BYTES = 100_000_000;
/** The key of what is no tensor. */
export const METADATA = "__metadata__";
/** Brackets that are open at once in a header: its own, a tensor's, its shape's. What readers need not know may have more. */
const DEPTH = 16;

/** A tensor in a file. */
export interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** How many elements it has. */
  readonly size: number;
  /** Where its bytes begin in the file, and how many they are. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their bytes. */
  readonly entries: readonly Entry[];
  /** Where the file ends. */
  readonly end: number;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isCount);

function metadataOf(value: unknown, file: string): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (isRecord(value) && Object.values(value).every((text) => typeof text === "string")) {
    return value as Readonly<Record<string, string>>;
  }
  throw damaged(file, `'${METADATA}' is no object of texts`);
}

/** The number of elements, or null where no number holds it. */
function sizeOf(shape: readonly number[]): number | null {
  const size = shape.reduce((product, length) => product * length, 1);
  return Number.isSafeInteger(size) ? size : null;
}

/** One tensor's entry. @param start where the tensors' bytes begin in the file. */
function entryOf(name: string, info: unknown, start: number, file: string): Entry {
  const wrong = (why: string) => damaged(file, `tensor '${name}' ${why}`);
  if (!isWellFormed(name)) throw damaged(file, "a tensor's name has half of a surrogate pair");
  if (!isRecord(info)) throw wrong("is described by no object");
  const { dtype, shape, data_offsets: offsets } = info;
  if (typeof dtype !== "string" || !Object.hasOwn(FILE_DTYPES, dtype)) {
    throw wrong(`has no dtype of the format: ${JSON.stringify(dtype)?.slice(0, 40)}`);
  }
  if (!isCounts(shape)) throw wrong("has a shape that is no array of sizes");
  if (!isCounts(offsets) || offsets.length !== 2) throw wrong("has data_offsets that are no two positions");
  const [begin, end] = offsets as [number, number];
  const size = sizeOf(shape);
  const bits = size === null ? Number.NaN : size * FILE_DTYPES[dtype]!.bits;
  if (size === null || !Number.isSafeInteger(bits)) throw wrong(`is too large: [${shape.join(", ")}]`);
  if (end - begin !== bits / 8) {
    throw wrong(
      `of shape [${shape.join(", ")}] and dtype ${dtype} takes ${bits / 8} bytes, not ${end - begin}`,
    );
  }
  return { name, dtype, shape, size, offset: start + begin, bytes: end - begin };
}

/** @throws FILE_INVALID unless the entries, in their order, cover the file from `start` to its end. */
function checkCover(
  entries: readonly Entry[],
  start: number,
  size: number | undefined,
  file: string,
): number {
  let end = start;
  for (const { name, offset, bytes } of entries) {
    if (offset < end) throw damaged(file, `tensor '${name}' begins inside the one before it`);
    if (offset > end)
      throw damaged(file, `${offset - end} bytes before tensor '${name}' belong to no tensor`);
    end = offset + bytes;
  }
  if (size !== undefined && size !== end) {
    throw damaged(
      file,
      size < end
        ? `the file has ${size} bytes, and its header describes ${end}: it was cut off`
        : `${size - end} bytes behind the last tensor belong to no tensor`,
    );
  }
  return end;
}

function textOf(bytes: Uint8Array, file: string): string {
  if (bytes[0] !== 0x7b) throw damaged(file, "the header does not begin with '{': is it a safetensors file?");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw damaged(file, "the header is not UTF-8", cause);
  }
}

/** JSON of a header, or of a text in it. @throws FILE_INVALID */
export function jsonOf(text: string, what: string, file: string, depth: number): unknown {
  try {
    return parseJson(text, depth);
  } catch (cause) {
    throw damaged(file, `${what} cannot be read as JSON: ${(cause as Error).message}`, cause);
  }
}

/**
 * Reads and checks a file's header.
 * @throws FILE_INVALID
 */
export async function readHeader(source: ByteSource): Promise<Header> {
  const { name: file, size } = source;
  if (size !== undefined && size < PREFIX) throw damaged(file, `${size} bytes are no safetensors file`);
  const prefix = await source.read(0, PREFIX);
  const view = new DataView(prefix.buffer, prefix.byteOffset, PREFIX);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MOST_HEADER_BYTES) {
    throw damaged(
      file,
      `a header of ${length} bytes is longer than the format allows: is it a safetensors file?`,
    );
  }
  const start = PREFIX + length;
  if (size !== undefined && start > size) {
    throw damaged(file, `the header of ${length} bytes is longer than the file of ${size}: it was cut off`);
  }
  const text = textOf(await source.read(PREFIX, length), file);
  const header = jsonOf(text, "the header", file, DEPTH);
  if (!isRecord(header)) throw damaged(file, "the header is no object");
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, info]) => entryOf(name, info, start, file))
    .sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  const metadata = metadataOf(Object.hasOwn(header, METADATA) ? header[METADATA] : undefined, file);
  return { metadata, entries, end: checkCover(entries, start, size, file) };
}
