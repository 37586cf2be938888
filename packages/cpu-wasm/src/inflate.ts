/**
 * Decompression, by what the host has: Node's zlib at once (its DecompressionStream would cost a program 20 ms of its
 * start), elsewhere a DecompressionStream, which every browser with WebAssembly SIMD has but Firefox before 113.
 */

import { Corr2dError } from "@corr2d/core";

/**
 * What `data` holds, compressed in the zlib format (RFC 1950).
 * @throws BACKEND_UNAVAILABLE where the host has neither; an error of the host's when the data is damaged.
 */
export async function inflate(data: Uint8Array): Promise<Uint8Array> {
  if (typeof process === "object" && process.getBuiltinModule !== undefined) {
    return process.getBuiltinModule("node:zlib").inflateSync(data);
  }
  if (typeof DecompressionStream === "undefined") {
    throw new Corr2dError(
      "BACKEND_UNAVAILABLE",
      "cpu-wasm needs DecompressionStream to unpack itself, which this host does not have (Firefox before 113 has not). " +
        "Use @corr2d/cpu-js instead.",
    );
  }
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  const written = writer.write(data as Uint8Array<ArrayBuffer>).then(() => writer.close());
  const [inflated] = await Promise.all([new Response(stream.readable).arrayBuffer(), written]);
  return new Uint8Array(inflated);
}
