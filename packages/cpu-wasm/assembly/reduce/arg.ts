/**
 * argmax and argmin along the middle axis of [outer, length, inner]: the first extreme element, or the first
 * NaN.
 */
import { storeSome } from "../common/lanes";
import { Fold } from "./operations";
import { reduceRow } from "./rows";

/** The position of the first element equal to `value`, or of the first NaN when it is NaN. There is one. */
@inline
function findRow(int: bool, x: usize, value: f64): i32 {
  const wanted = int ? i32x4.splat(<i32>value) : f32x4.splat(<f32>value);
  const nan = value != value;
  let at = 0;
  while (true) {
    const v = v128.load(x + ((<usize>at) << 2)); // what lies behind the row comes after the match
    const match = int ? i32x4.eq(v, wanted) : nan ? f32x4.ne(v, v) : f32x4.eq(v, wanted);
    if (v128.any_true(match)) return at + ctz(i32x4.bitmask(match));
    at += 4;
  }
}

const FIND_ROW: StaticArray<(x: usize, value: f64) => i32> = [
  (x, value) => findRow(false, x, value),
  (x, value) => findRow(true, x, value),
];

/** Positions in up to four columns, rows `stride` bytes apart. */
@inline
function findColumns(op: i32, x: usize, length: i32, stride: usize): v128 {
  let best = v128.load(x);
  let found = i32x4.splat(0);
  for (let row = 1; row < length; row++) {
    x += stride;
    const v = v128.load(x);
    let better: v128;
    if (op == Fold.INT_MAX) better = i32x4.gt_s(v, best);
    else if (op == Fold.INT_MIN) better = i32x4.lt_s(v, best);
    else {
      better = op == Fold.MAX ? f32x4.gt(v, best) : f32x4.lt(v, best);
      better = v128.or(better, v128.and(f32x4.ne(v, v), f32x4.eq(best, best)));
    }
    best = v128.bitselect(v, best, better);
    found = v128.bitselect(i32x4.splat(row), found, better);
  }
  return found;
}

/** For max, min, int max, int min. */
const FIND_COLUMNS: StaticArray<(x: usize, length: i32, stride: usize) => v128> = [
  (x, length, stride) => findColumns(Fold.MAX, x, length, stride),
  (x, length, stride) => findColumns(Fold.MIN, x, length, stride),
  (x, length, stride) => findColumns(Fold.INT_MAX, x, length, stride),
  (x, length, stride) => findColumns(Fold.INT_MIN, x, length, stride),
];

/** The argument block of `argReduce`; OP is that of the fold. */
@unmanaged
export class ArgArguments {
  op: i32;
  x: usize;
  out: usize;
  outer: i32;
  length: i32;
  inner: i32;
  perChunk: i32;
}

export function argReduce(args: ArgArguments, begin: i32, end: i32): void {
  const op = args.op;
  const length = args.length;
  const inner = args.inner;
  const perChunk = args.perChunk;
  const int = op >= Fold.INT_SUM;
  const findColumns = unchecked(FIND_COLUMNS[(op & 1) | (int ? 2 : 0)]);
  const stop = min(end * perChunk, args.outer);
  for (let outer = begin * perChunk; outer < stop; outer++) {
    const x = args.x + ((<usize>(outer * length * inner)) << 2);
    const out = args.out + ((<usize>(outer * inner)) << 2);
    if (inner == 1) {
      const value = reduceRow(op, x, length);
      store<i32>(out, unchecked(FIND_ROW[<i32>int])(x, value));
      continue;
    }
    for (let i = 0; i < inner; i += 4) {
      const at = (<usize>i) << 2;
      storeSome(out + at, findColumns(x + at, length, (<usize>inner) << 2), inner - i);
    }
  }
}
