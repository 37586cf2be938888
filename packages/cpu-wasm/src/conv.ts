/**
 * The correlation triple on pointers: asks the plan which algorithm a geometry gets, and runs it.
 */

import type { Window2d } from "@corr2d/core";
import { BAND_FLOATS } from "./conv-budgets.ts";
import {
  correlateDirect,
  inputGradientDirect,
  kernelGradientDirect,
  repairKernelGradient,
} from "./conv-direct.ts";
import { kernelGradientDot } from "./conv-dot.ts";
import { correlateGemm, kernelGradientGemm } from "./conv-gemm.ts";
import { correlateImages } from "./conv-images.ts";
import { inputGradientPhases } from "./conv-phases.ts";
import {
  bandsOf,
  type Correlation,
  forwardCorrelation,
  inputCorrelations,
  needsPadding,
} from "./conv-problem.ts";
import { correlateRows } from "./conv-rows.ts";
import { correlateDepthwise3, mayReadBeyond } from "./depthwise.ts";
import {
  type CorrelationPlan,
  isTiny,
  planCorrelation,
  planInputGradient,
  planKernelGradient,
} from "./plan.ts";
import type { Runtime } from "./runtime.ts";
import { correlateWinograd } from "./winograd.ts";

/** F(x, k), plus `bias` [outChannels] unless it is 0. All but `w` are pointers. */
export function corr2d(rt: Runtime, x: number, kernel: number, bias: number, out: number, w: Window2d): void {
  if (isTiny(w)) {
    correlateDirect(rt, x, kernel, bias, out, w);
    return;
  }
  const c = forwardCorrelation(w);
  correlate(rt, planCorrelation(c, rt), c, x, kernel, bias, out);
}

/** T(g, k). */
export function corr2dInput(rt: Runtime, g: number, kernel: number, out: number, w: Window2d): void {
  if (isTiny(w)) {
    inputGradientDirect(rt, g, kernel, out, w);
    return;
  }
  const phases = inputCorrelations(w);
  switch (planInputGradient(phases, w)) {
    case "images":
      correlateImages(rt, phases, g, kernel, 0, out, w.inChannels * w.inputHeight * w.inputWidth);
      return;
    case "phases":
      inputGradientPhases(rt, phases, g, kernel, out, w.inputHeight, w.inputWidth);
      return;
    case "each":
      break;
  }
  const used = phases.filter((c) => c.y.taps > 0 && c.x.taps > 0);
  if (used.length < phases.length) {
    // Some pixels no tap reaches.
    const first = out / 4;
    rt.f32.fill(0, first, first + w.batch * w.inChannels * w.inputHeight * w.inputWidth);
  }
  for (const c of used) {
    correlate(rt, planCorrelation(c, rt), c, g, kernel, 0, out);
  }
}

/** G(x, g). */
export function corr2dKernel(rt: Runtime, x: number, g: number, out: number, w: Window2d): void {
  if (isTiny(w)) {
    kernelGradientDirect(rt, x, g, out, w);
    return;
  }
  const dot = planKernelGradient(w) === "dot";
  if (dot) kernelGradientDot(rt, x, g, out, w);
  else kernelGradientGemm(rt, x, g, out, w);
  if (dot || needsPadding(forwardCorrelation(w))) repairKernelGradient(rt, x, g, out, w, !dot);
}

function correlate(
  rt: Runtime,
  plan: CorrelationPlan,
  c: Correlation,
  x: number,
  kernel: number,
  bias: number,
  out: number,
): void {
  switch (plan) {
    case "depthwise3":
      if (mayReadBeyond(rt, c, x)) correlateDepthwise3(rt, c, x, kernel, bias, out);
      else correlateRows(rt, c, x, kernel, bias, out);
      return;
    case "winograd2":
      correlateWinograd(rt, c, x, kernel, bias, out, 2);
      return;
    case "winograd4":
      correlateWinograd(rt, c, x, kernel, bias, out, 4);
      return;
    case "images":
      correlateImages(rt, [c], x, kernel, bias, out, c.outChannels * c.outPlane);
      return;
    case "rows":
      correlateRows(rt, c, x, kernel, bias, out);
      return;
    case "gemm": {
      const parts = needsPadding(c) ? bandsOf(c, BAND_FLOATS) : [c];
      for (const band of parts) correlateGemm(rt, band, x, kernel, bias, out);
    }
  }
}
