// Every rule of the format, broken: a coded error, before anything is read or allocated.
import { arange, setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../src/index.ts";
import { expectRejection, fileOf, streamOf } from "./support.ts";

const backend = cpuJs();
setBackend(backend);

const one = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
const nested = (depth: number): string => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;

const headers: readonly (readonly [what: string, file: Uint8Array, why: string])[] = [
  ["nothing", new Uint8Array(), "0 bytes are no safetensors file"],
  ["seven bytes", new Uint8Array(7), "7 bytes are no safetensors file"],
  [
    "a header that is not there",
    new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0, 0x7b]),
    "9 bytes is longer than the file of 9",
  ],
  ["a header of 2⁶⁴ − 1 bytes", new Uint8Array(8).fill(255), "longer than the format allows"],
  [
    "a header just too long",
    Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0),
    "a header of 100000001 bytes is longer",
  ],
  ["an empty header", new Uint8Array(8), "does not begin with '{'"],
  ["an array", fileOf("[]"), "does not begin with '{'"],
  ["a space before the header", fileOf(" {}"), "does not begin with '{'"],
  ["a byte order mark", fileOf("\ufeff{}"), "does not begin with '{'"],
  ["a byte that is no UTF-8", fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22)), "not UTF-8"],
  ["half a pair in UTF-8", fileOf(Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22)), "not UTF-8"],
  ["half a pair in JSON", fileOf(`{"\\ud800":${JSON.stringify(one)}}`, 4), "half of a surrogate pair"],
  ["JSON that is cut off", fileOf('{"a":{"dtype'), "cannot be read as JSON"],
  ["JSON with something behind", fileOf("{}x"), "cannot be read as JSON"],
  ["a key that is no string", fileOf('{"a\\u00g0":1}'), "cannot be read as JSON"],
  ["2000 brackets", fileOf(nested(2000)), "more than 16 brackets deep"],
  ["a million brackets", fileOf(nested(1e6)), "more than 16 brackets deep"],
  [
    "a tensor twice",
    fileOf(`{"a":${JSON.stringify(one)},"a":${JSON.stringify(one)}}`, 4),
    'the key "a" twice',
  ],
  ["a tensor twice, escaped", fileOf('{"a":1,"\\u0061":2}'), 'the key "\\u0061" twice'],
  ["metadata with a key twice", fileOf('{"__metadata__":{"a":"","a":""}}'), 'the key "a" twice'],
  ["metadata of numbers", fileOf({ __metadata__: { epoch: 3 } }), "is no object of texts"],
  ["metadata that are a text", fileOf({ __metadata__: "pt" }), "is no object of texts"],
  ["a tensor that is a number", fileOf({ a: 4 }), "tensor 'a' is described by no object"],
  ["a tensor that is null", fileOf('{"__proto__":null}'), "tensor '__proto__' is described by no object"],
  ["no dtype", fileOf({ a: { ...one, dtype: undefined } }, 4), "no dtype of the format"],
  ["a dtype that there is not", fileOf({ a: { ...one, dtype: "F33" } }, 4), 'no dtype of the format: "F33"'],
  ["a dtype of every object", fileOf({ a: { ...one, dtype: "constructor" } }, 4), "no dtype of the format"],
  ["no shape", fileOf({ a: { ...one, shape: undefined } }, 4), "a shape that is no array of sizes"],
  ["a negative size", fileOf({ a: { ...one, shape: [-1, -1] } }, 4), "a shape that is no array of sizes"],
  [
    "a fraction of a size",
    fileOf({ a: { ...one, shape: [0.5, 2] } }, 4),
    "a shape that is no array of sizes",
  ],
  [
    "a size beyond 2⁵³",
    fileOf('{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}}', 4),
    "no array of sizes",
  ],
  [
    "an infinite size",
    fileOf('{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}}', 4),
    "no array of sizes",
  ],
  [
    "sizes whose product overflows",
    fileOf({ a: { ...one, shape: [2 ** 33, 2 ** 33] } }, 4),
    "is too large: [8589934592, 8589934592]",
  ],
  [
    "sizes that wrap to 1 in 64 bits",
    fileOf('{"a":{"dtype":"F32","shape":[4294967297,4294967297],"data_offsets":[0,4]}}', 4),
    "is too large",
  ],
  ["a size in bytes that overflows", fileOf({ a: { ...one, shape: [2 ** 52] } }, 4), "is too large"],
  ["offsets that are no two", fileOf({ a: { ...one, data_offsets: [0, 4, 8] } }, 4), "no two positions"],
  ["offsets that are texts", fileOf({ a: { ...one, data_offsets: ["0", "4"] } }, 4), "no two positions"],
  [
    "an end before the beginning",
    fileOf({ a: { ...one, data_offsets: [4, 0] } }, 4),
    "takes 4 bytes, not -4",
  ],
  [
    "more bytes than the shape has",
    fileOf({ a: { ...one, data_offsets: [0, 8] } }, 8),
    "of shape [1] and dtype F32 takes 4 bytes, not 8",
  ],
  [
    "half a byte",
    fileOf({ a: { dtype: "F4", shape: [3], data_offsets: [0, 2] } }, 2),
    "takes 1.5 bytes, not 2",
  ],
  ["data that is cut off", fileOf({ a: one }, 3), "it was cut off"],
  [
    "data that is not there",
    fileOf({ a: { ...one, shape: [2 ** 40], data_offsets: [0, 2 ** 42] } }, 4),
    "it was cut off",
  ],
  ["bytes behind", fileOf({ a: one }, 5), "1 bytes behind the last tensor"],
  ["bytes before", fileOf({ a: { ...one, data_offsets: [1, 5] } }, 5), "1 bytes before tensor 'a'"],
  [
    "a hole",
    fileOf({ a: one, b: { ...one, data_offsets: [8, 12] } }, 12),
    "4 bytes before tensor 'b' belong to no tensor",
  ],
  [
    "an overlap",
    fileOf({ a: one, b: { ...one, data_offsets: [3, 7] } }, 7),
    "tensor 'b' begins inside the one before it",
  ],
  ["one place for two", fileOf({ a: one, b: one }, 4), "begins inside the one before it"],
];

describe("a damaged file is refused:", () => {
  it.each(headers)("%s", (_what, file, why) => expectRejection(readSafetensors(file), "FILE_INVALID", why));

  it("is right where only the form is unusual", async () => {
    const forms = [
      fileOf("{}"),
      fileOf("{}   \n\t"),
      fileOf({ __metadata__: null }),
      fileOf(
        { z: { dtype: "F32", shape: [0, 2 ** 50], data_offsets: [4, 4] }, a: { ...one, more: [[{}]] } },
        4,
      ),
    ];
    // The third axis is so long that no backend holds it: the header is right.
    for (const form of forms.slice(0, 3)) expect(await readSafetensors(form)).toEqual({});
    expect(Object.keys(await readSafetensors(forms[3]!, { names: ["a"] }))).toEqual(["a"]);
  });

  it("and leaves nothing behind", async () => {
    const whole = await writeSafetensors({ a: arange(100), b: arange(50) });
    const before = backend.stats!().liveHandles;
    await expectRejection(readSafetensors(streamOf([whole.subarray(0, -1)])), "FILE_INVALID", "1 too soon");
    await expectRejection(readSafetensors(streamOf([whole, whole])), "FILE_INVALID", "goes on behind");
    expect(backend.stats!().liveHandles).toBe(before);
  });

  it("when it is cut off anywhere, or any byte of its header is another", async () => {
    const whole = await writeSafetensors({ a: arange(3), "b.weight": arange(2) }, { metadata: { x: "1" } });
    for (let length = 0; length < whole.length; length++) {
      await expectRejection(readSafetensors(whole.subarray(0, length)), "FILE_INVALID", "");
    }
    const header = new DataView(whole.buffer).getUint32(0, true);
    let refused = 0;
    for (let at = 0; at < 8 + header; at++) {
      const damaged = whole.slice();
      damaged[at] = 0xff;
      refused += await readSafetensors(damaged).then(
        () => 0,
        (error: { code?: string }) => (error.code === "FILE_INVALID" ? 1 : Number.NaN),
      );
    }
    expect(refused).toBe(8 + header);
  });
});
