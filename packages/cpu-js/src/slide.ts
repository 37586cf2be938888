/**
 * The inner loops of corr2d for few channels: one filter moving along a row of planes (planes.ts), four or five windows
 * at a time in local variables.
 *
 * Where windows move by one column and the filter's columns are neighbours, they share what they read. Filters
 * of 3 and 5 columns, which most are, then have their columns written out: with the weights of a row at hand, a
 * 3 × 3 filter runs one and a half times as fast as by the general loop.
 */
import type { TypedArray } from "@corr2d/core";

/** How a filter meets the planes, and how its results lie in the output. */
export interface Filter {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** From one channel's plane to the next, in elements; and so on below. */
  readonly channelStep: number;
  /** From one row of the filter to the next. */
  readonly rowStep: number;
  /** From one column of the filter to the next. */
  readonly columnStep: number;
  /** From one window to the next. */
  readonly windowStep: number;
  /** From one result to the next. */
  readonly outStep: number;
}

/**
 * Adds to `count` results from `out[to]` on. The first window starts at `data[at]`, the weights (channel, row,
 * column) at `weights[first]`. May read up to 4 windows past the last.
 */
type Slide = (
  filter: Filter,
  data: Float64Array,
  at: number,
  weights: Float64Array,
  first: number,
  out: TypedArray,
  to: number,
  count: number,
) => void;

/** The loop for a filter. */
export function slideOf({ windowStep, columnStep, channels, height, width }: Filter): Slide {
  if (windowStep !== 1 || columnStep !== 1) return slideApart;
  if (width === 3) return height === 3 && channels === 1 ? slideNine : slideThree;
  return width === 5 ? slideFive : slideShared;
}

/** 3 × 3 on one channel: all nine weights stay in local variables, the window's cells too. */
function slideNine(
  { rowStep, outStep }: Filter,
  data: Float64Array,
  at: number,
  weights: Float64Array,
  first: number,
  out: TypedArray,
  to: number,
  count: number,
): void {
  const u0 = weights[first]!;
  const u1 = weights[first + 1]!;
  const u2 = weights[first + 2]!;
  const v0 = weights[first + 3]!;
  const v1 = weights[first + 4]!;
  const v2 = weights[first + 5]!;
  const w0 = weights[first + 6]!;
  const w1 = weights[first + 7]!;
  const w2 = weights[first + 8]!;
  let i = at + 2;
  let x0 = data[at]!;
  let x1 = data[at + 1]!;
  let y0 = data[at + rowStep]!;
  let y1 = data[at + rowStep + 1]!;
  let z0 = data[at + 2 * rowStep]!;
  let z1 = data[at + 2 * rowStep + 1]!;
  for (const end = i + count; i < end; i++, to += outStep) {
    const x2 = data[i]!;
    const y2 = data[i + rowStep]!;
    const z2 = data[i + 2 * rowStep]!;
    out[to]! += u0 * x0 + u1 * x1 + u2 * x2 + (v0 * y0 + v1 * y1 + v2 * y2) + (w0 * z0 + w1 * z1 + w2 * z2);
    x0 = x1;
    x1 = x2;
    y0 = y1;
    y1 = y2;
    z0 = z1;
    z1 = z2;
  }
}

/** Five windows at a time: in G the windows are the cells of a kernel's row, and most kernels have 3 or 5. */
function slideShared(
  { channels, channelStep, height, rowStep, width, outStep }: Filter,
  data: Float64Array,
  at: number,
  weights: Float64Array,
  first: number,
  out: TypedArray,
  to: number,
  count: number,
): void {
  for (let left = count; left > 0; left -= 5, at += 5) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let k = first;
    for (let channel = 0; channel < channels; channel++) {
      let row = at + channel * channelStep;
      for (let y = 0; y < height; y++, row += rowStep) {
        let x0 = data[row]!;
        let x1 = data[row + 1]!;
        let x2 = data[row + 2]!;
        let x3 = data[row + 3]!;
        let i = row + 4;
        for (const end = k + width; k < end; k++, i++) {
          const x4 = data[i]!;
          const v = weights[k]!;
          s0 += v * x0;
          s1 += v * x1;
          s2 += v * x2;
          s3 += v * x3;
          s4 += v * x4;
          x0 = x1;
          x1 = x2;
          x2 = x3;
          x3 = x4;
        }
      }
    }
    to = addSums(out, to, outStep, left, s0, s1, s2, s3);
    if (left > 4) {
      out[to]! += s4;
      to += outStep;
    }
  }
}

function slideThree(
  { channels, channelStep, height, rowStep, outStep }: Filter,
  data: Float64Array,
  at: number,
  weights: Float64Array,
  first: number,
  out: TypedArray,
  to: number,
  count: number,
): void {
  for (let left = count; left > 0; left -= 4, at += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let k = first;
    for (let channel = 0; channel < channels; channel++) {
      let i = at + channel * channelStep;
      for (let y = 0; y < height; y++, i += rowStep, k += 3) {
        const u = weights[k]!;
        const v = weights[k + 1]!;
        const w = weights[k + 2]!;
        const x1 = data[i + 1]!;
        const x2 = data[i + 2]!;
        const x3 = data[i + 3]!;
        s0 += u * data[i]! + v * x1 + w * x2;
        s1 += u * x1 + v * x2 + w * x3;
        const x4 = data[i + 4]!;
        s2 += u * x2 + v * x3 + w * x4;
        s3 += u * x3 + v * x4 + w * data[i + 5]!;
      }
    }
    to = addSums(out, to, outStep, left, s0, s1, s2, s3);
  }
}

function slideFive(
  { channels, channelStep, height, rowStep, outStep }: Filter,
  data: Float64Array,
  at: number,
  weights: Float64Array,
  first: number,
  out: TypedArray,
  to: number,
  count: number,
): void {
  for (let left = count; left > 0; left -= 4, at += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let k = first;
    for (let channel = 0; channel < channels; channel++) {
      let i = at + channel * channelStep;
      for (let y = 0; y < height; y++, i += rowStep, k += 5) {
        let w = weights[k]!;
        const x1 = data[i + 1]!;
        const x2 = data[i + 2]!;
        const x3 = data[i + 3]!;
        s0 += w * data[i]!;
        s1 += w * x1;
        s2 += w * x2;
        s3 += w * x3;
        w = weights[k + 1]!;
        const x4 = data[i + 4]!;
        s0 += w * x1;
        s1 += w * x2;
        s2 += w * x3;
        s3 += w * x4;
        w = weights[k + 2]!;
        const x5 = data[i + 5]!;
        s0 += w * x2;
        s1 += w * x3;
        s2 += w * x4;
        s3 += w * x5;
        w = weights[k + 3]!;
        const x6 = data[i + 6]!;
        s0 += w * x3;
        s1 += w * x4;
        s2 += w * x5;
        s3 += w * x6;
        w = weights[k + 4]!;
        s0 += w * x4;
        s1 += w * x5;
        s2 += w * x6;
        s3 += w * data[i + 7]!;
      }
    }
    to = addSums(out, to, outStep, left, s0, s1, s2, s3);
  }
}

function slideApart(
  { channels, channelStep, height, rowStep, width, columnStep, windowStep, outStep }: Filter,
  data: Float64Array,
  at: number,
  weights: Float64Array,
  first: number,
  out: TypedArray,
  to: number,
  count: number,
): void {
  for (let left = count; left > 0; left -= 4, at += 4 * windowStep) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let k = first;
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0; y < height; y++) {
        let i0 = at + channel * channelStep + y * rowStep;
        let i1 = i0 + windowStep;
        let i2 = i1 + windowStep;
        let i3 = i2 + windowStep;
        for (const end = k + width; k < end; k++) {
          const v = weights[k]!;
          s0 += v * data[i0]!;
          s1 += v * data[i1]!;
          s2 += v * data[i2]!;
          s3 += v * data[i3]!;
          i0 += columnStep;
          i1 += columnStep;
          i2 += columnStep;
          i3 += columnStep;
        }
      }
    }
    to = addSums(out, to, outStep, left, s0, s1, s2, s3);
  }
}

/** Adds the first `left` of four sums; returns where the next four go. */
function addSums(
  out: TypedArray,
  to: number,
  step: number,
  left: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
): number {
  out[to]! += s0;
  if (left > 1) out[to + step]! += s1;
  if (left > 2) out[to + 2 * step]! += s2;
  if (left > 3) out[to + 3 * step]! += s3;
  return to + 4 * step;
}
