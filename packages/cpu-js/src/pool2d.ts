/**
 * Pooling: the maximum or the average over each window's cells that lie in the input.
 */
import { type AveragePool, averageDivisors, type TypedArray, type Window2d } from "@corr2d/core";

/** The kernel cells [from, to) along one axis that lie in the input, for every output position: from, to, from, to, … */
function cellsInside(
  output: number,
  stride: number,
  before: number,
  kernel: number,
  dilation: number,
  size: number,
): Int32Array {
  const bounds = new Int32Array(2 * output);
  for (let o = 0; o < output; o++) {
    const at = o * stride - before;
    bounds[2 * o] = at >= 0 ? 0 : Math.ceil(-at / dilation);
    bounds[2 * o + 1] = Math.max(0, Math.min(kernel, Math.ceil((size - at) / dilation)));
  }
  return bounds;
}

function rowsInside(w: Window2d): Int32Array {
  return cellsInside(
    w.outputHeight,
    w.strideHeight,
    w.padTop,
    w.kernelHeight,
    w.dilationHeight,
    w.inputHeight,
  );
}

function columnsInside(w: Window2d): Int32Array {
  return cellsInside(w.outputWidth, w.strideWidth, w.padLeft, w.kernelWidth, w.dilationWidth, w.inputWidth);
}

/** @param indices int32: where each maximum lies in its plane */
export function maxPool2d(x: TypedArray, w: Window2d, values: TypedArray, indices: TypedArray): void {
  const { inputWidth, dilationHeight, dilationWidth } = w;
  const plane = w.inputHeight * inputWidth;
  const rows = rowsInside(w);
  const columns = columnsInside(w);
  let at = 0;
  for (let start = 0; start < w.batch * w.inChannels * plane; start += plane) {
    for (let oy = 0; oy < w.outputHeight; oy++) {
      const y = oy * w.strideHeight - w.padTop;
      const kyFrom = rows[2 * oy]!;
      const kyTo = rows[2 * oy + 1]!;
      for (let ox = 0; ox < w.outputWidth; ox++, at++) {
        const left = ox * w.strideWidth - w.padLeft;
        const kxFrom = columns[2 * ox]!;
        const kxTo = columns[2 * ox + 1]!;
        const none = kyFrom >= kyTo || kxFrom >= kxTo;
        let found = none ? 0 : (y + kyFrom * dilationHeight) * inputWidth + left + kxFrom * dilationWidth;
        let best = none ? -Infinity : x[start + found]!;
        for (let ky = kyFrom; ky < kyTo; ky++) {
          let cell = (y + ky * dilationHeight) * inputWidth + left + kxFrom * dilationWidth;
          for (let kx = kxFrom; kx < kxTo; kx++, cell += dilationWidth) {
            const v = x[start + cell]!;
            // The first NaN wins: nothing is greater than it, and a later one only replaces a number.
            if (v > best || (Number.isNaN(v) && !Number.isNaN(best))) {
              best = v;
              found = cell;
            }
          }
        }
        values[at] = best;
        indices[at] = found;
      }
    }
  }
}

export function avgPool2d(x: TypedArray, w: Window2d, average: AveragePool, out: TypedArray): void {
  const { inputWidth, dilationHeight, dilationWidth } = w;
  const plane = w.inputHeight * inputWidth;
  const rows = rowsInside(w);
  const columns = columnsInside(w);
  const divisors = averageDivisors(w, average);
  let at = 0;
  for (let start = 0; start < w.batch * w.inChannels * plane; start += plane) {
    let window = 0;
    for (let oy = 0; oy < w.outputHeight; oy++) {
      const y = oy * w.strideHeight - w.padTop;
      const kyFrom = rows[2 * oy]!;
      const kyTo = rows[2 * oy + 1]!;
      for (let ox = 0; ox < w.outputWidth; ox++, at++, window++) {
        const kxFrom = columns[2 * ox]!;
        const kxTo = columns[2 * ox + 1]!;
        const left = start + ox * w.strideWidth - w.padLeft + kxFrom * dilationWidth;
        let sum = 0;
        for (let ky = kyFrom; ky < kyTo; ky++) {
          let i = left + (y + ky * dilationHeight) * inputWidth;
          for (let kx = kxFrom; kx < kxTo; kx++, i += dilationWidth) sum += x[i]!;
        }
        out[at] = sum / divisors[window]!;
      }
    }
  }
}

export function avgPool2dInput(g: TypedArray, w: Window2d, average: AveragePool, out: TypedArray): void {
  const { inputWidth, dilationHeight, dilationWidth } = w;
  const plane = w.inputHeight * inputWidth;
  const rows = rowsInside(w);
  const columns = columnsInside(w);
  const divisors = averageDivisors(w, average);
  out.fill(0);
  let at = 0;
  for (let start = 0; start < w.batch * w.inChannels * plane; start += plane) {
    let window = 0;
    for (let oy = 0; oy < w.outputHeight; oy++) {
      const y = oy * w.strideHeight - w.padTop;
      const kyFrom = rows[2 * oy]!;
      const kyTo = rows[2 * oy + 1]!;
      for (let ox = 0; ox < w.outputWidth; ox++, at++, window++) {
        const kxFrom = columns[2 * ox]!;
        const kxTo = columns[2 * ox + 1]!;
        const left = start + ox * w.strideWidth - w.padLeft + kxFrom * dilationWidth;
        const share = g[at]! / divisors[window]!;
        for (let ky = kyFrom; ky < kyTo; ky++) {
          let i = left + (y + ky * dilationHeight) * inputWidth;
          for (let kx = kxFrom; kx < kxTo; kx++, i += dilationWidth) out[i]! += share;
        }
      }
    }
  }
}
