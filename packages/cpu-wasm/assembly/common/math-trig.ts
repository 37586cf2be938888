/**
 * sin, cos and tan on four lanes, for every finite argument.
 *
 * Method: x − n π/2 in float64 lanes with π/2 in two parts (Cody & Waite 1980), exact enough for |x| ≤ 2²⁰;
 * beyond, Payne & Hanek 1983 ("Radian reduction for trigonometric functions", SIGNUM Newsletter 18), one lane
 * at a time. Then our own minimax polynomials on [−π/4, π/4] in float32.
 */
import { constant, ONE } from "./math";
import { fma } from "./simd";

/** Arguments beyond are reduced with the table. */
const LARGE: f32 = 1048576;

/** 2/π in binary: a word of zeros before the point, then 224 bits after it. */
const TWO_OVER_PI: StaticArray<u32> = [
  0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
];

/** A small angle with the sine and cosine of x; |x| ≤ LARGE, ±∞ and NaN stay as they are. */
function settle(x: f64): f64 {
  const bits = reinterpret<u32>(<f32>x);
  const biased = (bits >>> 23) & 255;
  if (!(abs(x) > LARGE) || biased == 255) return x;
  // |x| = mantissa · 2^(biased − 150). Of 2/π, the bits that meet the mantissa in units of 2⁻⁶² quarter turns
  // begin, modulo 4, at bit biased − 152 after the point.
  const mantissa = <u64>((bits & 0x7fffff) | 0x800000);
  const first = biased - 120;
  const word = changetype<usize>(TWO_OVER_PI) + ((first >>> 5) << 2);
  const shift = <u64>(first & 31);
  const w2 = (<u64>load<u32>(word, 8)) << 32;
  const high =
    ((((<u64>load<u32>(word)) << 32) | <u64>load<u32>(word, 4)) << shift) | ((w2 >> 1) >> (63 - shift));
  const low = ((w2 | <u64>load<u32>(word, 12)) << shift) >> 32;
  const quarters = <i64>(mantissa * high + ((mantissa * low) >> 32));
  const angle = <f64>quarters * (1.5707963267948966 / 4611686018427387904.0);
  return x < 0 ? -angle : angle;
}

function settleBoth(x: v128): v128 {
  return f64x2.replace_lane(
    f64x2.replace_lane(x, 0, settle(f64x2.extract_lane(x, 0))),
    1,
    settle(f64x2.extract_lane(x, 1)),
  );
}

const TWO_OVER_PI_64: usize = memory.data<f64>([0.63661977236758134]);
/** −π/2: its first 33 bits, and the rest. */
const MINUS_HALF_PI_HIGH: usize = memory.data<f64>([-1.57079632673412561417]);
const MINUS_HALF_PI_LOW: usize = memory.data<f64>([-6.07710050650619224932e-11]);
const LIMIT: usize = memory.data<f32>([LARGE]);
const MINUS_HALF: usize = memory.data<f32>([-0.5]);

/** n, the nearest number of quarter turns to x, both in float64. */
@inline
function quarterTurns(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, v128.load64_splat(TWO_OVER_PI_64)));
}

/** x − n π/2, in the low two float32 lanes. */
@inline
function remainder(x: v128, n: v128): v128 {
  const r = f64x2.add(x, f64x2.mul(n, v128.load64_splat(MINUS_HALF_PI_HIGH)));
  return f32x4.demote_f64x2_zero(f64x2.add(r, f64x2.mul(n, v128.load64_splat(MINUS_HALF_PI_LOW))));
}

/** (sin(r) / r − 1) / r² and (cos(r) − 1 + ½ r²) / r⁴ in r²; errors 2⁻²⁸ and 2⁻³³. */
const SIN: usize = memory.data<f32>([-0.166666552, 8.33217613e-3, -1.95169775e-4]);
const COS: usize = memory.data<f32>([4.16666456e-2, -1.38873642e-3, 2.44380917e-5]);

@inline
function quadratic(c: usize, x: v128): v128 {
  return fma(fma(x, constant(c + 8), constant(c + 4)), x, constant(c));
}

@inline
function sine(r: v128, z: v128): v128 {
  return fma(f32x4.mul(r, z), quadratic(SIN, z), r);
}

@inline
function cosine(z: v128): v128 {
  return fma(f32x4.mul(z, z), quadratic(COS, z), fma(z, constant(MINUS_HALF), constant(ONE)));
}

/** `x` negated in the lanes whose `negative` is odd. */
@inline
function withSign(x: v128, negative: v128): v128 {
  return v128.xor(x, i32x4.shl(negative, 31));
}

/** `turn` 0: sin(x); 1: cos(x) = sin(x + π/2); 2: tan(x). */
@inline
export function sinCosTan(x: v128, turn: i32): v128 {
  let low = f64x2.promote_low_f32x4(x);
  let high = f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1));
  if (v128.any_true(f32x4.gt(f32x4.abs(x), constant(LIMIT)))) {
    low = settleBoth(low);
    high = settleBoth(high);
  }
  const nLow = quarterTurns(low);
  const nHigh = quarterTurns(high);
  const r = i64x2.shuffle(remainder(low, nLow), remainder(high, nHigh), 0, 2);
  const n = i64x2.shuffle(i32x4.trunc_sat_f64x2_s_zero(nLow), i32x4.trunc_sat_f64x2_s_zero(nHigh), 0, 2);
  const z = f32x4.mul(r, r);
  const s = sine(r, z);
  const c = cosine(z);
  const odd = i32x4.shr_s(i32x4.shl(n, 31), 31);
  if (turn == 1) return withSign(v128.bitselect(s, c, odd), i32x4.shr_s(i32x4.add(n, i32x4.splat(1)), 1));
  const value =
    turn == 0
      ? withSign(v128.bitselect(c, s, odd), i32x4.shr_s(n, 1))
      : withSign(f32x4.div(v128.bitselect(c, s, odd), v128.bitselect(s, c, odd)), odd);
  return v128.bitselect(x, value, f32x4.eq(x, f32x4.splat(0))); // keeps the sign of zero
}
