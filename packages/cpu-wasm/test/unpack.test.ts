/** Unpacking, against packing: compression by an encoder of other authors, and the build's own splitting and encoding. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pack } from "../scripts/pack-module.mjs";
import { packed, size, unpacker } from "../src/generated/kernels-module.ts";
import { unpack } from "../src/unpack.ts";

const module = new WebAssembly.Module(Uint8Array.from(unpacker));

/** What becomes of the instructions that stand for a product and for a sum (assembly/common/simd.ts). */
const BUILDS = {
  plain: { product: [0xfd, 0xe6, 1], sum: [0xfd, 0xe4, 1] }, // f32x4.mul, f32x4.add
  relaxed: { product: [1, 1, 1], sum: [0xfd, 0x85, 2] }, // nop, f32x4.relaxed_madd
};

function build(bytes: Uint8Array, simd: "plain" | "relaxed"): Uint8Array {
  const out = Uint8Array.from(bytes);
  for (let i = 0; i < out.length - 2; i++) {
    if (bytes[i] !== 0xfd || bytes[i + 2] !== 1) continue;
    if (bytes[i + 1] === 0x82) out.set(BUILDS[simd].product, i);
    if (bytes[i + 1] === 0x9b) out.set(BUILDS[simd].sum, i);
  }
  return out;
}

/** Packs what is taken for a module, and unpacks it in both builds. */
async function roundTrip(bytes: Uint8Array, codeStart = 0, codeEnd = codeStart): Promise<void> {
  const text = await pack(bytes, { codeStart, codeEnd });
  for (const simd of ["plain", "relaxed"] as const) {
    const unpacked = unpack(module, text, bytes.length, simd === "relaxed");
    expect(Buffer.compare(unpacked, build(bytes, simd))).toBe(0);
  }
}

describe("gives back what was packed", () => {
  test("near and far repetitions", () =>
    roundTrip(Uint8Array.from({ length: 60_000 }, (_, i) => (i * i) >> (i % 11))));

  test("one byte over and over", () => roundTrip(new Uint8Array(20_000)));

  test("words of a small alphabet, and noise", async () => {
    const word = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const text = fc
      .tuple(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 300 }),
      )
      .map(([words, order]) => Uint8Array.from(order.flatMap((i) => [...words[i % words.length]!, i % 256])));
    await fc.assert(fc.asyncProperty(text, (bytes) => roundTrip(bytes)));
  });

  test("what looks like a stand-in where the walk sees no instruction, or sees another", async () => {
    for (const bytes of [
      [0xfd, 0x82, 1, 0], // the size of a function
      [9, 0, 0x20, 0xfd, 0x82, 1, 0x0b, 0, 0, 0], // the number of a local
      [9, 0, 0xfd, 0x82, 0x81, 0, 0xfd, 0x9b, 1, 0], // a longer number, then a sum
    ]) {
      const module = Uint8Array.from([...bytes, ...Array(600).fill(0)]);
      await roundTrip(module, 0, bytes.length);
    }
  });

  test("what is taken for code, and is none", async () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xfd, 0x20, 0x41, 0x28, 0x44, 12, 90, 0x82, 0x9b, 1));
    const code = fc.array(byte, { minLength: 1, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(code, fc.nat(40), (bytes, before) => {
        // A LEB128 number or an instruction may reach beyond the end of the code, though not of the module.
        const module = Uint8Array.from([...Array(before).fill(7), ...bytes, ...Array(600).fill(0)]);
        return roundTrip(module, before, before + bytes.length);
      }),
    );
  });
});

test("the kernels' module is valid, in the plain build everywhere", () => {
  expect(WebAssembly.validate(unpack(module, packed, size, false))).toBe(true);
});

test("the package's text survives as it is in the quotes that it stands in", () => {
  expect(packed).toMatch(/^[ -?@a-z[|}~_]+$/);
});
