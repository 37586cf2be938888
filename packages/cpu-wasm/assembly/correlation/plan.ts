/**
 * Which algorithm a geometry gets: pure functions of sizes, one for each member of the triple. Costs are in
 * multiply-adds of a full tile; constants say what they were measured on (one thread, Node 20).
 *
 * | algorithm    | for                                          | measured                                     |
 * |--------------|----------------------------------------------|----------------------------------------------|
 * | `direct`     | anything below `DIRECT_MACS`                 | 6×8, 1×2: 0.1 µs in the kernel               |
 * | `depthwise3` | 3×3 on one channel each, stride 1 or 2       | 32@112 0.22 ms; `rows` 0.36                  |
 * | `winograd2`  | 3×3, stride 1, 10 channels and more          | 64@56 2.4 ms; `gemm` 4.7                     |
 * |              | G, 3×3, stride 1, 12 channels and more       | 64@56 0.46 of `gemm`'s time, 256@14 0.6      |
 * | `winograd4`  | the same where the caller allows it          | 64@56 1.8 ms, 256@14 2.1                     |
 * | `images`     | batches of small maps with much padding      | T of 16→6@14, 5×5, b128 1.3 ms; `gemm` 5.4   |
 * | `rows`       | fewer than 8 output channels per group       | 1→6@28, 5×5, b128 0.67 ms; `gemm` 2.8        |
 * |              | long rows, where multiply-adds are not fused | 7×7 stride 2 4.7 ms; `gemm` 5.8              |
 * | `gemm`       | everything else                              | 6→16@14, 5×5, b128 1.3 ms                    |
 * | `phases`     | T with stride, few input channels            | depthwise 96@112 stride 2 0.9 ms; `gemm` 6.7 |
 * | `dot`        | G, few output channels per group             | 1→6@28, b128 0.8 ms; `gemm` 1.2              |
 */
import { LONGEST_DEPTH, LONGEST_WALK } from "../common/budgets";
import { ceilDiv, SETTINGS } from "../common/host";
import { Window, WindowAxis } from "../common/window";
import { columnPhases, Correlation, CorrelationAxis, rowPhases, setInputPhase } from "./correlation";
import { Winograd } from "./operations";
import { isDepthwise3 } from "./depthwise/driver";
import { rowsTogether } from "./rows/together";

/** Below this many multiply-adds, packing and tables cost more than scalar sums. */
const DIRECT_MACS: f64 = 1000;
/**
 * Beyond so many floats of an image's padded copy, addresses would not be 32-bit numbers; scalar sums need no
 * copy.
 */
const MOST_FLOATS: f64 = 268435456;

/** F(2×2) pays from here: 64 → 4 @28 takes 0.73 of `rows`, 10 → 64 0.84 of `gemm`, 8 → 64 as much. */
const WINOGRAD_INPUTS = 10;
const WINOGRAD_OUTPUTS = 4;
/** A tile of lanes; half as many where reading the kernel takes most of the time: 512 → 512 @4 0.7 of `gemm`. */
const WINOGRAD_TILES = 8;
const DEEP_CHANNELS = 256;
/** The kernel gradient by F(3×3, 2×2) pays from here: 32 × 12@16 → 12 1.25 ms, `gemm` 1.44. */
const GRADIENT_CHANNELS = 12;
/** What bounds its memory: pairs of channels take 64 bytes each, a row of g's floats and of x's 32 bytes each. */
const MOST_PAIRS: f64 = 1048576;
const WIDEST_ROW: f64 = 524288;
/** With fewer, the sums of all points take too long to turn into taps: 512@7 7.7 ms, `gemm` 6.6. */
const GRADIENT_TILES = 24;
/** With fewer tiles the transformed kernel of F(4×4), more than twice as large, is not used often enough. */
const LARGE_TILES = 12;

/** The matrix kernels' columns come in eights: below that, lanes along rows waste less. */
const GEMM_CHANNELS = 8;

export const enum CorrelationPlan {
  DEPTHWISE3,
  WINOGRAD2,
  WINOGRAD4,
  IMAGES,
  ROWS,
  GEMM,
}
export const enum InputPlan {
  IMAGES,
  PHASES,
  EACH,
}
export const enum KernelPlan {
  WINOGRAD2,
  DOT,
  GEMM,
}

/** Whether the scalar loops do it, for all three members of the triple: one call, no tables, no scratch. */
export function isDirect(w: Window): bool {
  if (w.macs < DIRECT_MACS) return true;
  return <f64>w.inChannels * padded(w.y) * padded(w.x) > MOST_FLOATS;
}

/** What the windows read along an axis, which may be beyond 32 bits here. */
function padded(axis: WindowAxis): f64 {
  return <f64>(axis.output - 1) * axis.stride + <f64>(axis.kernel - 1) * axis.dilation + 1;
}

/** F(x, k), and each phase of T(g, k). `transforms`: whether a transform may mix the kernel's taps. */
export function planCorrelation(c: Correlation, transforms: bool): CorrelationPlan {
  if (isDepthwise3(c)) return CorrelationPlan.DEPTHWISE3;
  const size = transforms ? winogradTile(c) : 0;
  if (size != 0) return size == 2 ? CorrelationPlan.WINOGRAD2 : CorrelationPlan.WINOGRAD4;
  if (c.isWholePlane && imagesTogether(c) > 0) return CorrelationPlan.IMAGES;
  return prefersRows(c) ? CorrelationPlan.ROWS : CorrelationPlan.GEMM;
}

/** T(g, k): all phases together, or `EACH` as a correlation of its own. `phase`: room for one. */
export function planInput(w: Window, phase: Correlation): InputPlan {
  if (rowPhases(w) * columnPhases(w) > 1 && allPreferImages(w, phase)) return InputPlan.IMAGES;
  const taps = <f64>(w.outChannels / w.groups) * w.y.kernel * w.x.kernel;
  const few = w.x.stride > 1 && w.inChannels / w.groups < GEMM_CHANNELS && taps <= LONGEST_WALK;
  return few ? InputPlan.PHASES : InputPlan.EACH;
}

function allPreferImages(w: Window, phase: Correlation): bool {
  for (let row = 0; row < rowPhases(w); row++) {
    for (let column = 0; column < columnPhases(w); column++) {
      setInputPhase(w, row, column, phase);
      if (imagesTogether(phase) < w.batch) return false;
    }
  }
  return true;
}

/** G(x, g). */
export function planKernel(c: Correlation): KernelPlan {
  if (prefersWinogradGradient(c)) return KernelPlan.WINOGRAD2;
  return prefersDot(c) ? KernelPlan.DOT : KernelPlan.GEMM;
}

function prefersWinogradGradient(c: Correlation): bool {
  if (!fitsWinograd(c) || min(c.inChannels, c.outChannels) < GRADIENT_CHANNELS) return false;
  if (<f64>c.inChannels * c.outChannels > MOST_PAIRS) return false;
  if (<f64>(c.inChannels + c.outChannels) * c.x.output > WIDEST_ROW) return false;
  return tapMeetsCells(c.y) && tapMeetsCells(c.x) && tilesOf(c, 2) >= GRADIENT_TILES;
}

/** Whether each of three taps meets a cell: the gradient of one in padding alone is 0, which a transform blurs. */
function tapMeetsCells(axis: CorrelationAxis): bool {
  return axis.pad < axis.output && 2 - axis.pad < axis.input;
}

/** Whether as dot products, or as a matrix product. */
function prefersDot(c: Correlation): bool {
  const taps = c.depth;
  const pairs = c.outChannels > 1;
  const tiles = <f64>roundUp(c.outChannels, pairs ? 2 : 1) * roundUp(taps, pairs ? 4 : 5);
  const rows = <f64>c.batch * c.groups * c.y.output;
  const dot = rows * roundUp(c.x.output, 4) * tiles;
  const panels = roundUp(c.outChannels, 8);
  const gemm = rows * c.x.output * panels * (roundUp(taps, panels > 8 ? 2 : 4) + PACK_MACS);
  return DOT_COST * dot < gemm;
}

/** Whether it is 3×3 taps, stride and dilation 1, and transforms are allowed. */
function fitsWinograd(c: Correlation): bool {
  if (SETTINGS.winograd == Winograd.OFF || c.y.taps != 3 || c.x.taps != 3) return false;
  return c.y.stride * c.x.stride == 1 && c.y.dilation * c.x.dilation == 1 && c.outX == 1;
}

/** The tile size that pays, or 0. */
function winogradTile(c: Correlation): i32 {
  if (!fitsWinograd(c)) return 0;
  if (c.inChannels < WINOGRAD_INPUTS || c.outChannels < WINOGRAD_OUTPUTS) return 0;
  if (c.inChannels > LONGEST_WALK) return 0;
  if (!meetsCells(c.y) || !meetsCells(c.x)) return 0;
  if (SETTINGS.winograd == Winograd.LARGE && tilesOf(c, 4) >= LARGE_TILES) return 4;
  const least = c.inChannels < DEEP_CHANNELS ? WINOGRAD_TILES : WINOGRAD_TILES / 2;
  return tilesOf(c, 2) < least ? 0 : 2;
}

/** Whether each window of three taps meets a cell: one in padding alone is 0, which a transform blurs. */
function meetsCells(axis: CorrelationAxis): bool {
  return axis.pad < 3 && axis.output - 1 - axis.pad < axis.input;
}

function tilesOf(c: Correlation, size: i32): i32 {
  return c.batch * ceilDiv(c.y.output, size) * ceilDiv(c.x.output, size);
}

/** A dot product's step loads more than it computes: 0.85 of a tile's speed. */
const DOT_COST: f64 = 1.15;
/** Packing a float takes the time of so many multiply-adds. */
const PACK_MACS = 10;
/** Transposing a float does, too. */
const TRANSPOSE_MACS: f64 = 10;
/** An odd last channel takes the time of so many of a pair. */
const SINGLE_COST: f64 = 1.6;
/**
 * A step of `gemm` that multiplies and adds apart takes so many of `rows`; where they are fused, rows gain
 * nothing.
 */
const GEMM_COST: f64 = 1.15;
/** Padding strips costs a tenth. */
const PADDING_COST: f64 = 1.1;
/** Taking a float of a strip apart, for a horizontal stride, takes the time of so many multiply-adds. */
const SPLIT_MACS: f64 = 15;
/** Images of one block of lanes. */
const LANES = 16;

function roundUp(size: i32, to: i32): i32 {
  return ceilDiv(size, to) * to;
}

function pairedChannels(channels: i32): f64 {
  return <f64>channels + (SINGLE_COST - 1) * (channels & 1);
}

/** Columns are rounded up to panels. */
function gemmWork(c: Correlation): f64 {
  return (c.macs / c.outChannels) * roundUp(c.outChannels, GEMM_CHANNELS);
}

/** `together` rows at a time are rounded up to vectors; narrow ones run on over the padding between them. */
function rowsWork(c: Correlation, together: i32): f64 {
  const columns = c.x.output * together;
  const computed = columns < 8 ? columns + c.x.taps : roundUp(columns, 4);
  const work =
    (((PADDING_COST * c.macs * computed) / columns) * pairedChannels(c.outChannels)) / c.outChannels;
  if (c.x.stride == 1) return work;
  return work + SPLIT_MACS * c.batch * c.groups * c.inChannels * c.y.reach * c.x.reach;
}

/** For the lanes of a block. Taps in the padding are left out; everything is transposed before and after. */
function imagesWork(c: Correlation): f64 {
  const floats = <f64>c.inChannels * c.y.input * c.x.input + <f64>c.outChannels * c.y.output * c.x.output;
  const macs = pairedChannels(c.outChannels) * c.inChannels * tapsInside(c.y) * tapsInside(c.x);
  return LANES * (macs + TRANSPOSE_MACS * floats);
}

function prefersRows(c: Correlation): bool {
  if (c.outX != 1 || c.depth > LONGEST_WALK) return false;
  if (c.outChannels < GEMM_CHANNELS) return rowsWork(c, 1) < gemmWork(c);
  // Nothing cuts a long depth of rows into blocks.
  if (SETTINGS.relaxed || c.depth > LONGEST_DEPTH) return false;
  return rowsWork(c, rowsTogether(c)) < GEMM_COST * gemmWork(c);
}

/** How many images of a batch should be done on lanes: whole blocks, the last one too where it is full enough. */
export function imagesTogether(c: Correlation): i32 {
  if (c.groups != 1 || c.depth > LONGEST_WALK) return 0;
  const single = min(rowsWork(c, 1), gemmWork(c)) / c.batch;
  const rest = c.batch % LANES;
  const block = imagesWork(c);
  if (block >= single * LANES) return 0;
  return block < single * rest ? c.batch : c.batch - rest;
}

/** Pairs of an output position and a tap whose cell lies in the input. */
function tapsInside(axis: CorrelationAxis): f64 {
  let count = 0;
  for (let tap = 0; tap < axis.taps; tap++) {
    const offset = tap * axis.dilation - axis.pad;
    const first = offset >= 0 ? 0 : ceilDiv(-offset, axis.stride);
    const end = offset >= axis.input ? 0 : min((axis.input - 1 - offset) / axis.stride + 1, axis.output);
    count += max(0, end - first);
  }
  return count;
}
