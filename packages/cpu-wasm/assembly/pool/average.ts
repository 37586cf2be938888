/**
 * The average of each window: its columns are summed first, for all windows of a row at once, into a row that is
 * padded with zeros, and then its row of them. Large windows are summed one by one, in float64, with their cells
 * clipped to the input.
 */
import { loadStrided, storeSome } from "../common/lanes";
import { thread } from "../common/tile-room";
import { Window } from "../common/window";
import { sumRow } from "../reduce/rows";
import { averageHalves } from "./halves";
import {
  areHalves,
  countAlong,
  divisorOf,
  divisorsOf,
  firstReaching,
  PoolArguments,
  rowFloats,
  stopOf,
  vectorsOf,
  writeCounts,
} from "./window";

/** Columns from which the vectors of `sumRow` pay. */
const LONG_ROW = 8;

/** The average of one window. */
function averageCell(args: PoolArguments, plane: usize, y: i32, x: i32, counted: i32, out: usize): void {
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
    store<f32>(out, 0); // the divisor may be 0
    return;
  }
  let sum: f64 = 0;
  const long = stepX == 1 && stopX - startX >= LONG_ROW;
  for (; <u32>y < <u32>stopY; y += stepY) {
    const row = plane + ((<usize>(y * width)) << 2);
    if (long) {
      sum += sumRow(row + ((<usize>startX) << 2), stopX - startX);
      continue;
    }
    for (let at = startX; <u32>at < <u32>stopX; at += stepX) sum += <f64>load<f32>(row + ((<usize>at) << 2));
  }
  store<f32>(out, <f32>(sum / <f64>divisor));
}

/** Floats of a thread's room, where columns are summed first: counts, and a row. */
export function sumsFloats(w: Window): f64 {
  return vectorsOf(w.x) + rowFloats(w.x);
}

/** The sums of `rows` rows, `rowBytes` apart, of `width` cells. */
function sumColumns(from: usize, rowBytes: usize, rows: i32, width: i32, out: usize): void {
  for (let left = width; left > 0; left -= 4, from += 16, out += 16) {
    let sum = f32x4.splat(0);
    for (let row = 0, at = from; row < rows; row++, at += rowBytes) sum = f32x4.add(sum, v128.load(at));
    storeSome(out, sum, left);
  }
}

/** The averages of a row of windows, from sums of their columns. */
function averageSums(args: PoolArguments, sums: usize, counted: i32, counts: usize, out: usize): void {
  const w = args.window;
  const stride = w.x.stride;
  const columns = w.x.kernel;
  const step = (<usize>w.x.dilation) << 2;
  for (let left = w.x.output; left > 0; left -= 4, out += 16, counts += 16) {
    let sum = f32x4.splat(0);
    for (let column = 0, at = sums; column < columns; column++, at += step)
      sum = f32x4.add(sum, loadStrided(at, stride));
    storeSome(out, f32x4.div(sum, divisorsOf(args, counted, counts)), left);
    sums += (<usize>stride) << 4;
  }
}

/** One row of windows, the first of whose cells are in row y; `room`: of this thread, or 0. */
function averageRow(args: PoolArguments, plane: usize, y: i32, out: usize, room: usize): void {
  const w = args.window;
  const stride = w.x.stride;
  const width = w.x.input;
  const counted = countAlong(args, w.y, y);
  if (room == 0) {
    for (let i = 0; i < w.x.output; i++, out += 4)
      averageCell(args, plane, y, i * stride - w.x.before, counted, out);
    return;
  }
  const skipped = firstReaching(y, w.y.dilation, 0, w.y.kernel);
  const rows = firstReaching(y, w.y.dilation, w.y.input, w.y.kernel) - skipped;
  const rowBytes = (<usize>(w.y.dilation * width)) << 2;
  const sums = room + ((<usize>vectorsOf(w.x)) << 2);
  const from = plane + ((<usize>((y + skipped * w.y.dilation) * width)) << 2);
  sumColumns(from, rowBytes, rows, width, sums + ((<usize>w.x.before) << 2));
  averageSums(args, sums, counted, room, out);
}

export function avgPool(args: PoolArguments, begin: i32, end: i32): void {
  const w = args.window;
  const perChunk = args.perChunk;
  const stop = min(end * perChunk, w.batch * w.inChannels);
  const outHeight = w.y.output;
  const outWidth = w.x.output;
  const width = w.x.input;
  const size = (<usize>(w.y.input * width)) << 2;
  const halves = areHalves(w);
  const divisor = divisorOf(args, 2, 2);
  const room = args.roomBytes ? args.rooms + args.roomBytes * thread : 0;
  if (room) {
    memory.fill(room, 0, args.roomBytes);
    writeCounts(args, room);
  }
  for (let p = begin * perChunk; p < stop; p++) {
    const plane = args.x + <usize>p * size;
    for (let row = 0; row < outHeight; row++) {
      const out = args.out + ((<usize>((p * outHeight + row) * outWidth)) << 2);
      const y = row * w.y.stride - w.y.before;
      if (halves) averageHalves(plane + ((<usize>(y * width)) << 2), width, divisor, out, outWidth);
      else averageRow(args, plane, y, out, room);
    }
  }
}
