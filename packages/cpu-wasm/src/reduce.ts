/** The reductions (`assembly/drive/reduce.ts`). */
import type { DType, ReduceOp } from "@corr2d/core";
import { DIMENSIONS } from "./layout.ts";
import { putIntegers, type Runtime } from "./runtime.ts";

/** `Fold` in assembly/reduce-fold.ts; INT is added for int32. */
const FOLD = { sum: 0, prod: 1, max: 2, min: 3, argmax: 2, argmin: 3 } as const;
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
  const code = FOLD[op] + (dtype === "int32" ? INT : 0);
  const rank = shape.length;
  if (op === "argmax" || op === "argmin") {
    const axis = axes[0]!;
    let outer = 1;
    let inner = 1;
    for (let i = 0; i < axis; i++) outer *= shape[i]!;
    for (let i = axis + 1; i < rank; i++) inner *= shape[i]!;
    rt.call.argReduce(code, x, out, outer, shape[axis]!, inner);
    return;
  }
  putIntegers(rt, DIMENSIONS, shape);
  const flags = (DIMENSIONS >> 2) + rank;
  rt.i32.fill(0, flags, flags + rank);
  for (const axis of axes) rt.i32[flags + axis] = 1;
  rt.call.reduce(code, x, out, rank, rank);
}
