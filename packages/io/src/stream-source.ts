/** A stream as a source: read in order, what is not wanted passed over, nothing reserved before it has come. */
import { describeValue } from "@corr2d/core";
import { damaged, invalid } from "./errors.ts";
import type { ByteSource, StreamLike } from "./source.ts";

/** How the parts of a stream come, and how it is given up. */
interface Parts {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  cancel(): Promise<unknown>;
}

/** @throws INVALID_ARGUMENT for a stream that somebody else reads, or has read. */
function partsOf(name: string, stream: StreamLike | AsyncIterable<unknown>): Parts {
  try {
    if ("getReader" in stream) {
      const reader = stream.getReader();
      return { next: () => reader.read(), cancel: () => reader.cancel() };
    }
    const iterator = stream[Symbol.asyncIterator]();
    return { next: () => iterator.next(), cancel: async () => iterator.return?.() };
  } catch (cause) {
    throw invalid(`${name}: it cannot be read: ${(cause as Error).message}`, cause);
  }
}

/** The parts side by side, in a buffer of their own. */
function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function streamSource(name: string, stream: StreamLike | AsyncIterable<unknown>): ByteSource {
  const parts = partsOf(name, stream);
  /** What came last, as far as it has not been read, and where it lies. */
  let rest: Uint8Array = new Uint8Array();
  let at = 0;

  /** @returns whether there was more. */
  async function pull(): Promise<boolean> {
    const step = await parts.next();
    if (step?.done) return false;
    const value = step?.value;
    if (!(value instanceof Uint8Array)) {
      throw invalid(
        `${name}: a stream of bytes gives Uint8Arrays, but this one gave ${describeValue(value)}`,
      );
    }
    rest = value;
    return true;
  }

  /** Gives the next `length` bytes to `use`, part by part. */
  async function advance(length: number, use: (part: Uint8Array) => void): Promise<void> {
    for (let left = length; left > 0; ) {
      if (rest.length === 0) {
        if (!(await pull())) throw damaged(name, `it ended after ${at} bytes, ${left} too soon`);
        continue;
      }
      const part = rest.subarray(0, left);
      rest = rest.subarray(part.length);
      at += part.length;
      left -= part.length;
      use(part);
    }
  }

  return {
    name,
    size: undefined,
    async read(offset, length) {
      await advance(offset - at, () => {});
      const taken: Uint8Array[] = [];
      await advance(length, (part) => taken.push(part));
      return joined(taken, length);
    },
    async close(end) {
      if (end === undefined) {
        await parts.cancel();
        return;
      }
      await advance(end - at, () => {});
      do {
        if (rest.length > 0) {
          await parts.cancel();
          throw damaged(name, `it goes on behind the last tensor, after ${end} bytes`);
        }
      } while (await pull());
    },
  };
}
