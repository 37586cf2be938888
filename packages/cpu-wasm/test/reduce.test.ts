/** Reductions against float64: every pattern of axes, accuracy of long sums, NaN, ties, and wrapping. */
import type { ReduceOp } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { reduce } from "../src/reduce.ts";
import { BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

type Fold = (total: number, x: number) => number;

const FLOAT: Record<string, Fold> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
};
const INT: Record<string, Fold> = { ...FLOAT, sum: (a, b) => (a + b) | 0, prod: Math.imul };
const START: Record<string, number> = { sum: 0, prod: 1, max: -Infinity, min: Infinity };

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** For every element of x, which result it belongs to. */
function resultOf(shape: readonly number[], axes: readonly number[]): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    let position = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const along = i % shape[axis]!;
      i = (i - along) / shape[axis]!;
      if (axes.includes(axis)) continue;
      position += along * stride;
      stride *= shape[axis]!;
    }
    return position;
  });
}

const keptSize = (shape: readonly number[], axes: readonly number[]): number =>
  sizeOf(shape.filter((_, axis) => !axes.includes(axis)));

function exactFold(
  x: ArrayLike<number>,
  shape: number[],
  axes: number[],
  fold: Fold,
  start: number,
): number[] {
  const out: number[] = new Array(keptSize(shape, axes)).fill(start);
  for (const [i, result] of resultOf(shape, axes).entries()) out[result] = fold(out[result]!, x[i]!);
  return out;
}

function exactArg(x: ArrayLike<number>, shape: number[], axis: number, largest: boolean): number[] {
  const inner = sizeOf(shape.slice(axis + 1));
  const out: number[] = new Array(keptSize(shape, [axis])).fill(-1);
  const best: number[] = [];
  for (const [i, result] of resultOf(shape, [axis]).entries()) {
    const b = best[result];
    const beats = largest ? x[i]! > b! : x[i]! < b!;
    const better = b === undefined || beats || (Number.isNaN(x[i]) && !Number.isNaN(b));
    if (!better) continue;
    best[result] = x[i]!;
    out[result] = Math.floor(i / inner) % shape[axis]!;
  }
  return out;
}

describe.each(BUILDS)("reductions, %s build", async (build) => {
  const rt = await openKernels(build);

  const run = (
    op: ReduceOp,
    x: ArrayLike<number>,
    shape: number[],
    axes: number[],
    dtype: "float32" | "int32",
  ): number[] => {
    const at = rt.put(x, dtype);
    const result = op.startsWith("arg") ? "int32" : dtype;
    return Array.from(
      rt.result(keptSize(shape, axes), result, (out) => reduce(rt, op, at, out, shape, axes, dtype)),
    );
  };

  test("every pattern of axes, both dtypes, all operations", () => {
    const random = seeded(1);
    for (let round = 0; round < 300; round++) {
      rt.reset();
      const shape = Array.from({ length: 1 + ((random() * 6) | 0) }, () => 1 + ((random() * 6) | 0));
      const axes = shape.flatMap((_, axis) => (random() < 0.5 ? [axis] : []));
      if (axes.length === 0) axes.push((random() * shape.length) | 0);
      const dtype = round % 2 ? "int32" : "float32";
      const x = Array.from({ length: sizeOf(shape) }, () => ((random() * 7) | 0) - 3);
      const folds = dtype === "int32" ? INT : FLOAT;
      for (const op of ["sum", "max", "min", "prod"] as const) {
        const signed = x.map((v) => (op === "prod" ? (v > 0 ? 1 : v < 0 ? -1 : 2) : v)); // products stay exact
        if (op === "prod" && sizeOf(shape) > 100 && dtype === "float32") continue;
        const wanted = exactFold(signed, shape, axes, folds[op]!, START[op]!);
        expect(
          run(op, signed, shape, axes, dtype).map((v) => v + 0),
          `${op} ${shape} over ${axes}`,
        ).toEqual(wanted.map((v) => v + 0));
      }
      const axis = axes[0]!;
      for (const op of ["argmax", "argmin"] as const) {
        expect(run(op, x, shape, [axis], dtype), `${op} ${shape} over ${axis}`).toEqual(
          exactArg(x, shape, axis, op === "argmax"),
        );
      }
    }
  });

  test("short rows, and the ends of rows, between elements that would win", () => {
    for (const dtype of ["float32", "int32"] as const) {
      const folds = dtype === "int32" ? INT : FLOAT;
      for (let n = 1; n < 22; n++) {
        rt.reset();
        const shape = [6, n];
        // Each row lies between a smaller and a greater one.
        const x = Array.from({ length: 6 * n }, (_, i) => 40 * Math.floor(i / n) + ((i * 7) % 23) - 100);
        for (const op of ["max", "min", "sum"] as const) {
          expect(run(op, x, shape, [1], dtype), `${op} of ${n}`).toEqual(
            exactFold(x, shape, [1], folds[op]!, START[op]!),
          );
        }
        for (const op of ["argmax", "argmin"] as const) {
          expect(run(op, x, shape, [1], dtype), `${op} of ${n}`).toEqual(
            exactArg(x, shape, 1, op === "argmax"),
          );
        }
      }
    }
  });

  test("long sums are as exact as pairwise ones, whatever is reduced", () => {
    const random = seeded(2);
    const cases: [shape: number[], axes: number[]][] = [
      [[400_003], [0]],
      [
        [128, 6, 784],
        [0, 2],
      ],
      [
        [128, 6, 28, 28],
        [0, 2, 3],
      ],
      [[60_000, 3], [0]],
      [[2000, 100], [0]],
      [[100, 2000], [1]],
      [
        [20, 40, 20, 30],
        [0, 2],
      ],
      [
        [20, 40, 20, 30],
        [1, 3],
      ],
      [[40, 7, 5, 301], [1]],
    ];
    for (const [shape, axes] of cases) {
      rt.reset();
      // Positive and far from 0: the sum grows, and so does what float32 alone would lose.
      const x = Float32Array.from({ length: sizeOf(shape) }, () => 1 + random());
      const wanted = exactFold(x, shape, axes, FLOAT.sum!, 0);
      const actual = run("sum", x, shape, axes, "float32");
      const worst = Math.max(...actual.map((v, i) => Math.abs(v / wanted[i]! - 1)));
      expect(worst, `${shape} over ${axes}`).toBeLessThan(5e-7);
      expect(actual).toHaveLength(wanted.length);
    }
  });

  test("large sums are shared out, with the same bits", () => {
    rt.reset();
    rt.chunks = 0;
    const x = Float32Array.from({ length: 602_112 }, (_, i) => Math.sin(i));
    run("sum", x, [128, 6, 784], [0, 2], "float32");
    expect(rt.chunks / 2).toBeGreaterThanOrEqual(12);
    rt.chunks = 0;
    run("sum", x, [602_112], [0], "float32");
    expect(rt.chunks / 2).toBeGreaterThanOrEqual(12);
  });

  test("NaN wins max, min and their positions, wherever it stands", () => {
    for (const n of [1, 3, 4, 7, 16, 33]) {
      for (let where = 0; where < n; where++) {
        rt.reset();
        const x = Array.from({ length: n }, (_, i) => (i === where || i === where + 2 ? NaN : i * 0.5));
        expect(run("max", x, [n], [0], "float32")).toEqual([NaN]);
        expect(run("min", x, [n], [0], "float32")).toEqual([NaN]);
        expect(run("argmax", x, [n], [0], "float32")).toEqual([where]);
        expect(run("argmin", x, [n], [0], "float32")).toEqual([where]);
        const columns = x.flatMap((v) => [v, 1, -v]);
        expect(run("max", columns, [n, 3], [0], "float32")).toEqual([NaN, 1, NaN]);
        expect(run("argmax", columns, [n, 3], [0], "float32")).toEqual([where, 0, where]);
        expect(run("argmin", columns, [n, 3], [0], "float32")).toEqual([where, 0, where]);
      }
    }
  });

  test("rows of nothing but infinities, and products whose parts overflow", () => {
    rt.reset();
    const low = new Array(9).fill(-Infinity);
    expect(run("max", low, [9], [0], "float32")).toEqual([-Infinity]);
    expect(run("argmax", low, [9], [0], "float32")).toEqual([0]);
    expect(run("argmax", low, [3, 3], [0], "float32")).toEqual([0, 0, 0]);
    const x = [1e30, 1e30, 2, 1, 1e-30, 1e-30];
    expect(run("prod", x, [6], [0], "float32")[0]).toBeCloseTo(2, 5);
    expect(run("sum", [3e38, 3e38, -3e38], [3], [0], "float32")[0]).toBeGreaterThan(0);
  });

  test("int32 sums and products wrap", () => {
    rt.reset();
    const random = seeded(3);
    const x = Int32Array.from({ length: 20_007 }, () => random() * 2 ** 32);
    for (const op of ["sum", "prod", "max", "min"] as const) {
      expect(run(op, x, [20_007], [0], "int32")).toEqual(exactFold(x, [20_007], [0], INT[op]!, START[op]!));
      const shape = [57, 39, 9];
      const wanted = exactFold(x, shape, [0, 2], INT[op]!, START[op]!);
      expect(run(op, x, shape, [0, 2], "int32")).toEqual(wanted);
      expect(run(op, x, shape, [1], "int32")).toEqual(exactFold(x, shape, [1], INT[op]!, START[op]!));
    }
  });
});
