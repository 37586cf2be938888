/**
 * Robust summaries of timings. A shared machine gives samples with a long tail, so the centre is the median and the
 * spread the median absolute deviation (MAD); both ignore a minority of disturbed samples.
 */

/** @throws RangeError for no values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("the median of no values is undefined");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median distance from the median. */
export function medianAbsoluteDeviation(values: readonly number[]): number {
  const centre = median(values);
  return median(values.map((value) => Math.abs(value - centre)));
}

/**
 * The median over rounds of `values[round] / base[round]`: both were timed moments apart, so what slows the machine
 * for a while slows both and cancels, which a ratio of two medians cannot promise. A round that either missed (null) is
 * left out.
 *
 * @returns null when they share no round.
 */
export function pairedRatio(
  values: readonly (number | null)[],
  base: readonly (number | null)[],
): number | null {
  const ratios: number[] = [];
  for (const [round, value] of values.entries()) {
    const reference = base[round] ?? null;
    if (value !== null && reference !== null) ratios.push(value / reference);
  }
  return ratios.length === 0 ? null : median(ratios);
}
