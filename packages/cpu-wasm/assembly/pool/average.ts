/**
 * The average of each window, and its adjoint. As in max.ts, windows are done four at a time where they
 * can be; those of the adjoint only where they are two columns wide with stride 2, so that no two of the four
 * share a cell.
 */
import { averageHalves, spreadHalves } from "./halves";
import { areHalves, firstReaching, loadStrided, Slot, wideFrom, wideTo } from "./window";
import { arg, argF32 } from "../common/simd";
import { WINDOW } from "../common/window";

const w = WINDOW;

/** How many cells of a window along one axis count in the divisor. */
@inline
function countAlong(args: usize, start: i32, kernel: i32, step: i32, size: i32, after: i32): i32 {
  const pad = arg(args, Slot.COUNT_PAD) != 0;
  const first = pad ? 0 : firstReaching(start, step, 0, kernel);
  return firstReaching(start, step, size + (pad ? after : 0), kernel) - first;
}

function rowsCounted(args: usize, y: i32): i32 {
  return countAlong(args, y, w.kernelHeight, w.dilationHeight, w.inputHeight, w.padBottom);
}

function columnsCounted(args: usize, x: i32): i32 {
  return countAlong(args, x, w.kernelWidth, w.dilationWidth, w.inputWidth, w.padRight);
}

@inline
function divisorOf(args: usize, rows: i32, columns: i32): f32 {
  const divisor = argF32(args, Slot.DIVISOR);
  return divisor ? divisor : <f32>(rows * columns);
}

/** The average of one window (`adjoint` false), or the share of `out` added to its cells. */
@inline
function averageCell(
  adjoint: bool,
  args: usize,
  plane: usize,
  y: i32,
  x: i32,
  counted: i32,
  out: usize,
): void {
  const stepY = w.dilationHeight;
  const stepX = w.dilationWidth;
  const width = w.inputWidth;
  const stopY = min(y + w.kernelHeight * stepY, w.inputHeight);
  const stopX = min(x + w.kernelWidth * stepX, width);
  const startX = x + firstReaching(x, stepX, 0, i32.MAX_VALUE) * stepX;
  const divisor = divisorOf(args, counted, columnsCounted(args, x));
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

function sumCell(args: usize, plane: usize, y: i32, x: i32, counted: i32, out: usize): void {
  averageCell(false, args, plane, y, x, counted, out);
}
function spreadCell(args: usize, plane: usize, y: i32, x: i32, counted: i32, out: usize): void {
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
function averageRow(adjoint: bool, args: usize, plane: usize, y: i32, out: usize): void {
  const stride = w.strideWidth;
  const outWidth = w.outputWidth;
  const width = w.inputWidth;
  const stepY = w.dilationHeight;
  const stepX = w.dilationWidth;
  const left = w.padLeft;
  const columns = w.kernelWidth;
  const counted = rowsCounted(args, y);
  const skipped = firstReaching(y, stepY, 0, i32.MAX_VALUE);
  const rows = firstReaching(y, stepY, w.inputHeight, w.kernelHeight) - skipped;
  const from = wideFrom();
  let wide = rows <= 0 ? 0 : max(wideTo() - from, 0) & -4;
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
function averagePlanes(adjoint: bool, args: usize, begin: i32, end: i32): void {
  const perChunk = arg(args, Slot.PER_CHUNK);
  const stop = min(end * perChunk, w.batch * w.inChannels);
  const outHeight = w.outputHeight;
  const outWidth = w.outputWidth;
  const width = w.inputWidth;
  const size = (<usize>(w.inputHeight * width)) << 2;
  const halves = areHalves();
  const divisor = divisorOf(args, 2, 2);
  const covered = halves && 2 * outHeight == w.inputHeight && 2 * outWidth == width;
  for (let p = begin * perChunk; p < stop; p++) {
    const plane = <usize>arg(args, adjoint ? Slot.OUT : Slot.X) + <usize>p * size;
    if (adjoint && !covered) memory.fill(plane, 0, size);
    for (let row = 0; row < outHeight; row++) {
      const out =
        <usize>arg(args, adjoint ? Slot.X : Slot.OUT) + ((<usize>((p * outHeight + row) * outWidth)) << 2);
      const y = row * w.strideHeight - w.padTop;
      const cells = plane + ((<usize>(y * width)) << 2);
      if (halves) {
        if (adjoint) spreadHalves(cells, width, divisor, out, outWidth);
        else averageHalves(cells, width, divisor, out, outWidth);
      } else averageRow(adjoint, args, plane, y, out);
    }
  }
}

export function avgPool(args: usize, begin: i32, end: i32): void {
  averagePlanes(false, args, begin, end);
}

/** From the output's side (X) to the input's (OUT). */
export function avgPoolInput(args: usize, begin: i32, end: i32): void {
  averagePlanes(true, args, begin, end);
}
