import { type DType, type ReduceOp, reduceDtype, reducedSizeOf, type TypedArray } from "@corr2d/core";
import { expect, it } from "vitest";
import { cpuJs } from "../src/index.ts";
import { seeded } from "./random.ts";

const backend = cpuJs();
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function reduce(
  op: ReduceOp,
  x: TypedArray,
  shape: readonly number[],
  axes: readonly number[],
  dtype: DType,
): number[] {
  const out = backend.reduce(op, backend.upload(x), shape, axes, dtype);
  return [...backend.readSync!(out, reducedSizeOf(shape, axes), reduceDtype(op, dtype))];
}

/** Collects the elements that share a result, in order, and folds each list. */
function naive(
  x: TypedArray,
  shape: readonly number[],
  axes: readonly number[],
  fold: (list: number[]) => number,
): number[] {
  const lists = new Map<string, number[]>();
  for (let flat = 0; flat < x.length; flat++) {
    const kept: number[] = [];
    let rest = flat;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (!axes.includes(axis)) kept.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    const key = kept.join();
    if (!lists.has(key)) lists.set(key, []);
    lists.get(key)!.push(x[flat]!);
  }
  return [...lists.values()].map(fold);
}

const FOLDS: Record<ReduceOp, (list: number[]) => number> = {
  sum: (list) => list.reduce((a, b) => a + b, 0),
  prod: (list) => list.reduce((a, b) => a * b, 1) + 0,
  max: (list) => Math.max(...list),
  min: (list) => Math.min(...list),
  argmax: (list) =>
    list.some(Number.isNaN) ? list.findIndex(Number.isNaN) : list.indexOf(Math.max(...list)),
  argmin: (list) =>
    list.some(Number.isNaN) ? list.findIndex(Number.isNaN) : list.indexOf(Math.min(...list)),
};

it.each(["float32", "float64", "int32"] as const)("equals a fold over lists, over any axes: %s", (dtype) => {
  for (let seed = 0; seed < 200; seed++) {
    const random = seeded(seed);
    const rank = random.integer(1, 5);
    const shape = Array.from({ length: rank }, () => random.integer(1, 5));
    const all = shape.map((_, axis) => axis);
    const some = all.filter(() => random.integer(0, 1) === 1);
    const one = [random.integer(0, rank - 1)];
    const x = random.integers(
      shape.reduce((a, b) => a * b, 1),
      dtype,
    );
    // Products of at most 12 factors stay exact.
    const small = x.map((v) => Math.sign(v) * Math.min(Math.abs(v), 2));
    const signs = x.map((v) => (v < 0 ? -1 : 1));
    if (dtype !== "int32" && seed % 4 === 0) x[random.integer(0, x.length - 1)] = nan;
    const axes = some.length > 0 ? some : one;
    const label = `seed ${seed}: [${shape}] over [${axes}]`;
    for (const op of ["sum", "max", "min"] as const) {
      expect(reduce(op, x, shape, axes, dtype), `${op}, ${label}`).toEqual(naive(x, shape, axes, FOLDS[op]));
    }
    expect(reduce("prod", signs, shape, axes, dtype), `prod, ${label}`).toEqual(
      naive(signs, shape, axes, FOLDS.prod),
    );
    expect(
      reduce("prod", small, shape, one, dtype).map((v) => v + 0),
      `prod, ${label}`,
    ).toEqual(naive(small, shape, one, FOLDS.prod));
    for (const op of ["argmax", "argmin"] as const) {
      expect(reduce(op, x, shape, one, dtype), `${op}, ${label}`).toEqual(naive(x, shape, one, FOLDS[op]));
    }
  }
});

it("sums float32 in float64", () => {
  const x = new Float32Array(1_000_001).fill(0.1);
  expect(reduce("sum", x, [x.length], [0], "float32")).toEqual([Math.fround(Math.fround(0.1) * x.length)]);
});

it("wraps on int32, however long the sum", () => {
  expect(reduce("sum", Int32Array.of(2147483647, 1), [2], [0], "int32")).toEqual([-2147483648]);
  expect(reduce("prod", Int32Array.of(65537, 65537), [2], [0], "int32")).toEqual([131073]);
  expect(reduce("max", Int32Array.of(-2147483648), [1], [0], "int32")).toEqual([-2147483648]);
});

it("lets the first NaN win, and knows infinities", () => {
  const x = Float32Array.of(1, nan, 5, nan);
  expect(reduce("max", x, [4], [0], "float32")).toEqual([nan]);
  expect(reduce("min", x, [4], [0], "float32")).toEqual([nan]);
  expect(reduce("argmax", x, [4], [0], "float32")).toEqual([1]);
  expect(reduce("argmin", x, [4], [0], "float32")).toEqual([1]);
  expect(reduce("argmax", Float32Array.of(-inf, -inf), [2], [0], "float32")).toEqual([0]);
  expect(reduce("argmax", Float32Array.of(1, inf, inf), [3], [0], "float32")).toEqual([1]);
  expect(reduce("max", Float32Array.of(-inf, -inf), [2], [0], "float32")).toEqual([-inf]);
});
