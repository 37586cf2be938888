/** Concatenation against a loop over every element: few and many parts, short and long rows, bit for bit. */
import { describe, expect, test } from "vitest";
import { concat } from "../src/concat.ts";
import { anyBits, BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

interface Case {
  readonly lengths: readonly number[];
  readonly outer: number;
  readonly inner: number;
}

const CASES: Record<string, Case> = {
  "one part": { lengths: [3], outer: 2, inner: 5 },
  "one element each": { lengths: [1, 1], outer: 1, inner: 1 },
  "512 images": { lengths: new Array(512).fill(1), outer: 1, inner: 784 },
  "300 columns": { lengths: new Array(300).fill(1), outer: 70, inner: 1 },
  "two columns": { lengths: [1, 1], outer: 40_003, inner: 1 },
  "short rows of all lengths": { lengths: [1, 2, 3, 4, 5, 6, 7, 8, 9], outer: 2001, inner: 1 },
  "channels of images": { lengths: [3, 16, 1], outer: 5, inner: 169 },
  "rows longer than a block": { lengths: [2, 1], outer: 3, inner: 20_001 },
};

describe.each(BUILDS)("concat, %s build", async (build) => {
  const rt = await openKernels(build);
  const random = seeded(11);

  test.each(Object.entries(CASES))("%s", (_, { lengths, outer, inner }) => {
    rt.reset();
    const parts = lengths.map((length) => anyBits(outer * length * inner, random));
    const pointers = parts.map((part) => rt.put(part, "int32"));
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const y = rt.result(size, "int32", (out) => concat(rt, pointers, lengths, outer, inner, out));
    const wanted = new Int32Array(size);
    let at = 0;
    for (let row = 0; row < outer; row++) {
      for (const [i, part] of parts.entries()) {
        const length = lengths[i]! * inner;
        wanted.set(part.subarray(row * length, (row + 1) * length), at);
        at += length;
      }
    }
    expect(y).toEqual(wanted);
  });

  test("a part may come twice", () => {
    rt.reset();
    const x = rt.put([1, 2, 3, 4]);
    const y = rt.result(8, "float32", (out) => concat(rt, [x, x], [2, 2], 2, 1, out));
    expect(Array.from(y)).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  });
});
