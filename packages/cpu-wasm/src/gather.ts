/** gather and scatterAdd (`assembly/drive/gather.ts`), and the check of their indices. */
import { Corr2dError, type DType, type GatherSize } from "@corr2d/core";
import type { Runtime } from "./runtime.ts";

function checkIndices(rt: Runtime, index: number, { outer, length, inner, count }: GatherSize): void {
  const at = rt.call.firstOutside(index, outer * count * inner, length);
  if (at < 0) return;
  const value = rt.i32[(index >> 2) + at]!;
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
  checkIndices(rt, index, size);
  const { outer, length, inner, count } = size;
  rt.call.gather(x, index, out, outer, length, inner, count);
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
  checkIndices(rt, index, size);
  const { outer, length, inner, count } = size;
  rt.call.scatterAdd(dtype === "int32", x, index, out, outer, length, inner, count);
}
