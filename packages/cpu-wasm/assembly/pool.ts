/**
 * Pooling: the maximum and where it is, the average, and the average's adjoint. A chunk is a few planes of H · W.
 *
 * Windows that lie in the input from left to right are done four at a time when the stride is 1 or 2, the others one
 * by one with their cells clipped to the input.
 */
import { averageHalves, beats, maxHalves, spreadHalves } from "./pool-halves";
import { arg, argF32 } from "./simd";

/** args from slot 0: x (or g), out, indices (or 0), planes, planesPerChunk; then the window, then the average. */
const enum Slot {
  HEIGHT = 5, WIDTH, OUT_HEIGHT, OUT_WIDTH, KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_HEIGHT, STRIDE_WIDTH,
  TOP, BOTTOM, LEFT, RIGHT, DILATION_HEIGHT, DILATION_WIDTH,
  COUNT_PAD, HAS_DIVISOR, DIVISOR,
}

/** Whether windows are those of pool-halves.ts. */
function areHalves(args: usize): bool {
  return (
    arg(args, Slot.KERNEL_HEIGHT) == 2 &&
    arg(args, Slot.KERNEL_WIDTH) == 2 &&
    arg(args, Slot.STRIDE_HEIGHT) == 2 &&
    arg(args, Slot.STRIDE_WIDTH) == 2 &&
    (arg(args, Slot.TOP) | arg(args, Slot.LEFT)) == 0 &&
    arg(args, Slot.DILATION_HEIGHT) * arg(args, Slot.DILATION_WIDTH) == 1 &&
    arg(args, Slot.OUT_HEIGHT) * 2 <= arg(args, Slot.HEIGHT) &&
    arg(args, Slot.OUT_WIDTH) * 2 <= arg(args, Slot.WIDTH) &&
    arg(args, Slot.OUT_WIDTH) >= 4
  );
}

/** The least k ≥ 0 with start + k · step ≥ limit, at most `most`. */
@inline
function firstReaching(start: i32, step: i32, limit: i32, most: i32): i32 {
  return start >= limit ? 0 : min((limit - start + step - 1) / step, most);
}

/** Four elements, `stride` (1 or 2) apart. */
@inline
function loadStrided(at: usize, stride: i32): v128 {
  const v = v128.load(at);
  return stride == 1 ? v : i32x4.shuffle(v, v128.load(at, 16), 0, 2, 4, 6);
}

/**
 * The columns whose windows can be done four at a time: [from, to) inside the input from left to right, with room to
 * read whole vectors. Empty when the stride is neither 1 nor 2.
 */
@inline
function wideFrom(args: usize): i32 {
  const stride = arg(args, Slot.STRIDE_WIDTH);
  return (arg(args, Slot.LEFT) + stride - 1) / stride;
}

@inline
function wideTo(args: usize): i32 {
  const stride = arg(args, Slot.STRIDE_WIDTH);
  if (stride > 2) return 0;
  const reach = (arg(args, Slot.KERNEL_WIDTH) - 1) * arg(args, Slot.DILATION_WIDTH);
  // A vector from column x on reads 4 · stride elements; the last of four windows begins 3 · stride further.
  const last = arg(args, Slot.WIDTH) + arg(args, Slot.LEFT) - reach - 4 * stride;
  return last < 0 ? 0 : min(last / stride + 4, arg(args, Slot.OUT_WIDTH));
}

/** The maximum of one window, and its place. `plane` is the input's, (y, x) the window's first cell. */
function maxCell(args: usize, plane: usize, y: i32, x: i32, value: usize, index: usize): void {
  const stepY = arg(args, Slot.DILATION_HEIGHT);
  const stepX = arg(args, Slot.DILATION_WIDTH);
  const width = arg(args, Slot.WIDTH);
  const stopY = min(y + arg(args, Slot.KERNEL_HEIGHT) * stepY, arg(args, Slot.HEIGHT));
  const stopX = min(x + arg(args, Slot.KERNEL_WIDTH) * stepX, width);
  const startX = x + firstReaching(x, stepX, 0, i32.MAX_VALUE) * stepX;
  y += firstReaching(y, stepY, 0, i32.MAX_VALUE) * stepY;
  let best: f32 = -Infinity;
  let found = -1;
  for (; y < stopY; y += stepY) {
    for (let at = y * width + startX; at < y * width + stopX; at += stepX) {
      const v = load<f32>(plane + (<usize>at << 2));
      if (found < 0 || v > best || (v != v && best == best)) {
        best = v;
        found = at;
      }
    }
  }
  store<f32>(value, best);
  store<i32>(index, max(found, 0));
}

/** The maxima of four windows whose first cells are `stride` apart, from `at`, element `place` of the plane. */
@inline
function maxFour(
  at: usize,
  place: i32,
  stride: i32,
  rows: i32,
  columns: i32,
  rowStep: i32,
  columnStep: i32,
  value: usize,
  index: usize,
): void {
  const apart = i32x4(0, 1, 2, 3);
  let best = loadStrided(at, stride);
  let found = i32x4.splat(place);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const offset = row * rowStep + column * columnStep;
      const v = loadStrided(at + (<usize>offset << 2), stride);
      const better = beats(v, best);
      best = v128.bitselect(v, best, better);
      found = v128.bitselect(i32x4.splat(place + offset), found, better);
    }
  }
  v128.store(value, best);
  v128.store(index, i32x4.add(found, stride == 1 ? apart : i32x4.shl(apart, 1)));
}

function maxRow1(at: usize, place: i32, rows: i32, columns: i32, rowStep: i32, columnStep: i32, n: i32, value: usize, index: usize): void {
  for (let i = 0; i < n; i += 4) {
    const out = <usize>i << 2;
    maxFour(at + out, place + i, 1, rows, columns, rowStep, columnStep, value + out, index + out);
  }
}

function maxRow2(at: usize, place: i32, rows: i32, columns: i32, rowStep: i32, columnStep: i32, n: i32, value: usize, index: usize): void {
  for (let i = 0; i < n; i += 4) {
    const out = <usize>i << 2;
    maxFour(at + 2 * out, place + 2 * i, 2, rows, columns, rowStep, columnStep, value + out, index + out);
  }
}

/** One row of windows; y is the row of their first cells. */
function maxRow(args: usize, plane: usize, y: i32, value: usize, index: usize): void {
  const stride = arg(args, Slot.STRIDE_WIDTH);
  const outWidth = arg(args, Slot.OUT_WIDTH);
  const width = arg(args, Slot.WIDTH);
  const stepY = arg(args, Slot.DILATION_HEIGHT);
  const left = arg(args, Slot.LEFT);
  const skipped = firstReaching(y, stepY, 0, i32.MAX_VALUE);
  const rows = firstReaching(y, stepY, arg(args, Slot.HEIGHT), arg(args, Slot.KERNEL_HEIGHT)) - skipped;
  const from = wideFrom(args);
  const wide = rows <= 0 ? 0 : max(wideTo(args) - from, 0) & -4;
  for (let i = 0; i < outWidth; i++) {
    if (i == from && wide > 0) {
      const place = (y + skipped * stepY) * width + i * stride - left;
      const at = plane + (<usize>place << 2);
      const out = <usize>i << 2;
      const columns = arg(args, Slot.KERNEL_WIDTH);
      const stepX = arg(args, Slot.DILATION_WIDTH);
      if (stride == 1) maxRow1(at, place, rows, columns, stepY * width, stepX, wide, value + out, index + out);
      else maxRow2(at, place, rows, columns, stepY * width, stepX, wide, value + out, index + out);
      i += wide;
      if (i >= outWidth) break;
    }
    maxCell(args, plane, y, i * stride - left, value + (<usize>i << 2), index + (<usize>i << 2));
  }
}

/** Both values and indices. */
export function maxPool(args: usize, begin: i32, end: i32): void {
  const perChunk = arg(args, 4);
  const stop = min(end * perChunk, arg(args, 3));
  const outHeight = arg(args, Slot.OUT_HEIGHT);
  const outWidth = arg(args, Slot.OUT_WIDTH);
  const width = arg(args, Slot.WIDTH);
  const halves = areHalves(args);
  for (let p = begin * perChunk; p < stop; p++) {
    const plane = <usize>arg(args, 0) + (<usize>(p * arg(args, Slot.HEIGHT) * width) << 2);
    for (let row = 0; row < outHeight; row++) {
      const out = <usize>((p * outHeight + row) * outWidth) << 2;
      const y = row * arg(args, Slot.STRIDE_HEIGHT) - arg(args, Slot.TOP);
      const value = <usize>arg(args, 1) + out;
      const index = <usize>arg(args, 2) + out;
      if (halves) maxHalves(plane + (<usize>(y * width) << 2), width, y * width, value, index, outWidth);
      else maxRow(args, plane, y, value, index);
    }
  }
}

/** How many cells of a window along one axis count in the divisor. */
@inline
function countAlong(args: usize, start: i32, kernel: i32, step: i32, size: i32, after: i32): i32 {
  const pad = arg(args, Slot.COUNT_PAD) != 0;
  const first = pad ? 0 : firstReaching(start, step, 0, kernel);
  return firstReaching(start, step, size + (pad ? after : 0), kernel) - first;
}

function rowsCounted(args: usize, y: i32): i32 {
  return countAlong(args, y, arg(args, Slot.KERNEL_HEIGHT), arg(args, Slot.DILATION_HEIGHT), arg(args, Slot.HEIGHT), arg(args, Slot.BOTTOM));
}

function columnsCounted(args: usize, x: i32): i32 {
  return countAlong(args, x, arg(args, Slot.KERNEL_WIDTH), arg(args, Slot.DILATION_WIDTH), arg(args, Slot.WIDTH), arg(args, Slot.RIGHT));
}

@inline
function divisorOf(args: usize, rows: i32, columns: i32): f32 {
  return arg(args, Slot.HAS_DIVISOR) ? argF32(args, Slot.DIVISOR) : <f32>(rows * columns);
}

/** The average of one window (`adjoint` false), or the share of `out` added to its cells. */
@inline
function averageCell(adjoint: bool, args: usize, plane: usize, y: i32, x: i32, counted: i32, out: usize): void {
  const stepY = arg(args, Slot.DILATION_HEIGHT);
  const stepX = arg(args, Slot.DILATION_WIDTH);
  const width = arg(args, Slot.WIDTH);
  const divisor = divisorOf(args, counted, columnsCounted(args, x));
  const stopY = min(y + arg(args, Slot.KERNEL_HEIGHT) * stepY, arg(args, Slot.HEIGHT));
  const stopX = min(x + arg(args, Slot.KERNEL_WIDTH) * stepX, width);
  const startX = x + firstReaching(x, stepX, 0, i32.MAX_VALUE) * stepX;
  y += firstReaching(y, stepY, 0, i32.MAX_VALUE) * stepY;
  let sum: f32 = 0;
  const share: f32 = adjoint ? load<f32>(out) / divisor : 0;
  for (; y < stopY; y += stepY) {
    const row = plane + (<usize>(y * width) << 2);
    for (let at = startX; at < stopX; at += stepX) {
      const cell = row + (<usize>at << 2);
      if (adjoint) store<f32>(cell, load<f32>(cell) + share);
      else sum += load<f32>(cell);
    }
  }
  if (!adjoint) store<f32>(out, sum / divisor);
}

function sumCell(args: usize, plane: usize, y: i32, x: i32, counted: i32, out: usize): void { averageCell(false, args, plane, y, x, counted, out); }
function spreadCell(args: usize, plane: usize, y: i32, x: i32, counted: i32, out: usize): void { averageCell(true, args, plane, y, x, counted, out); }

@inline
function sumFour(stride: i32, at: usize, rows: i32, columns: i32, rowStep: i32, columnStep: i32, divisor: v128, out: usize): void {
  let sum = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sum = f32x4.add(sum, loadStrided(at + (<usize>(row * rowStep + column * columnStep) << 2), stride));
    }
  }
  v128.store(out, f32x4.div(sum, divisor));
}

function sumRow1(at: usize, rows: i32, columns: i32, rowStep: i32, columnStep: i32, divisor: f32, n: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>n << 2; i += 16) {
    sumFour(1, at + i, rows, columns, rowStep, columnStep, f32x4.splat(divisor), out + i);
  }
}

function sumRow2(at: usize, rows: i32, columns: i32, rowStep: i32, columnStep: i32, divisor: f32, n: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>n << 2; i += 16) {
    sumFour(2, at + 2 * i, rows, columns, rowStep, columnStep, f32x4.splat(divisor), out + i);
  }
}

/** Adds the shares of `n` windows, of two columns and stride 2, to `rows` rows. */
function spreadPairs(at: usize, rows: i32, rowStep: i32, divisor: f32, n: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>n << 2; i += 16) {
    const share = f32x4.div(v128.load(out + i), f32x4.splat(divisor));
    const low = i32x4.shuffle(share, share, 0, 0, 1, 1);
    const high = i32x4.shuffle(share, share, 2, 2, 3, 3);
    let cell = at + 2 * i;
    for (let row = 0; row < rows; row++) {
      v128.store(cell, f32x4.add(v128.load(cell), low));
      v128.store(cell, f32x4.add(v128.load(cell, 16), high), 16);
      cell += <usize>rowStep << 2;
    }
  }
}

/** One row of windows; y is the row of their first cells. */
@inline
function averageRow(adjoint: bool, args: usize, plane: usize, y: i32, out: usize): void {
  const stride = arg(args, Slot.STRIDE_WIDTH);
  const outWidth = arg(args, Slot.OUT_WIDTH);
  const width = arg(args, Slot.WIDTH);
  const stepY = arg(args, Slot.DILATION_HEIGHT);
  const stepX = arg(args, Slot.DILATION_WIDTH);
  const left = arg(args, Slot.LEFT);
  const columns = arg(args, Slot.KERNEL_WIDTH);
  const counted = rowsCounted(args, y);
  const skipped = firstReaching(y, stepY, 0, i32.MAX_VALUE);
  const rows = firstReaching(y, stepY, arg(args, Slot.HEIGHT), arg(args, Slot.KERNEL_HEIGHT)) - skipped;
  const from = wideFrom(args);
  let wide = max(wideTo(args) - from, 0) & -4;
  if (adjoint && !(stride == 2 && columns == 2 && stepX == 1)) wide = 0;
  for (let i = 0; i < outWidth; i++) {
    if (i == from && wide > 0) {
      const place = (y + skipped * stepY) * width + i * stride - left;
      const at = plane + (<usize>place << 2);
      const to = out + (<usize>i << 2);
      const divisor = divisorOf(args, counted, columns);
      const rowStep = stepY * width;
      if (adjoint) spreadPairs(at, rows, rowStep, divisor, wide, to);
      else if (stride == 1) sumRow1(at, rows, columns, rowStep, stepX, divisor, wide, to);
      else sumRow2(at, rows, columns, rowStep, stepX, divisor, wide, to);
      i += wide;
      if (i >= outWidth) break;
    }
    const to = out + (<usize>i << 2);
    if (adjoint) spreadCell(args, plane, y, i * stride - left, counted, to);
    else sumCell(args, plane, y, i * stride - left, counted, to);
  }
}

function sumRow(args: usize, plane: usize, y: i32, out: usize): void { averageRow(false, args, plane, y, out); }
function spreadRow(args: usize, plane: usize, y: i32, out: usize): void { averageRow(true, args, plane, y, out); }

/** The planes of a chunk; `image` and `windows` are the planes' first bytes on the input's and the output's side. */
@inline
function averagePlanes(adjoint: bool, args: usize, begin: i32, end: i32): void {
  const perChunk = arg(args, 4);
  const stop = min(end * perChunk, arg(args, 3));
  const outHeight = arg(args, Slot.OUT_HEIGHT);
  const outWidth = arg(args, Slot.OUT_WIDTH);
  const width = arg(args, Slot.WIDTH);
  const size = <usize>(arg(args, Slot.HEIGHT) * width) << 2;
  const halves = areHalves(args);
  const divisor = divisorOf(args, 2, 2);
  const covered = halves && 2 * outHeight == arg(args, Slot.HEIGHT) && 2 * outWidth == width;
  for (let p = begin * perChunk; p < stop; p++) {
    const plane = <usize>arg(args, adjoint ? 1 : 0) + <usize>p * size;
    if (adjoint && !covered) memory.fill(plane, 0, size);
    for (let row = 0; row < outHeight; row++) {
      const out = <usize>arg(args, adjoint ? 0 : 1) + (<usize>((p * outHeight + row) * outWidth) << 2);
      const y = row * arg(args, Slot.STRIDE_HEIGHT) - arg(args, Slot.TOP);
      const cells = plane + (<usize>(y * width) << 2);
      if (halves) {
        if (adjoint) spreadHalves(cells, width, divisor, out, outWidth);
        else averageHalves(cells, width, divisor, out, outWidth);
      } else if (adjoint) spreadRow(args, plane, y, out);
      else sumRow(args, plane, y, out);
    }
  }
}

export function avgPool(args: usize, begin: i32, end: i32): void {
  averagePlanes(false, args, begin, end);
}

/** From the output's side (slot 0) to the input's (slot 1). */
export function avgPoolInput(args: usize, begin: i32, end: i32): void {
  averagePlanes(true, args, begin, end);
}
