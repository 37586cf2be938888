/** The reductions (`assembly/reduce/driver.ts`). */
import type { DType, ReduceOp } from "@corr2d/core";
import { DIMENSIONS, Fold } from "./generated/border.ts";
import { putIntegers, type Runtime } from "./runtime.ts";

const FOLD: Readonly<Record<ReduceOp, number>> = {
  sum: Fold.sum,
  prod: Fold.prod,
  max: Fold.max,
  min: Fold.min,
  argmax: Fold.arg + Fold.max,
  argmin: Fold.arg + Fold.min,
};

/**
 * `out` = the fold of x over `axes` (sorted, distinct, not empty), row-major without them; int32 positions for argmax
 * and argmin, which reduce one axis.
 */
export function reduce(
  rt: Runtime,
  op: ReduceOp,
  x: number,
  out: number,
  shape: readonly number[],
  axes: readonly number[],
  dtype: DType,
): void {
  const rank = shape.length;
  putIntegers(rt, DIMENSIONS, shape);
  const flags = (DIMENSIONS >> 2) + rank;
  rt.i32.fill(0, flags, flags + rank);
  for (const axis of axes) rt.i32[flags + axis] = 1;
  rt.call.reduce(FOLD[op] + (dtype === "int32" ? Fold.intSum : 0), x, out, rank, rank);
}
