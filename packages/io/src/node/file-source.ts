/** A file of Node's as a source: a path, or a handle that the caller opened. */
import { type FileHandle, open } from "node:fs/promises";
import { isInstance } from "@corr2d/core";
import { damaged, hasMethod } from "../errors.ts";
import type { ByteSource } from "../source.ts";

/** A path, as Node's functions take it. */
export type Path = string | { readonly href: string };

/** What is asked of Node's `FileHandle`. */
export interface NodeFileHandle {
  readonly fd: number;
  stat(): Promise<{ readonly size: number }>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
}

export const isPath = (value: unknown): value is Path => typeof value === "string" || isInstance(value, URL);

export function isNodeHandle(value: unknown): value is NodeFileHandle {
  return (
    hasMethod(value, "stat") && hasMethod(value, "read") && typeof (value as NodeFileHandle).fd === "number"
  );
}

async function handleSource(
  name: string,
  handle: NodeFileHandle,
  close: () => Promise<void>,
): Promise<ByteSource> {
  const { size } = await handle.stat();
  return {
    name,
    size,
    async read(offset, length) {
      if (offset + length > size) throw damaged(name, `it has no ${length} bytes at ${offset}`);
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
        if (bytesRead === 0)
          throw damaged(name, `it became shorter while it was read: ${length - at} bytes are missing`);
        at += bytesRead;
      }
      return bytes;
    },
    close,
  };
}

/** Opens a path. */
export async function pathSource(path: Path): Promise<ByteSource> {
  const handle: FileHandle = await open(path as string | URL, "r");
  try {
    return await handleSource(String(path), handle, () => handle.close());
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A handle of the caller's, who closes it. */
export const openHandleSource = (handle: NodeFileHandle): Promise<ByteSource> =>
  handleSource("the file", handle, async () => {});
