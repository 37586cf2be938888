/**
 * Which algorithm a geometry gets: pure functions of sizes, one table for each member of the triple.
 */
import type { Window2d } from "@corr2d/core";
import { type Correlation, forwardCorrelation, macsOf } from "./conv-problem.ts";

/** Below this many multiply-adds, packing and tables cost more than scalar sums. */
const DIRECT_MACS = 5000;

export type CorrelationPlan = "direct" | "gemm";
export type KernelGradientPlan = "direct" | "gemm";

export function planCorrelation(c: Correlation): CorrelationPlan {
  return macsOf(c) < DIRECT_MACS ? "direct" : "gemm";
}

export function planKernelGradient(w: Window2d): KernelGradientPlan {
  return macsOf(forwardCorrelation(w)) < DIRECT_MACS ? "direct" : "gemm";
}
