/**
 * GELU and its derivative on four lanes, by the normal distribution's Φ. A product with Φ where it is near 0 needs no
 * more digits of it than ½ has, so this takes half as long as the error function of math.ts.
 *
 * Method: what either has beyond ½ is odd, and a rational function of x² times x up to where it is ±½ but for 2⁻²⁵;
 * our own minimax fits (Remez's condition by Lawson's weights, in float64). Errors in float32: 4.3 · 2⁻²⁴ of Φ, and
 * 4.8 · 2⁻²⁴ of the derivative.
 */
import { constant, cubic, sextic } from "./math";
import { fma } from "./simd";

const PHI_MOST: usize = memory.data<f32>([5.54]);
/** (Φ(x) − ½) / x is the quotient of these polynomials in x². */
const PHI_NUMERATOR: usize = memory.data<f32>([
  0.398942262, 0.0336422063, 0.0046614306, 0.00016625943, 6.29557599e-6, 2.26741097e-8,
]);
const PHI_DENOMINATOR: usize = memory.data<f32>([
  1, 0.250994891, 0.0285177175, 0.00187024591, 7.26158542e-5, 1.19109234e-6,
]);
const SLOPE_MOST: usize = memory.data<f32>([6.1]);
/** (Φ(x) + x · e^(−x²/2) / √(2π) − ½) / x likewise. */
const SLOPE_NUMERATOR: usize = memory.data<f32>([
  0.797884524, -0.0203761719, 0.0137804095, 0.000238821711, 3.41210689e-5, 1.01960381e-6, 1.78257089e-8,
]);
const SLOPE_DENOMINATOR: usize = memory.data<f32>([
  1, 0.307795107, 0.0448708981, 0.00407464057, 0.000254452432, 1.07843998e-5, 3.66164045e-7, 1.34112033e-9,
]);
const HALF: usize = memory.data<f32>([0.5]);
const MINUS_HALF: usize = memory.data<f32>([-0.5]);

/** The polynomial of six coefficients. */
@inline
function quintic(c: usize, x: v128, x2: v128): v128 {
  return fma(fma(x, constant(c + 20), constant(c + 16)), f32x4.mul(x2, x2), cubic(c, x, x2));
}

/** The polynomial of eight coefficients. */
@inline
function septic(c: usize, x: v128, x2: v128): v128 {
  return fma(cubic(c + 16, x, x2), f32x4.mul(x2, x2), cubic(c, x, x2));
}

/** ½ + x · ratio up to |x| = `most`, and 0 or 1 beyond. */
@inline
function aroundHalf(x: v128, ratio: v128, most: usize): v128 {
  const far = v128.bitselect(constant(HALF), constant(MINUS_HALF), f32x4.gt(x, f32x4.splat(0)));
  const beyond = v128.bitselect(far, f32x4.mul(x, ratio), f32x4.gt(f32x4.abs(x), constant(most)));
  return f32x4.add(beyond, constant(HALF));
}

/** x · Φ(x). */
@inline
export function gelu(x: v128): v128 {
  const square = f32x4.mul(x, x),
    square2 = f32x4.mul(square, square);
  const ratio = f32x4.div(quintic(PHI_NUMERATOR, square, square2), quintic(PHI_DENOMINATOR, square, square2));
  const phi = f32x4.pmax(aroundHalf(x, ratio, PHI_MOST), f32x4.splat(0)); // which NaN passes
  return f32x4.mul(x, phi);
}

/** Φ(x) + x · e^(−x²/2) / √(2π). */
@inline
export function geluSlope(x: v128): v128 {
  const square = f32x4.mul(x, x),
    square2 = f32x4.mul(square, square);
  const ratio = f32x4.div(sextic(SLOPE_NUMERATOR, square), septic(SLOPE_DENOMINATOR, square, square2));
  // ±∞ gives NaN, as its product with a density of 0 is.
  return fma(x, f32x4.splat(0), aroundHalf(x, ratio, SLOPE_MOST));
}
