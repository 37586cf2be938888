/** Decompression, against an encoder of other authors. */
import { compress as lzma } from "@blu3r4y/lzma";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decoder } from "../src/generated/kernels-module.ts";
import { decompress } from "../src/lzma.ts";

const PROPERTIES = 93; // lc = 3, lp = 0, pb = 2
const decoderModule = new WebAssembly.Module(Buffer.from(decoder, "base64"));
const unpack = (data: Uint8Array, size: number): Uint8Array => decompress(decoderModule, data, size);

/** An LZMA stream without its header of 13 bytes. */
function compress(bytes: Uint8Array): Uint8Array {
  const data = lzma(bytes, 9);
  if (data[0] !== PROPERTIES) throw new Error(`properties ${data[0]}`);
  return Uint8Array.from(data.slice(13));
}

const bytes = Uint8Array.from({ length: 60_000 }, (_, i) => (i * i) >> (i % 11));

describe("gives back what was compressed", () => {
  test("near and far repetitions", () => {
    expect(unpack(compress(bytes), bytes.length)).toEqual(bytes);
  });

  test("one byte over and over", () => {
    const zeros = new Uint8Array(20_000);
    expect(unpack(compress(zeros), zeros.length)).toEqual(zeros);
  });

  test("words of a small alphabet, and noise", () => {
    const word = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const text = fc
      .tuple(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 300 }),
      )
      .map(([words, order]) => Uint8Array.from(order.flatMap((i) => [...words[i % words.length]!, i % 256])));
    fc.assert(
      fc.property(text, (data) => {
        expect(unpack(compress(data), data.length)).toEqual(data);
      }),
    );
  });
});
