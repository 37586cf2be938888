/**
 * The working copy that the corr2d kernels read: some channels of one image with zeros around them, in float64, so
 * that no product needs a test for the border and inner loops see one type whatever the tensors' dtype.
 */
import type { TypedArray, Window2d } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";

export interface Planes {
  readonly data: Float64Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Planes with arbitrary contents; `data` goes back to the pool. A kernel may read (and drop what it read) up to
 * `slack` elements past the end.
 */
export function borrowPlanes(
  channels: number,
  height: number,
  width: number,
  slack: number,
  pool: BufferPool,
): Planes {
  return { data: pool.borrow(channels * height * width + slack), channels, height, width };
}

/** Planes for the input of a window: as far as a window reaches, padding included. */
export function borrowInputPlanes(w: Window2d, pool: BufferPool): Planes {
  const height = (w.outputHeight - 1) * w.strideHeight + (w.kernelHeight - 1) * w.dilationHeight + 1;
  const width = (w.outputWidth - 1) * w.strideWidth + (w.kernelWidth - 1) * w.dilationWidth + 1;
  const slack = 4 * Math.max(w.strideWidth, w.dilationWidth);
  return borrowPlanes(w.inChannels / w.groups, height, width, slack, pool);
}

/** How many of `size` rows (or columns), placed from `before` on, lie within `reach`. */
function inside(size: number, before: number, reach: number): number {
  return Math.max(0, Math.min(size, reach - before));
}

/** Copies the channels from `x[start]` on, `xHeight` × `xWidth` each, to row `top` and column `left` of the planes. */
export function fillPlanes(
  planes: Planes,
  top: number,
  left: number,
  x: TypedArray,
  start: number,
  xHeight: number,
  xWidth: number,
): void {
  const { data, channels, height, width } = planes;
  const rows = inside(xHeight, top, height);
  const columns = inside(xWidth, left, width);
  // From the end of one row of x to the start of the next.
  const gap = width - columns;
  for (let channel = 0; channel < channels; channel++) {
    let from = start + channel * xHeight * xWidth;
    let to = channel * height * width;
    const end = to + height * width;
    const first = Math.min(end, to + top * width + left);
    data.fill(0, to, first);
    to = first;
    for (let row = 0; row < rows; row++, from += xWidth) {
      for (let i = 0; i < columns; i++) data[to + i] = x[from + i]!;
      to += columns;
      for (let i = 0; i < gap && to < end; i++, to++) data[to] = 0;
    }
    data.fill(0, to, end);
  }
}

/** The way back: copies the planes from row `top` and column `left` on to `out[start]`; what they do not reach is 0. */
export function emptyPlanes(
  planes: Planes,
  top: number,
  left: number,
  out: TypedArray,
  start: number,
  outHeight: number,
  outWidth: number,
): void {
  const { data, channels, height, width } = planes;
  const rows = inside(outHeight, top, height);
  const columns = inside(outWidth, left, width);
  if (rows < outHeight || columns < outWidth) out.fill(0, start, start + channels * outHeight * outWidth);
  for (let channel = 0; channel < channels; channel++) {
    let to = start + channel * outHeight * outWidth;
    let from = (channel * height + top) * width + left;
    for (let row = 0; row < rows; row++, to += outWidth, from += width) {
      for (let i = 0; i < columns; i++) out[to + i] = data[from + i]!;
    }
  }
}
