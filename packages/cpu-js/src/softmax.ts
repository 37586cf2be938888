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

export function softmax(x: TypedArray, length: number, inner: number, out: TypedArray): void {
  const block = length * inner;
  for (let start = 0; start < x.length; start += block) {
    for (let first = start; first < start + inner; first++) {
      const end = first + block;
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

export function logSoftmax(x: TypedArray, length: number, inner: number, out: TypedArray): void {
  const block = length * inner;
  for (let start = 0; start < x.length; start += block) {
    for (let first = start; first < start + inner; first++) {
      const end = first + block;
      const max = lineMax(x, first, end, inner);
      let sum = 0;
      for (let i = first; i < end; i += inner) sum += Math.exp(x[i]! - max);
      const log = Math.log(sum);
      for (let i = first; i < end; i += inner) out[i] = x[i]! - max - log;
    }
  }
}
