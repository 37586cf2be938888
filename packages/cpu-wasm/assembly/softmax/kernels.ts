/**
 * softmax and logSoftmax over the middle axis of [outer, length, inner], with the maximum subtracted first.
 * Sums are in float64.
 */
import { firstLanes, maximum, storeSome } from "../common/lanes";
import { expNegative, log } from "../common/math";
import { thread } from "../common/tile-room";
import { Fold } from "../reduce/operations";
import { reduceRow } from "../reduce/rows";

@inline
function promoteHigh(v: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1));
}

/** What is taken from exponents, or what powers are divided by. */
function shiftOf(logarithm: bool, sum: v128): v128 {
  return logarithm ? log(sum) : sum;
}

/** One contiguous row. */
function softmaxRow(logarithm: bool, x: usize, out: usize, n: i32): void {
  const most = f32x4.splat(<f32>reduceRow(Fold.MAX, x, n));
  let low = f64x2.splat(0);
  let high = low;
  for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
    let e = expNegative(f32x4.sub(v128.load(x + at), most));
    if (left < 4) e = v128.and(e, firstLanes(left));
    if (!logarithm) storeSome(out + at, e, left);
    low = f64x2.add(low, f64x2.promote_low_f32x4(e));
    high = f64x2.add(high, promoteHigh(e));
  }
  low = f64x2.add(low, high);
  const sum = f32x4.splat(<f32>(f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1)));
  const shift = shiftOf(logarithm, sum);
  for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
    const value = logarithm
      ? f32x4.sub(f32x4.sub(v128.load(x + at), most), shift)
      : f32x4.div(v128.load(out + at), shift);
    storeSome(out + at, value, left);
  }
}

/**
 * Some columns, rows `stride` bytes apart: row after row for all of them, so that rows are read in one piece. The
 * columns' maxima and then their sums lie in `room`, with two float64 sums' vectors for each four columns behind.
 */
function softmaxColumns(
  logarithm: bool,
  x: usize,
  out: usize,
  length: i32,
  stride: usize,
  columns: i32,
  room: usize,
): void {
  const vectors = (<usize>columns + 3) & -4;
  const sums = room + (vectors << 2);
  memory.fill(sums, 0, vectors << 3);
  for (let left = columns, at: usize = 0; left > 0; left -= 4, at += 16)
    v128.store(room + at, v128.load(x + at));
  for (let i = 1, row = x + stride; i < length; i++, row += stride) {
    for (let left = columns, at: usize = 0; left > 0; left -= 4, at += 16)
      v128.store(room + at, maximum(v128.load(room + at), v128.load(row + at)));
  }
  let row: usize = 0;
  for (let i = 0; i < length; i++, row += stride) {
    for (let left = columns, at: usize = 0; left > 0; left -= 4, at += 16) {
      const e = expNegative(f32x4.sub(v128.load(x + row + at), v128.load(room + at)));
      if (!logarithm) storeSome(out + row + at, e, left);
      const sum = sums + 2 * at;
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(e)));
      v128.store(sum, f64x2.add(v128.load(sum, 16), promoteHigh(e)), 16);
    }
  }
  for (let left = columns, at: usize = 0; left > 0; left -= 4, at += 16) {
    const low = f32x4.demote_f64x2_zero(v128.load(sums + 2 * at)),
      high = f32x4.demote_f64x2_zero(v128.load(sums + 2 * at, 16));
    const sum = i64x2.shuffle(low, high, 0, 2);
    v128.store(sums + at, shiftOf(logarithm, sum));
  }
  row = 0;
  for (let i = 0; i < length; i++, row += stride) {
    for (let left = columns, at: usize = 0; left > 0; left -= 4, at += 16) {
      const shift = v128.load(sums + at);
      const value = logarithm
        ? f32x4.sub(f32x4.sub(v128.load(x + row + at), v128.load(room + at)), shift)
        : f32x4.div(v128.load(out + row + at), shift);
      storeSome(out + row + at, value, left);
    }
  }
}

/** The argument block of `softmax`; `isLog` for the logarithm. */
@unmanaged
export class SoftmaxArguments {
  x: usize;
  out: usize;
  outer: i32;
  length: i32;
  inner: i32;
  /** Columns that are done together, and how often they are as many as `inner`. */
  columns: i32;
  blocks: i32;
  perChunk: i32;
  isLog: bool;
  /** Each thread's, for columns. */
  rooms: usize;
  roomBytes: usize;
}

/** Over the middle axis. Chunks: some blocks of columns. */
export function softmax(args: SoftmaxArguments, begin: i32, end: i32): void {
  const length = args.length;
  const inner = args.inner;
  const perChunk = args.perChunk;
  const blocks = args.blocks;
  const logarithm = args.isLog;
  const room = args.rooms + args.roomBytes * thread;
  const stop = min(end * perChunk, args.outer * blocks);
  for (let unit = begin * perChunk; unit < stop; unit++) {
    const outer = unit / blocks;
    const column = (unit - outer * blocks) * args.columns;
    const offset = (<usize>(outer * length * inner + column)) << 2;
    const x = args.x + offset;
    const out = args.out + offset;
    if (inner == 1) softmaxRow(logarithm, x, out, length);
    else {
      const columns = min(args.columns, inner - column);
      softmaxColumns(logarithm, x, out, length, (<usize>inner) << 2, columns, room);
    }
  }
}
