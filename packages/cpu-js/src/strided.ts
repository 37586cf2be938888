/**
 * Reading through an address pattern (`strided`: permute, flip, slice, expand, im2col) and writing through one
 * (`stridedAdd`, its adjoint: padding, col2im). The contiguous side counts 0, 1, 2, … along the view. And laying
 * tensors side by side (`concat`), by the same copies.
 */
import { type DType, type StridedView, stridesOf, type TypedArray } from "@corr2d/core";
import { Rows } from "./axes.ts";
import type { BufferPool } from "./buffers.ts";
import { sumBlocks } from "./wide-sums.ts";

/** From this length on, the engine's block copy beats a loop. */
const BLOCK = 128;

export function strided(x: TypedArray, view: StridedView, out: TypedArray): void {
  const rows = new Rows(view.shape, [view.strides, stridesOf(view.shape)], [view.offset | 0, 0]);
  const { length, starts } = rows;
  const [step, stepOut] = rows.steps as [number, number];
  do copyRow(x, starts[0]!, step, out, starts[1]!, stepOut, length);
  while (rows.next());
}

/** Copies `length` elements of x from `i` on to `out[at]`, `out[at + stepOut]`, … */
function copyRow(
  x: TypedArray,
  i: number,
  step: number,
  out: TypedArray,
  at: number,
  stepOut: number,
  length: number,
): void {
  if (step === 1 && stepOut === 1 && length >= BLOCK) {
    out.set(x.subarray(i, i + length), at);
    return;
  }
  for (let k = 0; k < length; k++, i += step, at += stepOut) out[at] = x[i]!;
}

/**
 * Adds x through the view into zeros. A single element that reaches an address is copied there, so that −0 stays what it
 * is: where several may, all add to a −0, float32 in float64.
 *
 * @param out of `view.sourceSize` elements, contents arbitrary
 */
export function stridedAdd(
  x: TypedArray,
  view: StridedView,
  out: TypedArray,
  dtype: DType,
  pool: BufferPool,
): void {
  const rows = new Rows(view.shape, [view.strides, stridesOf(view.shape)], [view.offset | 0, 0]);
  const { length, starts } = rows;
  const [step, stepX] = rows.steps as [number, number];
  if (!overlaps(view)) {
    if (x.length < out.length) out.fill(0);
    do copyRow(x, starts[1]!, stepX, out, starts[0]!, step, length);
    while (rows.next());
    return;
  }
  sumBlocks(out, out.length, true, pool, (totals) => {
    clear(view, totals);
    do addRow(x, starts[1]!, totals, starts[0]!, step, length, TOTALS[dtype]);
    while (rows.next());
  });
}

/** Whether two elements may have one address: no if each step leads beyond all that the smaller ones reach. */
function overlaps(view: StridedView): boolean {
  const { shape, strides } = view;
  let reach = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    const step = Math.abs(strides[axis]!);
    // Inner axes mostly have the smaller steps.
    if (step <= reach) return overlapsInAnyOrder(view);
    reach += (shape[axis]! - 1) * step;
  }
  return false;
}

function overlapsInAnyOrder({ shape, strides }: StridedView): boolean {
  return shape.some((size, axis) => {
    const step = Math.abs(strides[axis]!);
    let reach = 0;
    for (let other = 0; other < shape.length; other++) {
      const smaller = Math.abs(strides[other]!);
      if (other !== axis && smaller <= step) reach += (shape[other]! - 1) * smaller;
    }
    return size > 1 && step <= reach;
  });
}

/** Sets all that a view leads to to −0. Axes of one step are one axis to it, and those of step 0 nothing. */
function clear(view: StridedView, out: TypedArray): void {
  const sizes = new Map<number, number>();
  for (let axis = 0; axis < view.shape.length; axis++) {
    const step = view.strides[axis]!;
    if (step !== 0) sizes.set(step, (sizes.get(step) ?? 1) + view.shape[axis]! - 1);
  }
  const rows = new Rows([...sizes.values()], [[...sizes.keys()]], [view.offset | 0]);
  const { length, starts } = rows;
  const step = rows.steps[0]!;
  do {
    let at = starts[0]!;
    for (let i = 0; i < length; i++, at += step) out[at] = -0;
  } while (rows.next());
}

/** The total of x[i], …, x[end − 1]. */
type Total = (x: TypedArray, i: number, end: number) => number;

const total: Total = (x, i, end) => {
  let sum = 0;
  for (; i < end; i++) sum += x[i]!;
  return sum;
};

const TOTALS: { readonly [dtype in DType]: Total } = {
  float32: total,
  float64: total,
  int32: (x, i, end) => {
    let sum = 0;
    for (; i < end; i++) sum = (sum + x[i]!) | 0;
    return sum;
  },
};

function addRow(
  x: TypedArray,
  i: number,
  out: TypedArray,
  at: number,
  step: number,
  length: number,
  total: Total,
): void {
  const end = i + length;
  // All onto one element: summed in float64 first.
  if (step === 0) out[at]! += total(x, i, end);
  else for (; i < end; i++, at += step) out[at]! += x[i]!;
}

/** The parts, each [outer, lengths[i], inner], side by side: [outer, Σ lengths, inner]. */
export function concat(
  parts: readonly TypedArray[],
  lengths: readonly number[],
  outer: number,
  inner: number,
  out: TypedArray,
): void {
  const line = out.length / outer;
  let first = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const block = lengths[i]! * inner;
    // In the direction of the longer rows.
    if (block >= outer)
      for (let o = 0; o < outer; o++) copyRow(part, o * block, 1, out, o * line + first, 1, block);
    else for (let k = 0; k < block; k++) copyRow(part, k, block, out, first + k, line, outer);
    first += block;
  }
}
