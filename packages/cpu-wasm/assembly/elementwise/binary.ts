/**
 * Rows of the elementwise functions of two operands, and of select. An operand of a row is `n` elements, or
 * one that serves them all: its step is then 0 instead of 1. One small function per operation, made from
 * templates.
 */
import { Binary } from "./operations";
import { maximum, minimum, storeLanes, storeSome } from "../common/lanes";
import { pow } from "../common/math-pow";

@inline
function apply(op: i32, a: v128, b: v128): v128 {
  if (op == Binary.ADD) return f32x4.add(a, b);
  if (op == Binary.SUB) return f32x4.sub(a, b);
  if (op == Binary.MUL) return f32x4.mul(a, b);
  if (op == Binary.DIV) return f32x4.div(a, b);
  if (op == Binary.POW) return pow(a, b);
  if (op == Binary.MAXIMUM) return maximum(a, b);
  if (op == Binary.MINIMUM) return minimum(a, b);
  if (op == Binary.EQUAL) return i32x4.neg(f32x4.eq(a, b));
  if (op == Binary.NOT_EQUAL) return i32x4.neg(f32x4.ne(a, b));
  if (op == Binary.LESS) return i32x4.neg(f32x4.lt(a, b));
  if (op == Binary.LESS_EQUAL) return i32x4.neg(f32x4.le(a, b));
  if (op == Binary.INT + Binary.ADD) return i32x4.add(a, b);
  if (op == Binary.INT + Binary.SUB) return i32x4.sub(a, b);
  if (op == Binary.INT + Binary.MUL) return i32x4.mul(a, b);
  if (op == Binary.INT + Binary.MAXIMUM) return i32x4.max_s(a, b);
  if (op == Binary.INT + Binary.MINIMUM) return i32x4.min_s(a, b);
  if (op == Binary.INT + Binary.EQUAL) return i32x4.neg(i32x4.eq(a, b));
  if (op == Binary.INT + Binary.NOT_EQUAL) return i32x4.neg(i32x4.ne(a, b));
  if (op == Binary.INT + Binary.LESS) return i32x4.neg(i32x4.lt_s(a, b));
  return i32x4.neg(i32x4.le_s(a, b));
}

/** Every way of broadcasting in one loop, four elements at a time. */
@inline
function mapAny(op: i32, a: usize, stepA: i32, b: usize, stepB: i32, out: usize, n: i32): void {
  while (n > 0) {
    const va = stepA ? v128.load(a) : v128.load32_splat(a);
    const vb = stepB ? v128.load(b) : v128.load32_splat(b);
    storeSome(out, apply(op, va, vb), n);
    a += (<usize>stepA) << 4;
    b += (<usize>stepB) << 4;
    out += 16;
    n -= 4;
  }
}

/** Sixteen elements of a and sixteen, or one, of b. */
@inline
function sixteen(op: i32, a: usize, b: usize, single: bool, vb: v128, out: usize): void {
  v128.store(out, apply(op, v128.load(a), single ? vb : v128.load(b)));
  v128.store(out, apply(op, v128.load(a, 16), single ? vb : v128.load(b, 16)), 16);
  v128.store(out, apply(op, v128.load(a, 32), single ? vb : v128.load(b, 32)), 32);
  v128.store(out, apply(op, v128.load(a, 48), single ? vb : v128.load(b, 48)), 48);
}

/** For the most frequent: sixteen elements at a time where a is not a single one. */
@inline
function mapFast(op: i32, a: usize, stepA: i32, b: usize, stepB: i32, out: usize, n: i32): void {
  if (stepA & stepB) {
    for (; n >= 16; n -= 16) {
      sixteen(op, a, b, false, i32x4.splat(0), out);
      a += 64;
      b += 64;
      out += 64;
    }
  } else if (stepA) {
    const vb = v128.load32_splat(b);
    for (; n >= 16; n -= 16) {
      sixteen(op, a, b, true, vb, out);
      a += 64;
      out += 64;
    }
  }
  mapAny(op, a, stepA, b, stepB, out, n);
}

/** Truncates toward zero, and gives 0 for division by 0. */
function divInt(a: usize, stepA: i32, b: usize, stepB: i32, out: usize, n: i32): void {
  for (; n > 0; n--) {
    const divisor = load<i32>(b);
    // −2³¹ / −1 would trap; −a wraps to the right bits.
    store<i32>(out, divisor == 0 ? 0 : divisor == -1 ? 0 - load<i32>(a) : load<i32>(a) / divisor);
    a += (<usize>stepA) << 2;
    b += (<usize>stepB) << 2;
    out += 4;
  }
}

/** Four elements of a, or of b where the condition c is 0. */
@inline
function chosen(a: usize, stepA: i32, b: usize, stepB: i32, c: usize, stepC: i32): v128 {
  const va = stepA ? v128.load(a) : v128.load32_splat(a);
  const vb = stepB ? v128.load(b) : v128.load32_splat(b);
  const vc = stepC ? v128.load(c) : v128.load32_splat(c);
  return v128.bitselect(vb, va, i32x4.eq(vc, i32x4.splat(0)));
}

/** `c` is the condition. */
function selectRow(
  a: usize,
  stepA: i32,
  b: usize,
  stepB: i32,
  c: usize,
  stepC: i32,
  out: usize,
  n: i32,
): void {
  // A call in the loop, as for the end of a row, would keep values on the stack.
  for (; n >= 4; n -= 4) {
    v128.store(out, chosen(a, stepA, b, stepB, c, stepC));
    a += (<usize>stepA) << 4;
    b += (<usize>stepB) << 4;
    c += (<usize>stepC) << 4;
    out += 16;
  }
  if (n > 0) storeLanes(out, chosen(a, stepA, b, stepB, c, stepC), n);
}

/** A row of `n` elements of out from a, b and select's condition c, each with its step. */
type BinaryRow = (a: usize, sa: i32, b: usize, sb: i32, c: usize, sc: i32, out: usize, n: i32) => void;

/** The row of each operation, in the order of `Binary`; a table, so that each is compiled for itself. */
const ROWS: StaticArray<BinaryRow> = [
  (a, sa, b, sb, c, sc, out, n) => mapFast(Binary.ADD, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapFast(Binary.SUB, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapFast(Binary.MUL, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapFast(Binary.DIV, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.MAXIMUM, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.MINIMUM, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.EQUAL, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.NOT_EQUAL, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.LESS, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.LESS_EQUAL, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.INT + Binary.ADD, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.INT + Binary.SUB, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.INT + Binary.MUL, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => divInt(a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.INT + Binary.MAXIMUM, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.INT + Binary.MINIMUM, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.INT + Binary.EQUAL, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.INT + Binary.NOT_EQUAL, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.INT + Binary.LESS, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.INT + Binary.LESS_EQUAL, a, sa, b, sb, out, n),
  (a, sa, b, sb, c, sc, out, n) => mapAny(Binary.POW, a, sa, b, sb, out, n),
  selectRow,
];

export function binaryRow(
  op: i32,
  a: usize,
  sa: i32,
  b: usize,
  sb: i32,
  c: usize,
  sc: i32,
  out: usize,
  n: i32,
): void {
  unchecked(ROWS[op])(a, sa, b, sb, c, sc, out, n);
}
