/**
 * Which algorithm a geometry gets: pure functions of sizes, one table for each member of the triple.
 */
import type { Window2d } from "@corr2d/core";
import { isDepthwise3 } from "./depthwise.ts";
import { type Axis, type Correlation, forwardCorrelation, macsOf } from "./conv-problem.ts";

/** Below this many multiply-adds, packing and tables cost more than scalar sums. */
const DIRECT_MACS = 5000;

/** F(2×2) pays from here. */
const WINOGRAD_CHANNELS = 16;

/** What may be used for 3×3 kernels: F(2×2); F(4×4) too, which is less exact; or neither. */
export type WinogradOption = "default" | "large" | "off";

export type CorrelationPlan = "direct" | "depthwise3" | "rows" | "images" | "winograd2" | "winograd4" | "gemm";
export type KernelGradientPlan = "direct" | "dot" | "gemm";

export function planCorrelation(c: Correlation, winograd: WinogradOption): CorrelationPlan {
  if (macsOf(c) < DIRECT_MACS) return "direct";
  if (isDepthwise3(c)) return "depthwise3";
  if (is3x3(c) && Math.min(c.inChannels, c.outChannels) >= WINOGRAD_CHANNELS) {
    const tiles = c.batch * Math.ceil(c.y.output / 2) * Math.ceil(c.x.output / 2);
    if (tiles >= 8 && winograd !== "off") return "winograd2";
  }
  const ordinary = c.outChannels >= 8 || c.x.output < 8 || c.outX !== 1 ? "gemm" : "rows";
  return imagesWork(c) < 0.85 * (ordinary === "gemm" ? gemmWork(c) : rowsWork(c)) ? "images" : ordinary;
}

/** Channels go in pairs; an odd last one takes the time of 1.6. */
function pairedChannels(channels: number): number {
  return channels + 0.6 * (channels % 2);
}

/** Multiply-adds on lanes along the rows, and a tenth for padding. */
function rowsWork(c: Correlation): number {
  const lanes = roundUp(c.x.output, 4) / c.x.output;
  return (1.1 * lanes * macsOf(c) * pairedChannels(c.outChannels)) / c.outChannels;
}

export type InputGradientPlan = "images" | "phases" | "each";

/** How the phases of an input gradient are done: together, or each as a correlation of its own. */
export function planInputGradient(
  phases: readonly Correlation[],
  w: Window2d,
  winograd: WinogradOption,
): InputGradientPlan {
  const plans = phases.map((c) => (c.y.taps * c.x.taps === 0 ? "images" : planCorrelation(c, winograd)));
  if (plans.every((plan) => plan === "images")) return "images";
  const narrow = phases.some((c) => c.x.output < 8);
  return w.strideWidth > 1 && w.inChannels / w.groups < 8 && !narrow ? "phases" : "each";
}

/** Multiply-adds of the matrix kernels, those of missing output channels included. */
function gemmWork(c: Correlation): number {
  return (macsOf(c) / c.outChannels) * roundUp(c.outChannels, 8);
}

/** A float's transposition takes the time of about ten multiply-adds. */
const TRANSPOSE_MACS = 10;

/** Multiply-adds when lanes are images and taps in the padding are left out, and what transposing costs. */
function imagesWork(c: Correlation): number {
  if (c.groups > 1) return Number.POSITIVE_INFINITY;
  const images = roundUp(c.batch, 16);
  const floats = c.inChannels * c.y.input * c.x.input + c.outChannels * c.y.output * c.x.output;
  const channels = pairedChannels(c.outChannels);
  return images * (c.inChannels * channels * tapsInside(c.y) * tapsInside(c.x) + TRANSPOSE_MACS * floats);
}

/** Pairs of an output position and a tap whose cell lies in the input. */
function tapsInside(axis: Axis): number {
  let count = 0;
  for (let tap = 0; tap < axis.taps; tap++) {
    const offset = tap * axis.dilation - axis.pad;
    const first = offset >= 0 ? 0 : Math.ceil(-offset / axis.stride);
    const last = Math.min(axis.output - 1, Math.floor((axis.input - 1 - offset) / axis.stride));
    count += Math.max(0, last - first + 1);
  }
  return count;
}

export function planKernelGradient(w: Window2d): KernelGradientPlan {
  const c = forwardCorrelation(w);
  if (macsOf(c) < DIRECT_MACS) return "direct";
  const taps = c.inChannels * c.y.taps * c.x.taps;
  const positions = c.batch * c.groups * c.y.output;
  const tile = c.outChannels > 1 ? 4 : 5;
  const dot = positions * roundUp(c.x.output, 4) * roundUp(c.outChannels, c.outChannels > 1 ? 2 : 1) * roundUp(taps, tile);
  const panels = roundUp(c.outChannels, 8);
  const gemm = positions * c.x.output * (panels * roundUp(taps, panels > 8 ? 2 : 4) + PACK_MACS * panels);
  return 1.15 * dot < gemm ? "dot" : "gemm";
}

/** Packing a float into a panel takes the time of about ten multiply-adds. */
const PACK_MACS = 10;

function roundUp(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}

function is3x3({ x, y, outX }: Correlation): boolean {
  const plain = (axis: Axis): boolean => axis.taps === 3 && axis.stride === 1 && axis.dilation === 1;
  return plain(x) && plain(y) && outX === 1;
}
