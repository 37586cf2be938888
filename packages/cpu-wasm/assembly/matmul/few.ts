/**
 * Products with few rows, for which packing the other matrix would cost more than the product: both matrices
 * are read where they lie.
 */
import { CHAIN, LONGEST_WALK } from "../common/budgets";
import { fma } from "../common/simd";
import { positions } from "../common/positions";

/** Bytes of a row that are added in float32, and as many of four lanes. */
const CHAIN_BYTES: usize = (<usize>CHAIN) << 4;

/**
 * Four dot products of a row with four others, `bStep` bytes apart; lanes run along the depth, and the sums of
 * CHAIN_BYTES are added in float64.
 */
export function dots4(a: usize, b: usize, bStep: usize, depth: i32, out: usize): void {
  const b1 = b + bStep,
    b2 = b1 + bStep,
    b3 = b2 + bStep;
  let low = f64x2.splat(0),
    high = low;
  let at: usize = 0;
  const whole = (<usize>(depth & -4)) << 2;
  while (at < whole) {
    let s0 = f32x4.splat(0),
      s1 = s0,
      s2 = s0,
      s3 = s0;
    for (const end = min(at + CHAIN_BYTES, whole); at < end; at += 16) {
      const x = v128.load(a + at);
      s0 = fma(x, v128.load(b + at), s0);
      s1 = fma(x, v128.load(b1 + at), s1);
      s2 = fma(x, v128.load(b2 + at), s2);
      s3 = fma(x, v128.load(b3 + at), s3);
    }
    const t0 = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
    const t1 = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
    const sum = f32x4.add(v128.shuffle<f64>(t0, t1, 0, 2), v128.shuffle<f64>(t0, t1, 1, 3));
    low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(sum, sum, 1, 1)));
  }
  let sum = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
  for (const stop = (<usize>depth) << 2; at < stop; at += 4) {
    let v = v128.load32_zero(b + at);
    v = v128.load32_lane(b1 + at, v, 1);
    v = v128.load32_lane(b2 + at, v, 2);
    sum = fma(v128.load32_splat(a + at), v128.load32_lane(b3 + at, v, 3), sum);
  }
  v128.store(out, sum);
}

/** One dot product, its lanes summed in the order of `dots4`. */
function dot(a: usize, b: usize, depth: i32): f32 {
  let total: f64 = 0;
  let at: usize = 0;
  const whole = (<usize>(depth & -4)) << 2;
  while (at < whole) {
    let s = f32x4.splat(0);
    for (const end = min(at + CHAIN_BYTES, whole); at < end; at += 16) {
      s = fma(v128.load(a + at), v128.load(b + at), s);
    }
    const pairs = f32x4.add(s, v128.shuffle<f32>(s, s, 1, 0, 3, 2));
    total += <f64>(f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 2));
  }
  let sum = f32x4.splat(<f32>total);
  for (const stop = (<usize>depth) << 2; at < stop; at += 4) {
    sum = fma(v128.load32_splat(a + at), v128.load32_splat(b + at), sum);
  }
  return f32x4.extract_lane(sum, 0);
}

/**
 * The argument block of `fewRowsDots` and `fewRows`; for the latter also b's row offsets, four zero bytes and,
 * where b has more rows than LONGEST_WALK, `ROOM_BYTES` for each chunk.
 */
@unmanaged
export class FewArguments {
  a: usize;
  b: usize;
  out: usize;
  rows: i32;
  depth: i32;
  columns: i32;
  table: usize;
  zeros: usize;
  rooms: usize;
}

/** Float32 and float64 sums of a block of columns. */
export const ROOM_BYTES: i32 = 64 * 12;

/** `count` sums over more rows of b than LONGEST_WALK, of so many at a time: `room` for these, and for totals. */
function longRow(
  b: usize,
  table: usize,
  zeros: usize,
  a: usize,
  depth: i32,
  out: usize,
  count: i32,
  room: usize,
): void {
  const totals = room + 64 * 4;
  memory.fill(totals, 0, (<usize>count) << 3);
  for (; depth > 0; depth -= LONGEST_WALK) {
    positions(1, b, table, zeros, a, min(depth, LONGEST_WALK), room, 0, count);
    for (let i: usize = 0; i < <usize>count; i++) {
      const to = totals + (i << 3);
      store<f64>(to, load<f64>(to) + <f64>load<f32>(room + (i << 2)));
    }
    table += (<usize>LONGEST_WALK) << 2;
    a += (<usize>LONGEST_WALK) << 2;
  }
  for (let i: usize = 0; i < <usize>count; i++) store<f32>(out + (i << 2), <f32>load<f64>(totals + (i << 3)));
}

/** a [rows, depth] · bᵀ, b [columns, depth]. Chunks: (batch, block of 64 columns). */
export function fewRowsDots(args: FewArguments, begin: i32, end: i32): void {
  const rows = args.rows,
    depth = args.depth,
    columns = args.columns;
  const blocks = (columns + 63) >> 6;
  const line = (<usize>depth) << 2;
  for (let chunk = begin; chunk < end; chunk++) {
    const batch = chunk / blocks;
    const first = (chunk - batch * blocks) << 6;
    const last = min(first + 64, columns);
    const a = args.a + line * (batch * rows);
    const b = args.b + line * (batch * columns);
    const out = args.out + ((<usize>(batch * rows * columns)) << 2);
    for (let row = 0; row < rows; row++) {
      const to = out + ((<usize>(row * columns)) << 2);
      let column = first;
      for (; column + 4 <= last; column += 4) {
        dots4(a + line * row, b + line * column, line, depth, to + ((<usize>column) << 2));
      }
      for (; column < last; column++) {
        store<f32>(to + ((<usize>column) << 2), dot(a + line * row, b + line * column, depth));
      }
    }
  }
}

/** a [rows, depth] · b [depth, columns], at least 8 columns. Chunks: (batch, block of 64 columns). */
export function fewRows(args: FewArguments, begin: i32, end: i32): void {
  const rows = args.rows,
    depth = args.depth,
    columns = args.columns;
  const blocks = (columns + 63) >> 6;
  for (let chunk = begin; chunk < end; chunk++) {
    const batch = chunk / blocks;
    // A last block of fewer than 8 columns takes some of its neighbour's again.
    const first = min((chunk - batch * blocks) << 6, columns - 8);
    const count = min(columns - first, 64);
    const b = args.b + ((<usize>(batch * depth * columns + first)) << 2);
    for (let row = 0; row < rows; row++) {
      const line = batch * rows + row;
      const a = args.a + ((<usize>(line * depth)) << 2);
      const out = args.out + ((<usize>(line * columns + first)) << 2);
      if (args.rooms) {
        longRow(b, args.table, args.zeros, a, depth, out, count, args.rooms + ROOM_BYTES * chunk);
      } else positions(1, b, args.table, args.zeros, a, depth, out, 0, count);
    }
  }
}

/** The argument block of `transposeMatrix`. */
@unmanaged
export class TransposeArguments {
  source: usize;
  out: usize;
  rows: i32;
  columns: i32;
}

/**
 * [batch, rows, columns] to [batch, columns, rows]. Chunks: (batch, 16 rows), so that whole cache lines are
 * written.
 */
export function transposeMatrix(args: TransposeArguments, begin: i32, end: i32): void {
  const rows = args.rows,
    columns = args.columns;
  const strips = (rows + 15) >> 4;
  const line = (<usize>columns) << 2,
    outLine = (<usize>rows) << 2;
  for (let chunk = begin; chunk < end; chunk++) {
    const batch = chunk / strips;
    const first = (chunk - batch * strips) << 4;
    const last = min(first + 16, rows);
    const source = args.source + line * (batch * rows);
    const out = args.out + outLine * (batch * columns);
    for (let column = 0; column < columns; column += 4) {
      const count = min(columns - column, 4);
      let row = first;
      let from = source + line * row + ((<usize>column) << 2);
      let to = out + outLine * column + ((<usize>row) << 2);
      for (; count == 4 && row + 4 <= last; row += 4, from += line << 2, to += 16) {
        const a = v128.load(from),
          b = v128.load(from + line);
        const c = v128.load(from + 2 * line),
          d = v128.load(from + 3 * line);
        const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
          ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5),
          cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<f64>(ab0, cd0, 0, 2));
        v128.store(to + outLine, v128.shuffle<f64>(ab0, cd0, 1, 3));
        v128.store(to + 2 * outLine, v128.shuffle<f64>(ab1, cd1, 0, 2));
        v128.store(to + 3 * outLine, v128.shuffle<f64>(ab1, cd1, 1, 3));
      }
      for (; row < last; row++, from += line, to += 4) {
        for (let i = 0; i < count; i++) store<f32>(to + outLine * i, load<f32>(from + ((<usize>i) << 2)));
      }
    }
  }
}
