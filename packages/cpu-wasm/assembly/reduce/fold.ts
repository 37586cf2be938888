/**
 * What the reductions fold with, on vectors and on single elements, and where their axes are in the
 * arguments.
 */
import { Fold } from "./operations";
import { maximum, minimum } from "../common/lanes";
import { item } from "../common/structs";

@inline
export function identity(op: i32): v128 {
  if (op == Fold.PROD) return f32x4.splat(1);
  if (op == Fold.MAX) return f32x4.splat(-Infinity);
  if (op == Fold.MIN) return f32x4.splat(Infinity);
  if (op == Fold.INT_PROD) return i32x4.splat(1);
  if (op == Fold.INT_MAX) return i32x4.splat(i32.MIN_VALUE);
  if (op == Fold.INT_MIN) return i32x4.splat(i32.MAX_VALUE);
  return i32x4.splat(0);
}

@inline
export function fold(op: i32, a: v128, b: v128): v128 {
  if (op == Fold.SUM) return f32x4.add(a, b);
  if (op == Fold.PROD) return f32x4.mul(a, b);
  if (op == Fold.MAX) return maximum(a, b);
  if (op == Fold.MIN) return minimum(a, b);
  if (op == Fold.INT_SUM) return i32x4.add(a, b);
  if (op == Fold.INT_PROD) return i32x4.mul(a, b);
  if (op == Fold.INT_MAX) return i32x4.max_s(a, b);
  return i32x4.min_s(a, b);
}

/** Of elements, which float64 holds exactly whatever their dtype. */
export function foldScalar(op: i32, a: f64, b: f64): f64 {
  if (op == Fold.SUM) return a + b;
  if (op == Fold.PROD) return a * b;
  if (op == Fold.INT_SUM) return <f64>(<i32>a + <i32>b);
  if (op == Fold.INT_PROD) return <f64>(<i32>a * <i32>b);
  return op == Fold.MAX || op == Fold.INT_MAX ? max(a, b) : min(a, b);
}

/**
 * An axis in the arguments: kept axes, then outer reduced ones, each innermost first. The stride is in
 * elements.
 */
@unmanaged
export class FoldAxis {
  length: i32;
  stride: i32;
}

/** The offset in bytes of element `index` over a list of `axes` axes. */
export function offsetOf(list: usize, axes: i32, index: i32): usize {
  let offset = 0;
  for (let i = 0; i < axes; i++) {
    const axis = item<FoldAxis>(list, i);
    const next = index / axis.length;
    offset += (index - next * axis.length) * axis.stride;
    index = next;
  }
  return (<usize>offset) << 2;
}

/** The length of a row of `m` float64 sums in scratch: whole vectors of four. */
@inline
export function padded(m: i32): i32 {
  return (m + 3) & -4;
}
