/**
 * softmax and its logarithm over the middle axis of [outer, length, inner], the maximum subtracted first so that
 * no exponential overflows. A NaN, or a maximum of ±∞, makes its whole line NaN.
 */
import type { TypedArray } from "@corr2d/core";

/** The maximum of a line; NaN if there is one. */
function lineMax(x: TypedArray, first: number, end: number, step: number): number {
  let max = x[first]!;
  for (let i = first; i < end; i += step) max = Math.max(max, x[i]!);
  return max;
}

export function softmax(x: TypedArray, outer: number, length: number, inner: number, out: TypedArray): void {
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < inner; k++) {
      const first = o * length * inner + k;
      const end = first + length * inner;
      const max = lineMax(x, first, end, inner);
      let sum = 0;
      for (let i = first; i < end; i += inner) {
        const power = Math.exp(x[i]! - max);
        out[i] = power;
        sum += power;
      }
      for (let i = first; i < end; i += inner) out[i] = out[i]! / sum;
    }
  }
}

export function logSoftmax(
  x: TypedArray,
  outer: number,
  length: number,
  inner: number,
  out: TypedArray,
): void {
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < inner; k++) {
      const first = o * length * inner + k;
      const end = first + length * inner;
      const max = lineMax(x, first, end, inner);
      let sum = 0;
      for (let i = first; i < end; i += inner) sum += Math.exp(x[i]! - max);
      const log = Math.log(sum);
      for (let i = first; i < end; i += inner) out[i] = x[i]! - max - log;
    }
  }
}
