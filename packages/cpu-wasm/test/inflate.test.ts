/** Decompression against Node's own compressor, with every kind of block. */
import { constants, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inflate } from "../src/inflate.ts";

const STRATEGIES = {
  "stored blocks": { level: 0 },
  "fixed codes": { strategy: constants.Z_FIXED },
  "codes of the data": { level: 9 },
  "literals alone": { strategy: constants.Z_HUFFMAN_ONLY },
  runs: { strategy: constants.Z_RLE },
};

/** Bytes with repetitions near and far, and stretches without any. */
const data: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .record({ byte: fc.nat(255), times: fc.nat(2000) })
        .map(({ byte, times }) => new Uint8Array(times).fill(byte)),
      fc.record({ step: fc.nat(255), times: fc.nat(40_000) }).map(({ step, times }) => {
        return Uint8Array.from({ length: times }, (_, i) => (i * step + (i >> 8)) % 251);
      }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe.each(Object.entries(STRATEGIES))("inflate, %s", (_, options) => {
  test("gives back what was compressed", () => {
    fc.assert(
      fc.property(data, (bytes) => {
        const result = inflate(deflateRawSync(bytes, options), bytes.length);
        expect(Buffer.from(result).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("inflate", () => {
  test("codes longer than the table: frequencies like Fibonacci numbers", () => {
    const counts = [1, 1];
    while (counts.length < 20) counts.push(counts.at(-1)! + counts.at(-2)!);
    const bytes = Buffer.concat(counts.map((count, symbol) => Buffer.alloc(count, symbol * 7)));
    const packed = deflateRawSync(bytes, { strategy: constants.Z_HUFFMAN_ONLY });
    expect(Buffer.from(inflate(packed, bytes.length)).equals(bytes)).toBe(true);
  });

  test("another size than expected, or data cut short, is an error", () => {
    const packed = deflateRawSync(Buffer.from("corr2d corr2d corr2d and more"));
    expect(() => inflate(packed, 10)).toThrow(RangeError);
    expect(() => inflate(packed, 1000)).toThrow(RangeError);
    expect(() => inflate(packed.subarray(0, 8), 29)).toThrow(RangeError);
  });
});
