/** Loading checkpoints. */
import { type Backend, checkOptions } from "@corr2d/core";
import { damaged, isRecord } from "../errors.ts";
import { type Entry, type Header, jsonOf, readHeader } from "../safetensors/header.ts";
import { closedOnFailure } from "../safetensors/read.ts";
import { backendOf, readAll, readTensor } from "../safetensors/tensors.ts";
import { type ByteSource, openSource, type Source } from "../source.ts";
import { rowOf } from "./arrays.ts";
import { decodeTree, type Reference } from "./decode.ts";
import { type Json, MOST_LEVELS } from "./forms.ts";
import { type BackendOrigin, type CheckpointOrigin, tellDifference } from "./origin.ts";
import { CHECKPOINT, FORMAT } from "./save.ts";

/** Options of `loadCheckpoint`. */
export interface LoadCheckpointOptions {
  /** Where the tensors go (default: the one given to `setBackend`). */
  readonly backend?: Backend | undefined;
  /**
   * What happens where backend, build or version are not those of the save, so that training would not go on bit for bit: true
   * is an error, false says nothing. Default: a warning on the console.
   */
  readonly strict?: boolean | undefined;
}

/** The brackets around a tree's own, and those of a form in it. */
const OTHER_LEVELS = 4;

const isBackendOrigin = (value: unknown): value is BackendOrigin =>
  isRecord(value) &&
  typeof value.name === "string" &&
  (value.build === null || typeof value.build === "string");

/** What the metadata of a checkpoint say. @throws FILE_INVALID */
function manifestOf(
  { metadata }: Header,
  file: string,
): { readonly origin: CheckpointOrigin; readonly state: Json } {
  const text = Object.hasOwn(metadata, CHECKPOINT) ? metadata[CHECKPOINT]! : undefined;
  if (text === undefined) {
    throw damaged(file, "it is a safetensors file but no checkpoint: read it with readSafetensors");
  }
  const manifest = jsonOf(text, "the checkpoint's JSON", file, MOST_LEVELS + OTHER_LEVELS);
  const { format, version, backends, state } = isRecord(manifest) ? manifest : {};
  if (typeof format === "number" && format > FORMAT) {
    throw damaged(
      file,
      `it is a checkpoint of version ${String(version)}, later than this one: install that`,
    );
  }
  if (format === FORMAT && typeof version === "string" && isRecord(state)) {
    if (Array.isArray(backends) && backends.every(isBackendOrigin)) {
      return { origin: { version, backends }, state: state as Json };
    }
  }
  throw damaged(file, "the checkpoint's JSON is not what saveCheckpoint writes");
}

/** What the tree refers to, each once and there. @throws FILE_INVALID */
function referencesOf(state: Json, entries: readonly Entry[], file: string): ReadonlyMap<string, Reference> {
  const known = new Map(entries.map((entry) => [entry.name, entry]));
  const references = new Map<string, Reference>();
  decodeTree(state, file, (reference) => {
    const { name, array } = reference;
    const entry = known.get(name);
    if (entry === undefined)
      throw damaged(file, `the checkpoint refers to '${name}', which the file does not hold`);
    if (references.has(name)) throw damaged(file, `the checkpoint refers to '${name}' twice`);
    if (array !== null && rowOf(array)!.dtype !== entry.dtype) {
      throw damaged(file, `'${name}' is no ${array}, but ${entry.dtype}`);
    }
    references.set(name, reference);
  });
  return references;
}

/** `loadCheckpoint`, of what has been opened. */
export async function loadFrom(source: ByteSource, options: LoadCheckpointOptions): Promise<unknown> {
  return closedOnFailure(source, async () => {
    const backend = backendOf("loadCheckpoint", options.backend);
    const header = await readHeader(source);
    const { origin, state } = manifestOf(header, source.name);
    const references = referencesOf(state, header.entries, source.name);
    tellDifference(source.name, origin, backend, options.strict);
    const entries = header.entries.filter(({ name }) => references.has(name));
    const read = async (entry: Entry): Promise<unknown> => {
      const { array } = references.get(entry.name)!;
      if (array === null) return readTensor(source, entry, backend);
      return rowOf(array)!.over((await source.read(entry.offset, entry.bytes)).buffer);
    };
    const values = await readAll(source, entries, read, header.end);
    return decodeTree(state, source.name, ({ name }) => values.get(name));
  });
}

/** @throws INVALID_ARGUMENT */
export const checkLoadOptions = (options: LoadCheckpointOptions): void =>
  checkOptions("loadCheckpoint", options, { backend: "any", strict: "boolean" }, "{ strict: true }");

/**
 * Loads what `saveCheckpoint` saved: the same tree, its tensors on the current backend. Give each part back to where it came from:
 * `net.loadStateDict(saved.model)`, `optimizer.loadStateDict(saved.optimizer)`, `setRngState(saved.generator)`.
 *
 * @param source bytes, a Blob or File, a Response, a stream, or a file's handle. (A path: `@corr2d/io/node`.)
 * @throws FILE_INVALID for a file that is damaged, or no checkpoint; BACKEND_MISMATCH with `strict: true`; DTYPE_UNSUPPORTED,
 *   INVALID_ARGUMENT, BACKEND_MISSING, OUT_OF_MEMORY.
 */
// biome-ignore lint/suspicious/noExplicitAny: the caller knows what was saved, and may say so by the type parameter
export async function loadCheckpoint<T extends object = Record<string, any>>(
  source: Source,
  options: LoadCheckpointOptions = {},
): Promise<T> {
  checkLoadOptions(options);
  return (await loadFrom(await openSource("loadCheckpoint", source), options)) as T;
}

/** `checkpointOrigin`, of what has been opened. */
export async function originFrom(source: ByteSource): Promise<CheckpointOrigin> {
  return closedOnFailure(source, async () => {
    const { origin } = manifestOf(await readHeader(source), source.name);
    await source.close();
    return origin;
  });
}

/**
 * What wrote a checkpoint: the library's version, and the backends with their builds. Reads no tensor.
 * @throws FILE_INVALID, INVALID_ARGUMENT.
 */
export async function checkpointOrigin(source: Source): Promise<CheckpointOrigin> {
  return originFrom(await openSource("checkpointOrigin", source));
}
