/**
 * The oracle for the remaining composites: softmax and logSoftmax over the middle axis, the activations'
 * gradients and the optimisers' step, each with the error its few roundings may leave (§9.2, §9.3).
 */
import type { Activation, DType } from "@corr2d/core";
import { type Expected, formatNumber, smallestNormal, unitRoundoff } from "../compare.ts";
import { numbers, ULPS } from "./elementwise.ts";
import { sumError, sumsExpected } from "./sums.ts";

type Values = ArrayLike<number>;

/** For every row: its addresses, its maximum, and Σ exp(x − max). */
function eachRow(
  x: Values,
  outer: number,
  length: number,
  inner: number,
  visit: (at: Int32Array, max: number, sum: number) => void,
): void {
  const at = new Int32Array(length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let max = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < length; j++) {
        at[j] = (o * length + j) * inner + i;
        max = Math.max(max, x[at[j]!]!);
      }
      let sum = 0;
      for (const a of at) sum += Math.exp(x[a]! - max);
      visit(at, max, sum);
    }
  }
}

/**
 * Roundings behind one exponential of a row, in units of u: the subtraction moves the argument by u·|x − max|,
 * exp adds its ulps, the sum its own, the division its ulps.
 */
const rowRoundings = (shift: number, length: number, dtype: DType): number =>
  Math.abs(shift) + 4 * ULPS.exp! + sumError(length, dtype) + 2 * ULPS.div!;

/** Softmax of rows in float64. */
export function softmax(x: Values, outer: number, length: number, inner: number, dtype: DType): Expected {
  const values = new Float64Array(x.length);
  const tolerance = new Float64Array(x.length);
  const u = unitRoundoff[dtype];
  eachRow(x, outer, length, inner, (at, max, sum) => {
    for (const a of at) {
      values[a] = Math.exp(x[a]! - max) / sum;
      tolerance[a] = u * rowRoundings(x[a]! - max, length, dtype) * values[a]! + smallestNormal[dtype];
    }
  });
  return { values, tolerance };
}

/** The logarithm of softmax, in float64. */
export function logSoftmax(x: Values, outer: number, length: number, inner: number, dtype: DType): Expected {
  const values = new Float64Array(x.length);
  const tolerance = new Float64Array(x.length);
  const u = unitRoundoff[dtype];
  eachRow(x, outer, length, inner, (at, max, sum) => {
    for (const a of at) {
      values[a] = x[a]! - max - Math.log(sum);
      const logError = 2 * ULPS.log! * Math.log(sum) + Math.abs(values[a]!);
      tolerance[a] = u * (rowRoundings(x[a]! - max, length, dtype) + logError);
    }
  });
  return { values, tolerance };
}

/** Runs along the middle axis of [outer, length, inner]: `visit` gets the addresses of each. */
function eachLine(outer: number, length: number, inner: number, visit: (at: Int32Array) => void): void {
  const at = new Int32Array(length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let j = 0; j < length; j++) at[j] = (o * length + j) * inner + i;
      visit(at);
    }
  }
}

/** Numbers in order, NaN after all. */
const compared = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b)
    ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
    : a < b
      ? -1
      : Number(a > b);

/** The elements in order, bit for bit, and where they were; equal ones keep their order, descending too. */
export function sort(
  x: Values,
  outer: number,
  length: number,
  inner: number,
  descending: boolean,
): { values: Expected; indices: Expected } {
  const values = new Float64Array(x.length);
  const indices = new Int32Array(x.length);
  eachLine(outer, length, inner, (at) => {
    const positions = Array.from({ length }, (_, i) => i);
    const sign = descending ? -1 : 1;
    positions.sort((a, b) => sign * compared(x[at[a]!]!, x[at[b]!]!) || a - b);
    positions.forEach((from, to) => {
      values[at[to]!] = x[at[from]!]!;
      indices[at[to]!] = from;
    });
  });
  return { values: { values, bits: true }, indices: { values: indices } };
}

/** Sums along the middle axis, each of an element and all before it: a sum of as many terms (§9.2). */
export function cumsum(x: Values, outer: number, length: number, inner: number, dtype: DType): Expected {
  const sums = new Float64Array(x.length);
  const magnitudes = new Float64Array(x.length);
  const counts = new Int32Array(x.length);
  eachLine(outer, length, inner, (at) => {
    let sum = 0;
    let lost = 0; // by its roundings: the long sums of float64 are compared with it (Neumaier 1974)
    let magnitude = 0;
    at.forEach((a, j) => {
      const term = x[a]!;
      const next = sum + term;
      lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
      sum = next;
      magnitude += Math.abs(term);
      sums[a] = Number.isFinite(sum) ? sum + lost : sum;
      magnitudes[a] = magnitude;
      counts[a] = j + 1;
    });
  });
  return sumsExpected(sums, dtype, undefined, () => ({ magnitudes, counts }));
}

/** The gradient of an activation from its result, in float64. */
export function activationGrad(op: Activation, y: Values, g: Values, dtype: DType): Expected {
  const explain = (at: number): string =>
    `the gradient of ${op} for y = ${formatNumber(y[at]!)}, g = ${formatNumber(g[at]!)}`;
  if (op === "relu") return { values: numbers(y.length, (i) => (y[i]! <= 0 ? 0 : g[i]!)), explain };
  const u = unitRoundoff[dtype];
  const slope = (value: number): number => (op === "sigmoid" ? value * (1 - value) : 1 - value * value);
  const scale = (value: number): number =>
    op === "sigmoid" ? Math.abs(value) * (1 + Math.abs(value)) : 1 + value * value;
  return {
    values: numbers(y.length, (i) => g[i]! * slope(y[i]!)),
    tolerance: numbers(y.length, (i) => 4 * u * Math.abs(g[i]!) * scale(y[i]!) + smallestNormal[dtype]),
    explain,
  };
}

/** a + factor · b in float64. */
export function addScaled(a: Values, scaleA: number, b: Values, scaleB: number, dtype: DType): Expected {
  const u = unitRoundoff[dtype];
  return {
    values: numbers(a.length, (i) => scaleA * a[i]! + scaleB * b[i]!),
    tolerance: numbers(
      a.length,
      (i) => 4 * u * (Math.abs(scaleA * a[i]!) + Math.abs(scaleB * b[i]!)) + smallestNormal[dtype],
    ),
    explain: (at) => `${scaleA} * ${formatNumber(a[at]!)} + ${scaleB} * ${formatNumber(b[at]!)}`,
  };
}
