/** gather and scatterAdd (`assembly/drive/gather.ts`). */
import { Corr2dError, type DType, type GatherSize } from "@corr2d/core";
import type { Runtime } from "./runtime.ts";

/** `Member` in assembly/drive/gather.ts. */
type Member = 0 | 1 | 2;

function run(
  rt: Runtime,
  member: Member,
  x: number,
  index: number,
  out: number,
  { outer, length, inner, count }: GatherSize,
): void {
  const outside = rt.call.gather(member, x, index, out, outer, length, inner, count);
  if (outside < 0) return;
  const value = rt.i32[(index >> 2) + outside]!;
  throw new Corr2dError(
    "INDEX_OUT_OF_RANGE",
    `index ${value} is out of bounds for dimension with size ${length}`,
    { index: value, length },
  );
}

/**
 * `out[o, c, i] = x[o, index[o, c, i], i]`.
 * @throws INDEX_OUT_OF_RANGE
 */
export function gather(rt: Runtime, x: number, index: number, out: number, size: GatherSize): void {
  run(rt, 0, x, index, out, size);
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
  run(rt, dtype === "int32" ? 2 : 1, x, index, out, size);
}
