/**
 * The blocked loops around the register tiles: products of a left operand read through tables and packed
 * panels.
 *
 * Left and output are addressed as base + row offset (+ depth offset); see gemm-tile.ts. Rows are cut into
 * slices small enough that a slice of the left operand stays in cache while every column block passes over
 * it; a long depth is cut into blocks whose results add up in order, in float64 where they are many.
 */
import { CHAINS } from "../common/budgets";

import { storeTile } from "./gemm-store";
import { tile2x16, tile2x16Out, tile4x8 } from "./gemm-tile";

/** Columns of a panel; the last panel may be half as wide. */
const LANES: i32 = 16;

/** All rows of a slice for one column block and one depth block. `tile`: room for a tile's sums. */
@inline
function rowsTimesPanel(
  input: usize,
  rowIn: usize,
  rowOut: usize,
  rows: i32,
  table: usize,
  depth: i32,
  panel: usize,
  tile: usize,
  out: usize,
  columnStep: usize,
  columns: i32,
  adds: bool,
): void {
  let row = 0;
  if (columns > 8) {
    const whole = columns >= LANES && !adds;
    for (; row < rows; row += 2) {
      const at = (<usize>row) << 2;
      if (whole && row + 2 <= rows) {
        const first = load<i32>(rowOut + at),
          second = load<i32>(rowOut + at, 4);
        if (columnStep == 4 || second - first == 4) {
          const p0 = input + <usize>load<i32>(rowIn + at),
            p1 = input + <usize>load<i32>(rowIn + at, 4);
          tile2x16Out(p0, p1, table, depth, panel, out + first, out + second, columnStep, tile);
          continue;
        }
      }
      tile2x16(input, rowIn + at, rows - row, table, depth, panel, tile, false);
      storeTile(tile, 16, out, rowOut + at, min(rows - row, 2), columnStep, columns, adds);
    }
    return;
  }
  for (; row < rows; row += 4) {
    const at = (<usize>row) << 2;
    tile4x8(input, rowIn + at, rows - row, table, depth, panel, tile, false);
    storeTile(tile, 8, out, rowOut + at, min(rows - row, 4), columnStep, columns, adds);
  }
}

/** The argument block of `gemm`. Steps are in bytes. */
@unmanaged
export class GemmArguments {
  input: usize;
  out: usize;
  /** Tables of the rows' offsets in the input and the output, and of the depth's in the input. */
  rowsIn: usize;
  rowsOut: usize;
  depthTable: usize;
  panels: usize;
  /** Rows of a slice, and of the last one. */
  slice: i32;
  lastSlice: i32;
  slices: i32;
  columns: i32;
  /** Output step per column. */
  columnStep: usize;
  /** Depth of a block, and of the last inner one of each outer block. */
  depth: i32;
  lastDepth: i32;
  outer: i32;
  inner: i32;
  /** Input steps per block. */
  outerStep: i32;
  innerStep: i32;
  groups: i32;
  imageIn: i32;
  imageOut: i32;
  groupIn: i32;
  groupOut: i32;
  /** Panel steps; 0 where all images share them. */
  groupPanel: i32;
  imagePanel: i32;
  sliceIn: i32;
  sliceOut: i32;
  /** What moves both tables of rows from slice to slice. */
  sliceTable: i32;
  /** Chunks and columns (a multiple of 16) of a part of the column blocks. */
  partChunks: i32;
  partColumns: i32;
  blockPanel: usize;
  /** Room for the sums of a tile, `TILE_BYTES` for each chunk. */
  tiles: usize;
  /**
   * Where blocks are many: float64 sums of [image, group, slice][row][column], to which the output's go after
   * CHAINS of them; or 0.
   */
  totals: usize;
  /** Whether they hold the sums of calls before, and whether this call is the last. */
  continued: bool;
  last: bool;
}

export const TILE_BYTES: usize = 256;

/**
 * Adds what `rows` rows of `columns` columns of the output hold to their totals, or begins these, or (`last`)
 * stores the sums in the output.
 */
function foldTotals(
  out: usize,
  rowOut: usize,
  rows: i32,
  columnStep: usize,
  columns: i32,
  totals: usize,
  totalRow: usize,
  continued: bool,
  last: bool,
): void {
  for (let row = 0; row < rows; row++) {
    let at = out + <usize>load<i32>(rowOut + ((<usize>row) << 2));
    let to = totals + totalRow * row;
    for (let column = 0; column < columns; column++) {
      const total = <f64>load<f32>(at) + (continued ? load<f64>(to) : 0);
      if (last) store<f32>(at, <f32>total);
      else store<f64>(to, total);
      at += columnStep;
      to += 8;
    }
  }
}

/** Chunks: (part of the column blocks, image, group, slice of rows). */
export function gemm(args: GemmArguments, begin: i32, end: i32): void {
  const slices = args.slices,
    columns = args.columns,
    groups = args.groups;
  const partChunks = args.partChunks,
    partColumns = args.partColumns;
  const outer = args.outer,
    inner = args.inner;
  const columnStep = args.columnStep;
  const table = args.depthTable;
  for (let chunk = begin; chunk < end; chunk++) {
    const part = chunk / partChunks;
    const firstColumn = part * partColumns;
    const endColumn = min(firstColumn + partColumns, columns);
    const rest = chunk - part * partChunks;
    const next = rest / slices;
    const slice = rest - next * slices;
    const image = next / groups;
    const group = next - image * groups;

    const rows = slice == slices - 1 ? args.lastSlice : args.slice;
    const rowIn = args.rowsIn + args.sliceTable * slice,
      rowOut = args.rowsOut + args.sliceTable * slice;
    const input = args.input + args.imageIn * image + args.groupIn * group + args.sliceIn * slice;
    const out = args.out + args.imageOut * image + args.groupOut * group + args.sliceOut * slice;
    const tile = args.tiles + TILE_BYTES * chunk;
    const panels = args.panels + args.imagePanel * image + args.groupPanel * group;
    const totalRow = (<usize>columns) << 3;
    const totals = args.totals
      ? args.totals + totalRow * (args.slice * rest) + ((<usize>firstColumn) << 3)
      : 0;
    const first = out + <usize>firstColumn * columnStep;
    let continued = args.continued;
    let left = CHAINS;
    let accumulate = false;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const depth = i == inner - 1 ? args.lastDepth : args.depth;
        const from = input + args.outerStep * o + args.innerStep * i;
        const block = panels + args.blockPanel * (o * inner + i);
        for (let c = firstColumn; c < endColumn; c += LANES) {
          const panel = block + ((<usize>(c * (depth + 1))) << 2);
          rowsTimesPanel(
            from,
            rowIn,
            rowOut,
            rows,
            table,
            depth,
            panel,
            tile,
            out + <usize>c * columnStep,
            columnStep,
            columns - c,
            accumulate,
          );
        }
        accumulate = true;
        if (totals && --left == 0 && o * inner + i < outer * inner - 1) {
          foldTotals(
            first,
            rowOut,
            rows,
            columnStep,
            endColumn - firstColumn,
            totals,
            totalRow,
            continued,
            false,
          );
          continued = true;
          left = CHAINS;
          accumulate = false;
        }
      }
    }
    if (totals)
      foldTotals(
        first,
        rowOut,
        rows,
        columnStep,
        endColumn - firstColumn,
        totals,
        totalRow,
        continued,
        args.last,
      );
  }
}
