/**
 * Reductions along the innermost axis: each result is the fold of one or more contiguous rows.
 *
 * Float sums add blocks of BLOCK elements in float32, in 32 lanes, and the blocks' sums in float64; where one
 * result is made by several chunks, each leaves its float64 sum in scratch and `sumFinish` adds those in
 * order. That is at least as exact as pairwise summation (Higham 2002, "Accuracy and Stability of Numerical
 * Algorithms", §4.2).
 */
import { behind, item } from "../common/structs";
import { firstLanes, loadLanes, storeSome, sumLanes } from "../common/lanes";
import { fold, foldScalar, identity, FoldAxis, offsetOf, padded } from "./fold";
import { Fold } from "./operations";

/** Elements of a row that are added in float32. */
export const BLOCK: i32 = 1024;

/** The sum of at most BLOCK elements. */
function sumBlock(x: usize, n: i32): f64 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  for (; n >= 32; n -= 32) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
    s4 = f32x4.add(s4, v128.load(x, 64));
    s5 = f32x4.add(s5, v128.load(x, 80));
    s6 = f32x4.add(s6, v128.load(x, 96));
    s7 = f32x4.add(s7, v128.load(x, 112));
    x += 128;
  }
  for (; n >= 4; n -= 4) {
    s0 = f32x4.add(s0, v128.load(x));
    x += 16;
  }
  if (n) s1 = f32x4.add(s1, loadLanes(x, n));
  s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  s4 = f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7));
  return sumLanes(f32x4.add(s0, s4));
}

/** The sum of n floats. */
export function sumRow(x: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (; n > BLOCK; n -= BLOCK) {
    sum += sumBlock(x, BLOCK);
    x += BLOCK << 2;
  }
  return sum + sumBlock(x, n);
}

/** In float64, so that products in between neither overflow nor vanish. */
function prodRow(x: usize, n: i32): f64 {
  let a = f64x2.splat(1);
  let b = a;
  for (; n >= 4; n -= 4) {
    const v = v128.load(x);
    a = f64x2.mul(a, f64x2.promote_low_f32x4(v));
    b = f64x2.mul(b, f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1)));
    x += 16;
  }
  a = f64x2.mul(a, b);
  let product = f64x2.extract_lane(a, 0) * f64x2.extract_lane(a, 1);
  for (; n > 0; n--) {
    product *= <f64>load<f32>(x);
    x += 4;
  }
  return product;
}

@inline
function foldRow(op: i32, x: usize, n: i32): f64 {
  let a = identity(op);
  let b = a;
  for (; n >= 8; n -= 8) {
    a = fold(op, a, v128.load(x));
    b = fold(op, b, v128.load(x, 16));
    x += 32;
  }
  if (n >= 4) {
    a = fold(op, a, v128.load(x));
    x += 16;
    n -= 4;
  }
  if (n > 0) b = fold(op, b, v128.bitselect(v128.load(x), identity(op), firstLanes(n)));
  a = fold(op, a, b);
  a = fold(op, a, i32x4.shuffle(a, a, 2, 3, 2, 3));
  a = fold(op, a, i32x4.shuffle(a, a, 1, 1, 1, 1));
  return op >= Fold.INT_SUM ? <f64>i32x4.extract_lane(a, 0) : <f64>f32x4.extract_lane(a, 0);
}

/** The row of each operation, in the order of `Fold`; a table, so that each is compiled for itself. */
const ROWS: StaticArray<(x: usize, n: i32) => f64> = [
  sumRow,
  prodRow,
  (x, n) => foldRow(Fold.MAX, x, n),
  (x, n) => foldRow(Fold.MIN, x, n),
  (x, n) => foldRow(Fold.INT_SUM, x, n),
  (x, n) => foldRow(Fold.INT_PROD, x, n),
  (x, n) => foldRow(Fold.INT_MAX, x, n),
  (x, n) => foldRow(Fold.INT_MIN, x, n),
];

export function reduceRow(op: i32, x: usize, n: i32): f64 {
  return unchecked(ROWS[op])(x, n);
}

@inline
function storeResult(op: i32, out: usize, value: f64): void {
  if (op >= Fold.INT_SUM) store<i32>(out, <i32>value);
  else store<f32>(out, <f32>value);
}

/** The argument block of `reduceRows`; the axes lie behind. */
@unmanaged
export class RowsArguments {
  op: i32;
  x: usize;
  out: usize;
  /** Float64 sums of parts. */
  partials: usize;
  /** Of a row. */
  length: i32;
  outputs: i32;
  /** Parts of a result. */
  parts: i32;
  /** Rows of a result, and how many of them (of the elements, when there is but one) a part has. */
  combos: i32;
  partLength: i32;
  /** Units of a chunk. */
  perChunk: i32;
  keptAxes: i32;
  reducedAxes: i32;
}

/** Unit `output · parts + part` folds a part of a result. */
export function reduceRows(args: RowsArguments, begin: i32, end: i32): void {
  const op = args.op;
  const parts = args.parts;
  const perChunk = args.perChunk;
  const stop = min(end * perChunk, args.outputs * parts);
  for (let unit = begin * perChunk; unit < stop; unit++) reduceUnit(args, op, unit / parts, unit % parts);
}

function reduceUnit(args: RowsArguments, op: i32, output: i32, part: i32): void {
  const n = args.length;
  const combos = args.combos;
  const partLength = args.partLength;
  const keptAxes = args.keptAxes;
  const x = args.x + offsetOf(behind(args), keptAxes, output);
  const from = part * partLength;
  let value: f64;
  if (combos == 1) {
    value = reduceRow(op, x + ((<usize>from) << 2), min(partLength, n - from));
  } else {
    const outer = changetype<usize>(item<FoldAxis>(behind(args), keptAxes));
    const axes = args.reducedAxes;
    const to = min(from + partLength, combos);
    value = reduceRow(op, x + offsetOf(outer, axes, from), n);
    for (let i = from + 1; i < to; i++) {
      value = foldScalar(op, value, reduceRow(op, x + offsetOf(outer, axes, i), n));
    }
  }
  if (args.parts == 1) storeResult(op, args.out + ((<usize>output) << 2), value);
  else store<f64>(args.partials + ((<usize>(part * padded(args.outputs) + output)) << 3), value);
}

/** One row into one result. */
export function reduceOne(op: i32, x: usize, n: i32, out: usize): void {
  storeResult(op, out, reduceRow(op, x, n));
}

/**
 * Float64 sums of a part: `kept` rows of `m`, each as long as whole vectors. `out` gets their sums over the
 * parts, in order.
 */
export function sumFinish(partials: usize, parts: i32, out: usize, kept: i32, m: i32): void {
  const row = (<usize>padded(m)) << 3;
  for (let i = 0; i < kept; i++) {
    for (let column = 0; column < m; column += 4) {
      let at = partials + <usize>i * row + ((<usize>column) << 3);
      let low = v128.load(at);
      let high = v128.load(at, 16);
      for (let part = 1; part < parts; part++) {
        at += <usize>kept * row;
        low = f64x2.add(low, v128.load(at));
        high = f64x2.add(high, v128.load(at, 16));
      }
      const sums = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
      storeSome(out + ((<usize>(i * m + column)) << 2), sums, m - column);
    }
  }
}
