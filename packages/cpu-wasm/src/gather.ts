/** Wrappers of gather and scatterAdd, and the check of their indices. */
import { Corr2dError, type DType, type GatherSize } from "@corr2d/core";
import type { Runtime } from "./runtime.ts";

/** Elements that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per element, in the unit of `PARALLEL_FLOPS`. */
const WORK = 40;

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
  const perChunk = Math.max(1, Math.floor(CHUNK / (count * inner)));
  const work = outer * count * inner * WORK;
  rt.run("gather", [x, index, out, outer, length, inner, count, perChunk], Math.ceil(outer / perChunk), work);
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
  const perChunk = Math.max(1, Math.floor(CHUNK / ((count + length) * inner)));
  const args = [x, index, out, outer, length, inner, count, perChunk, dtype === "int32" ? 1 : 0];
  rt.run("scatterAdd", args, Math.ceil(outer / perChunk), outer * count * inner * WORK);
}
