/**
 * The matrix kernels laid out: packing columns into panels, and multiplying rows, read through offset tables,
 * with them. `gemm.ts` and `gemm-pack.ts` say what happens.
 */
import { CHAINS, DEPTH, LONGEST_DEPTH } from "../common/budgets";
import { bytes, ceilDiv, run } from "../common/host";
import { argumentsOf } from "../common/structs";
import { GemmArguments, gemm, TILE_BYTES } from "./gemm";
import { PackArguments, packPanels } from "./gemm-pack";

/** Chunks to aim for, so that two to eight threads find work. */
export const CHUNKS = 16;

/** Columns of one panel. */
export const LANES = 16;

/**
 * Floats per depth of all panels of `columns` columns: the last panel is half as wide when it needs no more.
 */
export function paddedColumns(columns: i32): i32 {
  return (columns + 7) & -8;
}

/** A depth, cut into outer × inner blocks whose products are added up. */
@unmanaged
export class DepthBlocks {
  depth: i32;
  /** Depth of the last inner block of each outer block. */
  last: i32;
  outer: i32;
  inner: i32;
  /** Bytes of one block's panels. */
  bytes: i32;

  /** Bytes of the panels of one matrix. */
  get panelBytes(): i32 {
    return this.outer * this.inner * this.bytes;
  }
}

/** Bytes of these: drivers keep theirs in the module's data. */
export const DEPTH_BLOCKS_BYTES: i32 = <i32>offsetof<DepthBlocks>();

/** Makes `blocks` a depth of `channels` · `taps`, in blocks of whole channels; gives the channels of one. */
export function cutDepth(blocks: DepthBlocks, channels: i32, taps: i32, columns: i32): i32 {
  const total = channels * taps;
  const wanted = total <= LONGEST_DEPTH ? 1 : ceilDiv(total, DEPTH);
  const perBlock = ceilDiv(channels, min(wanted, channels));
  blocks.inner = ceilDiv(channels, perBlock);
  blocks.depth = perBlock * taps;
  blocks.last = (channels - (blocks.inner - 1) * perBlock) * taps;
  blocks.outer = 1;
  blocks.bytes = bytes((blocks.depth + 1) * paddedColumns(columns));
  return perBlock;
}

/**
 * Packs the panels of `images` · `groups` matrices. `header`: one float per column that starts its sums (a
 * bias), or 0.
 */
export function pack(
  blocks: DepthBlocks,
  source: usize,
  header: usize,
  out: usize,
  table: usize,
  outerStep: i32,
  innerStep: i32,
  columns: i32,
  columnStep: i32,
  groups: i32,
  groupStep: i32,
  images: i32,
  imageStep: i32,
): void {
  const panels = images * groups * blocks.outer * blocks.inner;
  const args = argumentsOf<PackArguments>();
  args.source = source;
  args.header = header;
  args.out = out;
  args.table = table;
  args.depth = blocks.depth;
  args.lastDepth = blocks.last;
  args.outer = blocks.outer;
  args.inner = blocks.inner;
  args.outerStep = outerStep;
  args.innerStep = innerStep;
  args.columns = columns;
  args.columnStep = columnStep;
  args.groups = groups;
  args.imageStep = imageStep;
  args.groupStep = groupStep;
  args.groupHeader = bytes(columns);
  args.groupOut = blocks.panelBytes;
  args.blockOut = blocks.bytes;
  args.blockChunks = panels;
  run<PackArguments>(packPanels, panels * ceilDiv(columns, LANES), 2 * <f64>panels * blocks.depth * columns);
}

/** Columns of a part: column blocks are cut into parts when there are few other chunks. */
function partColumns(columns: i32, chunks: i32): i32 {
  const blocks = ceilDiv(columns, LANES);
  const wanted = max(1, min(blocks, ceilDiv(CHUNKS, chunks)));
  return ceilDiv(blocks, wanted) * LANES;
}

/**
 * Bytes that `multiply` wants in `GemmArguments.tiles` for at most `chunks` images · groups · slices. Fewer are
 * cut into more parts: n of them into at most n + CHUNKS.
 */
export function tileBytes(columns: i32, chunks: i32): f64 {
  return min(<f64>chunks * ceilDiv(columns, LANES), <f64>chunks + CHUNKS) * TILE_BYTES;
}

/** Whether sums of `blocks` blocks go on in float64. */
export function needsTotals(blocks: i32): bool {
  return blocks > CHAINS;
}

/** Bytes of `GemmArguments.totals`; `chunks`: images · groups · slices, of at most `slice` rows. */
export function totalBytes(chunks: i32, slice: i32, columns: i32): f64 {
  return 8 * <f64>chunks * slice * columns;
}

/**
 * Multiplies `images` images. The blocks and the parts of the columns it writes into the argument block
 * itself, the caller the rest. `ownPanels`: whether every image has panels of its own (a batch of matrices).
 */
export function multiply(
  args: GemmArguments,
  blocks: DepthBlocks,
  outerStep: i32,
  innerStep: i32,
  images: i32,
  ownPanels: bool,
  macs: f64,
): void {
  const groups = args.groups;
  const columns = args.columns;
  const chunks = images * groups * args.slices;
  const part = partColumns(columns, chunks);
  const matrix = blocks.panelBytes;
  args.depth = blocks.depth;
  args.lastDepth = blocks.last;
  args.outer = blocks.outer;
  args.inner = blocks.inner;
  args.outerStep = outerStep;
  args.innerStep = innerStep;
  args.blockPanel = blocks.bytes;
  args.groupPanel = matrix;
  args.imagePanel = ownPanels ? groups * matrix : 0;
  args.partChunks = chunks;
  args.partColumns = part;
  run<GemmArguments>(gemm, chunks * ceilDiv(columns, part), 2 * macs);
}
