/**
 * Reductions over any axes.
 *
 * x is read once, in order. Along a row the result either stands still (the row is reduced: its elements go to one
 * total) or moves along (the row is kept: each element goes to a total of its own). Totals are float64 for
 * floating dtypes, whatever the operand's.
 */
import { type DType, type ReduceOp, sizeOf, stridesOf, type TypedArray } from "@corr2d/core";
import { Rows } from "./axes.ts";
import type { BufferPool } from "./buffers.ts";

type Totals = Float64Array | Int32Array;
type TotalOp = "sum" | "prod" | "max" | "min";

/** Takes `length` elements of x from `i` on into `totals[at]`, `totals[at + step]`, … */
type Row = (x: TypedArray, i: number, length: number, totals: Totals, at: number, step: number) => void;

interface Reduction {
  /** The total of nothing. */
  readonly start: number;
  readonly row: Row;
}

const sumRow: Row = (x, i, length, totals, at, step) => {
  const end = i + length;
  if (step !== 0) {
    for (; i < end; i++, at += step) totals[at]! += x[i]!;
    return;
  }
  // Four sums at once: one would wait for each addition to finish before the next.
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (; i + 3 < end; i += 4) {
    s0 += x[i]!;
    s1 += x[i + 1]!;
    s2 += x[i + 2]!;
    s3 += x[i + 3]!;
  }
  for (; i < end; i++) s0 += x[i]!;
  totals[at]! += s0 + s1 + (s2 + s3);
};

const prodRow: Row = (x, i, length, totals, at, step) => {
  for (const end = i + length; i < end; i++, at += step) totals[at]! *= x[i]!;
};

// A NaN total stays, as nothing is greater or less than it; a NaN element replaces whatever the total was.
const maxRow: Row = (x, i, length, totals, at, step) => {
  for (const end = i + length; i < end; i++, at += step) {
    const v = x[i]!;
    if (v > totals[at]! || Number.isNaN(v)) totals[at] = v;
  }
};

const minRow: Row = (x, i, length, totals, at, step) => {
  for (const end = i + length; i < end; i++, at += step) {
    const v = x[i]!;
    if (v < totals[at]! || Number.isNaN(v)) totals[at] = v;
  }
};

/** int32 totals wrap at every step, as a float64 could not hold them all. */
const sumInt32Row: Row = (x, i, length, totals, at, step) => {
  for (const end = i + length; i < end; i++, at += step) totals[at] = (totals[at]! + x[i]!) | 0;
};

const prodInt32Row: Row = (x, i, length, totals, at, step) => {
  for (const end = i + length; i < end; i++, at += step) totals[at] = Math.imul(totals[at]!, x[i]!);
};

type Reductions = { readonly [op in TotalOp]: Reduction };

const FLOATING: Reductions = {
  sum: { start: 0, row: sumRow },
  prod: { start: 1, row: prodRow },
  max: { start: Number.NEGATIVE_INFINITY, row: maxRow },
  min: { start: Number.POSITIVE_INFINITY, row: minRow },
};

/** By dtype: the reductions, and whether their totals are float64 and rounded to the dtype at the end. */
const REDUCTIONS: { readonly [dtype in DType]: { readonly ops: Reductions; readonly rounds: boolean } } = {
  float32: { ops: FLOATING, rounds: true },
  float64: { ops: FLOATING, rounds: false },
  int32: {
    ops: {
      sum: { start: 0, row: sumInt32Row },
      prod: { start: 1, row: prodInt32Row },
      max: { start: -2147483648, row: maxRow },
      min: { start: 2147483647, row: minRow },
    },
    rounds: false,
  },
};

/** @param out of `reducedSizeOf(shape, axes)` elements */
export function reduce(
  op: ReduceOp,
  x: TypedArray,
  shape: readonly number[],
  axes: readonly number[],
  out: TypedArray,
  dtype: DType,
  pool: BufferPool,
): void {
  if (op === "argmax" || op === "argmin") {
    const axis = axes[0]!;
    const inner = sizeOf(shape.slice(axis + 1)) | 0;
    argExtreme(op === "argmax" ? 1 : -1, x, shape[axis]! | 0, inner, out);
    return;
  }
  const { ops, rounds } = REDUCTIONS[dtype];
  const { start, row } = ops[op];
  const totals = rounds ? pool.borrow(out.length) : (out as Totals);
  totals.fill(start);
  if (axes.length === shape.length) row(x, 0, x.length, totals, 0, 0);
  else {
    const rows = new Rows(shape, [stridesOf(shape), totalStrides(shape, axes)], [0, 0]);
    const { length, starts, steps } = rows;
    do row(x, starts[0]!, length, totals, starts[1]!, steps[1]!);
    while (rows.next());
  }
  if (rounds) {
    out.set(totals);
    pool.giveBack(totals);
  }
}

/** For every axis of x, how far the total moves: 0 along the reduced ones. */
function totalStrides(shape: readonly number[], axes: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const reduced = axes.includes(axis);
    strides[axis] = reduced ? 0 : step;
    if (!reduced) step *= shape[axis]!;
  }
  return strides;
}

/** Where the largest (`sign` 1) or smallest (−1) element lies along the middle axis: the first one, or the first NaN. */
function argExtreme(sign: number, x: TypedArray, length: number, inner: number, out: TypedArray): void {
  for (let start = 0, at = 0; start < x.length; start += length * inner) {
    for (let i = 0; i < inner; i++, at++) {
      const first = start + i;
      let best = x[first]!;
      let found = 0;
      // Once the best is NaN, it stays.
      for (let k = 1; k < length && !Number.isNaN(best); k++) {
        const v = x[first + k * inner]!;
        if ((v - best) * sign > 0 || Number.isNaN(v)) {
          best = v;
          found = k;
        }
      }
      out[at] = found;
    }
  }
}
