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
  /** The next kernel position's. */
  readonly next: Tap | null;
}

/** A window's axis as kernel cells meet it; int32 as in int32.ts. */
interface Along {
  readonly input: number;
  readonly output: number;
  readonly stride: number;
  readonly taps: Tap | null;
}

function alongOf({ input, kernel, output, stride, before, dilation }: WindowAxis): Along {
  let taps: Tap | null = null;
  for (let k = kernel - 1; k >= 0; k--) {
    const at = k * dilation - before;
    const from = firstFrom(-at, stride, output);
    const to = firstFrom(input - at, stride, output);
    taps = { from, to, first: (at + from * stride) | 0, next: taps };
  }
  return { input: input | 0, output: output | 0, stride: stride | 0, taps };
}

/** The first output at `distance` input positions or more from output 0; `outputs` if there is none. */
function firstFrom(distance: number, stride: number, outputs: number): number {
  if (distance <= 0) return 0;
  return (distance > (outputs - 1) * stride ? outputs : Math.ceil(distance / stride)) | 0;
}

export function corr2dDirect(
  x: TypedArray,
  kernel: TypedArray,
  bias: TypedArray | null,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const rows = alongOf(w.axes[0]);
  const columns = alongOf(w.axes[1]);
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = rows.input * columns.input;
  const pixels = rows.output * columns.output;
  const step = columns.stride;
  const rowStep = rows.stride * columns.input;
  const sums = pool.borrow(pixels);
  let to = 0;
  for (let n = 0; n < w.batch; n++) {
    let k = 0;
    for (let oc = 0; oc < w.outChannels; oc++, to += pixels) {
      let image = (n * w.inChannels + Math.floor(oc / outChannels) * inChannels) * plane;
      const start = bias === null ? 0 : bias[oc]!;
      for (let i = 0; i < pixels; i++) sums[i] = start;
      for (let ic = 0; ic < inChannels; ic++, image += plane) {
        for (let row = rows.taps; row !== null; row = row.next) {
          for (let column = columns.taps; column !== null; column = column.next) {
            const v = kernel[k++]!;
            let first = image + row.first * columns.input + column.first;
            for (let oy = row.from; oy < row.to; oy++, first += rowStep) {
              let i = first;
              const end = oy * columns.output + column.to;
              for (let at = oy * columns.output + column.from; at < end; at++, i += step)
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
  const rows = alongOf(w.axes[0]);
  const columns = alongOf(w.axes[1]);
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = rows.input * columns.input;
  const pixels = rows.output * columns.output;
  const step = columns.stride;
  const rowStep = rows.stride * columns.input;
  const sums = pool.borrow(plane);
  let to = 0;
  for (let n = 0; n < w.batch; n++) {
    for (let channel = 0; channel < w.inChannels; channel++, to += plane) {
      const group = Math.floor(channel / inChannels);
      const ic = channel - group * inChannels;
      for (let i = 0; i < plane; i++) sums[i] = 0;
      for (let oc = group * outChannels; oc < (group + 1) * outChannels; oc++) {
        const gradients = (n * w.outChannels + oc) * pixels;
        let k = (oc * inChannels + ic) * w.axes[0].kernel * w.axes[1].kernel;
        for (let row = rows.taps; row !== null; row = row.next) {
          for (let column = columns.taps; column !== null; column = column.next) {
            const v = kernel[k++]!;
            let first = row.first * columns.input + column.first;
            for (let oy = row.from; oy < row.to; oy++, first += rowStep) {
              let i = first;
              const end = gradients + oy * columns.output + column.to;
              for (let at = gradients + oy * columns.output + column.from; at < end; at++, i += step)
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
  const rows = alongOf(w.axes[0]);
  const columns = alongOf(w.axes[1]);
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = rows.input * columns.input;
  const pixels = rows.output * columns.output;
  const step = columns.stride;
  const rowStep = rows.stride * columns.input;
  let k = 0;
  for (let oc = 0; oc < w.outChannels; oc++) {
    const firstChannel = Math.floor(oc / outChannels) * inChannels;
    for (let ic = 0; ic < inChannels; ic++) {
      for (let row = rows.taps; row !== null; row = row.next) {
        for (let column = columns.taps; column !== null; column = column.next) {
          let sum = 0;
          for (let n = 0; n < w.batch; n++) {
            const gradients = (n * w.outChannels + oc) * pixels;
            let first =
              (n * w.inChannels + firstChannel + ic) * plane + row.first * columns.input + column.first;
            for (let oy = row.from; oy < row.to; oy++, first += rowStep) {
              let i = first;
              const end = gradients + oy * columns.output + column.to;
              for (let at = gradients + oy * columns.output + column.from; at < end; at++, i += step)
                sum += x[i]! * g[at]!;
            }
          }
          out[k++] = sum;
        }
      }
    }
  }
}
