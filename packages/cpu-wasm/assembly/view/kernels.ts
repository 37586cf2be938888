/**
 * Copies and sums through strides, on elements of four bytes.
 *
 * `copyRows` walks a nest of axes with a stride on either side, rows innermost; `transpose` is for copies
 * whose source is contiguous along another axis than their target. driver.ts orders and merges the
 * axes, and sees to it that chunks write to different places.
 */
import { storeLanes, storeSome } from "../common/lanes";
import { behind, item } from "../common/structs";

/** What a row does to its target. */
export const enum Mode {
  COPY,
  ADD,
  INT_ADD,
  /** Floats to float64 sums. */
  WIDE_ADD,
}

/** An axis of a nest: its strides in the source and the target are in elements. */
@unmanaged
export class NestAxis {
  length: i32;
  from: i32;
  to: i32;
}

/**
 * The offset in bytes of row `row` of a list of `axes` axes, the innermost first, in the source or the
 * target.
 */
@inline
function rowOffset(list: usize, axes: i32, row: i32, inTarget: bool): usize {
  let offset = 0;
  for (let i = 0; i < axes; i++) {
    const axis = item<NestAxis>(list, i);
    const next = row / axis.length;
    offset += (row - next * axis.length) * (inTarget ? axis.to : axis.from);
    row = next;
  }
  return (<usize>offset) << 2;
}

function sourceOffset(list: usize, axes: i32, row: i32): usize {
  return rowOffset(list, axes, row, false);
}

function targetOffset(list: usize, axes: i32, row: i32): usize {
  return rowOffset(list, axes, row, true);
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

function addWide(from: usize, fromStep: usize, to: usize, toStep: usize, n: i32): void {
  for (; n > 0; n--) {
    store<f64>(to, load<f64>(to) + <f64>load<f32>(from));
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
  } else if (mode == Mode.WIDE_ADD) {
    addWide(from, fromStep, to, toStep, n);
  } else if (mode == Mode.ADD) {
    addApart(from, fromStep, to, toStep, n);
  } else {
    addApartInt(from, fromStep, to, toStep, n);
  }
}

/** The argument block of `copyRows`. */
@unmanaged
export class CopyArguments {
  mode: i32;
  source: usize;
  target: usize;
  /** Elements in all, and of a chunk. */
  size: i32;
  chunk: i32;
  /** Of a row, and its strides in the source and the target. */
  length: i32;
  from: usize;
  to: usize;
  /** How many axes there are beyond the rows: they lie behind, the innermost first. */
  axes: i32;
}

/** Chunks are elements in the order of the nest, and may begin and end within a row. */
export function copyRows(args: CopyArguments, begin: i32, end: i32): void {
  const mode = args.mode;
  const source = args.source;
  const target = args.target;
  const chunk = args.chunk;
  const n = args.length;
  const fromStep = args.from << 2;
  const targetBits: usize = mode == Mode.WIDE_ADD ? 1 : 0; // its elements are twice as large
  const toStep = args.to << (2 + targetBits);
  const axes = args.axes;
  const stop = min(end * chunk, args.size);
  let at = begin * chunk;
  let row = at / n;
  let column = at - row * n;
  // Rows advance by the innermost outer axis's strides; where that axis ends, offsets are worked out anew.
  const list = behind(args);
  const inner = item<NestAxis>(list, 0);
  const run = axes > 0 ? inner.length : 1;
  const nextFrom = axes > 0 ? (<usize>inner.from) << 2 : 0;
  const nextTo = axes > 0 ? (<usize>inner.to) << (2 + targetBits) : 0;
  while (at < stop) {
    let from = source + sourceOffset(list, axes, row) + <usize>column * fromStep;
    let to = target + (targetOffset(list, axes, row) << targetBits) + <usize>column * toStep;
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

/** The argument block of `widen` and `narrow`. */
@unmanaged
export class WidthArguments {
  floats: usize;
  wide: usize;
  size: i32;
}

/** Elements per chunk of these. */
export const WIDTH_CHUNK: i32 = 8192;

/** Floats to float64. Chunks: WIDTH_CHUNK elements. */
export function widen(args: WidthArguments, begin: i32, end: i32): void {
  const stop = min(end * WIDTH_CHUNK, args.size);
  for (let i = begin * WIDTH_CHUNK; i < stop; i++) {
    store<f64>(args.wide + ((<usize>i) << 3), <f64>load<f32>(args.floats + ((<usize>i) << 2)));
  }
}

/** And back. */
export function narrow(args: WidthArguments, begin: i32, end: i32): void {
  const stop = min(end * WIDTH_CHUNK, args.size);
  for (let i = begin * WIDTH_CHUNK; i < stop; i++) {
    store<f32>(args.floats + ((<usize>i) << 2), <f32>load<f64>(args.wide + ((<usize>i) << 3)));
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
@unmanaged
export class TileArguments {
  source: usize;
  target: usize;
  rows: i32;
  columns: i32;
  from: usize;
  to: usize;
  /** How many other axes there are: they lie behind, the innermost first. */
  axes: i32;
}

/**
 * The target's row r, column c is the source's element r + c · `from`; chunk `outer · blocks + block` does
 * STRIPS rows.
 */
export function transpose(args: TileArguments, begin: i32, end: i32): void {
  const rows = args.rows;
  const toStep = args.to << 2;
  const axes = args.axes;
  const list = behind(args);
  const blocks = (rows + STRIPS - 1) / STRIPS;
  for (let chunk = begin; chunk < end; chunk++) {
    const outer = chunk / blocks;
    const row = (chunk % blocks) * STRIPS;
    const from = args.source + sourceOffset(list, axes, outer) + ((<usize>row) << 2);
    const to = args.target + targetOffset(list, axes, outer) + <usize>row * toStep;
    transposeBlock(from, args.from << 2, to, toStep, min(STRIPS, rows - row), args.columns);
  }
}
