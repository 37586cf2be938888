/** softmax and logSoftmax against float64: rows and columns of every length, large values, and infinities. */
import { describe, expect, test } from "vitest";
import { BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

function exact(
  x: ArrayLike<number>,
  outer: number,
  length: number,
  inner: number,
  log: boolean,
): Float64Array {
  const out = new Float64Array(outer * length * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (j: number): number => (o * length + j) * inner + i;
      let most = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < length; j++) most = Math.max(most, x[at(j)]!);
      let sum = 0;
      for (let j = 0; j < length; j++) sum += Math.exp(x[at(j)]! - most);
      for (let j = 0; j < length; j++) {
        const shifted = x[at(j)]! - most;
        out[at(j)] = log ? shifted - Math.log(sum) : Math.exp(shifted) / sum;
      }
    }
  }
  return out;
}

const SIZES: readonly [outer: number, length: number, inner: number][] = [
  [1, 1, 1],
  [3, 2, 1],
  [3, 3, 1],
  [128, 10, 1],
  [5, 1001, 1],
  [1, 70_000, 1],
  [2, 5, 3],
  [2, 10, 4],
  [4, 21, 37],
  [1, 1, 9],
];

describe.each(BUILDS)("softmax, %s build", async (build) => {
  const rt = await openKernels(build);
  const random = seeded(8);

  test.each(SIZES)("outer %i, length %i, inner %i", (outer, length, inner) => {
    const size = outer * length * inner;
    for (const scale of [1, 30, 1e4]) {
      rt.reset();
      const x = Float32Array.from({ length: size }, () => (random() - 0.5) * scale);
      const at = rt.put(x);
      for (const log of [false, true]) {
        const y = rt.result(size, "float32", (out) => rt.call.softmax(log, at, out, outer, length, inner));
        const wanted = exact(x, outer, length, inner, log);
        for (let i = 0; i < size; i++) {
          // x − max is rounded once, which exp turns into a relative error.
          const bound = log
            ? 2e-7 * Math.max(1, Math.abs(wanted[i]!))
            : (4e-7 + scale * 6e-8) * wanted[i]! + 2 ** -149;
          if (Math.abs(y[i]! - wanted[i]!) <= bound) continue;
          expect.fail(`scale ${scale}, log ${log}: element ${i} is ${y[i]}, not ${wanted[i]}`);
        }
      }
    }
  });

  test("−∞ gives 0; a row of nothing else, +∞ and NaN give NaN", () => {
    for (const inner of [1, 2]) {
      rt.reset();
      const rows = [
        [Number.NEGATIVE_INFINITY, 0, 0, 0, 0, Number.NEGATIVE_INFINITY],
        new Array(6).fill(Number.NEGATIVE_INFINITY),
        [0, 1, Number.POSITIVE_INFINITY, 2, 3, 4],
        [0, 1, 2, 3, 4, Number.NaN],
      ];
      const x = rows.flatMap((row) => row.flatMap((v: number) => new Array<number>(inner).fill(v)));
      const at = rt.put(x);
      const y = rt.result(x.length, "float32", (out) => rt.call.softmax(false, at, out, 4, 6, inner));
      const z = rt.result(x.length, "float32", (out) => rt.call.softmax(true, at, out, 4, 6, inner));
      const first = (values: ArrayLike<number>) => Array.from({ length: 6 }, (_, i) => values[i * inner]!);
      expect(first(y)).toEqual([0, 0.25, 0.25, 0.25, 0.25, 0]);
      expect(first(z)[0]).toBe(Number.NEGATIVE_INFINITY);
      expect(first(z)[1]).toBeCloseTo(-Math.log(4), 6);
      const expected = exact(x, 4, 6, inner, false);
      for (let i = 6 * inner; i < x.length; i++) expect(Number.isNaN(y[i]!)).toBe(Number.isNaN(expected[i]!));
    }
  });
});
