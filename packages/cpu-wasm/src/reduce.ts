/** The reductions (`assembly/reduce/driver.ts`). */
import type { DType, ReduceOp } from "@corr2d/core";
import { DIMENSIONS } from "./layout.ts";
import { putIntegers, type Runtime } from "./runtime.ts";

/** `Fold` in assembly/reduce/fold.ts, with its ARG; INT is added for int32. */
const FOLD = { sum: 0, prod: 1, max: 2, min: 3, argmax: 8 + 2, argmin: 8 + 3 } as const;
const INT = 4;

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
  rt.call.reduce(FOLD[op] + (dtype === "int32" ? INT : 0), x, out, rank, rank);
}
