/**
 * The bytes of a file, from wherever it comes, inflated where they are gzipped: read in pieces, so that no more memory is taken
 * than the file holds, whatever it says of itself.
 */
import { Corr2dError, checkOptions, describeValue } from "@corr2d/core";
import { checkFunction, invalid, isThenable } from "./arguments.ts";
import type { BlobLike, FileSource, ReadFileOptions, ResponseLike } from "./file-source.ts";

export function invalidFile(name: string, why: string, cause?: unknown): Corr2dError {
  return new Corr2dError("FILE_INVALID", `${name}: ${why}`, {}, cause === undefined ? undefined : { cause });
}

/** A stream of the source, and its length where it is known. */
interface Opened {
  readonly stream: ReadableStream<Uint8Array>;
  readonly total: number | null;
}

const tagOf = (value: object): string => {
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return ""; // a proxy that was revoked
  }
};

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

/** @throws INVALID_ARGUMENT for memory that was given away. */
function viewOf(name: string, memory: ArrayBufferView | ArrayBuffer): Uint8Array {
  try {
    if (!ArrayBuffer.isView(memory)) return new Uint8Array(memory);
    return new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
  } catch (cause) {
    const why = "was transferred (by postMessage or structuredClone)";
    throw new Corr2dError("INVALID_ARGUMENT", `${name}: the memory of the bytes ${why}`, {}, { cause });
  }
}

/** By their tags, so that those of another realm are known too. */
function open(name: string, source: FileSource): Opened {
  const tag = typeof source === "object" && source !== null ? tagOf(source) : "";
  if (ArrayBuffer.isView(source) || tag === "ArrayBuffer" || tag === "SharedArrayBuffer") {
    const bytes = viewOf(name, source as ArrayBufferView | ArrayBuffer);
    return { stream: streamOf(bytes), total: bytes.length };
  }
  if (tag === "Blob" || tag === "File") {
    const blob = source as BlobLike;
    return { stream: blob.stream() as ReadableStream<Uint8Array>, total: blob.size };
  }
  if (tag === "ReadableStream")
    return { stream: source as unknown as ReadableStream<Uint8Array>, total: null };
  if (tag === "Response") return openResponse(name, source as ResponseLike);
  if (isThenable(source)) throw invalid(`${name}: a file is no promise: await it, await fetch(url)`);
  throw invalid(
    `${name}: a file is bytes, a Blob, a Response or a ReadableStream, but got ${describeValue(source)}` +
      (typeof source === "string"
        ? "; in Node, @corr2d/data/node reads from a path; in a page, await fetch(url)"
        : ""),
  );
}

function openResponse(name: string, response: ResponseLike): Opened {
  const { ok, status, url, body, bodyUsed, headers } = response;
  if (!ok) throw invalidFile(name, `the server answered ${status} for ${url || "the request"}`);
  if (bodyUsed) throw invalid(`${name}: the body of the Response was read already`);
  const length = headers.get("content-length");
  // Of a body that the browser inflates by itself the length is that of what was sent.
  const known = length !== null && headers.get("content-encoding") === null;
  return {
    stream: (body as ReadableStream<Uint8Array> | null) ?? streamOf(new Uint8Array()),
    total: known ? Number(length) : null,
  };
}

/** A stream read by numbers of bytes. */
export class ByteReader {
  /** What messages call the file. */
  readonly name: string;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;

  constructor(name: string, stream: ReadableStream<Uint8Array>) {
    this.name = name;
    this.#reader = stream.getReader();
  }

  /** Up to `most` of the bytes that are there already, or that come next; null at the end. They may be the stream's own. */
  async some(most: number): Promise<Uint8Array | null> {
    while (this.#at === this.#chunk.length) {
      const { value, done } = await this.#reader.read();
      if (done) return null;
      if (!ArrayBuffer.isView(value)) {
        throw invalid(`${this.name}: a stream of bytes gives Uint8Arrays, but got ${describeValue(value)}`);
      }
      this.#chunk = value;
      this.#at = 0;
    }
    const part = this.#chunk.subarray(this.#at, this.#at + most);
    this.#at += part.length;
    return part;
  }

  /**
   * `count` bytes, in memory that grows as they come, or as many as there are.
   * @throws OUT_OF_MEMORY
   */
  async upTo(count: number): Promise<Uint8Array<ArrayBuffer>> {
    let out = new Uint8Array(Math.min(count, 2 ** 16));
    let filled = 0;
    while (filled < count) {
      const part = await this.some(count - filled);
      if (part === null) return out.slice(0, filled);
      if (filled + part.length > out.length) {
        const larger = this.#room(Math.min(count, Math.max(2 * out.length, filled + part.length)));
        larger.set(out.subarray(0, filled));
        out = larger;
      }
      out.set(part, filled);
      filled += part.length;
    }
    return out;
  }

  #room(size: number): Uint8Array<ArrayBuffer> {
    try {
      return new Uint8Array(size);
    } catch (cause) {
      const message = `${this.name}: the host has no room for ${size} bytes`;
      throw new Corr2dError("OUT_OF_MEMORY", message, {}, { cause });
    }
  }

  /** The stream again, with what was read last put back: `bytes`. */
  unread(bytes: Uint8Array): ReadableStream<Uint8Array> {
    const rest = this.#chunk.subarray(this.#at);
    const first = [bytes, rest].filter(({ length }) => length > 0);
    const reader = this.#reader;
    return new ReadableStream({
      async pull(controller) {
        const next = first.shift();
        if (next !== undefined) return controller.enqueue(next);
        const { value, done } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {}); // what has failed already
  }
}

/** Counts what passes, and remembers whether the source itself failed. */
function watched(
  { stream, total }: Opened,
  onProgress: ReadFileOptions["onProgress"],
  onFailure: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let loaded = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (done) return controller.close();
        loaded += value?.byteLength ?? 0;
        onProgress?.({ loaded, total });
        controller.enqueue(value);
      } catch (error) {
        onFailure(error);
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/**
 * Runs `parse` on the bytes of a file, which are inflated where they begin as gzip's do.
 *
 * @param name what messages call the file.
 * @throws what the source fails with; FILE_INVALID where inflating does; what `parse` throws.
 */
export async function readFile<T>(
  name: string,
  source: FileSource,
  options: ReadFileOptions,
  parse: (reader: ByteReader) => Promise<T>,
): Promise<T> {
  checkOptions(name, options, { onProgress: "any" }, "{ onProgress }");
  const { onProgress } = options;
  if (onProgress !== undefined) checkFunction(name, "onProgress", onProgress);
  const opened = open(name, source);
  if (opened.stream.locked) throw invalid(`${name}: the stream is being read by somebody else`);
  let failure: { readonly error: unknown } | undefined;
  let reader = new ByteReader(
    name,
    watched(opened, onProgress, (error) => {
      failure = { error };
    }),
  );
  try {
    const magic = await reader.upTo(2);
    const whole = reader.unread(magic);
    const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
    const inflated = isGzip ? whole.pipeThrough(gunzip()) : whole;
    reader = new ByteReader(name, inflated);
    return await parse(reader);
  } catch (error) {
    if (failure !== undefined) throw failure.error;
    if (Corr2dError.isInstance(error)) throw error;
    throw invalidFile(
      name,
      "it begins as a gzip file does, and cannot be inflated: damaged or cut off",
      error,
    );
  } finally {
    await reader.close();
  }
}

/** With the types that the streams here have. */
const gunzip = (): ReadableWritablePair<Uint8Array, Uint8Array> =>
  new DecompressionStream("gzip") as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
