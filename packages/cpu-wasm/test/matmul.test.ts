/**
 * Matrix products against float64 loops: all transpositions, batches, single rows and columns, and sizes around every tile.
 */
import type { MatmulSize } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { matmul } from "../src/matmul.ts";
import { BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

function product(a: ArrayLike<number>, b: ArrayLike<number>, size: MatmulSize): Float64Array {
  const { batch, rows, inner, columns, transposeA, transposeB } = size;
  const out = new Float64Array(batch * rows * columns);
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const left = a[n * rows * inner + (transposeA ? k * rows + i : i * inner + k)]!;
          sum += left * b[n * inner * columns + (transposeB ? j * inner + k : k * columns + j)]!;
        }
        out[(n * rows + i) * columns + j] = sum;
      }
    }
  }
  return out;
}

describe.each(BUILDS)("%s build", (build) => {
  test("small integers exactly, every transposition, random sizes", async () => {
    const rt = await openKernels(build);
    const random = seeded(7);
    const int = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
    const extent = (most: number): number => (random() < 0.3 ? int(1, 8) : int(1, most));
    for (let i = 0; i < 400; i++) {
      const size: MatmulSize = {
        batch: int(1, 3),
        rows: extent(40),
        inner: extent(60),
        columns: random() < 0.1 ? 1 : extent(150),
        transposeA: i % 2 === 1,
        transposeB: i % 4 > 1,
      };
      const value = (): number => int(-4, 4);
      const a = Float32Array.from({ length: size.batch * size.rows * size.inner }, value);
      const b = Float32Array.from({ length: size.batch * size.inner * size.columns }, value);
      rt.reset();
      const pointers = [rt.put(a), rt.put(b)] as const;
      const want = product(a, b, size);
      const got = rt.result(want.length, "float32", (out) => matmul(rt, ...pointers, out, size));
      for (let at = 0; at < want.length; at++) {
        if (got[at] !== want[at])
          expect.fail(`${JSON.stringify(size)}: [${at}] is ${got[at]}, not ${want[at]}`);
      }
    }
  });

  test("a left operand that is copied because its columns are far apart", async () => {
    const rt = await openKernels(build);
    const random = seeded(8);
    const size: MatmulSize = {
      batch: 2,
      rows: 261,
      inner: 263,
      columns: 19,
      transposeA: true,
      transposeB: false,
    };
    const value = (): number => Math.floor(random() * 9) - 4;
    const a = Float32Array.from({ length: size.batch * size.rows * size.inner }, value);
    const b = Float32Array.from({ length: size.batch * size.inner * size.columns }, value);
    const pointers = [rt.put(a), rt.put(b)] as const;
    const want = product(a, b, size);
    const got = rt.result(want.length, "float32", (out) => matmul(rt, ...pointers, out, size));
    expect(Array.from(got)).toEqual(Array.from(want, (v) => v + 0));
  });

  test("an infinite value stays in its row and column", async () => {
    const rt = await openKernels(build);
    const size: MatmulSize = {
      batch: 1,
      rows: 9,
      inner: 11,
      columns: 13,
      transposeA: false,
      transposeB: false,
    };
    const a = new Float32Array(99).fill(1);
    const b = new Float32Array(143).fill(2);
    a[3 * 11 + 4] = Number.POSITIVE_INFINITY;
    b[5 * 13 + 6] = Number.NaN;
    const pointers = [rt.put(a), rt.put(b)] as const;
    const got = rt.result(117, "float32", (out) => matmul(rt, ...pointers, out, size));
    expect(Array.from(got)).toEqual(Array.from(product(a, b, size)));
  });
});
