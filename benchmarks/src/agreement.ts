/**
 * Whether a candidate computes the right thing, asked before it is timed. The reference is the plain nested loop in
 * float64. Two correct float32 answers differ by rounding, about √terms units of 2⁻²⁴ of the sums' magnitude for a
 * sum of so many terms in any order; Winograd's transforms and a few chained operations stay within the factor below.
 */

const FACTOR = 8;
const UNIT_ROUNDOFF = 2 ** -24;

/** The largest error to accept, relative to the largest magnitude in the reference. */
export const tolerance = (terms: number): number => FACTOR * Math.sqrt(Math.max(terms, 1)) * UNIT_ROUNDOFF;

/**
 * The largest error of any result in units of the largest magnitude of its reference. Infinity when a length differs or a value is not a
 * number.
 */
export function relativeError(
  results: readonly ArrayLike<number>[],
  references: readonly ArrayLike<number>[],
): number {
  if (results.length !== references.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (const [index, reference] of references.entries()) {
    const result = results[index]!;
    if (result.length !== reference.length) return Number.POSITIVE_INFINITY;
    let scale = 0;
    let error = 0;
    for (let i = 0; i < reference.length; i++) {
      scale = Math.max(scale, Math.abs(reference[i]!));
      const difference = Math.abs(result[i]! - reference[i]!);
      if (!(difference <= error)) error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    }
    // A tensor that is exactly zero leaves nothing to be relative to.
    worst = Math.max(worst, scale === 0 ? error : error / scale);
  }
  return worst;
}
