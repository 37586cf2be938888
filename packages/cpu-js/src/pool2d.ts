/**
 * Pooling: the maximum or the average over each window's cells that lie in the input.
 */
import type { AveragePool, TypedArray, Window2d, WindowAxis } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";
import { sumBlocks } from "./wide-sums.ts";

/**
 * What the windows of one axis meet: window o the input positions [bounds[2 · o], bounds[2 · o + 1]), `step` apart. Int32 as
 * in int32.ts.
 */
interface Span {
  readonly input: number;
  readonly step: number;
  readonly bounds: readonly number[];
}

function spanOf({ input, kernel, output, stride, before, dilation }: WindowAxis): Span {
  const bounds: number[] = [];
  const reach = (kernel - 1) * dilation + 1;
  for (let o = 0; o < output; o++) {
    const at = o * stride - before;
    const first = at >= 0 ? at : at + Math.ceil(-at / dilation) * dilation;
    bounds.push(Math.min(input, first) | 0, Math.max(0, Math.min(input, at + reach)) | 0);
  }
  return { input: input | 0, step: Math.min(dilation, input) | 0, bounds };
}

/** Whether windows are pairs of cells side by side along an axis, all of them whole. */
function isPairs({ input, kernel, output, stride, before, dilation }: WindowAxis): boolean {
  return kernel === 2 && stride === 2 && dilation === 1 && before === 0 && 2 * output <= input;
}

/** Whether windows are the 2×2 of most networks, which have loops of their own: the general ones take four times as long. */
const isQuads = ({ axes }: Window2d): boolean => axes.every(isPairs);

/** Calls `visit` with each row of 2×2 windows: where its cells begin, and its first window, of all and of its plane. */
function eachRowOfQuads(w: Window2d, visit: (top: number, at: number, window: number) => void): void {
  const [height, width] = w.axes;
  const planes = w.batch * w.inChannels;
  let at = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (let oy = 0; oy < height.output; oy++, at += width.output) {
      visit((plane * height.input + 2 * oy) * width.input, at, oy * width.output);
    }
  }
}

/** How many of a window's positions are less than `distance` from its first. */
function positionsWithin(distance: number, { kernel, dilation }: WindowAxis): number {
  return distance <= 0 ? 0 : Math.min(kernel, Math.ceil(distance / dilation));
}

/** How many of window o's positions along an axis count in an average: those in the input, or in it and its padding. */
function countAt(axis: WindowAxis, o: number, padded: boolean): number {
  const at = o * axis.stride - axis.before;
  if (padded) return positionsWithin(axis.input + axis.after - at, axis);
  return positionsWithin(axis.input - at, axis) - positionsWithin(-at, axis);
}

/** What each window's sum is divided by, as core's `averageDivisors`, but in a time that does not grow with the kernel. */
function divisorsOf({ axes }: Window2d, { countIncludePad, divisorOverride }: AveragePool): Float64Array {
  const height = axes[0];
  const width = axes[1];
  const divisors = new Float64Array(height.output * width.output);
  if (divisorOverride !== null) return divisors.fill(divisorOverride);
  // The first row holds the columns' counts until its own turn, which is the last.
  for (let ox = 0; ox < width.output; ox++) divisors[ox] = countAt(width, ox, countIncludePad);
  for (let oy = height.output - 1; oy >= 0; oy--) {
    const rows = countAt(height, oy, countIncludePad);
    const at = oy * width.output;
    for (let ox = 0; ox < width.output; ox++) divisors[at + ox] = rows * divisors[ox]! || 1;
  }
  return divisors;
}

/** @param indices int32: where each maximum lies in its plane, −1 for that of nothing */
export function maxPool2d(x: TypedArray, w: Window2d, values: TypedArray, indices: TypedArray): void {
  const rows = spanOf(w.axes[0]);
  const columns = spanOf(w.axes[1]);
  const line = columns.input;
  const plane = rows.input * line;
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
  if (isQuads(w)) {
    averageQuads(x, w, average, out);
    return;
  }
  const rows = spanOf(w.axes[0]);
  const columns = spanOf(w.axes[1]);
  const divisors = divisorsOf(w, average);
  const line = columns.input;
  const plane = rows.input * line;
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

function averageQuads(x: TypedArray, w: Window2d, average: AveragePool, out: TypedArray): void {
  const divisors = divisorsOf(w, average);
  const line = w.axes[1].input | 0;
  const count = w.axes[1].output | 0;
  eachRowOfQuads(w, (top, at, window) => {
    for (let ox = 0, i = top, j = top + line; ox < count; ox++, i += 2, j += 2) {
      out[at + ox] = (x[i]! + x[i + 1]! + x[j]! + x[j + 1]!) / divisors[window + ox]!;
    }
  });
}

function spreadQuads(g: TypedArray, w: Window2d, average: AveragePool, out: TypedArray): void {
  const divisors = divisorsOf(w, average);
  const [height, width] = w.axes;
  const line = width.input | 0;
  const count = width.output | 0;
  // What no window meets: the last row or column of an odd number.
  if (height.input > 2 * height.output || line > 2 * count) out.fill(0);
  eachRowOfQuads(w, (top, at, window) => {
    for (let ox = 0, i = top, j = top + line; ox < count; ox++, i += 2, j += 2) {
      const share = g[at + ox]! / divisors[window + ox]!;
      out[i] = share;
      out[i + 1] = share;
      out[j] = share;
      out[j + 1] = share;
    }
  });
}

/** Whether windows of an axis may share cells. */
const overlap = ({ kernel, stride, dilation }: WindowAxis): boolean =>
  kernel > stride || (kernel > 1 && dilation > 1);

/** Where windows overlap, float32 cells are summed in float64. */
export function avgPool2dInput(
  g: TypedArray,
  w: Window2d,
  average: AveragePool,
  out: TypedArray,
  pool: BufferPool,
): void {
  if (isQuads(w)) {
    spreadQuads(g, w, average, out);
    return;
  }
  const rows = spanOf(w.axes[0]);
  const columns = spanOf(w.axes[1]);
  const divisors = divisorsOf(w, average);
  const line = columns.input;
  const plane = rows.input * line;
  let at = 0;
  sumBlocks(out, plane, w.axes.some(overlap), pool, (totals, start) => {
    let window = 0;
    for (let oy = 0; oy < rows.bounds.length; oy += 2) {
      const top = start + rows.bounds[oy]! * line;
      const bottom = start + rows.bounds[oy + 1]! * line;
      for (let ox = 0; ox < columns.bounds.length; ox += 2, at++, window++) {
        const left = columns.bounds[ox]!;
        const right = columns.bounds[ox + 1]!;
        const share = g[at]! / divisors[window]!;
        for (let row = top; row < bottom; row += rows.step * line) {
          for (let i = row + left; i < row + right; i += columns.step) totals[i]! += share;
        }
      }
    }
  });
}
