/** What the curve of the losses shows. */

/** The losses up to step `at`; nothing where a logarithmic axis has no place: an infinite one, or exactly 0. */
export function shownLosses(losses: readonly number[], at: number): (number | null)[] {
  return losses.map((loss, i) => (i <= at && loss > 0 && Number.isFinite(loss) ? loss : null));
}

/** Most lines across the curve. */
const MOST_LINES = 7;

/** Powers of ten from `least` to `most`, both of them powers of ten: all, or every second, third, … */
export function decades(least: number, most: number): number[] {
  const [first, last] = [Math.round(Math.log10(least)), Math.round(Math.log10(most))];
  const step = Math.max(1, Math.ceil((last - first) / (MOST_LINES - 1)));
  const powers: number[] = [];
  for (let power = first; power <= last; power += step) powers.push(Number(`1e${power}`));
  return powers;
}

/** From which step on the losses are 0; undefined while they are not. */
export function firstZero(losses: readonly number[], at: number): number | undefined {
  const reached = losses.slice(0, at + 1);
  let first = reached.length;
  while (first > 0 && reached[first - 1] === 0) first--;
  return first < reached.length ? first : undefined;
}
