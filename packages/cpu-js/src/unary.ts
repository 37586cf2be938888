/**
 * Elementwise functions of one operand, casts, and the two composites of the same form.
 *
 * One small loop per function, so that each is compiled for itself with its arithmetic inside. All dtypes share a
 * loop: a program that mixes two of them pays for the second type check in V8 with at most half the speed of the
 * cheapest loops (add, 100,000 elements: 1.0× on Node 20, 1.5× on Node 24), not with a call per element.
 * Arithmetic is in JavaScript numbers (float64); storing rounds to the result's dtype.
 */
import type { Activation, DType, TypedArray, UnaryOp } from "@corr2d/core";
import { erf } from "./erf.ts";
import { expFloat32 } from "./exp-float32.ts";

type Loop = (x: TypedArray, out: TypedArray, size: number) => void;

const INT32_MAX = 2147483647;
const INT32_MIN = -2147483648;

/**
 * To the nearest integer, halves to the even one: what float64 addition does where its last place is 1, from 2⁵² on.
 * Numbers that large are integers already.
 */
function roundHalfToEven(x: number): number {
  const shift = 1.5 * 2 ** 52;
  return Math.abs(x) < 2 ** 51 ? x + shift - shift || x * 0 : x; // a zero with the sign of x
}

/** The normal distribution's Φ, and its density at 0. */
const normal = (x: number): number => 0.5 * (1 + erf(x * Math.SQRT1_2));
const DENSITY = 1 / Math.sqrt(2 * Math.PI);

const FLOATING: Record<UnaryOp, Loop> = {
  neg: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = -x[i]!;
  },
  abs: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.abs(x[i]!);
  },
  sign: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.sign(x[i]!);
  },
  square: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = x[i]! * x[i]!;
  },
  floor: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.floor(x[i]!);
  },
  ceil: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.ceil(x[i]!);
  },
  round: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = roundHalfToEven(x[i]!);
  },
  trunc: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.trunc(x[i]!);
  },
  sqrt: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.sqrt(x[i]!);
  },
  rsqrt: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = 1 / Math.sqrt(x[i]!);
  },
  reciprocal: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = 1 / x[i]!;
  },
  exp: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.exp(x[i]!);
  },
  expm1: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.expm1(x[i]!);
  },
  log: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.log(x[i]!);
  },
  log1p: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.log1p(x[i]!);
  },
  sin: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.sin(x[i]!);
  },
  cos: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.cos(x[i]!);
  },
  tan: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.tan(x[i]!);
  },
  tanh: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.tanh(x[i]!);
  },
  sigmoid: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = 1 / (1 + Math.exp(-x[i]!));
  },
  relu: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.max(x[i]!, 0);
  },
  erf: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = erf(x[i]!);
  },
  gelu: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = x[i]! * normal(x[i]!);
  },
  geluSlope: (x, out, size) => {
    for (let i = 0; i < size; i++) {
      const at = x[i]!;
      out[i] = normal(at) + at * (Math.exp(-0.5 * at * at) * DENSITY);
    }
  },
};

/**
 * relu by the bits of float32, without the branch that Math.max takes (mispredicted every other time, it makes the
 * loop seven times slower). As int32, the negative numbers down to −∞ are those up to 0xff800000, and NaN with the
 * sign bit set is above.
 */
const reluFloat32: Loop = (x, out, size) => {
  const from = bitsOf(x);
  const to = bitsOf(out);
  for (let i = 0; i < size; i++) to[i] = from[i]! & ~negativeMask(from[i]!);
};

function bitsOf(x: TypedArray): Int32Array {
  return new Int32Array(x.buffer, x.byteOffset, x.length);
}

/** All ones for the bits of a number below zero or −0, else (NaN too) all zeros. */
function negativeMask(bits: number): number {
  return (bits >> 31) & ((bits + 0x7fffff) >> 31);
}

const LOOPS: { readonly [dtype in DType]: Record<UnaryOp, Loop> } = {
  float32: {
    ...FLOATING,
    relu: reluFloat32,
    exp: (x, out, size) => {
      for (let i = 0; i < size; i++) out[i] = expFloat32(x[i]!);
    },
    sigmoid: (x, out, size) => {
      for (let i = 0; i < size; i++) out[i] = 1 / (1 + expFloat32(-x[i]!));
    },
  },
  float64: FLOATING,
  int32: {
    ...FLOATING,
    // It can exceed what a float64 holds exactly.
    square: (x, out, size) => {
      for (let i = 0; i < size; i++) out[i] = Math.imul(x[i]!, x[i]!);
    },
  },
};

export function unary(op: UnaryOp, x: TypedArray, out: TypedArray, dtype: DType): void {
  LOOPS[dtype][op](x, out, out.length);
}

const convert: Loop = (x, out, size) => {
  for (let i = 0; i < size; i++) out[i] = x[i]!;
};

/** By the dtype that is cast to. */
const CASTS: { readonly [dtype in DType]: Loop } = {
  float32: convert,
  float64: convert,
  // Storing truncates, and makes NaN 0; it would wrap rather than saturate.
  int32: (x, out, size) => {
    for (let i = 0; i < size; i++) out[i] = Math.max(INT32_MIN, Math.min(INT32_MAX, x[i]!));
  },
};

export function cast(x: TypedArray, from: DType, out: TypedArray, to: DType): void {
  if (from === to) out.set(x);
  else CASTS[to](x, out, out.length);
}

type GradientLoop = (y: TypedArray, g: TypedArray, out: TypedArray, size: number) => void;

const FLOATING_GRADIENTS: Record<Activation, GradientLoop> = {
  relu: (y, g, out, size) => {
    for (let i = 0; i < size; i++) out[i] = y[i]! <= 0 ? 0 : g[i]!;
  },
  sigmoid: (y, g, out, size) => {
    for (let i = 0; i < size; i++) out[i] = g[i]! * (y[i]! * (1 - y[i]!));
  },
  tanh: (y, g, out, size) => {
    for (let i = 0; i < size; i++) out[i] = g[i]! * (1 - y[i]! * y[i]!);
  },
};

/** By bits, as `reluFloat32`: g where y is above zero or NaN. */
const reluGradFloat32: GradientLoop = (y, g, out, size) => {
  const bits = bitsOf(y);
  const from = bitsOf(g);
  const to = bitsOf(out);
  for (let i = 0; i < size; i++) {
    const v = bits[i]!;
    const zeroMask = ~(v | -v) >> 31;
    to[i] = from[i]! & ~(negativeMask(v) | zeroMask);
  }
};

/** Asked for floating dtypes only. */
const GRADIENTS: { readonly [dtype in DType]: Record<Activation, GradientLoop> } = {
  float32: { ...FLOATING_GRADIENTS, relu: reluGradFloat32 },
  float64: FLOATING_GRADIENTS,
  int32: FLOATING_GRADIENTS,
};

export function activationGrad(
  op: Activation,
  y: TypedArray,
  g: TypedArray,
  out: TypedArray,
  dtype: DType,
): void {
  GRADIENTS[dtype][op](y, g, out, out.length);
}

export function addScaled(
  a: TypedArray,
  scaleA: number,
  b: TypedArray,
  scaleB: number,
  out: TypedArray,
): void {
  const size = out.length;
  for (let i = 0; i < size; i++) out[i] = scaleA * a[i]! + scaleB * b[i]!;
}
