/**
 * The oracle for everything that slides a window: the correlation triple and the pools (§7, §8).
 *
 * One loop nest lists the terms of the trilinear form Σ x·k·g; the three correlations only differ in which of
 * the three positions they accumulate into.
 */
import type { AveragePool, DType, Window2d, WindowAxis } from "@corr2d/core";
import type { Expected } from "../compare.ts";
import { Sums } from "./sums.ts";

/** Sizes of the input, kernel and output of a window. */
export function windowSizes(w: Window2d): { input: number; kernel: number; output: number } {
  const [height, width] = w.axes;
  return {
    input: w.batch * w.inChannels * height.input * width.input,
    kernel: w.outChannels * (w.inChannels / w.groups) * height.kernel * width.kernel,
    output: w.batch * w.outChannels * height.output * width.output,
  };
}

/** The input position that an output position meets through a kernel position; it may lie outside the input. */
const meets = (axis: WindowAxis, output: number, kernel: number): number =>
  output * axis.stride - axis.before + kernel * axis.dilation;

const isInside = (axis: WindowAxis, at: number): boolean => at >= 0 && at < axis.input;

/** Calls `visit(input, kernel, output)` with the addresses of every product of the correlation. */
export function eachTerm(w: Window2d, visit: (input: number, kernel: number, output: number) => void): void {
  const [height, width] = w.axes;
  const channels = w.inChannels / w.groups;
  let output = 0;
  for (let n = 0; n < w.batch; n++) {
    for (let o = 0; o < w.outChannels; o++) {
      const firstChannel = Math.floor(o / (w.outChannels / w.groups)) * channels;
      for (let oy = 0; oy < height.output; oy++) {
        for (let ox = 0; ox < width.output; ox++, output++) {
          for (let c = 0; c < channels; c++) {
            const plane = (n * w.inChannels + firstChannel + c) * height.input;
            for (let ky = 0; ky < height.kernel; ky++) {
              const y = meets(height, oy, ky);
              if (!isInside(height, y)) continue;
              for (let kx = 0; kx < width.kernel; kx++) {
                const x = meets(width, ox, kx);
                if (!isInside(width, x)) continue;
                const kernel = ((o * channels + c) * height.kernel + ky) * width.kernel + kx;
                visit((plane + y) * width.input + x, kernel, output);
              }
            }
          }
        }
      }
    }
  }
}

type Values = ArrayLike<number>;

/** F(x, k): input, kernel → output. */
export function corr2d(x: Values, k: Values, w: Window2d, dtype: DType): Expected {
  const sums = new Sums(windowSizes(w).output);
  eachTerm(w, (input, kernel, output) => sums.add(output, x[input]! * k[kernel]!));
  return sums.expected(dtype);
}

/** T(g, k): output, kernel → input. */
export function corr2dInput(g: Values, k: Values, w: Window2d, dtype: DType): Expected {
  const sums = new Sums(windowSizes(w).input);
  eachTerm(w, (input, kernel, output) => sums.add(input, g[output]! * k[kernel]!));
  return sums.expected(dtype);
}

/** G(x, g): input, output → kernel. */
export function corr2dKernel(x: Values, g: Values, w: Window2d, dtype: DType): Expected {
  const sums = new Sums(windowSizes(w).kernel);
  eachTerm(w, (input, kernel, output) => sums.add(kernel, x[input]! * g[output]!));
  return sums.expected(dtype);
}

/** F(x, k) plus the channel's bias. */
export function corr2dBias(x: Values, k: Values, bias: Values, w: Window2d, dtype: DType): Expected {
  const sums = new Sums(windowSizes(w).output);
  eachTerm(w, (input, kernel, output) => sums.add(output, x[input]! * k[kernel]!));
  const plane = w.axes[0].output * w.axes[1].output;
  for (let i = 0; i < sums.values.length; i++) sums.add(i, bias[Math.floor(i / plane) % w.outChannels]!);
  return sums.expected(dtype);
}

/** Calls `visit(input, output, position)` for every cell of every pooling window that lies in the input. */
function eachPoolCell(w: Window2d, visit: (input: number, output: number, position: number) => void): void {
  const plane = w.axes[0].input * w.axes[1].input;
  const single = { ...w, batch: w.batch * w.inChannels, inChannels: 1, outChannels: 1, groups: 1 };
  eachTerm(single, (input, _kernel, output) => visit(input, output, input % plane));
}

export function maxPool2d(x: Values, w: Window2d): { values: Expected; indices: Expected } {
  const values = new Array<number>(windowSizes(w).output).fill(Number.NEGATIVE_INFINITY);
  const indices = new Array<number>(values.length).fill(-1);
  eachPoolCell(w, (input, output, position) => {
    const value = x[input]!;
    const best = values[output]!;
    // The first of several maxima, but the last of several NaNs.
    if (indices[output]! >= 0 && !(value > best || Number.isNaN(value))) return;
    values[output] = value;
    indices[output] = position;
  });
  return { values: { values }, indices: { values: indices } };
}

/** How many cells of each window count, [oH, oW]: those of the padded input, or those of the input. */
function divisors({ axes }: Window2d, { countIncludePad, divisorOverride }: AveragePool): number[] {
  const along = (axis: WindowAxis): number[] =>
    Array.from({ length: axis.output }, (_, output) => {
      let count = 0;
      for (let k = 0; k < axis.kernel; k++) {
        const at = meets(axis, output, k);
        if (countIncludePad ? at < axis.input + axis.after : isInside(axis, at)) count++;
      }
      return count;
    });
  const [rows, columns] = [along(axes[0]), along(axes[1])];
  // Where nothing counts, nothing is summed either: its mean is 0.
  return rows.flatMap((row) => columns.map((column) => divisorOverride ?? Math.max(1, row * column)));
}

export function avgPool2d(x: Values, w: Window2d, average: AveragePool, dtype: DType): Expected {
  const divisor = divisors(w, average);
  const sums = new Sums(windowSizes(w).output);
  eachPoolCell(w, (input, output) => {
    sums.add(output, x[input]! / divisor[output % divisor.length]!);
  });
  return sums.expected(dtype);
}

export function avgPool2dInput(g: Values, w: Window2d, average: AveragePool, dtype: DType): Expected {
  const divisor = divisors(w, average);
  const sums = new Sums(windowSizes(w).input);
  eachPoolCell(w, (input, output) => {
    sums.add(input, g[output]! / divisor[output % divisor.length]!);
  });
  return sums.expected(dtype);
}
