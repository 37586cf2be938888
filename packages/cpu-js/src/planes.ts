/**
 * The working copy that the corr2d kernels read: some channels of one image with zeros around them, in float64, so
 * that no product needs a test for the border and inner loops see one type whatever the tensors' dtype.
 */
import type { TypedArray, Window2d, WindowAxis } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";

/** One axis of planes: how a tensor's axis lies in it. */
export interface Side {
  /** Places in all. */
  readonly length: number;
  /** Those before the tensor's first. */
  readonly before: number;
  /** The tensor's elements along the axis, and how many of them there is room for. */
  readonly size: number;
  readonly inside: number;
}

export interface Planes {
  readonly data: Float64Array;
  readonly channels: number;
  readonly sides: readonly [height: Side, width: Side];
}

export function sideOf(length: number, before: number, size: number): Side {
  return { length, before, size, inside: Math.max(0, Math.min(size, length - before)) };
}

/** The input's side of a window's axis: as far as a window reaches, padding included. */
function inputSide({ input, kernel, output, stride, before, dilation }: WindowAxis): Side {
  return sideOf((output - 1) * stride + (kernel - 1) * dilation + 1, before, input);
}

/** Elements that a kernel may read (and drop) past the end of input planes. */
function slackOf({ stride, dilation }: WindowAxis): number {
  return 4 * Math.max(stride, dilation);
}

/** Elements of the input planes of a window. */
export function inputPlanesSize(w: Window2d): number {
  const [height, width] = w.axes;
  const plane = inputSide(height).length * inputSide(width).length;
  return (w.inChannels / w.groups) * plane + slackOf(width);
}

/**
 * Planes with arbitrary contents; `data` goes back to the pool. A kernel may read (and drop what it read) up to
 * `slack` elements past the end.
 */
export function borrowPlanes(
  channels: number,
  sides: Planes["sides"],
  slack: number,
  pool: BufferPool,
): Planes {
  return { data: pool.borrow(channels * sides[0].length * sides[1].length + slack), channels, sides };
}

/** Planes for the input of a window. */
export function borrowInputPlanes(w: Window2d, pool: BufferPool): Planes {
  const [height, width] = w.axes;
  const sides = [inputSide(height), inputSide(width)] as const;
  return borrowPlanes(w.inChannels / w.groups, sides, slackOf(width), pool);
}

/** Copies the tensor's channels from `x[start]` on into the planes, zeros around them. */
export function fillPlanes({ data, channels, sides }: Planes, x: TypedArray, start: number): void {
  const [height, width] = sides;
  const columns = width.inside;
  // From the end of one row of x to the start of the next.
  const gap = width.length - columns;
  const plane = height.length * width.length;
  for (let channel = 0; channel < channels; channel++) {
    let from = start + channel * height.size * width.size;
    let to = channel * plane;
    const end = to + plane;
    const first = Math.min(end, to + height.before * width.length + width.before);
    data.fill(0, to, first);
    to = first;
    for (let row = 0; row < height.inside; row++, from += width.size) {
      for (let i = 0; i < columns; i++) data[to + i] = x[from + i]!;
      to += columns;
      for (let i = 0; i < gap && to < end; i++, to++) data[to] = 0;
    }
    data.fill(0, to, end);
  }
}

/** The way back: copies the planes to the tensor's channels from `out[start]` on; what they do not reach is 0. */
export function emptyPlanes({ data, channels, sides }: Planes, out: TypedArray, start: number): void {
  const [height, width] = sides;
  const columns = width.inside;
  const size = height.size * width.size;
  if (height.inside < height.size || columns < width.size) out.fill(0, start, start + channels * size);
  for (let channel = 0; channel < channels; channel++) {
    let to = start + channel * size;
    let from = (channel * height.length + height.before) * width.length + width.before;
    for (let row = 0; row < height.inside; row++, to += width.size, from += width.length) {
      for (let i = 0; i < columns; i++) out[to + i] = data[from + i]!;
    }
  }
}
