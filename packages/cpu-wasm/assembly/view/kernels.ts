/**
 * Copies and sums through strides, on elements of four bytes.
 *
 * `copyRows` walks a nest of axes with a stride on either side, rows innermost; `transpose` is for copies
 * whose source is contiguous along another axis than their target. driver.ts orders and merges the
 * axes, and sees to it that chunks write to different places.
 */
import { storeLanes, storeSome } from "../common/lanes";
import { arg } from "../common/simd";

/** What a row does to its target. */
export const enum Mode {
  COPY,
  ADD,
  INT_ADD,
}

/** Slot of the first outer axis, innermost first: length, stride in the source, stride in the target. */
export const AXES: i32 = 10;

/** The offset in bytes of row `row`, by the strides in slot `slot` of each axis. */
function rowOffset(args: usize, first: i32, axes: i32, slot: i32, row: i32): usize {
  let offset = 0;
  for (let axis = first; axes > 0; axes--) {
    const length = arg(args, axis);
    const next = row / length;
    offset += (row - next * length) * arg(args, axis + slot);
    row = next;
    axis += 3;
  }
  return (<usize>offset) << 2;
}

function copyContiguous(from: usize, to: usize, n: i32): void {
  if (n >= 256) {
    memory.copy(to, from, (<usize>n) << 2);
    return;
  }
  for (; n >= 4; n -= 4) {
    v128.store(to, v128.load(from));
    from += 16;
    to += 16;
  }
  if (n > 0) storeLanes(to, v128.load(from), n);
}

function addContiguous(from: usize, to: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    storeSome(to, f32x4.add(v128.load(to), v128.load(from)), n);
    from += 16;
    to += 16;
  }
}

function addContiguousInt(from: usize, to: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    storeSome(to, i32x4.add(v128.load(to), v128.load(from)), n);
    from += 16;
    to += 16;
  }
}

function repeat(from: usize, to: usize, n: i32): void {
  const value = v128.load32_splat(from);
  for (; n > 0; n -= 4) {
    storeSome(to, value, n);
    to += 16;
  }
}

function copyApart(from: usize, fromStep: usize, to: usize, toStep: usize, n: i32): void {
  for (; n > 0; n--) {
    store<i32>(to, load<i32>(from));
    from += fromStep;
    to += toStep;
  }
}

function addApart(from: usize, fromStep: usize, to: usize, toStep: usize, n: i32): void {
  for (; n > 0; n--) {
    store<f32>(to, load<f32>(to) + load<f32>(from));
    from += fromStep;
    to += toStep;
  }
}

function addApartInt(from: usize, fromStep: usize, to: usize, toStep: usize, n: i32): void {
  for (; n > 0; n--) {
    store<i32>(to, load<i32>(to) + load<i32>(from));
    from += fromStep;
    to += toStep;
  }
}

/** One row; steps in bytes. */
function copyRow(mode: i32, from: usize, fromStep: usize, to: usize, toStep: usize, n: i32): void {
  if (toStep == 4 && fromStep == 4) {
    if (mode == Mode.COPY) copyContiguous(from, to, n);
    else if (mode == Mode.ADD) addContiguous(from, to, n);
    else addContiguousInt(from, to, n);
  } else if (mode == Mode.COPY) {
    if (toStep == 4 && fromStep == 0) repeat(from, to, n);
    else copyApart(from, fromStep, to, toStep, n);
  } else if (mode == Mode.ADD) {
    addApart(from, fromStep, to, toStep, n);
  } else {
    addApartInt(from, fromStep, to, toStep, n);
  }
}

/** The argument block of `copyRows`. */
export const enum CopySlot {
  MODE,
  SOURCE,
  TARGET,
  /** Elements in all, and of a chunk. */
  SIZE,
  CHUNK,
  /** Of a row, and its strides in the source and the target. */
  LENGTH,
  FROM,
  TO,
  /** How many axes there are beyond the rows. */
  AXES,
}

/** Chunks are elements in the order of the nest, and may begin and end within a row. */
export function copyRows(args: usize, begin: i32, end: i32): void {
  const mode = arg(args, CopySlot.MODE);
  const source = <usize>arg(args, CopySlot.SOURCE);
  const target = <usize>arg(args, CopySlot.TARGET);
  const chunk = arg(args, CopySlot.CHUNK);
  const n = arg(args, CopySlot.LENGTH);
  const fromStep = (<usize>arg(args, CopySlot.FROM)) << 2;
  const toStep = (<usize>arg(args, CopySlot.TO)) << 2;
  const axes = arg(args, CopySlot.AXES);
  const stop = min(end * chunk, arg(args, CopySlot.SIZE));
  let at = begin * chunk;
  let row = at / n;
  let column = at - row * n;
  // Rows advance by the innermost outer axis's strides; where that axis ends, offsets are worked out anew.
  const run = axes > 0 ? arg(args, AXES) : 1;
  const nextFrom = axes > 0 ? (<usize>arg(args, AXES + 1)) << 2 : 0;
  const nextTo = axes > 0 ? (<usize>arg(args, AXES + 2)) << 2 : 0;
  while (at < stop) {
    let from = source + rowOffset(args, AXES, axes, 1, row) + <usize>column * fromStep;
    let to = target + rowOffset(args, AXES, axes, 2, row) + <usize>column * toStep;
    for (let left = run - (row % run); left > 0 && at < stop; left--) {
      const length = min(n - column, stop - at);
      copyRow(mode, from, fromStep, to, toStep, length);
      at += length;
      row++;
      from += nextFrom - <usize>column * fromStep;
      to += nextTo - <usize>column * toStep;
      column = 0;
    }
  }
}

/** Rows of the target that a chunk of `transpose` fills. */
export const STRIPS: i32 = 16;
/**
 * Columns that are transposed before going to the next four rows, so that the source's cache lines are still
 * there.
 */
const COLUMNS: i32 = 128;

/** Four rows of the target, from `columns` rows of four elements; steps in bytes. */
function transposeStrip(from: usize, fromStep: usize, to: usize, toStep: usize, columns: i32): void {
  for (; columns >= 4; columns -= 4) {
    const a = v128.load(from);
    const b = v128.load(from + fromStep);
    const c = v128.load(from + 2 * fromStep);
    const d = v128.load(from + 3 * fromStep);
    const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
    v128.store(to + toStep, i64x2.shuffle(ab0, cd0, 1, 3));
    v128.store(to + 2 * toStep, i64x2.shuffle(ab1, cd1, 0, 2));
    v128.store(to + 3 * toStep, i64x2.shuffle(ab1, cd1, 1, 3));
    from += 4 * fromStep;
    to += 16;
  }
  for (; columns > 0; columns--) {
    const a = v128.load(from);
    v128.store32_lane(to, a, 0);
    v128.store32_lane(to + toStep, a, 1);
    v128.store32_lane(to + 2 * toStep, a, 2);
    v128.store32_lane(to + 3 * toStep, a, 3);
    from += fromStep;
    to += 4;
  }
}

function transposeBlock(
  from: usize,
  fromStep: usize,
  to: usize,
  toStep: usize,
  rows: i32,
  columns: i32,
): void {
  for (let column = 0; column < columns; column += COLUMNS) {
    const width = min(COLUMNS, columns - column);
    let source = from + <usize>column * fromStep;
    let target = to + ((<usize>column) << 2);
    let left = rows;
    for (; left >= 4; left -= 4) {
      transposeStrip(source, fromStep, target, toStep, width);
      source += 16;
      target += 4 * toStep;
    }
    for (; left > 0; left--) {
      copyApart(source, fromStep, target, 4, width);
      source += 4;
      target += toStep;
    }
  }
}

/** The argument block of `transpose`. Strides are in elements: from column to column, and to row to row. */
export const enum TileSlot {
  SOURCE,
  TARGET,
  ROWS,
  COLUMNS,
  FROM,
  TO,
  AXES,
}

/**
 * The target's row r, column c is the source's element r + c · FROM; chunk `outer · blocks + block` does
 * STRIPS rows.
 */
export function transpose(args: usize, begin: i32, end: i32): void {
  const rows = arg(args, TileSlot.ROWS);
  const toStep = (<usize>arg(args, TileSlot.TO)) << 2;
  const axes = arg(args, TileSlot.AXES);
  const blocks = (rows + STRIPS - 1) / STRIPS;
  for (let chunk = begin; chunk < end; chunk++) {
    const outer = chunk / blocks;
    const row = (chunk % blocks) * STRIPS;
    const from =
      <usize>arg(args, TileSlot.SOURCE) + rowOffset(args, AXES, axes, 1, outer) + ((<usize>row) << 2);
    const to =
      <usize>arg(args, TileSlot.TARGET) + rowOffset(args, AXES, axes, 2, outer) + <usize>row * toStep;
    transposeBlock(
      from,
      (<usize>arg(args, TileSlot.FROM)) << 2,
      to,
      toStep,
      min(STRIPS, rows - row),
      arg(args, TileSlot.COLUMNS),
    );
  }
}
