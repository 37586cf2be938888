/**
 * Padding: planes copied into the middle of zeros, so that the kernels that read pixels through offset tables
 * need no test at the borders. Negative padding crops. For a horizontal stride, each row can be split into
 * its residues (columns 0, S, 2S, …, then 1, S + 1, …), so that lanes along an output row read neighbouring
 * floats.
 */
import { loadApart } from "../common/lanes";

/** Copies `count` floats. */
@inline
function copyRow(from: usize, to: usize, count: i32): void {
  if (count < 4) {
    for (let i = 0; i < count; i++) store<f32>(to + ((<usize>i) << 2), load<f32>(from + ((<usize>i) << 2)));
    return;
  }
  const last = (<usize>(count - 4)) << 2;
  for (let at: usize = 0; at < last; at += 16) v128.store(to + at, v128.load(from + at));
  v128.store(to + last, v128.load(from + last));
}

/** Zeroes `count` floats. */
@inline
function zeroRow(to: usize, count: i32): void {
  if (count > 32) {
    memory.fill(to, 0, (<usize>count) << 2);
    return;
  }
  for (; count >= 4; count -= 4, to += 16) v128.store(to, f32x4.splat(0));
  for (; count > 0; count--, to += 4) store<f32>(to, 0);
}

/**
 * Copies a plane of `height` × `width` into one of `rows` × `columns`, from row `top` and column `left` on.
 */
export function padPlane(
  from: usize,
  to: usize,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  top: i32,
  left: i32,
): void {
  const before = min(max(left, 0), columns);
  const skip = max(-left, 0);
  const count = max(min(width - skip, columns - before), 0);
  const after = columns - before - count;
  const firstRow = min(max(top, 0), rows),
    endRow = max(min(top + height, rows), firstRow);
  from += (<usize>((firstRow - top) * width + skip)) << 2;
  zeroRow(to, firstRow * columns + before);
  to += (<usize>(firstRow * columns + before)) << 2;
  for (let row = firstRow; row < endRow; row++) {
    copyRow(from, to, count);
    from += (<usize>width) << 2;
    to += (<usize>count) << 2;
    // The end of this row and the beginning of the next are one run.
    const gap = row == endRow - 1 ? after : after + before;
    zeroRow(to, gap);
    to += (<usize>gap) << 2;
  }
  if (endRow > firstRow) zeroRow(to, (rows - endRow) * columns);
  else zeroRow(to, rows * columns - firstRow * columns - before);
}

/** The argument block of `padPlanes` and `splitPlanes`. */
@unmanaged
export class PadArguments {
  source: usize;
  out: usize;
  height: i32;
  width: i32;
  /** Of a plane of the output. */
  rows: i32;
  columns: i32;
  /** Rows above and columns to the left. */
  top: i32;
  left: i32;
  /** The horizontal stride, and columns of one residue: a row is all residues' columns. */
  residues: i32;
  residueColumns: i32;
}

/** Chunks are planes. */
export function padPlanes(args: PadArguments, begin: i32, end: i32): void {
  const height = args.height,
    width = args.width,
    rows = args.rows,
    columns = args.columns;
  for (let plane = begin; plane < end; plane++) {
    const from = args.source + ((<usize>(plane * height * width)) << 2);
    const to = args.out + ((<usize>(plane * rows * columns)) << 2);
    padPlane(from, to, height, width, rows, columns, args.top, args.left);
  }
}

/**
 * One padded row: `width` floats with `left` zeros before them (cropped when negative), `residues` ·
 * `columns` floats in all. `from` 0: a row of zeros.
 */
export function stageRow(from: usize, width: i32, left: i32, to: usize, residues: i32, columns: i32): void {
  if (from == 0) {
    zeroRow(to, residues * columns);
    return;
  }
  if (residues == 1) {
    const before = min(max(left, 0), columns);
    const skip = max(-left, 0);
    const count = max(min(width - skip, columns - before), 0);
    zeroRow(to, before);
    to += (<usize>before) << 2;
    copyRow(from + ((<usize>skip) << 2), to, count);
    zeroRow(to + ((<usize>count) << 2), columns - before - count);
    return;
  }
  for (let residue = 0; residue < residues; residue++) {
    let x = residue - left;
    let column = 0;
    for (; column < columns && x < 0; column++, x += residues, to += 4) store<f32>(to, 0);
    for (; column + 4 <= columns && x + 4 * residues <= width; column += 4, x += 4 * residues, to += 16)
      v128.store(to, loadApart(from + ((<usize>x) << 2), residues));
    for (; column < columns && x < width; column++, x += residues, to += 4) {
      store<f32>(to, load<f32>(from + ((<usize>x) << 2)));
    }
    for (; column < columns; column++, to += 4) store<f32>(to, 0);
  }
}

/** Chunks are planes. */
export function splitPlanes(args: PadArguments, begin: i32, end: i32): void {
  const height = args.height,
    width = args.width,
    rows = args.rows;
  const top = args.top,
    residues = args.residues,
    columns = args.residueColumns;
  const row = (<usize>(residues * columns)) << 2;
  let to = args.out + row * (begin * rows);
  for (let plane = begin; plane < end; plane++) {
    const source = args.source + ((<usize>(plane * height * width)) << 2);
    for (let i = 0; i < rows; i++, to += row) {
      const y = i - top;
      const from: usize = <u32>y < <u32>height ? source + ((<usize>(y * width)) << 2) : 0;
      stageRow(from, width, args.left, to, residues, columns);
    }
  }
}
