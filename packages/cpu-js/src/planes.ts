/**
 * The working copy of an input that the packed corr2d kernels read and write: its channels with their padding, in
 * float64. In it, every product of a correlation has an address without a test:
 * `termOffsets[channel, ky, kx] + pixelOffsets[oy, ox]`, whatever the stride, padding and dilation. Rows and
 * columns that no window reaches are left out.
 */
import type { TypedArray, Window2d } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";

export interface Planes {
  /** The channels of one group of one image. */
  readonly data: Float64Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Where each term of a window's sum lies from the window's first cell. */
  readonly termOffsets: Int32Array;
  /** Where each window's first cell lies. */
  readonly pixelOffsets: Int32Array;
}

/** Working memory for one group of one image, to be given back with `giveBackPlanes`. */
export function borrowPlanes(w: Window2d, pool: BufferPool): Planes {
  const height = (w.outputHeight - 1) * w.strideHeight + (w.kernelHeight - 1) * w.dilationHeight + 1;
  const width = (w.outputWidth - 1) * w.strideWidth + (w.kernelWidth - 1) * w.dilationWidth + 1;
  const channels = w.inChannels / w.groups;
  const termOffsets = pool.borrowTable(channels * w.kernelHeight * w.kernelWidth);
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let ky = 0; ky < w.kernelHeight; ky++) {
      const row = (channel * height + ky * w.dilationHeight) * width;
      for (let kx = 0; kx < w.kernelWidth; kx++) termOffsets[at++] = row + kx * w.dilationWidth;
    }
  }
  const pixelOffsets = pool.borrowTable(w.outputHeight * w.outputWidth);
  at = 0;
  for (let oy = 0; oy < w.outputHeight; oy++) {
    const row = oy * w.strideHeight * width;
    for (let ox = 0; ox < w.outputWidth; ox++) pixelOffsets[at++] = row + ox * w.strideWidth;
  }
  return { data: pool.borrow(channels * height * width), height, width, channels, termOffsets, pixelOffsets };
}

export function giveBackPlanes(planes: Planes, pool: BufferPool): void {
  pool.giveBack(planes.data, planes.termOffsets, planes.pixelOffsets);
}

/** How many of `size` input rows (or columns), from `before` on, lie within a plane's `reach`. */
function inside(size: number, before: number, reach: number): number {
  return Math.max(0, Math.min(size, reach - before));
}

/** Copies the channels from `x[start]` on into the planes, zeros around them. */
export function fillPlanes(planes: Planes, x: TypedArray, start: number, w: Window2d): void {
  const { data, height, width, channels } = planes;
  const rows = inside(w.inputHeight, w.padTop, height);
  const columns = inside(w.inputWidth, w.padLeft, width);
  if (rows < height || columns < width) data.fill(0);
  for (let channel = 0; channel < channels; channel++) {
    let from = start + channel * w.inputHeight * w.inputWidth;
    let to = (channel * height + w.padTop) * width + w.padLeft;
    for (let row = 0; row < rows; row++, from += w.inputWidth, to += width) {
      for (let i = 0; i < columns; i++) data[to + i] = x[from + i]!;
    }
  }
}

/** Copies the planes, without their padding, to `out[start]` on; cells that no window reaches become 0. */
export function emptyPlanes(planes: Planes, out: TypedArray, start: number, w: Window2d): void {
  const { data, height, width, channels } = planes;
  const rows = inside(w.inputHeight, w.padTop, height);
  const columns = inside(w.inputWidth, w.padLeft, width);
  if (rows < w.inputHeight || columns < w.inputWidth) {
    out.fill(0, start, start + channels * w.inputHeight * w.inputWidth);
  }
  for (let channel = 0; channel < channels; channel++) {
    let to = start + channel * w.inputHeight * w.inputWidth;
    let from = (channel * height + w.padTop) * width + w.padLeft;
    for (let row = 0; row < rows; row++, to += w.inputWidth, from += width) {
      for (let i = 0; i < columns; i++) out[to + i] = data[from + i]!;
    }
  }
}
