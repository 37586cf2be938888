/**
 * The blocked loops around the register tiles: products of a left operand read through tables and packed panels.
 *
 * Left and output are addressed as base + row offset (+ depth offset); see gemm-tile.ts. Rows are cut into slices
 * small enough that a slice of the left operand stays in cache while every column block passes over it; a long depth
 * is cut into blocks whose results add up in order.
 */
import { arg } from "./simd";
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
      const at = <usize>row << 2;
      if (whole && row + 2 <= rows) {
        const first = load<i32>(rowOut + at), second = load<i32>(rowOut + at, 4);
        if (columnStep == 4 || second - first == 4) {
          const p0 = input + <usize>load<i32>(rowIn + at), p1 = input + <usize>load<i32>(rowIn + at, 4);
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
    const at = <usize>row << 2;
    tile4x8(input, rowIn + at, rows - row, table, depth, panel, tile);
    storeTile(tile, 8, out, rowOut + at, min(rows - row, 4), columnStep, columns, adds);
  }
}

/**
 * Chunks: (part of the column blocks, image, group, slice of rows).
 *
 * args: 0 input, 1 out, 2 row table of the input, 3 row table of the output, 4 depth table, 5 panels, 6 rows of a
 * slice, 7 rows of the last slice, 8 slices, 9 columns, 10 out step per column, 11 depth of a block, 12 depth of
 * the last inner block, 13 outer blocks, 14 inner blocks, 15 input step per outer block, 16 per inner block, 17
 * groups, 18 input step per image, 19 out step per image, 20 input step per group, 21 out step per group, 22 panel
 * step per group, 23 panel step per image, 24 input step per slice, 25 out step per slice, 26 table step per slice,
 * 27 chunks of a column part, 28 columns of a part (a multiple of 16), 29 panel step per block, 30 whether to add to what out
 * holds, 31 room for the sums of a tile, 256 bytes for each chunk.
 */
export function gemm(args: usize, begin: i32, end: i32): void {
  const slices = arg(args, 8), columns = arg(args, 9), groups = arg(args, 17);
  const partChunks = arg(args, 27), partColumns = arg(args, 28);
  const outer = arg(args, 13), inner = arg(args, 14);
  const columnStep = <usize>arg(args, 10);
  const table = <usize>arg(args, 4);
  for (let chunk = begin; chunk < end; chunk++) {
    const part = chunk / partChunks;
    const firstColumn = part * partColumns;
    const endColumn = min(firstColumn + partColumns, columns);
    const rest = chunk - part * partChunks;
    const next = rest / slices;
    const slice = rest - next * slices;
    const image = next / groups;
    const group = next - image * groups;

    const rows = slice == slices - 1 ? arg(args, 7) : arg(args, 6);
    const rowIn = <usize>arg(args, 2) + arg(args, 26) * slice, rowOut = <usize>arg(args, 3) + arg(args, 26) * slice;
    const input = <usize>arg(args, 0) + arg(args, 18) * image + arg(args, 20) * group + arg(args, 24) * slice;
    const out = <usize>arg(args, 1) + arg(args, 19) * image + arg(args, 21) * group + arg(args, 25) * slice;
    const tile = <usize>arg(args, 31) + (<usize>chunk * 256);
    const panels = <usize>arg(args, 5) + arg(args, 23) * image + arg(args, 22) * group;
    let accumulate = arg(args, 30) != 0;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const depth = i == inner - 1 ? arg(args, 12) : arg(args, 11);
        const from = input + arg(args, 15) * o + arg(args, 16) * i;
        const block = panels + <usize>arg(args, 29) * (o * inner + i);
        for (let c = firstColumn; c < endColumn; c += LANES) {
          const panel = block + (<usize>(c * (depth + 1)) << 2);
          rowsTimesPanel(
            from, rowIn, rowOut, rows, table, depth, panel, tile, out + <usize>c * columnStep, columnStep, columns - c,
            accumulate,
          );
        }
        accumulate = true;
      }
    }
  }
}
