/**
 * The blocked loops around the register tiles: products of a left operand read through tables and packed
 * panels.
 *
 * Left and output are addressed as base + row offset (+ depth offset); see gemm-tile.ts. Rows are cut into
 * slices small enough that a slice of the left operand stays in cache while every column block passes over
 * it; a long depth is cut into blocks whose results add up in order.
 */
import { arg } from "../common/simd";
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
          tile2x16Out(p0, p1, table, depth, panel, out + first, out + second, columnStep);
          continue;
        }
      }
      tile2x16(input, rowIn + at, rows - row, table, depth, panel, tile);
      storeTile(tile, 16, out, rowOut + at, min(rows - row, 2), columnStep, columns, adds);
    }
    return;
  }
  for (; row < rows; row += 4) {
    const at = (<usize>row) << 2;
    tile4x8(input, rowIn + at, rows - row, table, depth, panel, tile);
    storeTile(tile, 8, out, rowOut + at, min(rows - row, 4), columnStep, columns, adds);
  }
}

/** The argument block of `gemm`. Steps are in bytes. */
export const enum GemmSlot {
  INPUT,
  OUT,
  /** Tables of the rows' offsets in the input and the output, and of the depth's in the input. */
  ROWS_IN,
  ROWS_OUT,
  DEPTH_TABLE,
  PANELS,
  /** Rows of a slice, and of the last one. */
  SLICE,
  LAST_SLICE,
  SLICES,
  COLUMNS,
  /** Output step per column. */
  COLUMN_STEP,
  /** Depth of a block, and of the last inner one of each outer block. */
  DEPTH,
  LAST_DEPTH,
  OUTER,
  INNER,
  /** Input steps per block. */
  OUTER_STEP,
  INNER_STEP,
  GROUPS,
  IMAGE_IN,
  IMAGE_OUT,
  GROUP_IN,
  GROUP_OUT,
  /** Panel steps; 0 where all images share them. */
  GROUP_PANEL,
  IMAGE_PANEL,
  SLICE_IN,
  SLICE_OUT,
  /** What moves both tables of rows from slice to slice. */
  SLICE_TABLE,
  /** Chunks and columns (a multiple of 16) of a part of the column blocks. */
  PART_CHUNKS,
  PART_COLUMNS,
  BLOCK_PANEL,
  /** Whether to add to what the output holds. */
  ADDS,
  /** Room for the sums of a tile, `TILE_BYTES` for each chunk. */
  TILES,
}

export const TILE_BYTES: usize = 256;

/** Chunks: (part of the column blocks, image, group, slice of rows). */
export function gemm(args: usize, begin: i32, end: i32): void {
  const slices = arg(args, GemmSlot.SLICES),
    columns = arg(args, GemmSlot.COLUMNS),
    groups = arg(args, GemmSlot.GROUPS);
  const partChunks = arg(args, GemmSlot.PART_CHUNKS),
    partColumns = arg(args, GemmSlot.PART_COLUMNS);
  const outer = arg(args, GemmSlot.OUTER),
    inner = arg(args, GemmSlot.INNER);
  const columnStep = <usize>arg(args, GemmSlot.COLUMN_STEP);
  const table = <usize>arg(args, GemmSlot.DEPTH_TABLE);
  for (let chunk = begin; chunk < end; chunk++) {
    const part = chunk / partChunks;
    const firstColumn = part * partColumns;
    const endColumn = min(firstColumn + partColumns, columns);
    const rest = chunk - part * partChunks;
    const next = rest / slices;
    const slice = rest - next * slices;
    const image = next / groups;
    const group = next - image * groups;

    const rows = slice == slices - 1 ? arg(args, GemmSlot.LAST_SLICE) : arg(args, GemmSlot.SLICE);
    const rowIn = <usize>arg(args, GemmSlot.ROWS_IN) + arg(args, GemmSlot.SLICE_TABLE) * slice,
      rowOut = <usize>arg(args, GemmSlot.ROWS_OUT) + arg(args, GemmSlot.SLICE_TABLE) * slice;
    const input =
      <usize>arg(args, GemmSlot.INPUT) +
      arg(args, GemmSlot.IMAGE_IN) * image +
      arg(args, GemmSlot.GROUP_IN) * group +
      arg(args, GemmSlot.SLICE_IN) * slice;
    const out =
      <usize>arg(args, GemmSlot.OUT) +
      arg(args, GemmSlot.IMAGE_OUT) * image +
      arg(args, GemmSlot.GROUP_OUT) * group +
      arg(args, GemmSlot.SLICE_OUT) * slice;
    const tile = <usize>arg(args, GemmSlot.TILES) + TILE_BYTES * chunk;
    const panels =
      <usize>arg(args, GemmSlot.PANELS) +
      arg(args, GemmSlot.IMAGE_PANEL) * image +
      arg(args, GemmSlot.GROUP_PANEL) * group;
    let accumulate = arg(args, GemmSlot.ADDS) != 0;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const depth = i == inner - 1 ? arg(args, GemmSlot.LAST_DEPTH) : arg(args, GemmSlot.DEPTH);
        const from = input + arg(args, GemmSlot.OUTER_STEP) * o + arg(args, GemmSlot.INNER_STEP) * i;
        const block = panels + <usize>arg(args, GemmSlot.BLOCK_PANEL) * (o * inner + i);
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
      }
    }
  }
}
