/**
 * Which algorithm a geometry gets: pure functions of sizes, one table for each member of the triple.
 */
import type { Window2d } from "@corr2d/core";
import { type Correlation, forwardCorrelation, macsOf } from "./conv-problem.ts";

/** Below this many multiply-adds, packing and tables cost more than scalar sums. */
const DIRECT_MACS = 5000;

export type CorrelationPlan = "direct" | "rows" | "gemm";
export type KernelGradientPlan = "direct" | "gemm";

export function planCorrelation(c: Correlation): CorrelationPlan {
  if (macsOf(c) < DIRECT_MACS) return "direct";
  const lanesWasted = c.outChannels < 8 || (c.outChannels < 12 && c.outChannels % 8 !== 0);
  if (lanesWasted && c.x.output >= 8 && c.outX === 1) return "rows";
  return "gemm";
}

export function planKernelGradient(w: Window2d): KernelGradientPlan {
  return macsOf(forwardCorrelation(w)) < DIRECT_MACS ? "direct" : "gemm";
}
