/**
 * The matrix kernels laid out: packing columns into panels, and multiplying rows, read through offset tables,
 * with them. `gemm.ts` and `gemm-pack.ts` say what happens.
 */
import { gemm, GemmSlot, TILE_BYTES } from "./gemm";
import { packPanels, PackSlot } from "./gemm-pack";
import { arg } from "../common/simd";
import { DEPTH, LONGEST_DEPTH } from "../common/budgets";
import { ARGUMENTS, bytes, ceilDiv, run, set } from "../common/host";

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

/** The depth, cut into outer × inner blocks whose products are added up. */
export class Blocks {
  static depth: i32 = 0;
  /** Depth of the last inner block of each outer block. */
  static last: i32 = 0;
  static outer: i32 = 0;
  static inner: i32 = 0;
  /** Bytes of one block's panels. */
  static bytes: i32 = 0;
}

/** Makes it a depth of `channels` · `taps`, in blocks of whole channels; gives the channels of one. */
export function cutDepth(channels: i32, taps: i32, columns: i32): i32 {
  const total = channels * taps;
  const wanted = total <= LONGEST_DEPTH ? 1 : ceilDiv(total, DEPTH);
  const perBlock = ceilDiv(channels, min(wanted, channels));
  Blocks.inner = ceilDiv(channels, perBlock);
  Blocks.depth = perBlock * taps;
  Blocks.last = (channels - (Blocks.inner - 1) * perBlock) * taps;
  Blocks.outer = 1;
  Blocks.bytes = bytes((Blocks.depth + 1) * paddedColumns(columns));
  return perBlock;
}

/** Bytes of the panels of one matrix. */
export function panelBytes(): i32 {
  return Blocks.outer * Blocks.inner * Blocks.bytes;
}

/**
 * Packs the panels of `images` · `groups` matrices. `header`: one float per column that starts its sums (a
 * bias), or 0.
 */
export function pack(
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
  const panels = images * groups * Blocks.outer * Blocks.inner;
  set(PackSlot.SOURCE, source);
  set(PackSlot.HEADER, header);
  set(PackSlot.OUT, out);
  set(PackSlot.TABLE, table);
  set(PackSlot.DEPTH, Blocks.depth);
  set(PackSlot.LAST_DEPTH, Blocks.last);
  set(PackSlot.OUTER, Blocks.outer);
  set(PackSlot.INNER, Blocks.inner);
  set(PackSlot.OUTER_STEP, outerStep);
  set(PackSlot.INNER_STEP, innerStep);
  set(PackSlot.COLUMNS, columns);
  set(PackSlot.COLUMN_STEP, columnStep);
  set(PackSlot.GROUPS, groups);
  set(PackSlot.IMAGE_STEP, imageStep);
  set(PackSlot.GROUP_STEP, groupStep);
  set(PackSlot.GROUP_HEADER, bytes(columns));
  set(PackSlot.GROUP_OUT, panelBytes());
  set(PackSlot.BLOCK_OUT, Blocks.bytes);
  set(PackSlot.BLOCK_CHUNKS, panels);
  run(packPanels, panels * ceilDiv(columns, LANES), 2 * <f64>panels * Blocks.depth * columns);
}

/** Columns of a part: column blocks are cut into parts when there are few other chunks. */
function partColumns(columns: i32, chunks: i32): i32 {
  const blocks = ceilDiv(columns, LANES);
  const wanted = max(1, min(blocks, ceilDiv(CHUNKS, chunks)));
  return ceilDiv(blocks, wanted) * LANES;
}

/** Bytes that `multiply` wants in GemmSlot.TILES; `chunks`: images · groups · slices. */
export function tileBytes(columns: i32, chunks: i32): f64 {
  return <f64>chunks * ceilDiv(columns, partColumns(columns, chunks)) * TILE_BYTES;
}

/**
 * Multiplies `images` images. The blocks and the parts of the columns it writes into the argument block
 * itself, the caller the rest. `ownPanels`: whether every image has panels of its own (a batch of matrices).
 */
export function multiply(outerStep: i32, innerStep: i32, images: i32, ownPanels: bool, macs: f64): void {
  const groups = arg(ARGUMENTS, GemmSlot.GROUPS);
  const columns = arg(ARGUMENTS, GemmSlot.COLUMNS);
  const chunks = images * groups * arg(ARGUMENTS, GemmSlot.SLICES);
  const part = partColumns(columns, chunks);
  const matrix = panelBytes();
  set(GemmSlot.DEPTH, Blocks.depth);
  set(GemmSlot.LAST_DEPTH, Blocks.last);
  set(GemmSlot.OUTER, Blocks.outer);
  set(GemmSlot.INNER, Blocks.inner);
  set(GemmSlot.OUTER_STEP, outerStep);
  set(GemmSlot.INNER_STEP, innerStep);
  set(GemmSlot.BLOCK_PANEL, Blocks.bytes);
  set(GemmSlot.GROUP_PANEL, matrix);
  set(GemmSlot.IMAGE_PANEL, ownPanels ? groups * matrix : 0);
  set(GemmSlot.PART_CHUNKS, chunks);
  set(GemmSlot.PART_COLUMNS, part);
  run(gemm, chunks * ceilDiv(columns, part), 2 * macs);
}
