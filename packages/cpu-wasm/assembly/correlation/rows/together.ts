/** Rows that are one: a kernel of one tap sees no rows. */
import { Correlation } from "../correlation";

/** From here on, a row takes whole tiles of 16 columns but for a few. */
const LONG_ROW = 96;
/** A longer row leaves the caches before all output channels have seen it. */
const LONGEST_ROW = 400;

/** How many rows of a kernel of one tap are as good as one long row. */
export function rowsTogether(c: Correlation): i32 {
  const y = c.y;
  const x = c.x;
  const oneTap = y.taps + x.taps == 2 && y.stride == 1 && x.stride == 1 && (y.pad | x.pad) == 0;
  if (!oneTap || y.input != y.output || x.input != x.output || !c.isWholePlane) return 1;
  let together = 1;
  while (together < y.output && (together * x.output < LONG_ROW || y.output % together != 0)) together++;
  return x.output * together > LONGEST_ROW ? 1 : together;
}

/** `c`, or, in `joined`, the same with rows of so many. */
export function joinRows(c: Correlation, joined: Correlation): Correlation {
  const together = rowsTogether(c);
  if (together == 1) return c;
  joined.copyFrom(c);
  joined.y.input = joined.y.output = c.y.output / together;
  joined.x.input = joined.x.output = joined.outY = c.x.output * together;
  return joined;
}
