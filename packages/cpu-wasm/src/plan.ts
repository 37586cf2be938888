/**
 * Which algorithm a geometry gets: pure functions of sizes, one for each member of the triple. Costs are in multiply-adds of a
 * full tile; constants say what they were measured on (one thread, Node 20).
 *
 * | algorithm    | for                                              | measured                                         |
 * |--------------|--------------------------------------------------|--------------------------------------------------|
 * | `direct`     | anything below `DIRECT_MACS`                     | 6×8, 1×2: 0.1 µs in the kernel                   |
 * | `depthwise3` | 3×3 on one channel each, stride 1 or 2           | 32@112 0.22 ms; `rows` 0.36                      |
 * | `winograd2`  | 3×3, stride 1, 16 channels and more              | 64@56 2.4 ms; `gemm` 4.7                         |
 * | `winograd4`  | the same where the caller allows it              | 64@56 1.8 ms, 256@14 2.1                         |
 * | `images`     | batches of small maps with much padding          | input gradient 16→6@14, 5×5, b128 1.3 ms; `gemm` 5.4 |
 * | `rows`       | fewer than 8 output channels per group           | 1→6@28, 5×5, b128 0.67 ms; `gemm` 2.8            |
 * |              | long rows, where multiply-adds are not fused     | 7×7 stride 2 4.7 ms; `gemm` 5.8                  |
 * | `gemm`       | everything else                                  | 6→16@14, 5×5, b128 1.3 ms                        |
 * | `phases`     | input gradients with stride, few input channels  | depthwise 96@112 stride 2 0.9 ms; `gemm` 6.7     |
 * | `dot`        | kernel gradients, few output channels per group  | 1→6@28, b128 0.8 ms; `gemm` 1.2                  |
 */
import type { Window2d } from "@corr2d/core";
import { LONGEST_DEPTH } from "./conv-budgets.ts";
import {
  type Axis,
  type Correlation,
  forwardCorrelation,
  joinRows,
  macsOf,
  wholePlane,
} from "./conv-problem.ts";
import { isDepthwise3 } from "./depthwise.ts";
import type { Winograd } from "./runtime.ts";

/** Below this many multiply-adds, packing and tables cost more than scalar sums. */
const DIRECT_MACS = 1000;

/** F(2×2) pays from here: 16@56 0.20 ms, `gemm` 0.32. */
const WINOGRAD_CHANNELS = 16;
/** A tile of lanes. */
const WINOGRAD_TILES = 8;
/** With fewer tiles the transformed kernel of F(4×4), more than twice as large, is not used often enough. */
const LARGE_TILES = 12;

/** The matrix kernels' columns come in eights: below that, lanes along rows waste less. */
const GEMM_CHANNELS = 8;

export type CorrelationPlan = "depthwise3" | "winograd2" | "winograd4" | "images" | "rows" | "gemm";
export type InputGradientPlan = "images" | "phases" | "each";
export type KernelGradientPlan = "dot" | "gemm";

/** Whether the scalar loops do it, for all three members of the triple: one call, no tables, no scratch. */
export function isTiny(w: Window2d): boolean {
  const taps = (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth;
  return w.batch * w.outChannels * w.outputHeight * w.outputWidth * taps < DIRECT_MACS;
}

/** F(x, k), and each phase of T(g, k). */
export function planCorrelation(
  c: Correlation,
  build: { readonly winograd: Winograd; readonly relaxed: boolean },
): CorrelationPlan {
  if (isDepthwise3(c)) return "depthwise3";
  const size = winogradTile(c, build.winograd);
  if (size !== 0) return size === 2 ? "winograd2" : "winograd4";
  if (wholePlane(c) && prefersImages(c)) return "images";
  return prefersRows(c, build.relaxed) ? "rows" : "gemm";
}

/** T(g, k): all phases together, or `each` as a correlation of its own. */
export function planInputGradient(phases: readonly Correlation[], w: Window2d): InputGradientPlan {
  if (phases.length > 1 && phases.every(prefersImages)) return "images";
  return w.strideWidth > 1 && w.inChannels / w.groups < GEMM_CHANNELS ? "phases" : "each";
}

/** G(x, g). */
export function planKernelGradient(w: Window2d): KernelGradientPlan {
  const c = forwardCorrelation(w);
  const taps = c.inChannels * c.y.taps * c.x.taps;
  const rows = c.batch * c.groups * c.y.output;
  const pairs = c.outChannels > 1;
  const tiles = roundUp(c.outChannels, pairs ? 2 : 1) * roundUp(taps, pairs ? 4 : 5);
  const dot = rows * roundUp(c.x.output, 4) * tiles;
  const panels = roundUp(c.outChannels, 8);
  const gemm = rows * c.x.output * panels * (roundUp(taps, panels > 8 ? 2 : 4) + PACK_MACS);
  return DOT_COST * dot < gemm ? "dot" : "gemm";
}

/** The tile size that pays, or 0. */
function winogradTile(c: Correlation, winograd: Winograd): 0 | 2 | 4 {
  const plain = (axis: Axis): boolean => axis.taps === 3 && axis.stride === 1 && axis.dilation === 1;
  if (winograd === "off" || !plain(c.x) || !plain(c.y) || c.outX !== 1) return 0;
  if (Math.min(c.inChannels, c.outChannels) < WINOGRAD_CHANNELS) return 0;
  const tiles = (size: number): number =>
    c.batch * Math.ceil(c.y.output / size) * Math.ceil(c.x.output / size);
  if (winograd === "large" && tiles(4) >= LARGE_TILES) return 4;
  return tiles(2) < WINOGRAD_TILES ? 0 : 2;
}

/** A dot product's step loads more than it computes: 0.85 of a tile's speed. */
const DOT_COST = 1.15;
/** Packing a float takes the time of so many multiply-adds. */
const PACK_MACS = 10;
/** Transposing a float does, too. */
const TRANSPOSE_MACS = 10;
/** An odd last channel takes the time of so many of a pair. */
const SINGLE_COST = 1.6;
/** A step of `gemm` that multiplies and adds apart takes so many of `rows`; where they are fused, rows gain nothing. */
const GEMM_COST = 1.15;
/** Padding strips costs a tenth. */
const PADDING_COST = 1.1;
/** `images` must win by this much, since the costs are rough. */
const IMAGES_ADVANTAGE = 0.85;
/** Images of one block of lanes. */
const LANES = 16;

function roundUp(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}

function pairedChannels(channels: number): number {
  return channels + (SINGLE_COST - 1) * (channels % 2);
}

/** Columns are rounded up to panels. */
function gemmWork(c: Correlation): number {
  return (macsOf(c) / c.outChannels) * roundUp(c.outChannels, GEMM_CHANNELS);
}

/** Rows are rounded up to vectors; narrow ones run on over the padding between them. */
function rowsWork(c: Correlation): number {
  const columns = c.x.output < 8 ? c.x.output + c.x.taps : roundUp(c.x.output, 4);
  return PADDING_COST * macsOf(c) * (columns / c.x.output) * (pairedChannels(c.outChannels) / c.outChannels);
}

/** Taps in the padding are left out; everything is transposed before and after. */
function imagesWork(c: Correlation): number {
  const floats = c.inChannels * c.y.input * c.x.input + c.outChannels * c.y.output * c.x.output;
  const macs = c.inChannels * pairedChannels(c.outChannels) * tapsInside(c.y) * tapsInside(c.x);
  return roundUp(c.batch, LANES) * (macs + TRANSPOSE_MACS * floats);
}

function prefersRows(c: Correlation, relaxed: boolean): boolean {
  if (c.outX !== 1) return false;
  if (c.outChannels < GEMM_CHANNELS) return rowsWork(c) < gemmWork(c);
  // Nothing cuts a long depth of rows into blocks.
  const depth = c.inChannels * c.y.taps * c.x.taps;
  return !relaxed && depth <= LONGEST_DEPTH && rowsWork(joinRows(c)) < GEMM_COST * gemmWork(c);
}

function prefersImages(c: Correlation): boolean {
  return c.groups === 1 && imagesWork(c) < IMAGES_ADVANTAGE * Math.min(rowsWork(c), gemmWork(c));
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
