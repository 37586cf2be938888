/**
 * The average of each window, and its adjoint. As in max.ts, windows are done four at a time where they
 * can be; those of the adjoint only where they are two columns wide with stride 2, so that no two of the four
 * share a cell. Where many windows share each cell, shares.ts does the adjoint.
 */
import { CHAIN } from "../common/budgets";
import { sumRow } from "../reduce/rows";
import { averageHalves, spreadHalves } from "./halves";
import { gatherShares } from "./shares";
import {
  areHalves,
  countAlong,
  divisorOf,
  firstReaching,
  loadStrided,
  PoolArguments,
  stopOf,
  wideFrom,
  wideTo,
} from "./window";

/** Columns from which the vectors of `sumRow` pay. */
const LONG_ROW = 8;

/** The average of one window (`adjoint` false), or the share of `out` added to its cells. */
@inline
function averageCell(
  adjoint: bool,
  args: PoolArguments,
  plane: usize,
  y: i32,
  x: i32,
  counted: i32,
  out: usize,
): void {
  const w = args.window;
  const stepY = w.y.dilation;
  const stepX = w.x.dilation;
  const width = w.x.input;
  const stopY = stopOf(y, w.y);
  const stopX = stopOf(x, w.x);
  const startX = x + firstReaching(x, stepX, 0, i32.MAX_VALUE) * stepX;
  const divisor = divisorOf(args, counted, countAlong(args, w.x, x));
  y += firstReaching(y, stepY, 0, i32.MAX_VALUE) * stepY;
  if (y >= stopY || startX >= stopX) {
    if (!adjoint) store<f32>(out, 0); // the divisor may be 0
    return;
  }
  let sum: f64 = 0;
  const share: f32 = adjoint ? load<f32>(out) / divisor : 0;
  const long = !adjoint && stepX == 1 && stopX - startX >= LONG_ROW;
  for (; <u32>y < <u32>stopY; y += stepY) {
    const row = plane + ((<usize>(y * width)) << 2);
    if (long) {
      sum += sumRow(row + ((<usize>startX) << 2), stopX - startX);
      continue;
    }
    for (let at = startX; <u32>at < <u32>stopX; at += stepX) {
      const cell = row + ((<usize>at) << 2);
      if (adjoint) store<f32>(cell, load<f32>(cell) + share);
      else sum += <f64>load<f32>(cell);
    }
  }
  if (!adjoint) store<f32>(out, <f32>(sum / <f64>divisor));
}

function sumCell(args: PoolArguments, plane: usize, y: i32, x: i32, counted: i32, out: usize): void {
  averageCell(false, args, plane, y, x, counted, out);
}
function spreadCell(args: PoolArguments, plane: usize, y: i32, x: i32, counted: i32, out: usize): void {
  averageCell(true, args, plane, y, x, counted, out);
}

/** The sums of some rows of four windows. */
@inline
function sumRows(stride: i32, at: usize, rows: i32, columns: i32, rowStep: i32, columnStep: i32): v128 {
  let sum = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sum = f32x4.add(sum, loadStrided(at + ((<usize>(row * rowStep + column * columnStep)) << 2), stride));
    }
  }
  return sum;
}

/** The averages of four windows, of at most CHAIN columns: CHAIN cells are added in float32. */
@inline
function sumFour(
  stride: i32,
  at: usize,
  rows: i32,
  columns: i32,
  rowStep: i32,
  columnStep: i32,
  divisor: v128,
  out: usize,
): void {
  const together = CHAIN / columns;
  let sum = sumRows(stride, at, min(rows, together), columns, rowStep, columnStep);
  if (rows > together) {
    let low = f64x2.promote_low_f32x4(sum);
    let high = f64x2.promote_low_f32x4(i64x2.shuffle(sum, sum, 1, 1));
    for (let row = together; row < rows; row += together) {
      const from = at + ((<usize>(row * rowStep)) << 2);
      sum = sumRows(stride, from, min(rows - row, together), columns, rowStep, columnStep);
      low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
      high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(sum, sum, 1, 1)));
    }
    sum = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
  }
  v128.store(out, f32x4.div(sum, divisor));
}

function sumRow1(
  at: usize,
  rows: i32,
  columns: i32,
  rowStep: i32,
  columnStep: i32,
  divisor: f32,
  n: i32,
  out: usize,
): void {
  for (let i: usize = 0; i < (<usize>n) << 2; i += 16) {
    sumFour(1, at + i, rows, columns, rowStep, columnStep, f32x4.splat(divisor), out + i);
  }
}

function sumRow2(
  at: usize,
  rows: i32,
  columns: i32,
  rowStep: i32,
  columnStep: i32,
  divisor: f32,
  n: i32,
  out: usize,
): void {
  for (let i: usize = 0; i < (<usize>n) << 2; i += 16) {
    sumFour(2, at + 2 * i, rows, columns, rowStep, columnStep, f32x4.splat(divisor), out + i);
  }
}

/** Adds the shares of `n` windows, of two columns and stride 2, to `rows` rows. */
function spreadPairs(at: usize, rows: i32, rowStep: i32, divisor: f32, n: i32, out: usize): void {
  for (let i: usize = 0; i < (<usize>n) << 2; i += 16) {
    const share = f32x4.div(v128.load(out + i), f32x4.splat(divisor));
    const low = i32x4.shuffle(share, share, 0, 0, 1, 1);
    const high = i32x4.shuffle(share, share, 2, 2, 3, 3);
    let cell = at + 2 * i;
    for (let row = 0; row < rows; row++) {
      v128.store(cell, f32x4.add(v128.load(cell), low));
      v128.store(cell, f32x4.add(v128.load(cell, 16), high), 16);
      cell += (<usize>rowStep) << 2;
    }
  }
}

/** One row of windows; y is the row of their first cells. */
function averageRow(adjoint: bool, args: PoolArguments, plane: usize, y: i32, out: usize): void {
  const w = args.window;
  const stride = w.x.stride;
  const outWidth = w.x.output;
  const width = w.x.input;
  const stepY = w.y.dilation;
  const stepX = w.x.dilation;
  const left = w.x.before;
  const columns = w.x.kernel;
  const counted = countAlong(args, w.y, y);
  const skipped = firstReaching(y, stepY, 0, i32.MAX_VALUE);
  const rows = firstReaching(y, stepY, w.y.input, w.y.kernel) - skipped;
  const from = wideFrom(w.x);
  let wide = rows <= 0 ? 0 : max(wideTo(w.x) - from, 0) & -4;
  if (adjoint ? stride != 2 || columns != 2 || stepX != 1 : columns > CHAIN) wide = 0;
  for (let i = 0; i < outWidth; i++) {
    if (i == from && wide > 0) {
      const place = (y + skipped * stepY) * width + i * stride - left;
      const at = plane + ((<usize>place) << 2);
      const to = out + ((<usize>i) << 2);
      const divisor = divisorOf(args, counted, columns);
      const rowStep = stepY * width;
      if (adjoint) spreadPairs(at, rows, rowStep, divisor, wide, to);
      else if (stride == 1) sumRow1(at, rows, columns, rowStep, stepX, divisor, wide, to);
      else sumRow2(at, rows, columns, rowStep, stepX, divisor, wide, to);
      i += wide;
      if (i >= outWidth) break;
    }
    const to = out + ((<usize>i) << 2);
    if (adjoint) spreadCell(args, plane, y, i * stride - left, counted, to);
    else sumCell(args, plane, y, i * stride - left, counted, to);
  }
}

/**
 * The planes of a chunk; `image` and `windows` are the planes' first bytes on the input's and the output's
 * side.
 */
function averagePlanes(adjoint: bool, args: PoolArguments, begin: i32, end: i32): void {
  const w = args.window;
  const perChunk = args.perChunk;
  const stop = min(end * perChunk, w.batch * w.inChannels);
  const outHeight = w.y.output;
  const outWidth = w.x.output;
  const width = w.x.input;
  const stride = w.y.stride;
  const top = w.y.before;
  const cellsFrom = adjoint ? args.out : args.x;
  const windowsFrom = adjoint ? args.x : args.out;
  const size = (<usize>(w.y.input * width)) << 2;
  const halves = areHalves(w);
  const divisor = divisorOf(args, 2, 2);
  const covered = halves && 2 * outHeight == w.y.input && 2 * outWidth == width;
  for (let p = begin * perChunk; p < stop; p++) {
    const plane = cellsFrom + <usize>p * size;
    if (adjoint && args.rooms) {
      const windows = windowsFrom + ((<usize>(p * outHeight * outWidth)) << 2);
      gatherShares(args, windows, plane, args.rooms + args.roomBytes * begin);
      continue;
    }
    if (adjoint && !covered) memory.fill(plane, 0, size);
    for (let row = 0; row < outHeight; row++) {
      const out = windowsFrom + ((<usize>((p * outHeight + row) * outWidth)) << 2);
      const y = row * stride - top;
      const cells = plane + ((<usize>(y * width)) << 2);
      if (halves) {
        if (adjoint) spreadHalves(cells, width, divisor, out, outWidth);
        else averageHalves(cells, width, divisor, out, outWidth);
      } else averageRow(adjoint, args, plane, y, out);
    }
  }
}

export function avgPool(args: PoolArguments, begin: i32, end: i32): void {
  averagePlanes(false, args, begin, end);
}

/** From the output's side (X) to the input's (OUT). */
export function avgPoolInput(args: PoolArguments, begin: i32, end: i32): void {
  averagePlanes(true, args, begin, end);
}
