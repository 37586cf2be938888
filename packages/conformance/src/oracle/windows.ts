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

/** Calls `visit(input, kernel, output)` with the addresses of every product of the correlation. */
export function eachTerm(w: Window2d, visit: (input: number, kernel: number, output: number) => void): void {
  const channels = w.inChannels / w.groups;
  let output = 0;
  for (let n = 0; n < w.batch; n++) {
    for (let o = 0; o < w.outChannels; o++) {
      const firstChannel = Math.floor(o / (w.outChannels / w.groups)) * channels;
      for (let oy = 0; oy < w.outputHeight; oy++) {
        for (let ox = 0; ox < w.outputWidth; ox++, output++) {
          for (let c = 0; c < channels; c++) {
            const plane = (n * w.inChannels + firstChannel + c) * w.inputHeight;
            for (let ky = 0; ky < w.kernelHeight; ky++) {
              const y = oy * w.strideHeight - w.padTop + ky * w.dilationHeight;
              if (y < 0 || y >= w.inputHeight) continue;
              for (let kx = 0; kx < w.kernelWidth; kx++) {
                const x = ox * w.strideWidth - w.padLeft + kx * w.dilationWidth;
                if (x < 0 || x >= w.inputWidth) continue;
                const kernel = ((o * channels + c) * w.kernelHeight + ky) * w.kernelWidth + kx;
                visit((plane + y) * w.inputWidth + x, kernel, output);
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
  const plane = w.outputHeight * w.outputWidth;
  for (let i = 0; i < sums.values.length; i++) sums.add(i, bias[Math.floor(i / plane) % w.outChannels]!);
  return sums.expected(dtype);
}

/** Calls `visit(input, output, position)` for every cell of every pooling window that lies in the input. */
function eachPoolCell(w: Window2d, visit: (input: number, output: number, position: number) => void): void {
  const plane = w.inputHeight * w.inputWidth;
  const single = { ...w, batch: w.batch * w.inChannels, inChannels: 1, outChannels: 1, groups: 1 };
  eachTerm(single, (input, _kernel, output) => visit(input, output, input % plane));
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
