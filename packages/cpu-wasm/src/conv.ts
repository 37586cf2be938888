/**
 * The correlation triple on pointers: asks the plan which algorithm a geometry gets, and runs it.
 */
import type { Window2d } from "@corr2d/core";
import { correlateDirect, inputGradientDirect, kernelGradientDirect, repairKernelGradient } from "./conv-direct.ts";
import { kernelGradientDot } from "./conv-dot.ts";
import { correlateGemm, kernelGradientGemm } from "./conv-gemm.ts";
import { correlateImages } from "./conv-images.ts";
import { inputGradientPhases } from "./conv-phases.ts";
import { type Correlation, forwardCorrelation, inputCorrelations } from "./conv-problem.ts";
import { correlateRows } from "./conv-rows.ts";
import { correlateDepthwise3 } from "./depthwise.ts";
import { planCorrelation,
  planInputGradient,
  planKernelGradient,
  type WinogradOption } from "./plan.ts";
import type { Runtime } from "./runtime.ts";
import { correlateWinograd } from "./winograd.ts";

export interface CorrelationOptions {
  readonly winograd?: WinogradOption;
}

/** F(x, k), plus `bias` [outChannels] unless it is 0. All but `w` are pointers. */
export function corr2d(
  rt: Runtime,
  x: number,
  kernel: number,
  bias: number,
  out: number,
  w: Window2d,
  options: CorrelationOptions = {},
): void {
  const winograd = options.winograd ?? "default";
  const c = forwardCorrelation(w);
  if (planCorrelation(c, winograd) === "direct") correlateDirect(rt, x, kernel, bias, out, w);
  else correlate(rt, c, x, kernel, bias, out, winograd);
}

/** T(g, k). */
export function corr2dInput(
  rt: Runtime,
  g: number,
  kernel: number,
  out: number,
  w: Window2d,
  options: CorrelationOptions = {},
): void {
  const winograd = options.winograd ?? "default";
  if (planCorrelation(forwardCorrelation(w), winograd) === "direct") {
    inputGradientDirect(rt, g, kernel, out, w);
    return;
  }
  const phases = inputCorrelations(w);
  const plan = planInputGradient(phases, w, winograd);
  if (plan === "images") {
    correlateImages(rt, phases, g, kernel, 0, out, w.inChannels * w.inputHeight * w.inputWidth);
  } else if (plan === "phases") {
    inputGradientPhases(rt, phases, g, kernel, out, w.inputHeight, w.inputWidth);
  } else {
    const used = phases.filter((c) => c.y.taps > 0 && c.x.taps > 0);
    if (used.length < phases.length) {
      // Some pixels no tap reaches.
      const first = out / 4;
      rt.f32.fill(0, first, first + w.batch * w.inChannels * w.inputHeight * w.inputWidth);
    }
    for (const c of used) correlate(rt, c, g, kernel, 0, out, winograd);
  }
}

/** G(x, g). */
export function corr2dKernel(rt: Runtime, x: number, g: number, out: number, w: Window2d): void {
  const plan = planKernelGradient(w);
  if (plan === "direct") {
    kernelGradientDirect(rt, x, g, out, w);
    return;
  }
  if (plan === "dot") kernelGradientDot(rt, x, g, out, w);
  else kernelGradientGemm(rt, x, g, out, w);
  repairKernelGradient(rt, x, g, out, w);
}

function correlate(
  rt: Runtime,
  c: Correlation,
  x: number,
  kernel: number,
  bias: number,
  out: number,
  winograd: WinogradOption,
): void {
  const plan = planCorrelation(c, winograd);
  if (plan === "winograd2") correlateWinograd(rt, c, x, kernel, bias, out, 2);
  else if (plan === "depthwise3") correlateDepthwise3(rt, c, x, kernel, bias, out);
  else if (plan === "images" && c.outX === 1) correlateImages(rt, [c], x, kernel, bias, out, c.outChannels * c.outPlane);
  else if (plan === "rows") correlateRows(rt, c, x, kernel, bias, out);
  else correlateGemm(rt, c, x, kernel, bias, out);
}
