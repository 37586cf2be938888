/**
 * The corr2d triple kernel cell by kernel cell, over the outputs whose windows have that cell in the input. For
 * small problems, where preparing anything would cost more than the sums, and for whatever must not see padding at
 * all. Of the three arrays, the one that collects the products differs.
 */
import type { TypedArray, Window2d, WindowAxis } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";

/** What one kernel position meets along an axis: the outputs [from, to), the first of them at input position `first`. */
interface Tap {
  readonly from: number;
  readonly to: number;
  readonly first: number;
}

function tapsOf({ input, kernel, output, stride, before, dilation }: WindowAxis): Tap[] {
  /** The first output, if any, that is `distance` input positions from output 0 or further. */
  const outputAt = (distance: number): number =>
    distance <= 0 ? 0 : Math.min(output, Math.ceil(distance / stride)) | 0;
  const taps: Tap[] = [];
  for (let k = 0; k < kernel; k++) {
    const at = k * dilation - before;
    const from = outputAt(-at);
    taps.push({ from, to: outputAt(input - at), first: at + from * stride });
  }
  return taps;
}

export function corr2dDirect(
  x: TypedArray,
  kernel: TypedArray,
  bias: TypedArray | null,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const [height, width] = w.axes;
  const rows = tapsOf(height);
  const columns = tapsOf(width);
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = height.input * width.input;
  const pixels = height.output * width.output;
  const rowStep = height.stride * width.input;
  const sums = pool.borrow(pixels);
  let to = 0;
  for (let n = 0; n < w.batch; n++) {
    let k = 0;
    for (let oc = 0; oc < w.outChannels; oc++, to += pixels) {
      let image = (n * w.inChannels + Math.floor(oc / outChannels) * inChannels) * plane;
      const start = bias === null ? 0 : bias[oc]!;
      for (let i = 0; i < pixels; i++) sums[i] = start;
      for (let ic = 0; ic < inChannels; ic++, image += plane) {
        for (const row of rows) {
          for (const column of columns) {
            const v = kernel[k++]!;
            let first = image + row.first * width.input + column.first;
            for (let oy = row.from; oy < row.to; oy++, first += rowStep) {
              let i = first;
              const end = oy * width.output + column.to;
              for (let at = oy * width.output + column.from; at < end; at++, i += width.stride)
                sums[at]! += v * x[i]!;
            }
          }
        }
      }
      for (let i = 0; i < pixels; i++) out[to + i] = sums[i]!;
    }
  }
  pool.giveBack(sums);
}

export function corr2dInputDirect(
  g: TypedArray,
  kernel: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const [height, width] = w.axes;
  const rows = tapsOf(height);
  const columns = tapsOf(width);
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = height.input * width.input;
  const pixels = height.output * width.output;
  const rowStep = height.stride * width.input;
  const sums = pool.borrow(plane);
  let to = 0;
  for (let n = 0; n < w.batch; n++) {
    for (let channel = 0; channel < w.inChannels; channel++, to += plane) {
      const group = Math.floor(channel / inChannels);
      const ic = channel - group * inChannels;
      for (let i = 0; i < plane; i++) sums[i] = 0;
      for (let oc = group * outChannels; oc < (group + 1) * outChannels; oc++) {
        const gradients = (n * w.outChannels + oc) * pixels;
        let k = (oc * inChannels + ic) * height.kernel * width.kernel;
        for (const row of rows) {
          for (const column of columns) {
            const v = kernel[k++]!;
            let first = row.first * width.input + column.first;
            for (let oy = row.from; oy < row.to; oy++, first += rowStep) {
              let i = first;
              const end = gradients + oy * width.output + column.to;
              for (let at = gradients + oy * width.output + column.from; at < end; at++, i += width.stride)
                sums[i]! += v * g[at]!;
            }
          }
        }
      }
      for (let i = 0; i < plane; i++) out[to + i] = sums[i]!;
    }
  }
  pool.giveBack(sums);
}

export function corr2dKernelDirect(x: TypedArray, g: TypedArray, w: Window2d, out: TypedArray): void {
  const [height, width] = w.axes;
  const rows = tapsOf(height);
  const columns = tapsOf(width);
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = height.input * width.input;
  const pixels = height.output * width.output;
  const rowStep = height.stride * width.input;
  let k = 0;
  for (let oc = 0; oc < w.outChannels; oc++) {
    const firstChannel = Math.floor(oc / outChannels) * inChannels;
    for (let ic = 0; ic < inChannels; ic++) {
      for (const row of rows) {
        for (const column of columns) {
          let sum = 0;
          for (let n = 0; n < w.batch; n++) {
            const gradients = (n * w.outChannels + oc) * pixels;
            let first =
              (n * w.inChannels + firstChannel + ic) * plane + row.first * width.input + column.first;
            for (let oy = row.from; oy < row.to; oy++, first += rowStep) {
              let i = first;
              const end = gradients + oy * width.output + column.to;
              for (let at = gradients + oy * width.output + column.from; at < end; at++, i += width.stride)
                sum += x[i]! * g[at]!;
            }
          }
          out[k++] = sum;
        }
      }
    }
  }
}
