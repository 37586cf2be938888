/**
 * The oracle for the elementwise primitives: one float64 function per op, and how far a result may be off.
 *
 * Tolerances are part of the contract (§9): ops that IEEE 754 rounds correctly are exact, the others are
 * bounded in ulps of the result, and sin, cos and tan as if their argument had been moved slightly.
 */
import { type BinaryOp, type DType, isFloating, type UnaryOp } from "@corr2d/core";
import { type Expected, formatNumber, smallestNormal, unitRoundoff } from "../compare.ts";

/**
 * erf: near 0 by its series of positive terms (Abramowitz & Stegun 1964, 7.1.6), which loses no digits; farther out
 * as 1 − erfc, by erfc's continued fraction (7.1.14).
 */
function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x) || size === Number.POSITIVE_INFINITY) return Math.sign(x);
  if (size > 2) {
    let tail = size;
    for (let n = 100; n > 0; n--) tail = size + n / 2 / tail;
    return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail));
  }
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The normal distribution's Φ. */
const normal = (x: number): number => (1 + erf(x * Math.SQRT1_2)) / 2;

function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/** NaN gives 0; beyond int32 saturates. */
function toInt32(x: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
}

const UNARY: Record<UnaryOp, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  square: (x) => x * x,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  sigmoid: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  relu: (x) => Math.max(x, 0),
  erf,
  gelu: (x) => x * normal(x),
  geluSlope: (x) => normal(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
};

/** ulps that a float32 result may be off (§9.3); ops that are not listed are exact. */
export const ULPS: Partial<Record<UnaryOp | BinaryOp, number>> = {
  sqrt: 3,
  rsqrt: 3,
  reciprocal: 3,
  div: 3,
  exp: 4,
  expm1: 4,
  log: 4,
  log1p: 4,
  tanh: 4,
  sigmoid: 4,
  erf: 4,
  pow: 16,
};

/** How many times as much float64 may be off: the oracle, being float64 itself, is part of the difference. */
const FLOAT64_ALLOWANCE = 4;

const allowance = (dtype: DType): number =>
  (dtype === "float64" ? FLOAT64_ALLOWANCE : 1) * unitRoundoff[dtype];

/** Units of roundoff that the argument of sin, cos and tan may seem to have moved, and half of what gelu may be off (§9.4). */
export const ARGUMENT_ERROR = 4;

/** The slope by which a moved argument shows in the result; for gelu and geluSlope twice the magnitude of what is added. */
const SLOPE: Partial<Record<UnaryOp, (x: number) => number>> = {
  sin: () => 1,
  cos: () => 1,
  tan: (x) => 1 + Math.tan(x) ** 2,
  gelu: (x) => 2 * Math.abs(x),
  geluSlope: () => 2,
};

/** `f(0)` to `f(size − 1)`. (`Array.from` takes its time where they are many.) */
export function numbers(size: number, f: (i: number) => number): Float64Array {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) out[i] = f(i);
  return out;
}

/** A number as an element of `dtype`. */
export function rounded(x: number, dtype: DType): number {
  if (dtype === "float32") return Math.fround(x);
  return !isFloating(dtype) ? x | 0 : x;
}

/** The values as elements of another dtype: rounded, or for int32 truncated and saturated; to the same one a copy. */
export function cast(x: ArrayLike<number>, from: DType, to: DType): Expected {
  const values = numbers(x.length, (i) => (!isFloating(to) ? toInt32(x[i]!) : rounded(x[i]!, to)));
  return { values, bits: from === to, explain: (at) => `${formatNumber(x[at]!)} as ${to}` };
}

/** A function of one operand in float64. */
export function unary(op: UnaryOp, x: ArrayLike<number>, dtype: DType): Expected {
  const apply =
    op === "square" && !isFloating(dtype) ? (value: number) => Math.imul(value, value) : UNARY[op];
  const exact = numbers(x.length, (i) => apply(x[i]!));
  const u = allowance(dtype);
  const ulps = ULPS[op];
  const slope = SLOPE[op];
  const values = exact.map((value) => rounded(value, dtype));
  const explain = (at: number): string => `${op}(${formatNumber(x[at]!)})`;
  if (slope !== undefined) {
    return { values, explain, tolerance: exact.map((_, i) => ARGUMENT_ERROR * u * slope(x[i]!)) };
  }
  if (ulps === undefined) return { values, explain };
  const tolerance = exact.map((value) => ulps * 2 * u * Math.abs(value) + smallestNormal[dtype]);
  return { values, explain, tolerance };
}

/** IEEE 754's pow: JavaScript's differs where the base is 1, or −1 with an infinite exponent. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b;
}

const FLOAT_BINARY: Record<BinaryOp, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: power,
  maximum: Math.max,
  minimum: Math.min,
  equal: (a, b) => (a === b ? 1 : 0),
  notEqual: (a, b) => (a !== b ? 1 : 0),
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  greater: (a, b) => (a > b ? 1 : 0),
  greaterEqual: (a, b) => (a >= b ? 1 : 0),
};

const INT32_BINARY: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  mul: Math.imul,
  div: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
};

const COMPARISONS: readonly string[] = ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"];

/** The dtype of a binary op's result. */
export function binaryResult(op: BinaryOp, dtype: DType): DType {
  return COMPARISONS.includes(op) ? "int32" : dtype;
}

/** What stands between two operands in a message; other ops are written as functions. */
const SIGNS: Partial<Record<BinaryOp, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  pow: "**",
  equal: "==",
  notEqual: "!=",
  less: "<",
  lessEqual: "<=",
  greater: ">",
  greaterEqual: ">=",
};

function formatBinary(op: BinaryOp, a: number, b: number): string {
  const [left, right] = [formatNumber(a), formatNumber(b)];
  return SIGNS[op] === undefined ? `${op}(${left}, ${right})` : `${left} ${SIGNS[op]} ${right}`;
}

/** Elementwise on operands already spread to one size. */
export function binary(op: BinaryOp, a: ArrayLike<number>, b: ArrayLike<number>, dtype: DType): Expected {
  const apply = (!isFloating(dtype) ? INT32_BINARY[op] : undefined) ?? FLOAT_BINARY[op];
  const exact = numbers(a.length, (i) => apply(a[i]!, b[i]!));
  const result = binaryResult(op, dtype);
  const values = exact.map((value) => rounded(value, result));
  const explain = (at: number): string => formatBinary(op, a[at]!, b[at]!);
  const ulps = !isFloating(dtype) ? undefined : ULPS[op];
  if (ulps === undefined) return { values, explain };
  const u = allowance(dtype);
  const tolerance = exact.map((value) => ulps * 2 * u * Math.abs(value) + smallestNormal[dtype]);
  return { values, explain, tolerance };
}

/** `condition ? a : b` on operands already spread to one size: copies, whatever the other branch holds. */
export function select(condition: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): Expected {
  return {
    values: numbers(condition.length, (i) => (condition[i] !== 0 ? a[i]! : b[i]!)),
    bits: true,
    explain: (at) => `select(${[condition, a, b].map((operand) => formatNumber(operand[at]!)).join(", ")})`,
  };
}
