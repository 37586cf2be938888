/** Correlations that are smaller, or lie better, than they were asked for: over one row or one column of cells. */
import { Correlation, CorrelationAxis } from "./correlation";

function isSingle(axis: CorrelationAxis): bool {
  return axis.input == 1 && axis.output == 1;
}

/** The only tap that meets the cell of a single one, the others meeting padding; -1 where none is left out. */
function onlyTap(axis: CorrelationAxis): i32 {
  if (!isSingle(axis) || axis.taps == 1 || axis.pad < 0 || axis.pad % axis.dilation != 0) return -1;
  const tap = axis.pad / axis.dilation;
  return tap < axis.taps ? tap : -1;
}

/** Leaves its tap `tap` to an axis. */
function keepTap(axis: CorrelationAxis, tap: i32): void {
  axis.firstTap += tap * axis.tapStep;
  axis.taps = axis.stride = axis.dilation = 1;
  axis.pad = 0;
}

/** Whether a column of cells and of windows is a row of them, whose floats lie in the same order. */
export function isColumn(c: Correlation): bool {
  return isSingle(c.x) && c.x.taps == 1 && c.x.pad == 0 && c.y.output > 1;
}

/** Exchanges the axes of what `isColumn`. */
export function exchangeAxes(c: Correlation): void {
  const y = changetype<usize>(c.y);
  const x = changetype<usize>(c.x);
  for (let at: usize = 0; at < offsetof<CorrelationAxis>(); at += 4) {
    const value = load<i32>(y + at);
    store<i32>(y + at, load<i32>(x + at));
    store<i32>(x + at, value);
  }
  const step = c.kernelY;
  c.kernelY = c.kernelX;
  c.kernelX = step;
  c.outX = c.outY;
  c.outY = c.outPlane;
}

/** `c`, or, in `to`, the same without taps that meet padding alone, and as a row instead of a column. */
export function reduced(c: Correlation, to: Correlation): Correlation {
  const tapY = onlyTap(c.y);
  const tapX = onlyTap(c.x);
  if ((tapY & tapX) < 0 && !isColumn(c)) return c;
  to.copyFrom(c);
  if (tapY >= 0) {
    to.kernelBase += tapY * c.kernelY;
    keepTap(to.y, tapY);
  }
  if (tapX >= 0) {
    to.kernelBase += tapX * c.kernelX;
    keepTap(to.x, tapX);
  }
  if (isColumn(to)) exchangeAxes(to);
  return to;
}
