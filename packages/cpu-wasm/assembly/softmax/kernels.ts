/**
 * softmax and logSoftmax over the middle axis of [outer, length, inner], with the maximum subtracted first.
 * Sums are in float64. A chunk is a few outers.
 */
import { firstLanes, maximum, storeSome } from "../common/lanes";
import { expNegative, log } from "../common/math";
import { Fold } from "../reduce/operations";
import { reduceRow } from "../reduce/rows";

@inline
function promoteHigh(v: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1));
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
  const shift = logarithm ? log(sum) : sum;
  for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
    const value = logarithm
      ? f32x4.sub(f32x4.sub(v128.load(x + at), most), shift)
      : f32x4.div(v128.load(out + at), shift);
    storeSome(out + at, value, left);
  }
}

/** Up to four columns, rows `stride` bytes apart. */
function softmaxColumns(logarithm: bool, x: usize, out: usize, length: i32, stride: usize, left: i32): void {
  let most = v128.load(x);
  for (let i = 1, at = stride; i < length; i++, at += stride) most = maximum(most, v128.load(x + at));
  let low = f64x2.splat(0);
  let high = low;
  for (let i = 0, at: usize = 0; i < length; i++, at += stride) {
    const e = expNegative(f32x4.sub(v128.load(x + at), most));
    if (!logarithm) storeSome(out + at, e, left);
    low = f64x2.add(low, f64x2.promote_low_f32x4(e));
    high = f64x2.add(high, promoteHigh(e));
  }
  const sum = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
  const shift = logarithm ? log(sum) : sum;
  for (let i = 0, at: usize = 0; i < length; i++, at += stride) {
    const value = logarithm
      ? f32x4.sub(f32x4.sub(v128.load(x + at), most), shift)
      : f32x4.div(v128.load(out + at), shift);
    storeSome(out + at, value, left);
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
  perChunk: i32;
  isLog: bool;
}

/** Over the middle axis. */
export function softmax(args: SoftmaxArguments, begin: i32, end: i32): void {
  const length = args.length;
  const inner = args.inner;
  const perChunk = args.perChunk;
  const logarithm = args.isLog;
  const stop = min(end * perChunk, args.outer);
  for (let outer = begin * perChunk; outer < stop; outer++) {
    const offset = (<usize>(outer * length * inner)) << 2;
    const x = args.x + offset;
    const out = args.out + offset;
    if (inner == 1) {
      softmaxRow(logarithm, x, out, length);
      continue;
    }
    for (let i = 0; i < inner; i += 4) {
      const at = (<usize>i) << 2;
      softmaxColumns(logarithm, x + at, out + at, length, (<usize>inner) << 2, inner - i);
    }
  }
}
