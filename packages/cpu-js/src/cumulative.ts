/** Running sums along the middle axis of [outer, length, inner], in float64, and those of float64 with what their roundings lost. */
import type { TypedArray } from "@corr2d/core";

export function cumsum(x: TypedArray, length: number, inner: number, out: TypedArray): void {
  const block = length * inner;
  const line = out instanceof Float64Array ? compensated : out instanceof Int32Array ? wrapped : accumulated;
  for (let start = 0; start < x.length; start += block) {
    for (let first = start; first < start + inner; first++) line(x, first, first + block, inner, out);
  }
}

function accumulated(x: TypedArray, first: number, end: number, step: number, out: TypedArray): void {
  let sum = 0;
  for (let i = first; i < end; i += step) {
    sum += x[i]!;
    out[i] = sum;
  }
}

function wrapped(x: TypedArray, first: number, end: number, step: number, out: TypedArray): void {
  let sum = 0;
  for (let i = first; i < end; i += step) {
    sum = (sum + x[i]!) | 0;
    out[i] = sum;
  }
}

/** Neumaier's sum (1974). */
function compensated(x: TypedArray, first: number, end: number, step: number, out: TypedArray): void {
  let sum = 0;
  let lost = 0;
  for (let i = first; i < end; i += step) {
    const term = x[i]!;
    const next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
    out[i] = Number.isFinite(sum) ? sum + lost : sum;
  }
}
