/** Picking elements by an index tensor along one axis (`gather`), and adding by one (`scatterAdd`, its adjoint). */
import { Corr2dError, type GatherSize, type TypedArray } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";
import { sumBlocks } from "./wide-sums.ts";

/** @throws INDEX_OUT_OF_RANGE for the first index outside `[0, length)` */
export function checkIndices(operation: "gather" | "scatterAdd", index: TypedArray, size: GatherSize): void {
  const { outer, length, inner, count } = size;
  for (let i = 0; i < index.length; i++) {
    const at = index[i]!;
    if (at >= 0 && at < length) continue;
    const picked = `[${outer}, ${count}, ${inner}]`;
    const whole = `[${outer}, ${length}, ${inner}]`;
    const sizes =
      operation === "gather"
        ? `x ${whole}, index ${picked}`
        : `x ${picked}, index ${picked}, result ${whole}`;
    throw new Corr2dError(
      "INDEX_OUT_OF_RANGE",
      `${operation}: index ${at} is out of range for an axis of ${length} (${sizes})`,
      { index: at, length },
    );
  }
}

/** `out[o, c, i] = x[o, index[o, c, i], i]`, indices checked. */
export function gather(x: TypedArray, index: TypedArray, size: GatherSize, out: TypedArray): void {
  const { outer, length, inner, count } = size;
  let at = 0;
  for (let o = 0; o < outer; o++) {
    const block = o * length * inner;
    for (let c = 0; c < count; c++) {
      for (let i = 0; i < inner; i++, at++) out[at] = x[block + index[at]! * inner + i]!;
    }
  }
}

/** `gatherSum` along the last axis. */
function sumSingles(
  x: TypedArray,
  index: TypedArray,
  weights: TypedArray,
  outer: number,
  length: number,
  taps: number,
  out: TypedArray,
): void {
  const entries = index.length;
  let at = 0;
  for (let block = 0; block < outer * length; block += length) {
    for (let list = 0; list < entries; list += taps) {
      let total = 0;
      for (let t = list; t < list + taps; t++) {
        const cell = index[t]!;
        if (cell < 0) break;
        total += weights[t]! * x[block + cell]!;
      }
      out[at++] = total;
    }
  }
}

/** `out[o, c, i] = Σ weights[c, t] · x[o, index[c, t], i]`; an index of −1 ends a list. */
export function gatherSum(
  x: TypedArray,
  index: TypedArray,
  weights: TypedArray,
  { outer, length, inner, count }: GatherSize,
  taps: number,
  out: TypedArray,
): void {
  if (inner === 1) {
    sumSingles(x, index, weights, outer, length, taps, out);
    return;
  }
  let at = 0;
  for (let o = 0; o < outer; o++) {
    const block = o * length * inner;
    for (let list = 0; list < count * taps; list += taps) {
      let terms = 0;
      while (terms < taps && index[list + terms]! >= 0) terms++;
      const weight = weights[list]!;
      const first = block + index[list]! * inner;
      for (let i = 0; i < inner; i++, at++) {
        let total = terms === 0 ? 0 : weight * x[first + i]!;
        for (let t = list + 1; t < list + terms; t++)
          total += weights[t]! * x[block + index[t]! * inner + i]!;
        out[at] = total;
      }
    }
  }
}

/** `out[o, index[o, c, i], i] += x[o, c, i]` into zeros, indices checked; float32 in float64. */
export function scatterAdd(
  x: TypedArray,
  index: TypedArray,
  size: GatherSize,
  out: TypedArray,
  pool: BufferPool,
): void {
  const { length, inner, count } = size;
  let at = 0;
  sumBlocks(out, length * inner, true, pool, (totals, start) => {
    for (let c = 0; c < count; c++) {
      for (let i = 0; i < inner; i++, at++) totals[start + index[at]! * inner + i]! += x[at]!;
    }
  });
}
