/** gather and scatterAdd (`assembly/gather/driver.ts`). */
import { Corr2dError, type DType, type GatherSize } from "@corr2d/core";
import { Gather } from "./generated/border.ts";
import type { Runtime } from "./runtime.ts";

/** @throws INDEX_OUT_OF_RANGE */
function run(
  rt: Runtime,
  member: number,
  x: number,
  index: number,
  out: number,
  { outer, length, inner, count }: GatherSize,
): void {
  const outside = rt.call.gather(member, x, index, out, outer, length, inner, count);
  if (outside < 0) return;
  const value = rt.i32[(index >> 2) + outside]!;
  const [name, rows] = member === Gather.gather ? ["gather", length] : ["scatterAdd", count];
  throw new Corr2dError(
    "INDEX_OUT_OF_RANGE",
    `${name}: index ${value} is out of range for an axis of ${length} ` +
      `(x [${outer}, ${rows}, ${inner}], index [${outer}, ${count}, ${inner}])`,
    { index: value, length },
  );
}

/**
 * `out[o, c, i] = x[o, index[o, c, i], i]`.
 * @throws INDEX_OUT_OF_RANGE
 */
export function gather(rt: Runtime, x: number, index: number, out: number, size: GatherSize): void {
  run(rt, Gather.gather, x, index, out, size);
}

/**
 * `out[o, index[o, c, i], i] += x[o, c, i]` into zeros, in the order of x.
 * @throws INDEX_OUT_OF_RANGE
 */
export function scatterAdd(
  rt: Runtime,
  x: number,
  index: number,
  out: number,
  size: GatherSize,
  dtype: DType,
): void {
  run(rt, dtype === "int32" ? Gather.scatterAddInt : Gather.scatterAdd, x, index, out, size);
}
