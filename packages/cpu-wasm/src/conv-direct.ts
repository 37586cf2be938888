/**
 * The scalar kernels (`assembly/conv-direct.ts`): any geometry, exact at borders and for non-finite values, slow for
 * anything large.
 */
import type { Window2d } from "@corr2d/core";
import { ARGUMENTS } from "./layout.ts";
import type { Runtime } from "./runtime.ts";

type Member = 0 | 1 | 2;

function run(
  rt: Runtime,
  member: Member,
  a: number,
  b: number,
  bias: number,
  out: number,
  w: Window2d,
): void {
  rt.call.convDirectNow(
    ARGUMENTS,
    member,
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
  );
}

export function correlateDirect(
  rt: Runtime,
  x: number,
  kernel: number,
  bias: number,
  out: number,
  w: Window2d,
): void {
  run(rt, 0, x, kernel, bias, out, w);
}

export function inputGradientDirect(rt: Runtime, g: number, kernel: number, out: number, w: Window2d): void {
  run(rt, 1, g, kernel, 0, out, w);
}

export function kernelGradientDirect(rt: Runtime, x: number, g: number, out: number, w: Window2d): void {
  run(rt, 2, x, g, 0, out, w);
}

/**
 * Sums those values of a kernel gradient anew that are not finite, without the padding: fast kernels multiply padded zeros
 * with g, and 0 · ∞ is NaN. Looks at g instead where that is smaller and `g` alone can have done it.
 */
export function repairKernelGradient(
  rt: Runtime,
  x: number,
  g: number,
  out: number,
  w: Window2d,
  onlyG: boolean,
): void {
  const planes = w.outChannels * (w.inChannels / w.groups);
  const values = planes * w.kernelHeight * w.kernelWidth;
  const gradients = w.batch * w.outChannels * w.outputHeight * w.outputWidth;
  const smaller = onlyG && gradients < values;
  if (rt.call.allFinite(smaller ? g : out, smaller ? gradients : values)) return;
  const args = [
    ...[x, g, 0, out, w.batch, w.inChannels, w.outChannels, w.groups, w.inputHeight, w.inputWidth],
    ...[w.kernelHeight, w.kernelWidth, w.outputHeight, w.outputWidth, w.strideHeight, w.strideWidth],
    ...[w.padTop, w.padLeft, w.dilationHeight, w.dilationWidth, 1],
  ];
  rt.run("convDirectKernel", args, planes, 16 * gradients * (values / w.outChannels));
}
