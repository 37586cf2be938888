/**
 * The maximum of each window, and where it is: the first, or the last NaN. Windows that lie in the input from
 * left to right are done four at a time when the stride is 1 or 2, the others one by one with their cells
 * clipped to the input.
 */
import { beats, maxHalves } from "./halves";
import { Window } from "../common/window";
import { areHalves, firstReaching, loadStrided, PoolArguments, stopOf, wideFrom, wideTo } from "./window";

/**
 * The maximum of one window, and its place: −∞ at −1 where it meets no cell. `plane` is the input's, (y, x)
 * the window's first cell.
 */
function maxCell(w: Window, plane: usize, y: i32, x: i32, value: usize, index: usize): void {
  const stepY = w.y.dilation;
  const stepX = w.x.dilation;
  const width = w.x.input;
  const stopY = stopOf(y, w.y);
  const stopX = stopOf(x, w.x);
  const startX = x + firstReaching(x, stepX, 0, i32.MAX_VALUE) * stepX;
  y += firstReaching(y, stepY, 0, i32.MAX_VALUE) * stepY;
  let best: f32 = -Infinity;
  let found = -1;
  for (; <u32>y < <u32>stopY; y += stepY) {
    for (let at = y * width + startX; <u32>at < <u32>(y * width + stopX); at += stepX) {
      const v = load<f32>(plane + ((<usize>at) << 2));
      if (found < 0 || v > best || v != v) {
        best = v;
        found = at;
      }
    }
  }
  store<f32>(value, best);
  store<i32>(index, found);
}

/**
 * The maxima of four windows whose first cells are `stride` apart, from `at`, element `place` of the plane.
 */
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
      const v = loadStrided(at + ((<usize>offset) << 2), stride);
      const better = beats(v, best);
      best = v128.bitselect(v, best, better);
      found = v128.bitselect(i32x4.splat(place + offset), found, better);
    }
  }
  v128.store(value, best);
  v128.store(index, i32x4.add(found, stride == 1 ? apart : i32x4.shl(apart, 1)));
}

function maxRow1(
  at: usize,
  place: i32,
  rows: i32,
  columns: i32,
  rowStep: i32,
  columnStep: i32,
  n: i32,
  value: usize,
  index: usize,
): void {
  for (let i = 0; i < n; i += 4) {
    const out = (<usize>i) << 2;
    maxFour(at + out, place + i, 1, rows, columns, rowStep, columnStep, value + out, index + out);
  }
}

function maxRow2(
  at: usize,
  place: i32,
  rows: i32,
  columns: i32,
  rowStep: i32,
  columnStep: i32,
  n: i32,
  value: usize,
  index: usize,
): void {
  for (let i = 0; i < n; i += 4) {
    const out = (<usize>i) << 2;
    maxFour(at + 2 * out, place + 2 * i, 2, rows, columns, rowStep, columnStep, value + out, index + out);
  }
}

/** One row of windows; y is the row of their first cells. */
function maxRow(w: Window, plane: usize, y: i32, value: usize, index: usize): void {
  const stride = w.x.stride;
  const outWidth = w.x.output;
  const width = w.x.input;
  const stepY = w.y.dilation;
  const left = w.x.before;
  const skipped = firstReaching(y, stepY, 0, i32.MAX_VALUE);
  const rows = firstReaching(y, stepY, w.y.input, w.y.kernel) - skipped;
  const from = wideFrom(w.x);
  const wide = rows <= 0 ? 0 : max(wideTo(w.x) - from, 0) & -4;
  for (let i = 0; i < outWidth; i++) {
    if (i == from && wide > 0) {
      const place = (y + skipped * stepY) * width + i * stride - left;
      const at = plane + ((<usize>place) << 2);
      const out = (<usize>i) << 2;
      const columns = w.x.kernel;
      const stepX = w.x.dilation;
      if (stride == 1)
        maxRow1(at, place, rows, columns, stepY * width, stepX, wide, value + out, index + out);
      else maxRow2(at, place, rows, columns, stepY * width, stepX, wide, value + out, index + out);
      i += wide;
      if (i >= outWidth) break;
    }
    maxCell(w, plane, y, i * stride - left, value + ((<usize>i) << 2), index + ((<usize>i) << 2));
  }
}

/** Both values and indices. */
export function maxPool(args: PoolArguments, begin: i32, end: i32): void {
  const w = args.window;
  const perChunk = args.perChunk;
  const stop = min(end * perChunk, w.batch * w.inChannels);
  const outHeight = w.y.output;
  const outWidth = w.x.output;
  const width = w.x.input;
  const plane = (<usize>(w.y.input * width)) << 2;
  const stride = w.y.stride;
  const top = w.y.before;
  const halves = areHalves(w);
  for (let p = begin * perChunk; p < stop; p++) {
    const from = args.x + <usize>p * plane;
    for (let row = 0; row < outHeight; row++) {
      const out = (<usize>((p * outHeight + row) * outWidth)) << 2;
      const y = row * stride - top;
      const value = args.out + out;
      const index = args.indices + out;
      if (halves) maxHalves(from + ((<usize>(y * width)) << 2), width, y * width, value, index, outWidth);
      else maxRow(w, from, y, value, index);
    }
  }
}
