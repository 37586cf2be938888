/**
 * The corr2d triple by its definition: windows cut to the input, term by term. For small problems, where preparing
 * anything would cost more than the sums, and for whatever must not see padding at all.
 *
 * All three walk the same pairs of an output cell and a kernel cell; only which of the three arrays collects the
 * products differs.
 */
import type { TypedArray, Window2d } from "@corr2d/core";

/** The first kernel cell of a window that lies in the input; the window's first cell is at `at`. */
function firstInside(at: number, dilation: number): number {
  return at >= 0 ? 0 : Math.ceil(-at / dilation);
}

/** One past the last kernel cell of a window that lies in the input. */
function endInside(at: number, kernel: number, dilation: number, size: number): number {
  return at + (kernel - 1) * dilation < size ? kernel : Math.ceil((size - at) / dilation);
}

export function corr2dDirect(
  x: TypedArray,
  kernel: TypedArray,
  bias: TypedArray | null,
  w: Window2d,
  out: TypedArray,
): void {
  const { kernelHeight, kernelWidth, inputHeight, inputWidth, dilationHeight, dilationWidth } = w;
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = inputHeight * inputWidth;
  let at = 0;
  for (let n = 0; n < w.batch; n++) {
    for (let oc = 0; oc < w.outChannels; oc++) {
      const group = Math.floor(oc / outChannels);
      const image = (n * w.inChannels + group * inChannels) * plane;
      const weights = oc * inChannels * kernelHeight * kernelWidth;
      const start = bias === null ? 0 : bias[oc]!;
      for (let oy = 0; oy < w.outputHeight; oy++) {
        const y = oy * w.strideHeight - w.padTop;
        const kyFrom = firstInside(y, dilationHeight);
        const kyTo = endInside(y, kernelHeight, dilationHeight, inputHeight);
        for (let ox = 0; ox < w.outputWidth; ox++, at++) {
          const left = ox * w.strideWidth - w.padLeft;
          const kxFrom = firstInside(left, dilationWidth);
          const kxTo = endInside(left, kernelWidth, dilationWidth, inputWidth);
          let sum = start;
          for (let ic = 0; ic < inChannels; ic++) {
            for (let ky = kyFrom; ky < kyTo; ky++) {
              const row = weights + (ic * kernelHeight + ky) * kernelWidth;
              let i =
                image + ic * plane + (y + ky * dilationHeight) * inputWidth + left + kxFrom * dilationWidth;
              for (let kx = kxFrom; kx < kxTo; kx++, i += dilationWidth) sum += x[i]! * kernel[row + kx]!;
            }
          }
          out[at] = sum;
        }
      }
    }
  }
}

export function corr2dInputDirect(g: TypedArray, kernel: TypedArray, w: Window2d, out: TypedArray): void {
  const { kernelHeight, kernelWidth, inputHeight, inputWidth, dilationHeight, dilationWidth } = w;
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = inputHeight * inputWidth;
  out.fill(0);
  let at = 0;
  for (let n = 0; n < w.batch; n++) {
    for (let oc = 0; oc < w.outChannels; oc++) {
      const group = Math.floor(oc / outChannels);
      const image = (n * w.inChannels + group * inChannels) * plane;
      const weights = oc * inChannels * kernelHeight * kernelWidth;
      for (let oy = 0; oy < w.outputHeight; oy++) {
        const y = oy * w.strideHeight - w.padTop;
        const kyFrom = firstInside(y, dilationHeight);
        const kyTo = endInside(y, kernelHeight, dilationHeight, inputHeight);
        for (let ox = 0; ox < w.outputWidth; ox++, at++) {
          const left = ox * w.strideWidth - w.padLeft;
          const kxFrom = firstInside(left, dilationWidth);
          const kxTo = endInside(left, kernelWidth, dilationWidth, inputWidth);
          const v = g[at]!;
          for (let ic = 0; ic < inChannels; ic++) {
            for (let ky = kyFrom; ky < kyTo; ky++) {
              const row = weights + (ic * kernelHeight + ky) * kernelWidth;
              let i =
                image + ic * plane + (y + ky * dilationHeight) * inputWidth + left + kxFrom * dilationWidth;
              for (let kx = kxFrom; kx < kxTo; kx++, i += dilationWidth) out[i]! += v * kernel[row + kx]!;
            }
          }
        }
      }
    }
  }
}

export function corr2dKernelDirect(x: TypedArray, g: TypedArray, w: Window2d, out: TypedArray): void {
  const { kernelHeight, kernelWidth, inputHeight, inputWidth, dilationHeight, dilationWidth } = w;
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const plane = inputHeight * inputWidth;
  const pixels = w.outputHeight * w.outputWidth;
  // The windows that meet kernel cell k inside the input are those of F's mirror: stride and dilation swapped.
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
