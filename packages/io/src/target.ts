/** Where files are written in a page: through a file's handle, which keeps the old content until the new one is whole. */
import { describeValue } from "@corr2d/core";
import { hasMethod, invalid, isRecord } from "./errors.ts";
import type { BlobLike, FileHandleLike } from "./source.ts";

/** A Blob, where there are types of it. */
export type BlobOfHost = typeof globalThis extends { Blob: { prototype: infer B } } ? B : BlobLike;

/** The pieces as one Blob. */
export const blobOf = (pieces: readonly Uint8Array[]): BlobOfHost =>
  new Blob(pieces as readonly BlobPart[] as BlobPart[], { type: "application/octet-stream" }) as BlobOfHost;

/** @throws INVALID_ARGUMENT unless `target` is a file's handle that can be written to. */
export function checkHandle(owner: string, target: unknown): asserts target is FileHandleLike {
  if (hasMethod(target, "createWritable")) return;
  if (hasMethod(target, "getFile")) {
    throw invalid(
      `${owner}: this host's file handles have no createWritable: make a Blob, by checkpointToBlob`,
    );
  }
  const hint =
    typeof target === "string"
      ? "; a path is written by @corr2d/io/node"
      : isRecord(target)
        ? "; the target comes first, then what is written"
        : "";
  throw invalid(`${owner}: the target must be a file's handle, but got ${describeValue(target)}${hint}`);
}

export async function writeToHandle(handle: FileHandleLike, pieces: readonly Uint8Array[]): Promise<void> {
  const writable = await handle.createWritable();
  try {
    await writable.write(blobOf(pieces) as never);
  } catch (error) {
    await writable.abort(error).catch(() => {}); // the first failure is the one to tell
    throw error;
  }
  await writable.close(); // here the new content takes the old one's place
}
