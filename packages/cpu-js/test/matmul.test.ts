import type { MatmulSize } from "@corr2d/core";
import { expect, it } from "vitest";
import { cpuJs } from "../src/index.ts";
import { seeded } from "./random.ts";

const backend = cpuJs();

const SIZES: readonly (readonly [batch: number, rows: number, inner: number, columns: number])[] = [
  [1, 1, 1, 1],
  [2, 3, 4, 5],
  [1, 1, 700, 9],
  [1, 9, 700, 1],
  [1, 2, 300, 300],
  [3, 17, 33, 19],
  [1, 4, 1, 600],
  [1, 64, 5, 64],
  [2, 21, 2000, 23],
  [1, 5, 40_000, 7],
  [1, 30, 300, 500],
];

it.each(["float32", "float64"] as const)("is the sum of products, in every layout: %s", (dtype) => {
  SIZES.forEach(([batch, rows, inner, columns], number) => {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const random = seeded(number);
        const a = random.integers(batch * rows * inner, dtype);
        const b = random.integers(batch * inner * columns, dtype);
        const want: number[] = [];
        for (let n = 0; n < batch; n++) {
          for (let i = 0; i < rows; i++) {
            for (let j = 0; j < columns; j++) {
              let sum = 0;
              for (let k = 0; k < inner; k++) {
                const inA = transposeA ? k * rows + i : i * inner + k;
                const inB = transposeB ? j * inner + k : k * columns + j;
                sum += a[n * rows * inner + inA]! * b[n * inner * columns + inB]!;
              }
              want.push(sum);
            }
          }
        }
        const size: MatmulSize = { batch, rows, inner, columns, transposeA, transposeB };
        const out = backend.matmul(backend.upload(a), backend.upload(b), size, dtype);
        const label = JSON.stringify(size);
        expect([...backend.readSync!(out, want.length, dtype)], label).toEqual(want.map((v) => v + 0));
      }
    }
  });
});

it("keeps NaN and infinity in their row and column", () => {
  const size: MatmulSize = { batch: 1, rows: 9, inner: 30, columns: 8, transposeA: false, transposeB: false };
  const a = new Float32Array(9 * 30).fill(1);
  const b = new Float32Array(30 * 8).fill(1);
  a[8 * 30 + 3] = Number.NaN;
  b[3 * 8 + 7] = Number.POSITIVE_INFINITY;
  const out = backend.readSync!(
    backend.matmul(backend.upload(a), backend.upload(b), size, "float32"),
    72,
    "float32",
  );
  for (let i = 0; i < 9; i++) {
    for (let j = 0; j < 8; j++) {
      expect(out[i * 8 + j]).toBe(i === 8 ? Number.NaN : j === 7 ? Number.POSITIVE_INFINITY : 30);
    }
  }
});
