/**
 * The exponential family on four lanes: exp, expm1, log, log1p, sigmoid, tanh, erf.
 *
 * Method: argument reduction by powers of two with ln 2 in two parts (Cody & Waite 1980, "Software Manual for the
 * Elementary Functions"), then polynomials. Coefficients are our own weighted minimax fits (Remez exchange in 40
 * digits); the error of each fit stands beside it. Worst errors seen against float64 are in the table of
 * test/elementwise.test.ts, which asserts them.
 */
import { fma } from "./simd";

/** 1.5 · 2²³: added to |t| < 2²², it leaves round(t) in the low bits. */
const ROUNDER: f32 = 12582912.0;
const LOG2E: f32 = 1.44269504;
/** ln 2 in two parts: eleven bits, so that products with exponents are exact, and the rest. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

@inline
export function c4(value: f32): v128 {
  return f32x4.splat(value);
}

/** x · log₂e rounded, plus ROUNDER. */
@inline
function exponent(x: v128): v128 {
  return fma(x, c4(LOG2E), c4(ROUNDER));
}

/** exp(x − n ln 2) − 1, where `t` is n + ROUNDER. Relative error of the fit: 2⁻²⁶. */
@inline
function expm1Core(x: v128, t: v128): v128 {
  const n = f32x4.sub(t, c4(ROUNDER));
  const r = fma(n, c4(-LN2_LOW), fma(n, c4(-LN2_HIGH), x));
  let q = fma(r, c4(1.38825085e-3), c4(8.36658012e-3));
  q = fma(q, r, c4(4.16672006e-2));
  q = fma(q, r, c4(0.166665435));
  q = fma(q, r, c4(0.49999997));
  return fma(f32x4.mul(r, r), q, r);
}

/** exp(x). */
@inline
export function exp(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, c4(-104)), c4(89));
  const t = exponent(x);
  const p = f32x4.add(expm1Core(x, t), c4(1));
  // 2ⁿ in two factors: n runs from −150 to 128.
  const n = i32x4.sub(t, i32x4.splat(reinterpret<i32>(ROUNDER) - 254));
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.shl(half, 23);
  const second = i32x4.shl(i32x4.sub(n, half), 23);
  return f32x4.mul(f32x4.mul(p, first), second);
}

/** exp(x) for x ≤ 0 (or NaN), a little faster. */
@inline
export function expNegative(x: v128): v128 {
  x = f32x4.pmax(x, c4(-104));
  const t = exponent(x);
  const p = f32x4.add(expm1Core(x, t), c4(1));
  // 2ⁿ⁺⁶⁴, then 2⁻⁶⁴, which rounds denormals right.
  const scale = i32x4.add(i32x4.shl(t, 23), i32x4.splat((127 + 64) << 23));
  return f32x4.mul(f32x4.mul(p, scale), c4(5.42101086e-20));
}

/** exp(x) − 1. */
@inline
export function expm1(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, c4(-30)), c4(89));
  const t = exponent(clamped);
  const p = expm1Core(clamped, t);
  // (2ⁿ − 1) + 2ⁿ p, all halved because n reaches 128.
  const half = i32x4.add(i32x4.shl(t, 23), i32x4.splat(126 << 23));
  const sum = f32x4.add(f32x4.sub(half, c4(0.5)), f32x4.mul(half, p));
  // Tiny arguments are their own result, the sign of zero included.
  return v128.bitselect(x, f32x4.add(sum, sum), f32x4.lt(f32x4.abs(x), c4(1e-7)));
}

/** log(x) for normal positive x: ln m + k ln 2 with m in [√½, √2). Relative error of the fit: 2⁻²⁷. */
@inline
function logCore(x: v128, k0: v128): v128 {
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const k = f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23)), k0);
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(m, c4(1));
  const f2 = f32x4.mul(f, f);
  let p = fma(f, c4(-7.63580576e-2), c4(0.127634108));
  p = fma(p, f, c4(-0.131605595));
  p = fma(p, f, c4(0.142015383));
  p = fma(p, f, c4(-0.166233003));
  p = fma(p, f, c4(0.200012341));
  p = fma(p, f, c4(-0.250008225));
  p = fma(p, f, c4(0.333333313));
  p = fma(f32x4.mul(f2, f), p, f32x4.mul(k, c4(LN2_LOW)));
  p = fma(f2, c4(-0.5), p);
  return fma(k, c4(LN2_HIGH), f32x4.add(p, f));
}

/** log(x): −∞ at 0, NaN below. */
@inline
export function log(x: v128): v128 {
  const denormal = f32x4.lt(x, c4(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, c4(8388608)), x, denormal);
  let y = logCore(normal, v128.and(denormal, c4(-23)));
  y = v128.bitselect(y, x, f32x4.lt(x, c4(Infinity))); // ∞ and NaN are their own logarithms
  y = v128.bitselect(c4(-Infinity), y, f32x4.eq(x, c4(0)));
  return v128.or(y, f32x4.lt(x, c4(0))); // all bits set is a NaN
}

/**
 * log(1 + x), by log(u) + (x − (u − 1)) / u with u = 1 + x rounded: the second term is what rounding lost.
 * Source: Kahan's remark in the HP-15C Advanced Functions Handbook (1982), as Goldberg 1991 gives it (theorem 4).
 */
@inline
export function log1p(x: v128): v128 {
  const u = f32x4.add(x, c4(1));
  const lost = f32x4.div(f32x4.sub(x, f32x4.sub(u, c4(1))), u);
  const finite = v128.and(f32x4.gt(u, c4(0)), f32x4.lt(u, c4(Infinity)));
  const y = f32x4.add(log(u), v128.and(lost, finite));
  return v128.bitselect(x, y, f32x4.lt(f32x4.abs(x), c4(1e-8)));
}

/** 1 / (1 + exp(−x)), from exp(−|x|) so that nothing overflows and small results keep their digits. */
@inline
export function sigmoid(x: v128): v128 {
  const e = expNegative(v128.or(x, i32x4.splat(0x80000000)));
  const numerator = v128.bitselect(e, c4(1), f32x4.lt(x, c4(0)));
  return f32x4.div(numerator, f32x4.add(e, c4(1)));
}

/** tanh(x) = −m / (m + 2) with m = exp(−2|x|) − 1, and the sign of x. */
@inline
export function tanh(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const negative = f32x4.pmax(f32x4.mul(v128.or(x, i32x4.splat(0x80000000)), c4(2)), c4(-30));
  const t = exponent(negative);
  const p = expm1Core(negative, t);
  const power = i32x4.add(i32x4.shl(t, 23), i32x4.splat(127 << 23));
  const m = f32x4.add(f32x4.sub(power, c4(1)), f32x4.mul(power, p));
  const y = f32x4.div(m, f32x4.add(m, c4(2)));
  return v128.or(f32x4.abs(y), sign);
}

/** The error function: x + x P(x²) up to 1 (fit 2⁻²⁹), 1 − exp(Q(|x|)) beyond (fit of log erfc, 2⁻³⁰ absolute). */
@inline
export function erf(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), c4(3.95));
  const z = f32x4.mul(x, x);
  let p = fma(z, c4(7.88912293e-5), c4(-8.02084222e-4));
  p = fma(p, z, c4(5.18953567e-3));
  p = fma(p, z, c4(-2.68544443e-2));
  p = fma(p, z, c4(0.112836003));
  p = fma(p, z, c4(-0.37612626));
  p = fma(p, z, c4(0.128379166));
  const small = fma(x, p, x);
  let q = fma(a, c4(1.85573332e-4), c4(-2.93960096e-3));
  q = fma(q, a, c4(2.18052939e-2));
  q = fma(q, a, c4(-0.10303732));
  q = fma(q, a, c4(-0.638225734));
  q = fma(q, a, c4(-1.12704003));
  q = fma(q, a, c4(-3.53726646e-4));
  const large = v128.or(f32x4.sub(c4(1), expNegative(q)), v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(large, small, f32x4.gt(a, c4(1)));
}
