/**
 * Reductions that keep the innermost axis: whole rows are folded into a row of results.
 *
 * Float sums add BLOCK_ROWS rows in float32, and those sums in float64 in scratch (`sumFinish` of
 * rows.ts rounds them), unless there are no more rows than that.
 */
import { behind, item } from "../common/structs";
import { storeSome } from "../common/lanes";
import { fold, identity, FoldAxis, offsetOf, padded } from "./fold";
import { Fold } from "./operations";

/** Rows that are folded at once, and whose columns are added in float32. */
export const BLOCK_ROWS: i32 = 32;
/** Columns per chunk. */
export const TILE: i32 = 256;

/** Where column sums go: float32 results, or float64 sums that are begun or continued. */
const enum Emit {
  RESULT,
  BEGIN,
  CONTINUE,
}

/** Column `column` of `out` and the three beyond it, of which `left` exist. */
@inline
function emit(mode: i32, out: usize, column: i32, v: v128, left: i32): void {
  if (mode == Emit.RESULT) {
    storeSome(out + ((<usize>column) << 2), v, left);
    return;
  }
  // Rows of sums are `padded`, so that whole vectors may be written.
  const to = out + ((<usize>column) << 3);
  let low = f64x2.promote_low_f32x4(v);
  let high = f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1));
  if (mode == Emit.CONTINUE) {
    low = f64x2.add(low, v128.load(to));
    high = f64x2.add(high, v128.load(to, 16));
  }
  v128.store(to, low);
  v128.store(to, high, 16);
}

function emitSum(mode: i32, out: usize, column: i32, v: v128, left: i32): void {
  emit(mode, out, column, v, left);
}

/** Sums of 32 columns over `rows` rows `stride` bytes apart. */
function sumColumns32(x: usize, rows: i32, stride: usize, mode: i32, out: usize, column: i32): void {
  let s0 = v128.load(x);
  let s1 = v128.load(x, 16);
  let s2 = v128.load(x, 32);
  let s3 = v128.load(x, 48);
  let s4 = v128.load(x, 64);
  let s5 = v128.load(x, 80);
  let s6 = v128.load(x, 96);
  let s7 = v128.load(x, 112);
  while (--rows > 0) {
    x += stride;
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
    s4 = f32x4.add(s4, v128.load(x, 64));
    s5 = f32x4.add(s5, v128.load(x, 80));
    s6 = f32x4.add(s6, v128.load(x, 96));
    s7 = f32x4.add(s7, v128.load(x, 112));
  }
  emitSum(mode, out, column, s0, 4);
  emitSum(mode, out, column + 4, s1, 4);
  emitSum(mode, out, column + 8, s2, 4);
  emitSum(mode, out, column + 12, s3, 4);
  emitSum(mode, out, column + 16, s4, 4);
  emitSum(mode, out, column + 20, s5, 4);
  emitSum(mode, out, column + 24, s6, 4);
  emitSum(mode, out, column + 28, s7, 4);
}

/** The sum of up to four columns. */
function sumColumns4(x: usize, rows: i32, stride: usize): v128 {
  let sum = v128.load(x);
  while (--rows > 0) {
    x += stride;
    sum = f32x4.add(sum, v128.load(x));
  }
  return sum;
}

/** Sums of columns [from, to) over `rows` rows of `m` elements. */
function sumColumns(x: usize, rows: i32, m: i32, from: i32, to: i32, mode: i32, out: usize): void {
  const stride = (<usize>m) << 2;
  let column = from;
  for (; column + 32 <= to; column += 32) {
    sumColumns32(x + ((<usize>column) << 2), rows, stride, mode, out, column);
  }
  for (; column < to; column += 4) {
    const left = to - column;
    emitSum(mode, out, column, sumColumns4(x + ((<usize>column) << 2), rows, stride), left);
  }
}

/** Folds columns [from, to) over `rows` rows of `m` elements into `out`, or begins it. */
@inline
function foldColumns(
  op: i32,
  x: usize,
  rows: i32,
  m: i32,
  from: i32,
  to: i32,
  begun: bool,
  out: usize,
): void {
  for (let column = from; column < to; column += 4) {
    const left = to - column;
    const result = out + ((<usize>column) << 2);
    let at = x + ((<usize>column) << 2);
    let value = begun ? v128.load(result) : identity(op);
    for (let row = 0; row < rows; row++) {
      value = fold(op, value, v128.load(at));
      at += (<usize>m) << 2;
    }
    storeSome(result, value, left);
  }
}

type FoldColumns = (x: usize, rows: i32, m: i32, from: i32, to: i32, begun: bool, out: usize) => void;

/** `foldColumns` for each operation but the float sum, in the order of `Fold`. */
const COLUMNS: StaticArray<FoldColumns> = [
  (x, rows, m, from, to, begun, out) => foldColumns(Fold.PROD, x, rows, m, from, to, begun, out),
  (x, rows, m, from, to, begun, out) => foldColumns(Fold.MAX, x, rows, m, from, to, begun, out),
  (x, rows, m, from, to, begun, out) => foldColumns(Fold.MIN, x, rows, m, from, to, begun, out),
  (x, rows, m, from, to, begun, out) => foldColumns(Fold.INT_SUM, x, rows, m, from, to, begun, out),
  (x, rows, m, from, to, begun, out) => foldColumns(Fold.INT_PROD, x, rows, m, from, to, begun, out),
  (x, rows, m, from, to, begun, out) => foldColumns(Fold.INT_MAX, x, rows, m, from, to, begun, out),
  (x, rows, m, from, to, begun, out) => foldColumns(Fold.INT_MIN, x, rows, m, from, to, begun, out),
];

/** Folds rows [start, stop) of `m` elements, columns [from, to), into a row of results or of float64 sums. */
function foldRows(
  op: i32,
  x: usize,
  start: i32,
  stop: i32,
  m: i32,
  from: i32,
  to: i32,
  begun: bool,
  results: usize,
  sums: usize,
): void {
  for (let row = start; row < stop; row += BLOCK_ROWS) {
    const count = min(BLOCK_ROWS, stop - row);
    const at = x + ((<usize>(row * m)) << 2);
    const mode = sums == 0 ? Emit.RESULT : begun ? Emit.CONTINUE : Emit.BEGIN;
    if (op == Fold.SUM) sumColumns(at, count, m, from, to, mode, sums == 0 ? results : sums);
    else unchecked(COLUMNS[op - Fold.PROD])(at, count, m, from, to, begun, results);
    begun = true;
  }
}

/** The argument block of `reduceColumns`; the axes lie behind. */
@unmanaged
export class ColumnsArguments {
  op: i32;
  x: usize;
  out: usize;
  /** Float64 sums of parts, or 0. */
  partials: usize;
  /** Of a row of results. */
  length: i32;
  /** Rows of results. */
  kept: i32;
  /** Parts of a result. */
  parts: i32;
  /**
   * A result is the fold of so many times ROWS rows, and a part of so many of them (of the rows, when it is
   * one time).
   */
  combos: i32;
  partLength: i32;
  rows: i32;
  keptAxes: i32;
  reducedAxes: i32;
}

/** Chunk `(kept · tiles + tile) · parts + part` folds a part in TILE columns. */
export function reduceColumns(args: ColumnsArguments, begin: i32, end: i32): void {
  const parts = args.parts;
  const tiles = (args.length + TILE - 1) / TILE;
  for (let chunk = begin; chunk < end; chunk++) {
    const tile = chunk / parts;
    columnsUnit(args, tile / tiles, tile % tiles, chunk % parts);
  }
}

function columnsUnit(args: ColumnsArguments, kept: i32, tile: i32, part: i32): void {
  const op = args.op;
  const partials = args.partials;
  const m = args.length;
  const combos = args.combos;
  const rows = args.rows;
  const keptAxes = args.keptAxes;
  const outer = changetype<usize>(item<FoldAxis>(behind(args), keptAxes));
  const from = tile * TILE;
  const to = min(from + TILE, m);
  const x = args.x + offsetOf(behind(args), keptAxes, kept);
  const results = args.out + ((<usize>(kept * m)) << 2);
  const sums = partials == 0 ? 0 : partials + ((<usize>((part * args.kept + kept) * padded(m))) << 3);
  const first = part * args.partLength;
  const last = min(first + args.partLength, combos == 1 ? rows : combos);
  if (combos == 1) {
    foldRows(op, x, first, last, m, from, to, false, results, sums);
    return;
  }
  for (let i = first; i < last; i++) {
    const at = x + offsetOf(outer, args.reducedAxes, i);
    foldRows(op, at, 0, rows, m, from, to, i > first, results, sums);
  }
}
