/**
 * The exponential family on four lanes: exp, expm1, log, log1p, sigmoid, tanh, erf.
 *
 * Method: argument reduction by powers of two with ln 2 in two parts (Cody & Waite 1980, "Software Manual for
 * the Elementary Functions"), then polynomials, evaluated by Estrin's scheme. Coefficients are our own
 * weighted minimax fits (Remez exchange in 40 digits); the error of each fit stands beside it.
 * test/elementwise.test.ts has the table of error bounds, and asserts it. Constants are read from memory: V8
 * builds a v128.const anew, in three instructions, wherever it is used.
 */
import { fma } from "./simd";

/** 1.5 · 2²³: added to |t| < 2²², it leaves round(t) in the low bits. */
const ROUNDER: f32 = 12582912.0;

// Addresses of constants. ln 2 has a part of eleven bits, so that products with exponents are exact, and the
// rest.
const ROUND: usize = memory.data<f32>([12582912.0]);
const LOG2E: usize = memory.data<f32>([1.44269504]);
const LN2_HIGH: usize = memory.data<f32>([0.693359375]);
const LN2_LOW: usize = memory.data<f32>([-2.1219444e-4]);
const MINUS_LN2_HIGH: usize = memory.data<f32>([-0.693359375]);
const MINUS_LN2_LOW: usize = memory.data<f32>([2.1219444e-4]);
export const ONE: usize = memory.data<f32>([1]);
const TWO: usize = memory.data<f32>([2]);
const HALF: usize = memory.data<f32>([0.5]);
const MINUS_HALF: usize = memory.data<f32>([-0.5]);
export const INFINITE: usize = memory.data<f32>([Infinity]);
const SIGN: usize = memory.data<u32>([0x80000000]);
const EXP_LEAST: usize = memory.data<f32>([-104]); // exp is 0 below
const EXP_MOST: usize = memory.data<f32>([89]); // and ∞ above
const EXPM1_LEAST: usize = memory.data<f32>([-30]); // exp − 1 is −1 below
const TINY: usize = memory.data<f32>([1e-7]);

/** (exp(r) − 1 − r) / r² for |r| ≤ ½ ln 2; relative error of exp(r) − 1: 2⁻²⁶. */
const EXP: usize = memory.data<f32>([0.49999998, 0.166665435, 4.16672006e-2, 8.36658012e-3, 1.38825085e-3]);
/** (log(1 + f) − f + ½ f²) / f³ for √½ ≤ 1 + f ≤ √2; relative error of the logarithm: 2⁻²⁷. */
const LOG: usize = memory.data<f32>([
  0.333333313, -0.250008225, 0.200012341, -0.166233003, 0.142015383, -0.131605595, 0.127634108,
  -7.63580576e-2,
]);
/** erf(x) / x − 1 in x² for |x| ≤ 1; error 2⁻²⁹. */
const ERF_SMALL: usize = memory.data<f32>([
  0.128379166, -0.37612626, 0.112836003, -2.68544443e-2, 5.18953567e-3, -8.02084222e-4, 7.88912293e-5,
]);
/** log(1 − erf(x)) for 1 ≤ x ≤ 3.95, beyond which erf is 1; error of erf: 2⁻³⁰. */
const ERF_LARGE: usize = memory.data<f32>([
  -3.53726646e-4, -1.12704003, -0.638225734, -0.10303732, 2.18052939e-2, -2.93960096e-3, 1.85573332e-4,
]);
const ERF_MOST: usize = memory.data<f32>([3.95]);

/** The constant at an address, in all lanes. */
@inline
export function constant(address: usize): v128 {
  return v128.load32_splat(address);
}

/** c₀ + c₁ x + c₂ x² + c₃ x³, with the coefficients at `c`. */
@inline
export function cubic(c: usize, x: v128, x2: v128): v128 {
  const upper = fma(x, constant(c + 12), constant(c + 8));
  return fma(upper, x2, fma(x, constant(c + 4), constant(c)));
}

/** The polynomial of seven coefficients. */
@inline
export function sextic(c: usize, x: v128): v128 {
  const x2 = f32x4.mul(x, x);
  const upper = fma(x2, constant(c + 24), fma(x, constant(c + 20), constant(c + 16)));
  return fma(upper, f32x4.mul(x2, x2), cubic(c, x, x2));
}

/** x · log₂e rounded, plus ROUNDER. */
@inline
function exponent(x: v128): v128 {
  return fma(x, constant(LOG2E), constant(ROUND));
}

/** x − n ln 2, where `t` is n + ROUNDER. */
@inline
function reduced(x: v128, t: v128): v128 {
  const n = f32x4.sub(t, constant(ROUND));
  return fma(n, constant(MINUS_LN2_LOW), fma(n, constant(MINUS_LN2_HIGH), x));
}

/** exp(r) − 1 − r + addend. */
@inline
function expPolynomial(r: v128, addend: v128): v128 {
  const r2 = f32x4.mul(r, r);
  const upper = fma(r2, constant(EXP + 16), fma(r, constant(EXP + 12), constant(EXP + 8)));
  return fma(r2, fma(upper, r2, fma(r, constant(EXP + 4), constant(EXP))), addend);
}

/** exp(x). */
@inline
export function exp(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, constant(EXP_LEAST)), constant(EXP_MOST));
  const t = exponent(x);
  const r = reduced(x, t);
  const p = expPolynomial(r, f32x4.add(r, constant(ONE)));
  // 2ⁿ in two factors: n runs from −150 to 128.
  const n = i32x4.sub(t, i32x4.splat(reinterpret<i32>(ROUNDER) - 254));
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.shl(half, 23);
  const second = i32x4.shl(i32x4.sub(n, half), 23);
  return f32x4.mul(f32x4.mul(p, first), second);
}

const NEGATIVE_SCALE: usize = memory.data<i32>([(127 + 64) << 23]);
const NEGATIVE_UNSCALE: usize = memory.data<f32>([5.42101086e-20]);

/** exp(x) for x ≤ 0 (or NaN), a little faster. */
@inline
export function expNegative(x: v128): v128 {
  x = f32x4.pmax(x, constant(EXP_LEAST));
  const t = exponent(x);
  const r = reduced(x, t);
  const p = expPolynomial(r, f32x4.add(r, constant(ONE)));
  // 2ⁿ⁺⁶⁴, then 2⁻⁶⁴, which rounds denormals right.
  const scale = i32x4.add(i32x4.shl(t, 23), constant(NEGATIVE_SCALE));
  return f32x4.mul(f32x4.mul(p, scale), constant(NEGATIVE_UNSCALE));
}

const HALF_BITS: usize = memory.data<i32>([126 << 23]);

/** exp(x) − 1. */
@inline
export function expm1(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, constant(EXPM1_LEAST)), constant(EXP_MOST));
  const t = exponent(clamped);
  const r = reduced(clamped, t);
  const p = expPolynomial(r, r);
  // (2ⁿ − 1) + 2ⁿ p, all halved because n reaches 128.
  const half = i32x4.add(i32x4.shl(t, 23), constant(HALF_BITS));
  const sum = f32x4.add(f32x4.sub(half, constant(HALF)), f32x4.mul(half, p));
  // Tiny arguments are their own result, the sign of zero included.
  return v128.bitselect(x, f32x4.add(sum, sum), f32x4.lt(f32x4.abs(x), constant(TINY)));
}

const SQRT_HALF_BITS: usize = memory.data<i32>([0x3f3504f3]);
const FRACTION_BITS: usize = memory.data<i32>([0x007fffff]);

/** log(x) + k₀ ln 2 for normal positive x: ln m + k ln 2 with m in [√½, √2). */
@inline
function logNormal(x: v128, k0: v128): v128 {
  const shifted = i32x4.sub(x, constant(SQRT_HALF_BITS));
  const k = f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23)), k0);
  const m = i32x4.add(v128.and(shifted, constant(FRACTION_BITS)), constant(SQRT_HALF_BITS));
  const f = f32x4.sub(m, constant(ONE));
  const f2 = f32x4.mul(f, f);
  const p = fma(cubic(LOG + 16, f, f2), f32x4.mul(f2, f2), cubic(LOG, f, f2));
  const small = fma(f2, constant(MINUS_HALF), fma(f32x4.mul(f2, f), p, f32x4.mul(k, constant(LN2_LOW))));
  return fma(k, constant(LN2_HIGH), f32x4.add(small, f));
}

const LEAST_NORMAL: usize = memory.data<f32>([1.17549435e-38]);
const DENORMAL_SCALE: usize = memory.data<f32>([8388608]);
const DENORMAL_SHIFT: usize = memory.data<f32>([-23]);

/** log(x): −∞ at 0, NaN below. */
@inline
export function log(x: v128): v128 {
  const denormal = f32x4.lt(x, constant(LEAST_NORMAL));
  const normal = v128.bitselect(f32x4.mul(x, constant(DENORMAL_SCALE)), x, denormal);
  let y = logNormal(normal, v128.and(denormal, constant(DENORMAL_SHIFT)));
  y = v128.bitselect(y, x, f32x4.lt(x, constant(INFINITE))); // ∞ and NaN are their own logarithms
  y = v128.bitselect(f32x4.neg(constant(INFINITE)), y, f32x4.eq(x, f32x4.splat(0)));
  return v128.or(y, f32x4.lt(x, f32x4.splat(0))); // all bits set is a NaN
}

/**
 * log(1 + x), by log(u) + (x − (u − 1)) / u with u = 1 + x rounded: the second term is what rounding lost.
 * Source: Kahan's remark in the HP-15C Advanced Functions Handbook (1982), as Goldberg 1991 gives it (theorem
 * 4).
 */
@inline
export function log1p(x: v128): v128 {
  const u = f32x4.add(x, constant(ONE));
  const lost = f32x4.div(f32x4.sub(x, f32x4.sub(u, constant(ONE))), u);
  const finite = v128.and(f32x4.gt(u, f32x4.splat(0)), f32x4.lt(u, constant(INFINITE)));
  const y = f32x4.add(log(u), v128.and(lost, finite));
  return v128.bitselect(x, y, f32x4.eq(u, constant(ONE))); // tiny arguments, and the sign of zero
}

/** 1 / (1 + exp(−x)), from exp(−|x|) so that nothing overflows and small results keep their digits. */
@inline
export function sigmoid(x: v128): v128 {
  const e = expNegative(v128.or(x, constant(SIGN)));
  const numerator = v128.bitselect(e, constant(ONE), f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(e, constant(ONE)));
}

const ONE_BITS: usize = memory.data<i32>([127 << 23]);

/** tanh(x) = −m / (m + 2) with m = exp(−2|x|) − 1, and the sign of x. */
@inline
export function tanh(x: v128): v128 {
  const doubled = f32x4.mul(v128.or(x, constant(SIGN)), constant(TWO));
  const negative = f32x4.pmax(doubled, constant(EXPM1_LEAST));
  const t = exponent(negative);
  const r = reduced(negative, t);
  const power = i32x4.add(i32x4.shl(t, 23), constant(ONE_BITS));
  const m = fma(power, expPolynomial(r, r), f32x4.sub(power, constant(ONE)));
  const y = f32x4.div(m, f32x4.add(m, constant(TWO)));
  return v128.or(f32x4.abs(y), v128.and(x, constant(SIGN)));
}

/** The error function: x + x P(x²) up to 1, 1 − exp(Q(|x|)) beyond. */
@inline
export function erf(x: v128): v128 {
  const size = f32x4.pmin(f32x4.abs(x), constant(ERF_MOST));
  const small = fma(x, sextic(ERF_SMALL, f32x4.mul(x, x)), x);
  const large = f32x4.sub(constant(ONE), expNegative(sextic(ERF_LARGE, size)));
  const signed = v128.or(large, v128.and(x, constant(SIGN)));
  return v128.bitselect(signed, small, f32x4.gt(size, constant(ONE)));
}
