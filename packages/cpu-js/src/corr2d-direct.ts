/**
 * The corr2d triple kernel cell by kernel cell, over the outputs whose windows have that cell in the input. For
 * small problems, where preparing anything would cost more than the sums, and for whatever must not see padding at
 * all. Of the three arrays, the one that collects the products differs.
 */
import type { TypedArray, Window2d } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";

// A kernel cell meets the input at `at` + o · stride in output o: inside for o from firstInside to endInside.

function firstInside(at: number, stride: number): number {
  return at >= 0 ? 0 : Math.ceil(-at / stride);
}

function endInside(at: number, outputs: number, stride: number, size: number): number {
  return at + (outputs - 1) * stride < size ? outputs : Math.ceil((size - at) / stride);
}

export function corr2dDirect(
  x: TypedArray,
  kernel: TypedArray,
  bias: TypedArray | null,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const { kernelHeight, kernelWidth, inputHeight, inputWidth, outputHeight, outputWidth } = w;
  const { strideHeight, strideWidth } = w;
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = inputHeight * inputWidth;
  const pixels = outputHeight * outputWidth;
  const sums = pool.borrow(pixels);
  let to = 0;
  for (let n = 0; n < w.batch; n++) {
    for (let oc = 0; oc < w.outChannels; oc++, to += pixels) {
      let image = (n * w.inChannels + Math.floor(oc / outChannels) * inChannels) * plane;
      let k = oc * inChannels * kernelHeight * kernelWidth;
      const start = bias === null ? 0 : bias[oc]!;
      for (let i = 0; i < pixels; i++) sums[i] = start;
      for (let ic = 0; ic < inChannels; ic++, image += plane) {
        for (let ky = 0; ky < kernelHeight; ky++) {
          const y = ky * w.dilationHeight - w.padTop;
          const oyFrom = firstInside(y, strideHeight);
          const oyTo = endInside(y, outputHeight, strideHeight, inputHeight);
          for (let kx = 0; kx < kernelWidth; kx++, k++) {
            const left = kx * w.dilationWidth - w.padLeft;
            const oxFrom = firstInside(left, strideWidth);
            const oxTo = endInside(left, outputWidth, strideWidth, inputWidth);
            const v = kernel[k]!;
            for (let oy = oyFrom; oy < oyTo; oy++) {
              let i = image + (y + oy * strideHeight) * inputWidth + left + oxFrom * strideWidth;
              const end = oy * outputWidth + oxTo;
              for (let at = oy * outputWidth + oxFrom; at < end; at++, i += strideWidth)
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
  const { kernelHeight, kernelWidth, inputHeight, inputWidth, outputHeight, outputWidth } = w;
  const { strideHeight, strideWidth } = w;
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = inputHeight * inputWidth;
  const pixels = outputHeight * outputWidth;
  const sums = pool.borrow(plane);
  let to = 0;
  for (let n = 0; n < w.batch; n++) {
    for (let channel = 0; channel < w.inChannels; channel++, to += plane) {
      const group = Math.floor(channel / inChannels);
      const ic = channel - group * inChannels;
      for (let i = 0; i < plane; i++) sums[i] = 0;
      for (let oc = group * outChannels; oc < (group + 1) * outChannels; oc++) {
        const gradients = (n * w.outChannels + oc) * pixels;
        let k = (oc * inChannels + ic) * kernelHeight * kernelWidth;
        for (let ky = 0; ky < kernelHeight; ky++) {
          const y = ky * w.dilationHeight - w.padTop;
          const oyFrom = firstInside(y, strideHeight);
          const oyTo = endInside(y, outputHeight, strideHeight, inputHeight);
          for (let kx = 0; kx < kernelWidth; kx++, k++) {
            const left = kx * w.dilationWidth - w.padLeft;
            const oxFrom = firstInside(left, strideWidth);
            const oxTo = endInside(left, outputWidth, strideWidth, inputWidth);
            const v = kernel[k]!;
            for (let oy = oyFrom; oy < oyTo; oy++) {
              let i = (y + oy * strideHeight) * inputWidth + left + oxFrom * strideWidth;
              const end = gradients + oy * outputWidth + oxTo;
              for (let at = gradients + oy * outputWidth + oxFrom; at < end; at++, i += strideWidth) {
                sums[i]! += v * g[at]!;
              }
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
  const { kernelHeight, kernelWidth, inputHeight, inputWidth, dilationHeight, dilationWidth } = w;
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = inputHeight * inputWidth;
  const pixels = w.outputHeight * w.outputWidth;
  let at = 0;
  for (let oc = 0; oc < w.outChannels; oc++) {
    const firstChannel = Math.floor(oc / outChannels) * inChannels;
    for (let ic = 0; ic < inChannels; ic++) {
      for (let ky = 0; ky < kernelHeight; ky++) {
        const y = ky * dilationHeight - w.padTop;
        const oyFrom = firstInside(y, w.strideHeight);
        const oyTo = endInside(y, w.outputHeight, w.strideHeight, inputHeight);
        for (let kx = 0; kx < kernelWidth; kx++, at++) {
          const left = kx * dilationWidth - w.padLeft;
          const oxFrom = firstInside(left, w.strideWidth);
          const oxTo = endInside(left, w.outputWidth, w.strideWidth, inputWidth);
          let sum = 0;
          for (let n = 0; n < w.batch; n++) {
            const image = (n * w.inChannels + firstChannel + ic) * plane + left;
            const gradients = (n * w.outChannels + oc) * pixels;
            for (let oy = oyFrom; oy < oyTo; oy++) {
              const row = gradients + oy * w.outputWidth;
              let i = image + (y + oy * w.strideHeight) * inputWidth + oxFrom * w.strideWidth;
              for (let ox = oxFrom; ox < oxTo; ox++, i += w.strideWidth) sum += x[i]! * g[row + ox]!;
            }
          }
          out[at] = sum;
        }
      }
    }
  }
}
