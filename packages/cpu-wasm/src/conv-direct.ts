/**
 * The scalar kernels (`assembly/conv-direct.ts`): any geometry, exact at borders and for non-finite values, slow for
 * anything large.
 */
import type { Window2d } from "@corr2d/core";
import type { Runtime } from "./runtime.ts";

function geometry(a: number, b: number, bias: number, out: number, w: Window2d): number[] {
  return [
    a,
    b,
    bias,
    out,
    w.batch,
    w.inChannels,
    w.outChannels,
    w.groups,
    w.inputHeight,
    w.inputWidth,
    w.kernelHeight,
    w.kernelWidth,
    w.outputHeight,
    w.outputWidth,
    w.strideHeight,
    w.strideWidth,
    w.padTop,
    w.padLeft,
    w.dilationHeight,
    w.dilationWidth,
  ];
}

function flops(w: Window2d): number {
  // Scalar sums take about eight times a vector's time.
  const taps = (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth;
  return 16 * w.batch * w.outChannels * w.outputHeight * w.outputWidth * taps;
}

export function correlateDirect(
  rt: Runtime,
  x: number,
  kernel: number,
  bias: number,
  out: number,
  w: Window2d,
): void {
  rt.run("convDirect", geometry(x, kernel, bias, out, w), w.batch * w.outChannels, flops(w));
}

export function inputGradientDirect(rt: Runtime, g: number, kernel: number, out: number, w: Window2d): void {
  rt.run("convDirectInput", geometry(g, kernel, 0, out, w), w.batch * w.inChannels, flops(w));
}

export function kernelGradientDirect(rt: Runtime, x: number, g: number, out: number, w: Window2d): void {
  const chunks = w.outChannels * (w.inChannels / w.groups);
  rt.run("convDirectKernel", [...geometry(x, g, 0, out, w), 0], chunks, flops(w));
}

/** Sums those values of a kernel gradient anew that are not finite: only then can padding have been multiplied with ∞. */
export function repairKernelGradient(rt: Runtime, x: number, g: number, out: number, w: Window2d): void {
  const chunks = w.outChannels * (w.inChannels / w.groups);
  const values = chunks * w.kernelHeight * w.kernelWidth;
  rt.run("convDirectKernel", [...geometry(x, g, 0, out, w), 1], chunks, 4 * values);
}
