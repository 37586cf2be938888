/**
 * C's pow on four lanes: 2^(y log₂ x) in float64 lanes, so that the float32 result is nearly always the right
 * one. The fits are our own, as in math.ts; the special cases are those of C99, annex F.10.4.4.
 */
import { constant, INFINITE, ONE } from "./math";

/** log₂((1 + s) / (1 − s)) / s in s², for |s| ≤ 0.172; relative error 2⁻⁴³. */
const LOG2: usize = memory.data<f64>([
  2.8853900817778487, 0.96179669411587625, 0.57707794159263633, 0.41220933377952792, 0.31990222829615087,
  0.28295147547789049,
]);
/** 2^f for |f| ≤ ½; relative error 2⁻²⁹. */
const EXP2: usize = memory.data<f64>([
  1.0000000005586856, 0.69314720588537975, 0.24022646866652703, 5.5503284528545769e-2, 9.6184905278133088e-3,
  1.3400062770478823e-3, 1.5345662144700957e-4,
]);
const ONE_64: usize = memory.data<f64>([1]);
const INFINITE_64: usize = memory.data<f64>([Infinity]);
const MOST: usize = memory.data<f64>([300]);
/**
 * The bits of √½ in the upper words, where exponents are taken apart and put together, and a fraction's bits.
 */
const SQRT_HALF: usize = memory.data<u64>([0x3fe6a09e00000000]);
const FRACTION: usize = memory.data<u64>([0x000fffffffffffff]);

@inline
function double(address: usize): v128 {
  return v128.load64_splat(address);
}

@inline
function madd(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

@inline
function linear(c: usize, x: v128): v128 {
  return madd(x, double(c + 8), double(c));
}

/** x^y for two x ≥ 0 (or NaN). */
function powPositive(x: v128, y: v128): v128 {
  const shifted = i32x4.sub(x, double(SQRT_HALF));
  const k = i32x4.shr_s(shifted, 20);
  const m = i32x4.add(v128.and(shifted, double(FRACTION)), double(SQRT_HALF));
  const s = f64x2.div(f64x2.sub(m, double(ONE_64)), f64x2.add(m, double(ONE_64)));
  const z = f64x2.mul(s, s);
  const z2 = f64x2.mul(z, z);
  const l = madd(madd(linear(LOG2 + 32, z), z2, linear(LOG2 + 16, z)), z2, linear(LOG2, z));
  let log = madd(l, s, f64x2.convert_low_i32x4_s(i32x4.shuffle(k, k, 1, 3, 1, 3)));
  log = v128.bitselect(f64x2.neg(double(INFINITE_64)), log, f64x2.eq(x, f64x2.splat(0)));
  log = v128.bitselect(log, x, f64x2.lt(x, double(INFINITE_64)));

  const t = f64x2.pmin(f64x2.pmax(f64x2.mul(y, log), f64x2.neg(double(MOST))), double(MOST));
  const n = f64x2.nearest(t);
  const f = f64x2.sub(t, n);
  const f2 = f64x2.mul(f, f);
  const upper = madd(f2, double(EXP2 + 48), linear(EXP2 + 32, f));
  const p = madd(madd(upper, f2, linear(EXP2 + 16, f)), f2, linear(EXP2, f));
  const whole = i32x4.shl(i32x4.trunc_sat_f64x2_s_zero(n), 20);
  return i32x4.add(p, i32x4.shuffle(whole, i32x4.splat(0), 4, 0, 4, 1));
}

@inline
function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1));
}

const TWO_24: usize = memory.data<f32>([16777216]);

/** x^y. */
export function pow(x: v128, y: v128): v128 {
  const a = f32x4.abs(x);
  const low = powPositive(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(y));
  const high = powPositive(upper(a), upper(y));
  let p = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);

  const one = v128.or(f32x4.eq(x, constant(ONE)), f32x4.eq(y, f32x4.splat(0)));
  const unit = v128.or(one, v128.and(f32x4.eq(a, constant(ONE)), f32x4.eq(y, y)));
  p = v128.bitselect(constant(ONE), p, unit);
  const whole = f32x4.eq(f32x4.trunc(y), y);
  const exact = v128.and(whole, f32x4.lt(f32x4.abs(y), constant(TWO_24)));
  const odd = v128.and(exact, i32x4.shl(i32x4.trunc_sat_f32x4_s(y), 31));
  p = v128.xor(p, v128.and(odd, x)); // only the sign bit of `odd` can be set
  const negative = v128.and(f32x4.lt(x, f32x4.splat(0)), f32x4.gt(x, f32x4.neg(constant(INFINITE))));
  return v128.or(p, v128.and(negative, v128.not(whole)));
}
