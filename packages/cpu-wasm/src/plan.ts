/**
 * Which algorithm a geometry gets: pure functions of sizes, one table for each member of the triple.
 */
import type { Window2d } from "@corr2d/core";
import { type Axis, type Correlation, forwardCorrelation, macsOf } from "./conv-problem.ts";

/** Below this many multiply-adds, packing and tables cost more than scalar sums. */
const DIRECT_MACS = 5000;

/** F(2×2) pays from here. */
const WINOGRAD_CHANNELS = 16;

/** What may be used for 3×3 kernels: F(2×2); F(4×4) too, which is less exact; or neither. */
export type WinogradOption = "default" | "large" | "off";

export type CorrelationPlan = "direct" | "rows" | "winograd2" | "winograd4" | "gemm";
export type KernelGradientPlan = "direct" | "gemm";

export function planCorrelation(c: Correlation, winograd: WinogradOption): CorrelationPlan {
  if (macsOf(c) < DIRECT_MACS) return "direct";
  if (is3x3(c) && Math.min(c.inChannels, c.outChannels) >= WINOGRAD_CHANNELS) {
    const tiles = c.batch * Math.ceil(c.y.output / 2) * Math.ceil(c.x.output / 2);
    if (tiles >= 8 && winograd !== "off") return "winograd2";
  }
  const lanesWasted = c.outChannels < 8 || (c.outChannels < 12 && c.outChannels % 8 !== 0);
  if (lanesWasted && c.x.output >= 8 && c.outX === 1) return "rows";
  return "gemm";
}

export function planKernelGradient(w: Window2d): KernelGradientPlan {
  return macsOf(forwardCorrelation(w)) < DIRECT_MACS ? "direct" : "gemm";
}

function is3x3({ x, y, outX }: Correlation): boolean {
  const plain = (axis: Axis): boolean => axis.taps === 3 && axis.stride === 1 && axis.dilation === 1;
  return plain(x) && plain(y) && outX === 1;
}
