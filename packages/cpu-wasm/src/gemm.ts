/**
 * The matrix kernels with their arguments named: packing columns into panels, and multiplying rows, read through
 * offset tables, with them. `assembly/gemm.ts` and `assembly/gemm-pack.ts` say what happens. Steps are in bytes.
 */
import { DEPTH, LONGEST_DEPTH } from "./conv-budgets.ts";
import type { Runtime } from "./runtime.ts";

/** Chunks to aim for, so that two to eight threads find work. */
export const CHUNKS = 16;

/** Columns of one panel. */
export const LANES = 16;

/** Floats per depth of all panels of `columns` columns: the last panel is half as wide when it needs no more. */
export function paddedColumns(columns: number): number {
  return Math.ceil(columns / 8) * 8;
}

/** A depth cut into outer × inner blocks whose products are added up. */
export interface DepthBlocks {
  readonly depth: number;
  /** Depth of the last inner block of each outer block. */
  readonly last: number;
  readonly outer: number;
  readonly inner: number;
  readonly outerStep: number;
  readonly innerStep: number;
  /** Bytes of one block's panels. */
  readonly blockStep: number;
}

/** A depth of `channels` · `taps` cut into blocks of whole channels; a channel is `channelStep` bytes. */
export function depthBlocks(
  channels: number,
  taps: number,
  columns: number,
  channelStep: number,
): DepthBlocks {
  const total = channels * taps;
  const wanted = total <= LONGEST_DEPTH ? 1 : Math.ceil(total / DEPTH);
  const perBlock = Math.ceil(channels / Math.min(wanted, channels));
  const inner = Math.ceil(channels / perBlock);
  const depth = perBlock * taps;
  return {
    depth,
    last: (channels - (inner - 1) * perBlock) * taps,
    outer: 1,
    inner,
    outerStep: 0,
    innerStep: perBlock * channelStep,
    blockStep: (depth + 1) * paddedColumns(columns) * 4,
  };
}

/** Bytes of the panels of one matrix. */
export function panelBytes(blocks: DepthBlocks): number {
  return blocks.outer * blocks.inner * blocks.blockStep;
}

export interface PackArguments {
  readonly source: number;
  /** One float per column that starts its sums (a bias), or 0. */
  readonly header: number;
  readonly out: number;
  readonly table: number;
  readonly blocks: DepthBlocks;
  readonly columns: number;
  readonly columnStep: number;
  readonly groups: number;
  readonly groupStep: number;
  readonly images?: number;
  readonly imageStep?: number;
}

export function pack(rt: Runtime, p: PackArguments): void {
  const { blocks, columns } = p;
  const panels = (p.images ?? 1) * p.groups * blocks.outer * blocks.inner;
  const args = [
    p.source,
    p.header,
    p.out,
    p.table,
    blocks.depth,
    blocks.last,
    blocks.outer,
    blocks.inner,
    blocks.outerStep,
    blocks.innerStep,
    columns,
    p.columnStep,
    p.groups,
    p.imageStep ?? 0,
    p.groupStep,
    columns * 4,
    panelBytes(blocks),
    blocks.blockStep,
    panels,
  ];
  rt.run("packPanels", args, panels * Math.ceil(columns / LANES), 2 * panels * blocks.depth * columns);
}

export interface MultiplyArguments {
  readonly input: number;
  readonly out: number;
  /** Offsets of the rows in the left operand and in the output; `tableStep` moves them from slice to slice. */
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly tableStep: number;
  readonly slice: number;
  readonly lastSlice: number;
  readonly slices: number;
  readonly sliceIn: number;
  readonly sliceOut: number;
  readonly depthTable: number;
  readonly panels: number;
  readonly blocks: DepthBlocks;
  readonly columns: number;
  /** Output step per column. */
  readonly columnStep: number;
  readonly images: number;
  readonly imageIn: number;
  readonly imageOut: number;
  /** 1 when every image has panels of its own (a batch of matrices), 0 when all share them. */
  readonly imagePanel: 0 | 1;
  readonly groups: number;
  readonly groupIn: number;
  readonly groupOut: number;
  /** Scratch for the tiles' sums, `tileBytes` of it. */
  readonly tiles: number;
  /** Whether to add to what `out` holds. */
  readonly accumulate: boolean;
  readonly macs: number;
}

/** Column blocks are cut into parts when there are few other chunks. */
function columnParts(columns: number, chunks: number): { parts: number; partColumns: number } {
  const blocks = Math.ceil(columns / LANES);
  const wanted = Math.max(1, Math.min(blocks, Math.ceil(CHUNKS / chunks)));
  const partColumns = Math.ceil(blocks / wanted) * LANES;
  return { parts: Math.ceil(columns / partColumns), partColumns };
}

/** Bytes that `multiply` wants as `tiles`; `chunks`: images · groups · slices. */
export function tileBytes(columns: number, chunks: number): number {
  return chunks * columnParts(columns, chunks).parts * 256;
}

export function multiply(rt: Runtime, m: MultiplyArguments): void {
  const { blocks } = m;
  const panelGroup = panelBytes(blocks);
  const chunks = m.images * m.groups * m.slices;
  const { parts, partColumns } = columnParts(m.columns, chunks);
  const args = [
    m.input,
    m.out,
    m.rowsIn,
    m.rowsOut,
    m.depthTable,
    m.panels,
    m.slice,
    m.lastSlice,
    m.slices,
    m.columns,
    m.columnStep,
    blocks.depth,
    blocks.last,
    blocks.outer,
    blocks.inner,
    blocks.outerStep,
    blocks.innerStep,
    m.groups,
    m.imageIn,
    m.imageOut,
    m.groupIn,
    m.groupOut,
    panelGroup,
    m.imagePanel * m.groups * panelGroup,
    m.sliceIn,
    m.sliceOut,
    m.tableStep,
    chunks,
    partColumns,
    blocks.blockStep,
    m.accumulate ? 1 : 0,
    m.tiles,
  ];
  rt.run("gemm", args, chunks * parts, 2 * m.macs);
}
