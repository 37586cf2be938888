/**
 * The error function, erf(x) = 2/√π ∫₀ˣ exp(−t²) dt, to about 1e-16.
 *
 * Source: Cody 1969, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23:
 * rational functions of best fit on |x| ≤ 0.46875 and on 0.46875 < |x| ≤ 4, with the coefficients he prints. Above
 * 4, where erfc is below 2e-8, eight terms of its continued fraction (Abramowitz & Stegun 1964, 7.1.14) do.
 */

/** Numerator and denominator on |x| ≤ 0.46875, in x², highest power first. */
const SMALL_P = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
] as const;
const SMALL_Q = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171] as const;

/** Numerator and denominator of exp(x²) · erfc(x) on 0.46875 < x ≤ 4, in x, highest power first. */
const MIDDLE_P = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
  881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
] as const;
const MIDDLE_Q = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
] as const;

const SQRT_PI = 1.7724538509055159;

/** Horner's rule. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = 0; i < coefficients.length; i++) sum = sum * x + coefficients[i]!;
  return sum;
}

export function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 0.46875) return (x * polynomial(SMALL_P, x * x)) / polynomial(SMALL_Q, x * x);
  if (size >= 6) return x > 0 ? 1 : -1;
  if (Number.isNaN(x)) return x;
  let complement: number;
  if (size <= 4) {
    complement = (Math.exp(-x * x) * polynomial(MIDDLE_P, size)) / polynomial(MIDDLE_Q, size);
  } else {
    let fraction = size;
    for (let k = 8; k > 0; k--) fraction = size + k / 2 / fraction;
    complement = Math.exp(-x * x) / (SQRT_PI * fraction);
  }
  return x > 0 ? 1 - complement : complement - 1;
}
