/**
 * GELU and its derivative on four lanes, by the normal distribution's Φ. A product with Φ where it is near 0 needs no
 * more digits of it than ½ has, so this takes half as long as the error function of math.ts.
 *
 * Method: a rational function for |x| ≤ 5.54, beyond which Φ is 0 or 1 but for 2⁻²⁵; our own minimax fit (Remez's
 * condition by Lawson's weights, in float64). Error of Φ in float32: 4.3 · 2⁻²⁴.
 */
import { constant, cubic, expNegative } from "./math";
import { fma } from "./simd";

const MOST: usize = memory.data<f32>([5.54]);
/** (Φ(x) − ½) / x is the quotient of these polynomials in x². */
const NUMERATOR: usize = memory.data<f32>([
  0.398942262, 0.0336422063, 0.0046614306, 0.00016625943, 6.29557599e-6, 2.26741097e-8,
]);
const DENOMINATOR: usize = memory.data<f32>([
  1, 0.250994891, 0.0285177175, 0.00187024591, 7.26158542e-5, 1.19109234e-6,
]);
const HALF: usize = memory.data<f32>([0.5]);
const MINUS_HALF: usize = memory.data<f32>([-0.5]);
/** 1 / √(2π). */
const DENSITY: usize = memory.data<f32>([0.39894228]);

/** The polynomial of six coefficients. */
@inline
function quintic(c: usize, x: v128, x2: v128): v128 {
  return fma(fma(x, constant(c + 20), constant(c + 16)), f32x4.mul(x2, x2), cubic(c, x, x2));
}

/** Φ(x). */
@inline
function phi(x: v128, square: v128): v128 {
  const square2 = f32x4.mul(square, square);
  const ratio = f32x4.div(quintic(NUMERATOR, square, square2), quintic(DENOMINATOR, square, square2));
  const half = f32x4.mul(x, ratio);
  const far = v128.bitselect(constant(HALF), constant(MINUS_HALF), f32x4.gt(x, f32x4.splat(0)));
  const near = v128.bitselect(far, half, f32x4.gt(f32x4.abs(x), constant(MOST)));
  return f32x4.pmax(f32x4.add(near, constant(HALF)), f32x4.splat(0)); // which NaN passes
}

/** x · Φ(x). */
@inline
export function gelu(x: v128): v128 {
  return f32x4.mul(x, phi(x, f32x4.mul(x, x)));
}

/** Φ(x) + x · e^(−x²/2) / √(2π). */
@inline
export function geluSlope(x: v128): v128 {
  const square = f32x4.mul(x, x);
  const density = f32x4.mul(expNegative(f32x4.mul(square, constant(MINUS_HALF))), constant(DENSITY));
  return fma(x, density, phi(x, square));
}
