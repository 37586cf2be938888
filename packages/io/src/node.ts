/** `@corr2d/io/node`: the names of `@corr2d/io`, which here take paths and Node's file handles too. */
import type { Tensor } from "@corr2d/core";
import { checkLoadOptions, type LoadCheckpointOptions, loadFrom, originFrom } from "./checkpoint/load.ts";
import type { CheckpointOrigin } from "./checkpoint/origin.ts";
import * as anywhere from "./checkpoint/save.ts";
import {
  isNodeHandle,
  isPath,
  type NodeFileHandle,
  openHandleSource,
  type Path,
  pathSource,
} from "./node/file-source.ts";
import { writeFileWhole } from "./node/write-file.ts";
import {
  checkReadOptions,
  openIfSeekable,
  type ReadSafetensorsOptions,
  readFrom,
  type SafetensorsFile,
} from "./safetensors/read.ts";
import * as tensors from "./safetensors/write.ts";
import { type ByteSource, type FileHandleLike, openSource, type Source } from "./source.ts";

export * from "./index.ts";
export type { NodeFileHandle, Path };

function open(owner: string, source: unknown): Promise<ByteSource> {
  if (isPath(source)) return pathSource(source);
  return isNodeHandle(source) ? openHandleSource(source) : openSource(owner, source);
}

/**
 * Reads the tensors of a safetensors file, by name: what `stateDict()` gave, or PyTorch's `save_file(net.state_dict(), path)`.
 *
 * F32, F64 and I32 keep their bits. F16 and BF16 become float32; BOOL, the small integers and, where their values fit, I64, U32
 * and U64 become int32. What the header says is checked before any memory is taken.
 *
 * @param source a path, Node's file handle (which stays open), or what `@corr2d/io` takes.
 * @throws FILE_INVALID for a file that is damaged; DTYPE_UNSUPPORTED for a tensor that has no dtype here, or that the backend
 *   does not offer; INVALID_ARGUMENT; BACKEND_MISSING; OUT_OF_MEMORY; and what the file system throws.
 */
export async function readSafetensors(
  source: Path | NodeFileHandle | Source,
  options: ReadSafetensorsOptions = {},
): Promise<Record<string, Tensor>> {
  checkReadOptions(options);
  return readFrom(await open("readSafetensors", source), options);
}

/**
 * Opens a safetensors file to read single tensors of it: memory is taken for what `get` reads, and for nothing else.
 *
 * @param source a path, Node's file handle (which `close` leaves open), or what `@corr2d/io` takes.
 * @throws FILE_INVALID, INVALID_ARGUMENT, and what the file system throws.
 */
export async function openSafetensors(source: Path | NodeFileHandle | Source): Promise<SafetensorsFile> {
  return openIfSeekable(await open("openSafetensors", source));
}

/**
 * Writes a safetensors file with these tensors, as they are now: the file has its old content until the new one is whole and on
 * the disk.
 *
 * @param target a path, or what `@corr2d/io` takes.
 * @throws INVALID_ARGUMENT, DISPOSED, and what the file system throws.
 */
export async function saveSafetensors(
  target: Path | FileHandleLike,
  named: Readonly<Record<string, Tensor>>,
  options: tensors.WriteSafetensorsOptions = {},
): Promise<void> {
  if (!isPath(target)) return tensors.saveSafetensors(target, named, options);
  await writeFileWhole(target, tensors.piecesOf("saveSafetensors", named, options));
}

/**
 * Saves a training's state in one file, which has its old content until the new one is whole and on the disk, whatever ends the
 * process.
 *
 * The state is a tree of plain data and tensors: `{ model: net.stateDict(), optimizer: optimizer.stateDict(), scheduler:
 * scheduler.stateDict(), generator: defaultGenerator, epoch, step }`. It is taken as it is at the call. The file is a safetensors
 * file: tensors have their paths for names (`model.conv1.weight`), the rest is JSON in its metadata. Numbers keep their bits,
 * NaN, −0 and infinities too, as do BigInts and typed arrays; a Generator is saved as its state, for `setRngState`.
 *
 * @param target a path, or what `@corr2d/io` takes.
 * @throws INVALID_ARGUMENT for what is neither plain data nor a tensor, naming its path; DISPOSED; and what the file system throws.
 */
export async function saveCheckpoint(target: Path | FileHandleLike, state: object): Promise<void> {
  if (!isPath(target)) return anywhere.saveCheckpoint(target, state);
  await writeFileWhole(target, anywhere.checkpointPieces("saveCheckpoint", state));
}

/**
 * Loads what `saveCheckpoint` saved: the same tree, its tensors on the current backend. Give each part back to where it came from:
 * `net.loadStateDict(saved.model)`, `optimizer.loadStateDict(saved.optimizer)`, `setRngState(saved.generator)`.
 *
 * @param source a path, Node's file handle (which stays open), or what `@corr2d/io` takes.
 * @throws FILE_INVALID for a file that is damaged, or no checkpoint; BACKEND_MISMATCH with `strict: true`; DTYPE_UNSUPPORTED,
 *   INVALID_ARGUMENT, BACKEND_MISSING, OUT_OF_MEMORY; and what the file system throws.
 */
// biome-ignore lint/suspicious/noExplicitAny: the caller knows what was saved, and may say so by the type parameter
export async function loadCheckpoint<T extends object = Record<string, any>>(
  source: Path | NodeFileHandle | Source,
  options: LoadCheckpointOptions = {},
): Promise<T> {
  checkLoadOptions(options);
  return (await loadFrom(await open("loadCheckpoint", source), options)) as T;
}

/**
 * What wrote a checkpoint: the library's version, and the backends with their builds. Reads no tensor.
 * @param source a path, Node's file handle (which stays open), or what `@corr2d/io` takes.
 * @throws FILE_INVALID, INVALID_ARGUMENT, and what the file system throws.
 */
export async function checkpointOrigin(source: Path | NodeFileHandle | Source): Promise<CheckpointOrigin> {
  return originFrom(await open("checkpointOrigin", source));
}
