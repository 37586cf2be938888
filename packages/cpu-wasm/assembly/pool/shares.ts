/**
 * The adjoint of averages: a cell gets the sum of the shares of the windows that it lies in. For windows of a few
 * cells the shares of a row of cells are summed down the columns, into a row in which windows lie as far apart as
 * they are, and then along it; for others first along the row and then down the column, in float64.
 */
import { ceilDiv } from "../common/host";
import { firstLanes, storeSome } from "../common/lanes";
import { thread } from "../common/tile-room";
import { Window, WindowAxis } from "../common/window";
import { sumRow } from "../reduce/rows";
import { spreadHalves } from "./halves";
import {
  areHalves,
  countAlong,
  divisorOf,
  divisorsOf,
  PoolArguments,
  reachOf,
  sumsFirst,
  vectorsOf,
  writeCounts,
} from "./window";

/** Bytes of a row of windows' shares: whole vectors. */
@inline
function shareBytes(w: Window): i32 {
  return ((w.x.output + 3) & -4) << 2;
}

/** Bytes of a room: the shares of a row of windows, and [row of windows][column of cells] of float64 sums. */
export function sharesRoom(w: Window): f64 {
  return <f64>shareBytes(w) + 8 * <f64>w.y.output * w.x.input;
}

/** The first window that reaches cell `at` of an axis, and the first beyond the last that begins before it. */
@inline
function firstOver(axis: WindowAxis, at: i32): i32 {
  const before = at + axis.before - (axis.kernel - 1) * axis.dilation;
  return before <= 0 ? 0 : ceilDiv(before, axis.stride);
}

@inline
function endOver(axis: WindowAxis, at: i32): i32 {
  return min(axis.output, (at + axis.before) / axis.stride + 1);
}

/** Whether window `o`, of those, has the cell. */
@inline
function isOver(axis: WindowAxis, at: i32, o: i32): bool {
  return axis.dilation == 1 || (at + axis.before - o * axis.stride) % axis.dilation == 0;
}

/** For each cell of a row, the sum of the shares of the windows it lies in. */
function sumAlongRow(axis: WindowAxis, shares: usize, sums: usize): void {
  for (let x = 0; x < axis.input; x++) {
    const first = firstOver(axis, x);
    const end = endOver(axis, x);
    let sum: f64 = 0;
    if (axis.dilation == 1 && end > first) sum = sumRow(shares + ((<usize>first) << 2), end - first);
    else {
      for (let o = first; o < end; o++) {
        if (isOver(axis, x, o)) sum += <f64>load<f32>(shares + ((<usize>o) << 2));
      }
    }
    store<f64>(sums + ((<usize>x) << 3), sum);
  }
}

/** From the windows of a plane, at `windows`, to its cells. */
function gatherShares(args: PoolArguments, windows: usize, plane: usize, room: usize): void {
  const w = args.window;
  const width = w.x.input;
  const pitch = (<usize>width) << 3;
  const sums = room + shareBytes(w);
  for (let oy = 0; oy < w.y.output; oy++) {
    const counted = countAlong(args, w.y, oy * w.y.stride - w.y.before);
    for (let ox = 0; ox < w.x.output; ox++, windows += 4) {
      const divisor = divisorOf(args, counted, countAlong(args, w.x, ox * w.x.stride - w.x.before));
      store<f32>(room + ((<usize>ox) << 2), load<f32>(windows) / divisor);
    }
    sumAlongRow(w.x, room, sums + pitch * oy);
  }
  for (let y = 0; y < w.y.input; y++) {
    const first = firstOver(w.y, y);
    const end = endOver(w.y, y);
    for (let x = 0; x < width; x++, plane += 4) {
      const column = sums + ((<usize>x) << 3);
      let sum: f64 = 0;
      for (let o = first; o < end; o++) if (isOver(w.y, y, o)) sum += load<f64>(column + pitch * o);
      store<f32>(plane, <f32>sum);
    }
  }
}

/** Floats of the row in which windows lie apart: as many zeros as a window reaches, then windows and zeros. */
function apartFloats(x: WindowAxis): f64 {
  const windows = <f64>(vectorsOf(x) - 1) * x.stride + 1;
  return ceil((reachOf(x) + max(windows, <f64>x.before + x.input) + 4) / 4) * 4;
}

/** Floats of a room: the windows' counts, sums of their shares, and these apart. */
export function apartRoom(w: Window): f64 {
  return 2 * <f64>vectorsOf(w.x) + apartFloats(w.x);
}

/** The sums of the shares of the windows over row y of the cells. */
function sumShares(args: PoolArguments, windows: usize, y: i32, counts: usize, sums: usize): void {
  const w = args.window;
  const outWidth = w.x.output;
  memory.fill(sums, 0, (<usize>vectorsOf(w.x)) << 2);
  const end = endOver(w.y, y);
  for (let o = firstOver(w.y, y); o < end; o++) {
    if (!isOver(w.y, y, o)) continue;
    const counted = countAlong(args, w.y, o * w.y.stride - w.y.before);
    let from = windows + ((<usize>(o * outWidth)) << 2);
    for (let left = outWidth, at: usize = 0; left > 0; left -= 4, at += 16, from += 16) {
      let share = f32x4.div(v128.load(from), divisorsOf(args, counted, counts + at));
      if (left < 4) share = v128.and(share, firstLanes(left));
      v128.store(sums + at, f32x4.add(v128.load(sums + at), share));
    }
  }
}

/** A row of cells from `apart`, which begins where the last tap of the window at 0 lies. */
function addTaps(x: WindowAxis, apart: usize, row: usize): void {
  const taps = x.kernel;
  const step = (<usize>x.dilation) << 2;
  let from = apart + ((<usize>x.before) << 2);
  for (let left = x.input; left > 0; left -= 4, from += 16, row += 16) {
    let sum = v128.load(from);
    for (let tap = 1, at = from + step; tap < taps; tap++, at += step) sum = f32x4.add(sum, v128.load(at));
    storeSome(row, sum, left);
  }
}

/** From the windows of a plane, at `windows`, to its cells. */
function spreadShares(args: PoolArguments, windows: usize, plane: usize, room: usize): void {
  const w = args.window;
  const vectors = (<usize>vectorsOf(w.x)) << 2;
  const apart = room + 2 * vectors;
  const first = apart + ((<usize>((w.x.kernel - 1) * w.x.dilation)) << 2);
  const adjacent = w.x.stride == 1;
  const sums = adjacent ? first : room + vectors;
  const step = (<usize>w.x.stride) << 2;
  for (let y = 0; y < w.y.input; y++, plane += (<usize>w.x.input) << 2) {
    sumShares(args, windows, y, room, sums);
    if (!adjacent) {
      for (let i: usize = 0, to = first; i < vectors; i += 4, to += step) store<f32>(to, load<f32>(sums + i));
    }
    addTaps(w.x, apart, plane);
  }
}

/** From the output's side (X) to the input's (OUT). */
export function avgPoolInput(args: PoolArguments, begin: i32, end: i32): void {
  const w = args.window;
  const perChunk = args.perChunk;
  const stop = min(end * perChunk, w.batch * w.inChannels);
  const outHeight = w.y.output;
  const outWidth = w.x.output;
  const width = w.x.input;
  const size = (<usize>(w.y.input * width)) << 2;
  const halves = areHalves(w);
  const divisor = divisorOf(args, 2, 2);
  const covered = 2 * outHeight == w.y.input && 2 * outWidth == width;
  const room = args.rooms + args.roomBytes * thread;
  const first = sumsFirst(w);
  if (!halves && first) {
    memory.fill(room, 0, args.roomBytes);
    writeCounts(args, room);
  }
  for (let p = begin * perChunk; p < stop; p++) {
    const plane = args.out + <usize>p * size;
    const windows = args.x + ((<usize>(p * outHeight * outWidth)) << 2);
    if (!halves) {
      if (first) spreadShares(args, windows, plane, room);
      else gatherShares(args, windows, plane, room);
      continue;
    }
    if (!covered) memory.fill(plane, 0, size);
    for (let row = 0; row < outHeight; row++) {
      const cells = plane + ((<usize>(2 * row * width)) << 2);
      spreadHalves(cells, width, divisor, windows + ((<usize>(row * outWidth)) << 2), outWidth);
    }
  }
}
