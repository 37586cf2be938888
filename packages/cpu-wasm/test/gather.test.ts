/** gather and scatterAdd against loops, and what they say of a bad index. */
import type { GatherSize } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { gather, scatterAdd } from "../src/gather.ts";
import { anyBits, BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

const SIZES: readonly GatherSize[] = [
  { outer: 1, length: 1, inner: 1, count: 1 },
  { outer: 3, length: 7, inner: 1, count: 5 },
  { outer: 3, length: 4, inner: 5, count: 9 },
  { outer: 1, length: 1000, inner: 16, count: 300 },
  { outer: 256, length: 196, inner: 1, count: 49 },
  { outer: 128, length: 10, inner: 1, count: 1 },
];

describe.each(BUILDS)("gather and scatterAdd, %s build", async (build) => {
  const rt = await openKernels(build);
  const random = seeded(5);

  test.each(SIZES)("outer $outer, length $length, inner $inner, count $count", (size) => {
    const { outer, length, inner, count } = size;
    for (const dtype of ["float32", "int32"] as const) {
      rt.reset();
      const integers = (n: number) => Float32Array.from({ length: n }, () => ((random() * 19) | 0) - 9);
      const x = integers(outer * length * inner);
      const g = integers(outer * count * inner);
      const index = Int32Array.from(g, () => random() * length);
      const [px, pg, pi] = [rt.put(x, dtype), rt.put(g, dtype), rt.put(index, "int32")];
      const place = (i: number): number => {
        const o = Math.floor(i / (count * inner));
        return (o * length + index[i]!) * inner + (i % inner);
      };
      const picked = rt.result(g.length, dtype, (out) => gather(rt, px, pi, out, size));
      expect(Array.from(picked)).toEqual(Array.from(g, (_, i) => x[place(i)]));
      const wanted = new Float32Array(x.length);
      for (const [i, value] of g.entries()) wanted[place(i)]! += value;
      const sums = rt.result(x.length, dtype, (out) => scatterAdd(rt, pg, pi, out, size, dtype));
      expect(Array.from(sums, (v) => v + 0)).toEqual(Array.from(wanted, (v) => v + 0));
    }
  });

  test.each(SIZES)("gather copies bits: outer $outer, length $length, inner $inner, count $count", (size) => {
    const { outer, length, inner, count } = size;
    rt.reset();
    const bits = anyBits(outer * length * inner, random);
    const index = Int32Array.from({ length: outer * count * inner }, () => random() * length);
    const [x, at] = [rt.put(bits, "int32"), rt.put(index, "int32")];
    const picked = rt.result(index.length, "int32", (out) => gather(rt, x, at, out, size));
    const wanted = index.map((from, i) => {
      const o = Math.floor(i / (count * inner));
      return bits[(o * length + from) * inner + (i % inner)]!;
    });
    expect(picked).toEqual(wanted);
  });

  test("an index outside the axis is an error, wherever it stands", () => {
    const size: GatherSize = { outer: 1, length: 3, inner: 1, count: 11 };
    const wanted = (message: string, index: number) =>
      expect.objectContaining({ code: "INDEX_OUT_OF_RANGE", message, details: { index, length: 3 } });
    for (let where = 0; where < 11; where++) {
      for (const bad of [3, 5, -1, -(2 ** 31), 2 ** 31 - 1]) {
        rt.reset();
        const index = new Array(11).fill(2);
        index[where] = bad;
        const [x, at] = [rt.put(new Float32Array(11)), rt.put(index, "int32")];
        const out = rt.scratch(44);
        const outside = `index ${bad} is out of range for an axis of 3`;
        expect(() => gather(rt, x, at, out, size)).toThrow(
          wanted(`gather: ${outside} (x [1, 3, 1], index [1, 11, 1])`, bad),
        );
        expect(() => scatterAdd(rt, x, at, out, size, "float32")).toThrow(
          wanted(`scatterAdd: ${outside} (x [1, 11, 1], index [1, 11, 1])`, bad),
        );
      }
    }
  });
});
