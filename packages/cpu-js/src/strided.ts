/**
 * Reading through an address pattern (`strided`: permute, flip, slice, expand, im2col) and writing through one
 * (`stridedAdd`, its adjoint: padding, col2im). The contiguous side counts 0, 1, 2, … along the view.
 */
import { type StridedView, stridesOf, type TypedArray } from "@corr2d/core";
import { Rows } from "./axes.ts";

/** From this length on, the engine's block copy beats a loop. */
const BLOCK = 128;

export function strided(x: TypedArray, view: StridedView, out: TypedArray): void {
  const rows = new Rows(view.shape, [view.strides, stridesOf(view.shape)], [view.offset | 0, 0]);
  const { length, starts } = rows;
  const step = rows.steps[0]!;
  do copyRow(x, starts[0]!, step, out, starts[1]!, length);
  while (rows.next());
}

function copyRow(x: TypedArray, i: number, step: number, out: TypedArray, at: number, length: number): void {
  if (step === 1 && length >= BLOCK) {
    out.set(x.subarray(i, i + length), at);
    return;
  }
  for (const end = at + length; at < end; at++, i += step) out[at] = x[i]!;
}

/** @param out of `view.sourceSize` elements, contents arbitrary */
export function stridedAdd(x: TypedArray, view: StridedView, out: TypedArray): void {
  out.fill(0);
  const rows = new Rows(view.shape, [view.strides, stridesOf(view.shape)], [view.offset | 0, 0]);
  const { length, starts } = rows;
  const step = rows.steps[0]!;
  do addRow(x, starts[1]!, out, starts[0]!, step, length);
  while (rows.next());
}

function addRow(x: TypedArray, i: number, out: TypedArray, at: number, step: number, length: number): void {
  const end = i + length;
  if (step !== 0) {
    for (; i < end; i++, at += step) out[at]! += x[i]!;
    return;
  }
  // All onto one element: summed in float64 first.
  let sum = 0;
  for (; i < end; i++) sum += x[i]!;
  out[at]! += sum;
}
