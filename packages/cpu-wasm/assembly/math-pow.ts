/**
 * C's pow on four lanes: 2^(y log₂ x) in float64 lanes, so that the float32 result is nearly always the right one.
 *
 * Our own minimax fits: log₂((1 + s) / (1 − s)) / s in s² (2⁻⁴³) and 2^f on [−½, ½] (2⁻²⁹). Special cases as C99
 * annex F.10.4.4 lists them.
 */
import { c4 } from "./math";

@inline
function c2(value: f64): v128 {
  return f64x2.splat(value);
}

@inline
function step(p: v128, x: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(p, x), c2(c));
}

/** The bits of √½ in the upper words, where exponents are taken apart and put together. */
const SQRT_HALF: i64 = 0x3fe6a09e00000000;

/** x^y for two x ≥ 0 (or NaN). */
function powPositive(x: v128, y: v128): v128 {
  const shifted = i32x4.sub(x, i64x2.splat(SQRT_HALF));
  const k = i32x4.shr_s(shifted, 20);
  const m = i32x4.add(v128.and(shifted, i64x2.splat(0x000fffffffffffff)), i64x2.splat(SQRT_HALF));
  const s = f64x2.div(f64x2.sub(m, c2(1)), f64x2.add(m, c2(1)));
  const z = f64x2.mul(s, s);
  let p = step(c2(0.28295147547789049), z, 0.31990222829615087);
  p = step(p, z, 0.41220933377952792);
  p = step(p, z, 0.57707794159263633);
  p = step(p, z, 0.96179669411587625);
  p = step(p, z, 2.8853900817778487);
  let log = f64x2.add(f64x2.convert_low_i32x4_s(i32x4.shuffle(k, k, 1, 3, 1, 3)), f64x2.mul(p, s));
  log = v128.bitselect(c2(-Infinity), log, f64x2.eq(x, c2(0)));
  log = v128.bitselect(log, x, f64x2.lt(x, c2(Infinity)));

  const t = f64x2.pmin(f64x2.pmax(f64x2.mul(y, log), c2(-300)), c2(300));
  const n = f64x2.nearest(t);
  const f = f64x2.sub(t, n);
  p = step(c2(1.5345662144700957e-4), f, 1.3400062770478823e-3);
  p = step(p, f, 9.6184905278133088e-3);
  p = step(p, f, 5.5503284528545769e-2);
  p = step(p, f, 0.24022646866652703);
  p = step(p, f, 0.69314720588537975);
  p = step(p, f, 1.0000000005586856);
  const whole = i32x4.shl(i32x4.trunc_sat_f64x2_s_zero(n), 20);
  return i32x4.add(p, i32x4.shuffle(whole, i32x4.splat(0), 4, 0, 4, 1));
}

@inline
function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1));
}

/** x^y. */
export function pow(x: v128, y: v128): v128 {
  const a = f32x4.abs(x);
  const low = powPositive(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(y));
  const high = powPositive(upper(a), upper(y));
  let p = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);

  const one = v128.or(f32x4.eq(x, c4(1)), f32x4.eq(y, c4(0)));
  const unit = v128.or(one, v128.and(f32x4.eq(a, c4(1)), f32x4.eq(y, y)));
  p = v128.bitselect(c4(1), p, unit);
  const whole = f32x4.eq(f32x4.trunc(y), y);
  const exact = v128.and(whole, f32x4.lt(f32x4.abs(y), c4(16777216)));
  const odd = v128.and(exact, i32x4.shl(i32x4.trunc_sat_f32x4_s(y), 31));
  p = v128.xor(p, v128.and(odd, x)); // only the sign bit of `odd` can be set
  const negative = v128.and(f32x4.lt(x, c4(0)), f32x4.gt(x, c4(-Infinity)));
  return v128.or(p, v128.and(negative, v128.not(whole)));
}
