/**
 * The corr2d triple for few channels: filters that slide over planes (slide.ts), in any geometry.
 *
 * F is that directly. In G the gradient is the filter, and stride and dilation change places: the kernel's cells
 * are the results. T with stride 1 is F with the kernel turned around; with a larger stride, the input cells fall
 * into classes by their remainder, and each class meets its own part of the kernel with stride 1.
 */
import type { TypedArray, Window2d, WindowAxis } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";
import { borrowInputPlanes, borrowPlanes, fillPlanes, type Side, sideOf } from "./planes.ts";
import { type Filter, slideOf } from "./slide.ts";

/** A copy in float64, to be given back. */
function borrowCopy(x: TypedArray, pool: BufferPool): Float64Array {
  const copy = pool.borrow(x.length);
  copy.set(x);
  return copy;
}

export function corr2dSliding(
  x: TypedArray,
  kernel: TypedArray,
  bias: TypedArray | null,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const [height, width] = w.axes;
  const outChannels = w.outChannels / w.groups;
  const planes = borrowInputPlanes(w, pool);
  const { data, channels } = planes;
  const [rows, columns] = planes.sides;
  const weights = borrowCopy(kernel, pool);
  const filter: Filter = {
    channels,
    height: height.kernel,
    width: width.kernel,
    channelStep: rows.length * columns.length,
    rowStep: height.dilation * columns.length,
    columnStep: width.dilation,
    windowStep: width.stride,
    outStep: 1,
  };
  const slide = slideOf(filter);
  const terms = channels * height.kernel * width.kernel;
  const plane = height.input * width.input;
  const pixels = height.output * width.output;
  const lineStep = height.stride * columns.length;
  for (let n = 0; n < w.batch; n++) {
    for (let group = 0; group < w.groups; group++) {
      fillPlanes(planes, x, (n * w.inChannels + group * channels) * plane);
      for (let oc = group * outChannels; oc < (group + 1) * outChannels; oc++) {
        let to = (n * w.outChannels + oc) * pixels;
        out.fill(bias === null ? 0 : bias[oc]!, to, to + pixels);
        for (let oy = 0; oy < height.output; oy++, to += width.output) {
          slide(filter, data, oy * lineStep, weights, oc * terms, out, to, width.output);
        }
      }
    }
  }
  pool.giveBack(data, weights);
}

export function corr2dKernelSliding(
  x: TypedArray,
  g: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const [height, width] = w.axes;
  const outChannels = w.outChannels / w.groups;
  const plane = height.input * width.input;
  const pixels = height.output * width.output;
  const planes = borrowInputPlanes(w, pool);
  const { data, channels } = planes;
  const [rows, columns] = planes.sides;
  const gradient = pool.borrow(outChannels * pixels);
  const sums = pool.borrow(out.length);
  sums.fill(0);
  const filter: Filter = {
    channels: 1,
    height: height.output,
    width: width.output,
    channelStep: 0,
    rowStep: height.stride * columns.length,
    columnStep: width.stride,
    windowStep: width.dilation,
    outStep: 1,
  };
  const slide = slideOf(filter);
  for (let n = 0; n < w.batch; n++) {
    for (let group = 0; group < w.groups; group++) {
      fillPlanes(planes, x, (n * w.inChannels + group * channels) * plane);
      const firstOut = group * outChannels;
      const from = (n * w.outChannels + firstOut) * pixels;
      for (let i = 0; i < gradient.length; i++) gradient[i] = g[from + i]!;
      let to = firstOut * channels * height.kernel * width.kernel;
      for (let oc = 0; oc < outChannels; oc++) {
        for (let ic = 0; ic < channels; ic++) {
          for (let ky = 0; ky < height.kernel; ky++, to += width.kernel) {
            const at = (ic * rows.length + ky * height.dilation) * columns.length;
            slide(filter, data, at, gradient, oc * pixels, sums, to, width.kernel);
          }
        }
      }
    }
  }
  out.set(sums);
  pool.giveBack(data, gradient, sums);
}

/** The input cells of one axis whose place in the padded input has one remainder by the stride. */
interface Phase {
  /** The first of them in the input; the others follow a stride apart. */
  readonly first: number;
  readonly count: number;
  /** The kernel cells that they meet, from the last one backwards, `tapStep` apart. */
  readonly lastTap: number;
  readonly tapStep: number;
  readonly taps: number;
  /** Where the first input cell meets the last kernel cell: a place in the planes of g. */
  readonly origin: number;
  /** From one kernel cell's place to the next one's. */
  readonly dilation: number;
}

/** The largest distance in g between the place that a cell's first kernel cell meets and that of its last. */
function reachOf({ kernel, stride, dilation }: WindowAxis): number {
  return Math.floor(((kernel - 1) * dilation) / stride);
}

/** The side of the planes of g: output o lies at o + reach. */
function gradientSide(axis: WindowAxis): Side {
  const reach = reachOf(axis);
  const met = Math.floor((axis.before + axis.input - 1) / axis.stride) + 1;
  return sideOf(reach + Math.max(axis.output, met), reach, axis.output);
}

/** Input cell i meets kernel cell k at output (i + before − k · dilation) / stride, where that is whole. */
function phasesOf(axis: WindowAxis): Phase[] {
  const { input, kernel, stride, before, dilation } = axis;
  const phases: Phase[] = [];
  const reach = reachOf(axis);
  for (let remainder = 0; remainder < stride; remainder++) {
    const taps: number[] = [];
    for (let k = kernel - 1; k >= 0; k--) if ((k * dilation) % stride === remainder) taps.push(k);
    const start = Math.ceil((before - remainder) / stride);
    const first = remainder + start * stride - before;
    if (taps.length === 0 || first >= input) continue;
    const [lastTap, next] = taps as [number, number?];
    const tapStep = next === undefined ? 0 : lastTap - next;
    phases.push({
      first,
      count: Math.ceil((input - first) / stride),
      lastTap,
      tapStep,
      taps: taps.length,
      origin: start - (lastTap * dilation - remainder) / stride + reach,
      dilation: (tapStep * dilation) / stride,
    });
  }
  return phases;
}

/** A phase of either axis: the input cells of the two meet one part of the kernel. */
type PhasePair = readonly [row: Phase, column: Phase];

export function corr2dInputSliding(
  g: TypedArray,
  kernel: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const [height, width] = w.axes;
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = height.input * width.input;
  const pixels = height.output * width.output;
  const lineStep = height.stride * width.input;
  const planes = borrowPlanes(outChannels, [gradientSide(height), gradientSide(width)], 4, pool);
  const [rows, columns] = planes.sides;
  const columnPhases = phasesOf(width);
  const pairs = phasesOf(height).flatMap((row) => columnPhases.map((column): PhasePair => [row, column]));
  const weights = pool.borrow(inChannels * outChannels * height.kernel * width.kernel);
  out.fill(0);
  for (let group = 0; group < w.groups; group++) {
    let first = 0;
    for (const pair of pairs) first = turnKernel(kernel, group, pair, w, weights, first);
    for (let n = 0; n < w.batch; n++) {
      fillPlanes(planes, g, (n * w.outChannels + group * outChannels) * pixels);
      first = 0;
      for (const [row, column] of pairs) {
        const filter: Filter = {
          channels: outChannels,
          height: row.taps,
          width: column.taps,
          channelStep: rows.length * columns.length,
          rowStep: row.dilation * columns.length,
          columnStep: column.dilation,
          windowStep: 1,
          outStep: width.stride,
        };
        const slide = slideOf(filter);
        const start = row.origin * columns.length + column.origin;
        const { count } = column;
        let corner = (n * w.inChannels + group * inChannels) * plane + row.first * width.input + column.first;
        for (let ic = 0; ic < inChannels; ic++, corner += plane) {
          let at = start;
          let to = corner;
          for (let i = 0; i < row.count; i++, at += columns.length, to += lineStep) {
            slide(filter, planes.data, at, weights, first, out, to, count);
          }
          first += outChannels * row.taps * column.taps;
        }
      }
    }
  }
  pool.giveBack(planes.data, weights);
}

/**
 * Writes the part of a group's kernel that a pair of phases meets, backwards, as [in channels, out channels, taps,
 * taps] from `weights[at]` on; returns the end.
 */
function turnKernel(
  kernel: TypedArray,
  group: number,
  [row, column]: PhasePair,
  w: Window2d,
  weights: Float64Array,
  at: number,
): number {
  const [height, width] = w.axes;
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  for (let ic = 0; ic < inChannels; ic++) {
    for (let oc = group * outChannels; oc < (group + 1) * outChannels; oc++) {
      for (let i = 0; i < row.taps; i++) {
        const ky = row.lastTap - i * row.tapStep;
        const start = ((oc * inChannels + ic) * height.kernel + ky) * width.kernel;
        for (let j = 0; j < column.taps; j++)
          weights[at++] = kernel[start + column.lastTap - j * column.tapStep]!;
      }
    }
  }
  return at;
}
