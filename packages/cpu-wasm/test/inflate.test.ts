/** Decompression by zlib and by a DecompressionStream. */
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { inflate } from "../src/inflate.ts";

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> (i % 11));

/** Runs as in a browser: without Node's modules. */
async function asInBrowser<T>(run: () => Promise<T>): Promise<T> {
  const saved = process.getBuiltinModule;
  Reflect.deleteProperty(process, "getBuiltinModule");
  try {
    return await run();
  } finally {
    process.getBuiltinModule = saved;
  }
}

describe.each([
  ["zlib", <T>(run: () => Promise<T>) => run()],
  ["DecompressionStream", asInBrowser],
] as const)("inflate by %s", (_, host) => {
  test("gives back what was compressed", async () => {
    const result = await host(() => inflate(deflateSync(bytes)));
    expect(Buffer.from(result).equals(bytes)).toBe(true);
  });

  test("damaged data is an error", async () => {
    const packed = deflateSync(bytes);
    packed.fill(0x55, 100, 200);
    await expect(host(() => inflate(packed))).rejects.toThrow();
  });
});

test("a host with neither is sent to cpu-js", async () => {
  const saved = globalThis.DecompressionStream;
  Reflect.deleteProperty(globalThis, "DecompressionStream");
  try {
    await expect(asInBrowser(() => inflate(deflateSync(bytes)))).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringContaining("@corr2d/cpu-js"),
    });
  } finally {
    globalThis.DecompressionStream = saved;
  }
});
