/** The error function and its inverse, in float64. Source: Abramowitz & Stegun, 7.1.6; Winitzki 2008 for where the inverse starts. */

/** 2/√π: its slope at 0. A literal, because bundlers keep quotients. */
const SLOPE = 1.1283791670955126;

/** 2/√π times the integral of exp(−t²) from 0 to x. */
export function erf(x: number): number {
  // Beyond 6 it is 1 in float64.
  if (Math.abs(x) > 6) return Math.sign(x);
  // exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · 5 … (2n + 1)): all terms have one sign.
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return SLOPE * Math.exp(-x * x) * sum;
}

/** The x whose `erf` is y; ±∞ at ±1. */
export function erfinv(y: number): number {
  if (Math.abs(y) === 1) return y * Number.POSITIVE_INFINITY;
  const log = Math.log1p(-y * y);
  const middle = 2 / (Math.PI * 0.147) + log / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(middle * middle - log / 0.147) - middle);
  // Good to 2e-3; each of Halley's steps triples the digits.
  for (let i = 0; i < 2; i++) {
    const step = (erf(x) - y) / (SLOPE * Math.exp(-x * x));
    x -= step / (1 + x * step);
  }
  return x;
}
