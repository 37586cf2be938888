/**
 * The corr2d triple for few channels: filters that slide over planes (slide.ts), in any geometry.
 *
 * F is that directly. In G the gradient is the filter, and stride and dilation change places: the kernel's cells
 * are the results. T with stride 1 is F with the kernel turned around; with a larger stride, the input cells fall
 * into classes by their remainder, and each class meets its own part of the kernel with stride 1.
 */
import type { TypedArray, Window2d } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";
import { borrowInputPlanes, borrowPlanes, fillPlanes } from "./planes.ts";
import { type Filter, slideFilter } from "./slide.ts";

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
  const outChannels = w.outChannels / w.groups;
  const planes = borrowInputPlanes(w, pool);
  const { data, channels, height, width } = planes;
  const weights = borrowCopy(kernel, pool);
  const filter: Filter = {
    channels,
    height: w.kernelHeight,
    width: w.kernelWidth,
    channelStep: height * width,
    rowStep: w.dilationHeight * width,
    columnStep: w.dilationWidth,
    windowStep: w.strideWidth,
    outStep: 1,
  };
  const terms = channels * w.kernelHeight * w.kernelWidth;
  const pixels = w.outputHeight * w.outputWidth;
  for (let n = 0; n < w.batch; n++) {
    for (let group = 0; group < w.groups; group++) {
      const plane = n * w.inChannels + group * channels;
      fillPlanes(
        planes,
        w.padTop,
        w.padLeft,
        x,
        plane * w.inputHeight * w.inputWidth,
        w.inputHeight,
        w.inputWidth,
      );
      for (let oc = group * outChannels; oc < (group + 1) * outChannels; oc++) {
        let to = (n * w.outChannels + oc) * pixels;
        out.fill(bias === null ? 0 : bias[oc]!, to, to + pixels);
        for (let oy = 0; oy < w.outputHeight; oy++, to += w.outputWidth) {
          slideFilter(filter, data, oy * w.strideHeight * width, weights, oc * terms, out, to, w.outputWidth);
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
  const outChannels = w.outChannels / w.groups;
  const pixels = w.outputHeight * w.outputWidth;
  const planes = borrowInputPlanes(w, pool);
  const { data, channels, height, width } = planes;
  const gradient = pool.borrow(outChannels * pixels);
  const sums = pool.borrow(out.length);
  sums.fill(0);
  const filter: Filter = {
    channels: 1,
    height: w.outputHeight,
    width: w.outputWidth,
    channelStep: 0,
    rowStep: w.strideHeight * width,
    columnStep: w.strideWidth,
    windowStep: w.dilationWidth,
    outStep: 1,
  };
  for (let n = 0; n < w.batch; n++) {
    for (let group = 0; group < w.groups; group++) {
      const plane = n * w.inChannels + group * channels;
      fillPlanes(
        planes,
        w.padTop,
        w.padLeft,
        x,
        plane * w.inputHeight * w.inputWidth,
        w.inputHeight,
        w.inputWidth,
      );
      const firstOut = group * outChannels;
      const from = (n * w.outChannels + firstOut) * pixels;
      for (let i = 0; i < gradient.length; i++) gradient[i] = g[from + i]!;
      let to = firstOut * channels * w.kernelHeight * w.kernelWidth;
      for (let oc = 0; oc < outChannels; oc++) {
        for (let ic = 0; ic < channels; ic++) {
          for (let ky = 0; ky < w.kernelHeight; ky++, to += w.kernelWidth) {
            const at = (ic * height + ky * w.dilationHeight) * width;
            slideFilter(filter, data, at, gradient, oc * pixels, sums, to, w.kernelWidth);
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
function reachOf(kernel: number, dilation: number, stride: number): number {
  return Math.floor(((kernel - 1) * dilation) / stride);
}

/**
 * Input cell y meets kernel cell k at output (y + pad − k · dilation) / stride, where that is whole.
 * In the planes, output o lies at o + reach.
 */
function phasesOf(kernel: number, dilation: number, stride: number, pad: number, size: number): Phase[] {
  const phases: Phase[] = [];
  const reach = reachOf(kernel, dilation, stride);
  for (let remainder = 0; remainder < stride; remainder++) {
    const taps: number[] = [];
    for (let k = kernel - 1; k >= 0; k--) if ((k * dilation) % stride === remainder) taps.push(k);
    const start = Math.ceil((pad - remainder) / stride);
    const first = remainder + start * stride - pad;
    if (taps.length === 0 || first >= size) continue;
    const [lastTap, next] = taps as [number, number?];
    const tapStep = next === undefined ? 0 : lastTap - next;
    phases.push({
      first,
      count: Math.ceil((size - first) / stride),
      lastTap,
      tapStep,
      taps: taps.length,
      origin: start - (lastTap * dilation - remainder) / stride + reach,
      dilation: (tapStep * dilation) / stride,
    });
  }
  return phases;
}

export function corr2dInputSliding(
  g: TypedArray,
  kernel: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const reachHeight = reachOf(w.kernelHeight, w.dilationHeight, w.strideHeight);
  const reachWidth = reachOf(w.kernelWidth, w.dilationWidth, w.strideWidth);
  const height =
    reachHeight + Math.max(w.outputHeight, Math.floor((w.padTop + w.inputHeight - 1) / w.strideHeight) + 1);
  const width =
    reachWidth + Math.max(w.outputWidth, Math.floor((w.padLeft + w.inputWidth - 1) / w.strideWidth) + 1);
  const planes = borrowPlanes(outChannels, height, width, 4, pool);
  const rows = phasesOf(w.kernelHeight, w.dilationHeight, w.strideHeight, w.padTop, w.inputHeight);
  const columns = phasesOf(w.kernelWidth, w.dilationWidth, w.strideWidth, w.padLeft, w.inputWidth);
  const weights = pool.borrow(inChannels * outChannels * w.kernelHeight * w.kernelWidth);
  out.fill(0);
  for (let group = 0; group < w.groups; group++) {
    let first = 0;
    for (const row of rows) {
      for (const column of columns) first = turnKernel(kernel, group, row, column, w, weights, first);
    }
    for (let n = 0; n < w.batch; n++) {
      const from = (n * w.outChannels + group * outChannels) * w.outputHeight * w.outputWidth;
      fillPlanes(planes, reachHeight, reachWidth, g, from, w.outputHeight, w.outputWidth);
      const plane = n * w.inChannels + group * inChannels;
      first = 0;
      for (const row of rows) {
        for (const column of columns) {
          const filter: Filter = {
            channels: outChannels,
            height: row.taps,
            width: column.taps,
            channelStep: height * width,
            rowStep: row.dilation * width,
            columnStep: column.dilation,
            windowStep: 1,
            outStep: w.strideWidth,
          };
          for (let ic = 0; ic < inChannels; ic++, first += outChannels * row.taps * column.taps) {
            for (let i = 0; i < row.count; i++) {
              const at = (row.origin + i) * width + column.origin;
              const y = row.first + i * w.strideHeight;
              const to = ((plane + ic) * w.inputHeight + y) * w.inputWidth + column.first;
              slideFilter(filter, planes.data, at, weights, first, out, to, column.count);
            }
          }
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
  row: Phase,
  column: Phase,
  w: Window2d,
  weights: Float64Array,
  at: number,
): number {
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  for (let ic = 0; ic < inChannels; ic++) {
    for (let oc = group * outChannels; oc < (group + 1) * outChannels; oc++) {
      for (let i = 0; i < row.taps; i++) {
        const ky = row.lastTap - i * row.tapStep;
        const start = ((oc * inChannels + ic) * w.kernelHeight + ky) * w.kernelWidth;
        for (let j = 0; j < column.taps; j++)
          weights[at++] = kernel[start + column.lastTap - j * column.tapStep]!;
      }
    }
  }
  return at;
}
