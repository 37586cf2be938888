/**
 * The oracle for everything that slides a window: the correlation triple and the pools (§7, §8).
 *
 * One loop nest adds up the terms of the trilinear form Σ x·k·g; the three correlations only differ in which of
 * the three positions they accumulate into.
 */
import type { AveragePool, DType, Window2d, WindowAxis } from "@corr2d/core";
import type { Expected } from "../compare.ts";
import { Sums, sumsExpected } from "./sums.ts";

/** Sizes of the input, kernel and output of a window. */
export function windowSizes(w: Window2d): { input: number; kernel: number; output: number } {
  const [height, width] = w.axes;
  return {
    input: w.batch * w.inChannels * height.input * width.input,
    kernel: w.outChannels * (w.inChannels / w.groups) * height.kernel * width.kernel,
    output: w.batch * w.outChannels * height.output * width.output,
  };
}

/** The input cell that output cell `o` of an axis meets through kernel cell `k`, at `k · output + o`; −1: none. */
function cellsMet({ output, kernel, input, stride, before, dilation }: WindowAxis): Int32Array {
  return new Int32Array(output * kernel).map((_, i) => {
    const at = (i % output) * stride - before + Math.floor(i / output) * dilation;
    return at >= 0 && at < input ? at : -1;
  });
}

type Values = ArrayLike<number>;
type Role = "input" | "kernel" | "output";

/** Calls `visit` with the numbers of the planes that meet: each of an image's input with those of its output, by a kernel. */
function eachPlanePair(
  w: Window2d,
  visit: (inputPlane: number, kernelPlane: number, outputPlane: number) => void,
): void {
  const channels = w.inChannels / w.groups;
  for (let n = 0; n < w.batch; n++) {
    for (let o = 0; o < w.outChannels; o++) {
      const firstChannel = Math.floor(o / (w.outChannels / w.groups)) * channels;
      for (let c = 0; c < channels; c++) {
        visit(n * w.inChannels + firstChannel + c, o * channels + c, n * w.outChannels + o);
      }
    }
  }
}

/**
 * The trilinear form Σ x·k·g without its factor `role`: what each of that one's elements is multiplied with. `a` and `b` are
 * the other two: input and kernel, output and kernel, or input and output.
 */
function form(w: Window2d, role: Role, a: Float64Array, b: Float64Array): Float64Array {
  const values = new Float64Array(windowSizes(w)[role]);
  const [rows, columns] = [cellsMet(w.axes[0]), cellsMet(w.axes[1])];
  const [height, width] = w.axes;
  // The suite spends much of its time in these loops: they are written out.
  const addRow = (input: number, kernel: number, output: number, met: number): void => {
    if (role === "output") {
      const factor = b[kernel]!;
      for (let ox = 0; ox < width.output; ox++) {
        const x = columns[met + ox]!;
        if (x >= 0) values[output + ox]! += a[input + x]! * factor;
      }
    } else if (role === "input") {
      const factor = b[kernel]!;
      for (let ox = 0; ox < width.output; ox++) {
        const x = columns[met + ox]!;
        if (x >= 0) values[input + x]! += a[output + ox]! * factor;
      }
    } else {
      let sum = 0;
      for (let ox = 0; ox < width.output; ox++) {
        const x = columns[met + ox]!;
        if (x >= 0) sum += a[input + x]! * b[output + ox]!;
      }
      values[kernel]! += sum;
    }
  };
  eachPlanePair(w, (inputPlane, kernelPlane, outputPlane) => {
    for (let ky = 0; ky < height.kernel; ky++) {
      for (let oy = 0; oy < height.output; oy++) {
        const y = rows[ky * height.output + oy]!;
        if (y < 0) continue;
        const inputRow = (inputPlane * height.input + y) * width.input;
        const kernelRow = (kernelPlane * height.kernel + ky) * width.kernel;
        const outputRow = (outputPlane * height.output + oy) * width.output;
        for (let kx = 0; kx < width.kernel; kx++)
          addRow(inputRow, kernelRow + kx, outputRow, kx * width.output);
      }
    }
  });
  return values;
}

/** The form as results of `dtype`, each a sum, plus `bias[at]` where there is one. */
function formExpected(
  w: Window2d,
  role: Role,
  [first, second]: readonly [Values, Values],
  dtype: DType,
  bias?: (at: number) => number,
): Expected {
  const [a, b] = [new Float64Array(first), new Float64Array(second)];
  const ones = (size: number): Float64Array => new Float64Array(size).fill(1);
  return sumsExpected(form(w, role, a, b), dtype, bias, () => ({
    magnitudes: form(w, role, a.map(Math.abs), b.map(Math.abs)),
    counts: form(w, role, ones(a.length), ones(b.length)),
  }));
}

/** F(x, k): input, kernel → output. */
export const corr2d = (x: Values, k: Values, w: Window2d, dtype: DType): Expected =>
  formExpected(w, "output", [x, k], dtype);

/** T(g, k): output, kernel → input. */
export const corr2dInput = (g: Values, k: Values, w: Window2d, dtype: DType): Expected =>
  formExpected(w, "input", [g, k], dtype);

/** G(x, g): input, output → kernel. */
export const corr2dKernel = (x: Values, g: Values, w: Window2d, dtype: DType): Expected =>
  formExpected(w, "kernel", [x, g], dtype);

/** F(x, k) plus the channel's bias. */
export function corr2dBias(x: Values, k: Values, bias: Values, w: Window2d, dtype: DType): Expected {
  const plane = w.axes[0].output * w.axes[1].output;
  return formExpected(w, "output", [x, k], dtype, (at) => bias[Math.floor(at / plane) % w.outChannels]!);
}

/** Calls `visit(input, output, position)` for every cell of every pooling window that lies in the input. */
function eachPoolCell(w: Window2d, visit: (input: number, output: number, position: number) => void): void {
  const [rows, columns] = [cellsMet(w.axes[0]), cellsMet(w.axes[1])];
  const [height, width] = w.axes;
  let output = 0;
  for (let plane = 0; plane < w.batch * w.inChannels; plane++) {
    for (let oy = 0; oy < height.output; oy++) {
      for (let ox = 0; ox < width.output; ox++, output++) {
        for (let ky = 0; ky < height.kernel; ky++) {
          for (let kx = 0; kx < width.kernel; kx++) {
            const [y, x] = [rows[ky * height.output + oy]!, columns[kx * width.output + ox]!];
            if (y < 0 || x < 0) continue;
            const position = y * width.input + x;
            visit(plane * height.input * width.input + position, output, position);
          }
        }
      }
    }
  }
}

/** Maximum pooling in float64, with indices. */
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
        const at = output * axis.stride - axis.before + k * axis.dilation;
        if (countIncludePad ? at < axis.input + axis.after : at >= 0 && at < axis.input) count++;
      }
      return count;
    });
  const [rows, columns] = [along(axes[0]), along(axes[1])];
  // Where nothing counts, nothing is summed either: its mean is 0.
  return rows.flatMap((row) => columns.map((column) => divisorOverride ?? Math.max(1, row * column)));
}

/** Average pooling in float64. */
export function avgPool2d(x: Values, w: Window2d, average: AveragePool, dtype: DType): Expected {
  const divisor = divisors(w, average);
  const sums = new Sums(windowSizes(w).output);
  eachPoolCell(w, (input, output) => {
    sums.add(output, x[input]! / divisor[output % divisor.length]!);
  });
  return sums.expected(dtype);
}

/** The gradient of average pooling in its input, in float64. */
export function avgPool2dInput(g: Values, w: Window2d, average: AveragePool, dtype: DType): Expected {
  const divisor = divisors(w, average);
  const sums = new Sums(windowSizes(w).input);
  eachPoolCell(w, (input, output) => {
    sums.add(input, g[output]! / divisor[output % divisor.length]!);
  });
  return sums.expected(dtype);
}
