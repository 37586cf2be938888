/**
 * The oracle for everything that slides a window: the correlation triple and the pools (§7, §8).
 *
 * One loop nest lists the terms of the trilinear form Σ x·k·g; the three correlations only differ in which of
 * the three positions they accumulate into.
 */
import type { AveragePool, DType, Window2d } from "@corr2d/core";
import type { Expected } from "../compare.ts";
import { Sums } from "./sums.ts";

/** Sizes of the input, kernel and output of a window. */
export function windowSizes(w: Window2d): { input: number; kernel: number; output: number } {
  return {
    input: w.batch * w.inChannels * w.inputHeight * w.inputWidth,
    kernel: w.outChannels * (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth,
    output: w.batch * w.outChannels * w.outputHeight * w.outputWidth,
  };
}

/** The input cell that output cell `o` of one axis meets through kernel cell `k`, at `k · output + o`; −1: none. */
function cellsMet(
  output: number,
  kernel: number,
  input: number,
  stride: number,
  before: number,
  dilation: number,
): Int32Array {
  return new Int32Array(output * kernel).map((_, i) => {
    const at = (i % output) * stride - before + Math.floor(i / output) * dilation;
    return at >= 0 && at < input ? at : -1;
  });
}

const rowsMet = (w: Window2d): Int32Array =>
  cellsMet(w.outputHeight, w.kernelHeight, w.inputHeight, w.strideHeight, w.padTop, w.dilationHeight);

const columnsMet = (w: Window2d): Int32Array =>
  cellsMet(w.outputWidth, w.kernelWidth, w.inputWidth, w.strideWidth, w.padLeft, w.dilationWidth);

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
 * Adds up the terms of the trilinear form Σ x·k·g without its factor `role`: each belongs to one element of that.
 * `a` and `b` are the other two: input and kernel, output and kernel, or input and output.
 */
function addTerms(
  w: Window2d,
  role: Role,
  a: Float64Array,
  b: Float64Array,
  { values, magnitudes, counts }: Sums,
): void {
  const [rows, columns] = [rowsMet(w), columnsMet(w)];
  const { kernelHeight, kernelWidth, outputHeight, outputWidth, inputHeight, inputWidth } = w;
  // The suite spends much of its time in these loops: they are written out.
  const addRow = (input: number, kernel: number, output: number, met: number): void => {
    if (role === "output") {
      const factor = b[kernel]!;
      for (let ox = 0; ox < outputWidth; ox++) {
        const x = columns[met + ox]!;
        if (x < 0) continue;
        const term = a[input + x]! * factor;
        values[output + ox]! += term;
        magnitudes[output + ox]! += Math.abs(term);
        counts[output + ox]!++;
      }
    } else if (role === "input") {
      const factor = b[kernel]!;
      for (let ox = 0; ox < outputWidth; ox++) {
        const x = columns[met + ox]!;
        if (x < 0) continue;
        const term = a[output + ox]! * factor;
        values[input + x]! += term;
        magnitudes[input + x]! += Math.abs(term);
        counts[input + x]!++;
      }
    } else {
      for (let ox = 0; ox < outputWidth; ox++) {
        const x = columns[met + ox]!;
        if (x < 0) continue;
        const term = a[input + x]! * b[output + ox]!;
        values[kernel]! += term;
        magnitudes[kernel]! += Math.abs(term);
        counts[kernel]!++;
      }
    }
  };
  eachPlanePair(w, (inputPlane, kernelPlane, outputPlane) => {
    for (let ky = 0; ky < kernelHeight; ky++) {
      for (let oy = 0; oy < outputHeight; oy++) {
        const y = rows[ky * outputHeight + oy]!;
        if (y < 0) continue;
        const inputRow = (inputPlane * inputHeight + y) * inputWidth;
        const kernelRow = (kernelPlane * kernelHeight + ky) * kernelWidth;
        const outputRow = (outputPlane * outputHeight + oy) * outputWidth;
        for (let kx = 0; kx < kernelWidth; kx++)
          addRow(inputRow, kernelRow + kx, outputRow, kx * outputWidth);
      }
    }
  });
}

/** F(x, k): input, kernel → output. */
export function corr2d(x: Values, k: Values, w: Window2d, dtype: DType): Expected {
  const sums = new Sums(windowSizes(w).output);
  addTerms(w, "output", Float64Array.from(x), Float64Array.from(k), sums);
  return sums.expected(dtype);
}

/** T(g, k): output, kernel → input. */
export function corr2dInput(g: Values, k: Values, w: Window2d, dtype: DType): Expected {
  const sums = new Sums(windowSizes(w).input);
  addTerms(w, "input", Float64Array.from(g), Float64Array.from(k), sums);
  return sums.expected(dtype);
}

/** G(x, g): input, output → kernel. */
export function corr2dKernel(x: Values, g: Values, w: Window2d, dtype: DType): Expected {
  const sums = new Sums(windowSizes(w).kernel);
  addTerms(w, "kernel", Float64Array.from(x), Float64Array.from(g), sums);
  return sums.expected(dtype);
}

/** F(x, k) plus the channel's bias. */
export function corr2dBias(x: Values, k: Values, bias: Values, w: Window2d, dtype: DType): Expected {
  const sums = new Sums(windowSizes(w).output);
  addTerms(w, "output", Float64Array.from(x), Float64Array.from(k), sums);
  const plane = w.outputHeight * w.outputWidth;
  for (let i = 0; i < sums.values.length; i++) sums.add(i, bias[Math.floor(i / plane) % w.outChannels]!);
  return sums.expected(dtype);
}

/** Calls `visit(input, output, position)` for every cell of every pooling window that lies in the input. */
function eachPoolCell(w: Window2d, visit: (input: number, output: number, position: number) => void): void {
  const [rows, columns] = [rowsMet(w), columnsMet(w)];
  const { kernelHeight, kernelWidth, outputHeight, outputWidth, inputHeight, inputWidth } = w;
  let output = 0;
  for (let plane = 0; plane < w.batch * w.inChannels; plane++) {
    for (let oy = 0; oy < outputHeight; oy++) {
      for (let ox = 0; ox < outputWidth; ox++, output++) {
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const [y, x] = [rows[ky * outputHeight + oy]!, columns[kx * outputWidth + ox]!];
            if (y < 0 || x < 0) continue;
            const position = y * inputWidth + x;
            visit(plane * inputHeight * inputWidth + position, output, position);
          }
        }
      }
    }
  }
}

export function maxPool2d(x: Values, w: Window2d): { values: Expected; indices: Expected } {
  const values = new Array<number>(windowSizes(w).output).fill(Number.NEGATIVE_INFINITY);
  const indices = new Array<number>(values.length).fill(-1);
  eachPoolCell(w, (input, output, position) => {
    const value = x[input]!;
    const best = values[output]!;
    const wins = value > best || (Number.isNaN(value) && !Number.isNaN(best));
    if (indices[output]! >= 0 && !wins) return;
    values[output] = value;
    indices[output] = position;
  });
  return { values: { values }, indices: { values: indices.map((position) => Math.max(0, position)) } };
}

/** How many cells of each window count, [oH, oW]: those of the padded input, or those of the input. */
function divisors(w: Window2d, { countIncludePad, divisorOverride }: AveragePool): number[] {
  const result: number[] = [];
  for (let oy = 0; oy < w.outputHeight; oy++) {
    for (let ox = 0; ox < w.outputWidth; ox++) {
      let count = 0;
      for (let ky = 0; ky < w.kernelHeight; ky++) {
        for (let kx = 0; kx < w.kernelWidth; kx++) {
          const y = oy * w.strideHeight - w.padTop + ky * w.dilationHeight;
          const x = ox * w.strideWidth - w.padLeft + kx * w.dilationWidth;
          const inInput = y >= 0 && y < w.inputHeight && x >= 0 && x < w.inputWidth;
          const inPadded = y < w.inputHeight + w.padBottom && x < w.inputWidth + w.padRight;
          if (countIncludePad ? inPadded : inInput) count++;
        }
      }
      result.push(divisorOverride ?? count);
    }
  }
  return result;
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
