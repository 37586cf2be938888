/**
 * Pooling: the maximum or the average over each window's cells that lie in the input.
 */
import type { AveragePool, TypedArray, Window2d, WindowAxis } from "@corr2d/core";

/** What the windows of one axis meet: window o the input positions [bounds[2 · o], bounds[2 · o + 1]), `step` apart. */
interface Span {
  readonly step: number;
  readonly bounds: Int32Array;
}

function spanOf({ input, kernel, output, stride, before, dilation }: WindowAxis): Span {
  const bounds = new Int32Array(2 * output);
  const reach = (kernel - 1) * dilation + 1;
  for (let o = 0; o < output; o++) {
    const at = o * stride - before;
    bounds[2 * o] = Math.min(input, at >= 0 ? at : at + Math.ceil(-at / dilation) * dilation);
    bounds[2 * o + 1] = Math.max(0, Math.min(input, at + reach));
  }
  return { step: Math.min(dilation, input) | 0, bounds };
}

/** How many positions of each window along an axis lie in the input; with `padded`, in the input and its padding. */
function countsOf(axis: WindowAxis, padded: boolean): number[] {
  const { input, kernel, output, stride, before, after, dilation } = axis;
  /** Positions of a window less than `distance` from its first. */
  const within = (distance: number): number => Math.max(0, Math.min(kernel, Math.ceil(distance / dilation)));
  return Array.from({ length: output }, (_, o) => {
    const at = o * stride - before;
    return padded ? within(input + after - at) : within(input - at) - within(-at);
  });
}

/** What each window's sum is divided by, as core's `averageDivisors`, but in a time that does not grow with the kernel. */
function divisorsOf({ axes }: Window2d, { countIncludePad, divisorOverride }: AveragePool): Float64Array {
  const rows = countsOf(axes[0], countIncludePad);
  const columns = countsOf(axes[1], countIncludePad);
  const divisors = new Float64Array(rows.length * columns.length);
  if (divisorOverride !== null) return divisors.fill(divisorOverride);
  let at = 0;
  for (const row of rows) for (const column of columns) divisors[at++] = row * column || 1;
  return divisors;
}

/** @param indices int32: where each maximum lies in its plane, −1 for that of nothing */
export function maxPool2d(x: TypedArray, w: Window2d, values: TypedArray, indices: TypedArray): void {
  const [height, width] = w.axes;
  const rows = spanOf(height);
  const columns = spanOf(width);
  const line = width.input | 0;
  const plane = (height.input * line) | 0;
  let at = 0;
  for (let start = 0; start < w.batch * w.inChannels * plane; start += plane) {
    for (let oy = 0; oy < rows.bounds.length; oy += 2) {
      const top = rows.bounds[oy]! * line;
      const bottom = rows.bounds[oy + 1]! * line;
      for (let ox = 0; ox < columns.bounds.length; ox += 2, at++) {
        const left = columns.bounds[ox]!;
        const right = columns.bounds[ox + 1]!;
        const none = top >= bottom || left >= right;
        let found = none ? -1 : top + left;
        let best = none ? -Infinity : x[start + found]!;
        for (let row = top; row < bottom; row += rows.step * line) {
          for (let cell = row + left; cell < row + right; cell += columns.step) {
            const v = x[start + cell]!;
            // Nothing is greater than a NaN, but a later NaN takes its place.
            if (v > best || Number.isNaN(v)) {
              best = v;
              found = cell;
            }
          }
        }
        values[at] = best;
        indices[at] = found;
      }
    }
  }
}

export function avgPool2d(x: TypedArray, w: Window2d, average: AveragePool, out: TypedArray): void {
  const [height, width] = w.axes;
  const rows = spanOf(height);
  const columns = spanOf(width);
  const divisors = divisorsOf(w, average);
  const line = width.input | 0;
  const plane = (height.input * line) | 0;
  let at = 0;
  for (let start = 0; start < w.batch * w.inChannels * plane; start += plane) {
    let window = 0;
    for (let oy = 0; oy < rows.bounds.length; oy += 2) {
      const top = start + rows.bounds[oy]! * line;
      const bottom = start + rows.bounds[oy + 1]! * line;
      for (let ox = 0; ox < columns.bounds.length; ox += 2, at++, window++) {
        const left = columns.bounds[ox]!;
        const right = columns.bounds[ox + 1]!;
        let sum = 0;
        for (let row = top; row < bottom; row += rows.step * line) {
          for (let i = row + left; i < row + right; i += columns.step) sum += x[i]!;
        }
        out[at] = sum / divisors[window]!;
      }
    }
  }
}

export function avgPool2dInput(g: TypedArray, w: Window2d, average: AveragePool, out: TypedArray): void {
  const [height, width] = w.axes;
  const rows = spanOf(height);
  const columns = spanOf(width);
  const divisors = divisorsOf(w, average);
  const line = width.input | 0;
  const plane = (height.input * line) | 0;
  out.fill(0);
  let at = 0;
  for (let start = 0; start < w.batch * w.inChannels * plane; start += plane) {
    let window = 0;
    for (let oy = 0; oy < rows.bounds.length; oy += 2) {
      const top = start + rows.bounds[oy]! * line;
      const bottom = start + rows.bounds[oy + 1]! * line;
      for (let ox = 0; ox < columns.bounds.length; ox += 2, at++, window++) {
        const left = columns.bounds[ox]!;
        const right = columns.bounds[ox + 1]!;
        const share = g[at]! / divisors[window]!;
        for (let row = top; row < bottom; row += rows.step * line) {
          for (let i = row + left; i < row + right; i += columns.step) out[i]! += share;
        }
      }
    }
  }
}
