/** Saving checkpoints: a tree of tensors and plain data as a safetensors file. */
import { describeValue } from "@corr2d/core";
import { invalid, isRecord } from "../errors.ts";
import { encode } from "../safetensors/write.ts";
import type { FileHandleLike } from "../source.ts";
import { type BlobOfHost, blobOf, checkHandle, writeToHandle } from "../target.ts";
import { encodeTree } from "./encode.ts";
import { originOf } from "./origin.ts";

/** The key of a checkpoint's JSON in the file's metadata. */
export const CHECKPOINT = "corr2d.checkpoint";
/** The version of that JSON. */
export const FORMAT = 1;

/** The pieces of a checkpoint's file. All of the tree is taken as it is at the call. */
export async function checkpointPieces(owner: string, state: unknown): Promise<Uint8Array[]> {
  if (!isRecord(state)) {
    throw invalid(
      `${owner}: the state is an object, { model: net.stateDict(), … }, but got ${describeValue(state)}`,
    );
  }
  const { json, parts, backends } = encodeTree(owner, state);
  const origin = originOf(backends);
  const text = JSON.stringify({ format: FORMAT, ...origin, state: json });
  return encode(owner, await parts, { [CHECKPOINT]: text });
}

/**
 * Saves a training's state in one file, which has its old content until the new one is whole.
 *
 * The state is a tree of plain data and tensors: `{ model: net.stateDict(), optimizer: optimizer.stateDict(), scheduler:
 * scheduler.stateDict(), generator: defaultGenerator, epoch, step }`. It is taken as it is at the call. The file is a safetensors
 * file: tensors have their paths for names (`model.conv1.weight`), the rest is JSON in its metadata. Numbers keep their bits,
 * NaN, −0 and infinities too, as do BigInts and typed arrays; a Generator is saved as its state, for `setRngState`.
 *
 * @param target a file's handle, as the origin's private file system gives it. (A path: `@corr2d/io/node`.)
 * @throws INVALID_ARGUMENT for what is neither plain data nor a tensor, naming its path; DISPOSED; and what the file system throws.
 */
export async function saveCheckpoint(target: FileHandleLike, state: object): Promise<void> {
  checkHandle("saveCheckpoint", target);
  await writeToHandle(target, await checkpointPieces("saveCheckpoint", state));
}

/**
 * A checkpoint as a Blob, to download, to upload or to put into IndexedDB: what `saveCheckpoint` writes.
 * @throws INVALID_ARGUMENT, DISPOSED.
 */
export async function checkpointToBlob(state: object): Promise<BlobOfHost> {
  return blobOf(await checkpointPieces("checkpointToBlob", state));
}
