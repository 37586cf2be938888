/** Reading safetensors files: all of one, or tensor by tensor. */
import { type Backend, checkOptions, describeValue, isList, type Tensor } from "@corr2d/core";
import { invalid } from "../errors.ts";
import { type ByteSource, openSource, type Source } from "../source.ts";
import { type Entry, readHeader } from "./header.ts";
import { backendOf, readAll, readTensor } from "./tensors.ts";

/** Options of `readSafetensors`. */
export interface ReadSafetensorsOptions {
  /** Where the tensors go (default: the one given to `setBackend`). */
  readonly backend?: Backend | undefined;
  /** The tensors to read (default: all). Nothing is kept of the others. */
  readonly names?: readonly string[] | undefined;
}

/** Options of `get`. */
export interface GetOptions {
  /** Where the tensor goes (default: the one given to `setBackend`). */
  readonly backend?: Backend | undefined;
}

/** What a file says of a tensor. */
export interface TensorInfo {
  /** As the format calls it: `F32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** What it takes in the file. */
  readonly bytes: number;
}

/** An open file: its header has been read and checked, and tensors are read when they are asked for. */
export interface SafetensorsFile {
  /** The tensors, in the order of their bytes. */
  readonly names: readonly string[];
  /** The free texts of `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** @throws INVALID_ARGUMENT for a name that is not there. */
  info(name: string): TensorInfo;
  /**
   * Reads one tensor.
   * @throws INVALID_ARGUMENT for a name that is not there, and after `close`; DTYPE_UNSUPPORTED; FILE_INVALID where the file
   *   has become shorter; OUT_OF_MEMORY.
   */
  get(name: string, options?: GetOptions): Promise<Tensor>;
  /** Lets go of the file. */
  close(): Promise<void>;
}

/** Entries by name. */
const byName = (entries: readonly Entry[]): ReadonlyMap<string, Entry> =>
  new Map(entries.map((entry) => [entry.name, entry]));

/** @throws INVALID_ARGUMENT for a name that no entry has. */
function find(owner: string, entries: ReadonlyMap<string, Entry>, name: string, file: string): Entry {
  const found = entries.get(name);
  if (found !== undefined) return found;
  const names = [...entries.keys()];
  const listed = names.slice(0, 8).join(", ") + (names.length > 8 ? `, … (${names.length})` : "");
  throw invalid(`${owner}: ${file} has no tensor ${describeValue(name)}; it has ${listed || "none"}`);
}

/** Closes the source where `use` fails. */
export async function closedOnFailure<T>(source: ByteSource, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    await source.close().catch(() => {}); // the first failure is the one to tell
    throw error;
  }
}

/** Those that are asked for; undefined for all. */
function chosen(
  entries: ReadonlyMap<string, Entry>,
  names: readonly string[] | undefined,
  file: string,
): ReadonlySet<Entry> | undefined {
  return names && new Set(names.map((name) => find("readSafetensors", entries, name, file)));
}

/** `readSafetensors`, of what has been opened. */
export async function readFrom(
  source: ByteSource,
  options: ReadSafetensorsOptions,
): Promise<Record<string, Tensor>> {
  return closedOnFailure(source, async () => {
    const { names } = options;
    const backend = backendOf("readSafetensors", options.backend);
    const { entries, end } = await readHeader(source);
    const wanted = chosen(byName(entries), names, source.name);
    const read = entries.filter((entry) => wanted?.has(entry) ?? true);
    const tensors = await readAll(source, read, (entry) => readTensor(source, entry, backend), end);
    // As own properties, whatever their names: '__proto__' is one.
    return Object.fromEntries(tensors);
  });
}

/** @throws INVALID_ARGUMENT */
export function checkReadOptions(options: ReadSafetensorsOptions): void {
  checkOptions("readSafetensors", options, { backend: "any", names: "any" });
  const { names } = options;
  if (names === undefined || isList(names)) return;
  throw invalid(`readSafetensors: 'names' is an array of names, but got ${describeValue(names)}`);
}

/**
 * Reads the tensors of a safetensors file, by name: what `stateDict()` gave, or PyTorch's `save_file(net.state_dict(), path)`.
 *
 * F32, F64 and I32 keep their bits. F16 and BF16 become float32; BOOL, the small integers and, where their values fit, I64, U32
 * and U64 become int32. What the header says is checked before any memory is taken.
 *
 * @param source bytes, a Blob or File, a Response, a stream, or a file's handle. (A path: `@corr2d/io/node`.)
 * @throws FILE_INVALID for a file that is damaged; DTYPE_UNSUPPORTED for a tensor that has no dtype here, or that the backend
 *   does not offer; INVALID_ARGUMENT; BACKEND_MISSING; OUT_OF_MEMORY.
 */
export async function readSafetensors(
  source: Source,
  options: ReadSafetensorsOptions = {},
): Promise<Record<string, Tensor>> {
  checkReadOptions(options);
  return readFrom(await openSource("readSafetensors", source), options);
}

async function openFrom(source: ByteSource): Promise<SafetensorsFile> {
  const header = await closedOnFailure(source, () => readHeader(source));
  const entries = byName(header.entries);
  let open = true;
  return Object.freeze({
    names: Object.freeze([...entries.keys()]),
    metadata: header.metadata,
    info(name: string): TensorInfo {
      const { dtype, shape, bytes } = find("info", entries, name, source.name);
      return { dtype, shape, bytes };
    },
    async get(name: string, options: GetOptions = {}): Promise<Tensor> {
      checkOptions("get", options, { backend: "any" });
      if (!open) throw invalid(`get: ${source.name} was closed`);
      return readTensor(source, find("get", entries, name, source.name), backendOf("get", options.backend));
    },
    async close(): Promise<void> {
      if (!open) return;
      open = false;
      await source.close();
    },
  });
}

/**
 * Opens a safetensors file to read single tensors of it: memory is taken for what `get` reads, and for nothing else.
 *
 * @param source bytes, a Blob or File, or a file's handle; a stream has no positions: `readSafetensors(stream, { names })`.
 * @throws FILE_INVALID, INVALID_ARGUMENT.
 */
export async function openSafetensors(source: Source): Promise<SafetensorsFile> {
  return openIfSeekable(await openSource("openSafetensors", source));
}

/** `openSafetensors`, of what has been opened. */
export async function openIfSeekable(source: ByteSource): Promise<SafetensorsFile> {
  if (source.size !== undefined) return openFrom(source);
  await source.close();
  throw invalid(
    "openSafetensors: a stream is read once, from its beginning: use readSafetensors(stream, { names }), or await response.blob()",
  );
}
