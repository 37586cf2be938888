/**
 * Where files are read from: memory, a Blob, a Response, a stream, or a file of the origin's private file system. (Paths are
 * Node's: node/file-source.ts.)
 *
 * The public types are written without those of the DOM or of Node, so that they compile in a project that has only one of
 * them.
 */
import { describeValue, isInstance } from "@corr2d/core";
import { damaged, hasMethod, invalid } from "./errors.ts";
import { streamSource } from "./stream-source.ts";

/** What is asked of a Blob or File. */
export interface BlobLike {
  readonly size: number;
  slice(start: number, end: number): BlobLike;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What is asked of a ReadableStream of bytes. */
export interface StreamLike {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
    cancel(reason?: unknown): Promise<unknown>;
  };
}

/** What is asked of a Response of `fetch`. */
export interface ResponseLike {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly body: StreamLike | null;
  blob(): Promise<unknown>;
}

/** What is asked of a file of the origin's private file system, or one that the user picked. */
export interface FileHandleLike {
  readonly name: string;
  getFile(): Promise<BlobLike>;
  createWritable(): Promise<{
    write(data: never): Promise<void>; // a Blob is given
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
  }>;
}

/** What a file is read from. An iterable gives its bytes in parts, as Node's streams do. */
export type Source =
  | ArrayBuffer
  | ArrayBufferView
  | BlobLike
  | ResponseLike
  | StreamLike
  | AsyncIterable<Uint8Array>
  | FileHandleLike;

/** Bytes to read from. */
export interface ByteSource {
  /** What messages call it. */
  readonly name: string;
  /** How many there are; undefined of a stream, which is read in order. */
  readonly size: number | undefined;
  /**
   * Exactly these bytes, which begin a buffer of their own.
   * @throws FILE_INVALID where there are fewer.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Lets go of it. @param end where the file has to end, where all went well: a stream must not go on. */
  close(end?: number): Promise<void>;
}

/** The memory of an array as bytes. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function memorySource(bytes: Uint8Array): ByteSource {
  return {
    name: "the bytes",
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    close: async () => {},
  };
}

function blobSource(name: string, blob: BlobLike): ByteSource {
  return {
    name,
    size: blob.size,
    async read(offset, length) {
      const bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      if (bytes.length === length) return bytes;
      throw damaged(name, `it has no ${length} bytes at ${offset}`);
    },
    close: async () => {},
  };
}

/** Whether it is memory without a view, also of another realm. */
const isBuffer = (value: unknown): value is ArrayBuffer =>
  hasMethod(value, "slice") &&
  /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value));

/** @throws INVALID_ARGUMENT for memory that was given away. */
function viewOf(owner: string, memory: ArrayBufferView | ArrayBuffer): Uint8Array {
  try {
    return ArrayBuffer.isView(memory) ? bytesOf(memory) : new Uint8Array(memory);
  } catch (cause) {
    throw invalid(
      `${owner}: the memory of the bytes was transferred (by postMessage or structuredClone)`,
      cause,
    );
  }
}

/** @throws FILE_INVALID for a response that is none of success, or is empty. */
function responseSource({ ok, status, url, body }: ResponseLike): ByteSource {
  const name = url || "the response";
  if (!ok) throw damaged(name, `the server answered ${status}`);
  if (body === null) throw damaged(name, "the response has no body");
  return streamSource(name, body);
}

const notASource = (owner: string, got: string): Error =>
  invalid(
    `${owner}: the source must be bytes, a Blob, a Response, a stream or a file's handle, but got ${got}`,
  );

/**
 * What can be read of `source`.
 * @param owner the function that messages name.
 * @throws INVALID_ARGUMENT, FILE_INVALID.
 */
export async function openSource(owner: string, source: unknown): Promise<ByteSource> {
  if (typeof source === "string" || isInstance(source, URL)) {
    throw notASource(
      owner,
      `${describeValue(String(source))}; a path is read by @corr2d/io/node, a URL as await fetch(url)`,
    );
  }
  if (ArrayBuffer.isView(source) || isBuffer(source)) return memorySource(viewOf(owner, source));
  if (hasMethod(source, "then")) throw notASource(owner, "a promise: await it");
  if (hasMethod(source, "getFile")) {
    const { name } = source as FileHandleLike;
    return blobSource(String(name), await (source as FileHandleLike).getFile());
  }
  if (hasMethod(source, "slice") && hasMethod(source, "arrayBuffer")) {
    const { name } = source as { readonly name?: unknown };
    return blobSource(typeof name === "string" ? name : "the Blob", source as BlobLike);
  }
  if (hasMethod(source, "blob")) return responseSource(source as ResponseLike);
  if (hasMethod(source, "getReader") || hasMethod(source, Symbol.asyncIterator)) {
    return streamSource("the stream", source as StreamLike | AsyncIterable<unknown>);
  }
  throw notASource(owner, describeValue(source));
}
