/**
 * The average of each window, and its adjoint. As in max.ts, windows are done four at a time where they
 * can be; those of the adjoint only where they are two columns wide with stride 2, so that no two of the four
 * share a cell.
 */
import { averageHalves, spreadHalves } from "./halves";
import { WindowAxis } from "../common/window";
import { areHalves, firstReaching, loadStrided, PoolArguments, wideFrom, wideTo } from "./window";

/** How many cells of a window along one axis count in the divisor. */
function countAlong(args: PoolArguments, axis: WindowAxis, start: i32): i32 {
  const pad = args.countPad;
  const first = pad ? 0 : firstReaching(start, axis.dilation, 0, axis.kernel);
  return firstReaching(start, axis.dilation, axis.input + (pad ? axis.after : 0), axis.kernel) - first;
}

@inline
function divisorOf(args: PoolArguments, rows: i32, columns: i32): f32 {
  const divisor = args.divisor;
  return divisor ? divisor : <f32>(rows * columns);
}

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
  const stopY = min(y + w.y.kernel * stepY, w.y.input);
  const stopX = min(x + w.x.kernel * stepX, width);
  const startX = x + firstReaching(x, stepX, 0, i32.MAX_VALUE) * stepX;
  const divisor = divisorOf(args, counted, countAlong(args, w.x, x));
  y += firstReaching(y, stepY, 0, i32.MAX_VALUE) * stepY;
  if (y >= stopY || startX >= stopX) {
    if (!adjoint) store<f32>(out, 0); // the divisor may be 0
    return;
  }
  let sum: f32 = 0;
  const share: f32 = adjoint ? load<f32>(out) / divisor : 0;
  for (; y < stopY; y += stepY) {
    const row = plane + ((<usize>(y * width)) << 2);
    for (let at = startX; at < stopX; at += stepX) {
      const cell = row + ((<usize>at) << 2);
      if (adjoint) store<f32>(cell, load<f32>(cell) + share);
      else sum += load<f32>(cell);
    }
  }
  if (!adjoint) store<f32>(out, sum / divisor);
}

function sumCell(args: PoolArguments, plane: usize, y: i32, x: i32, counted: i32, out: usize): void {
  averageCell(false, args, plane, y, x, counted, out);
}
function spreadCell(args: PoolArguments, plane: usize, y: i32, x: i32, counted: i32, out: usize): void {
  averageCell(true, args, plane, y, x, counted, out);
}

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
  let sum = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sum = f32x4.add(sum, loadStrided(at + ((<usize>(row * rowStep + column * columnStep)) << 2), stride));
    }
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
  if (adjoint && !(stride == 2 && columns == 2 && stepX == 1)) wide = 0;
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
