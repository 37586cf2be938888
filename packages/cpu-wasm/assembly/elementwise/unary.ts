/**
 * Rows of the elementwise functions whose operands have the result's shape: one small function per operation,
 * all made from three templates by inlining.
 */
import { Flat } from "./operations";
import { storeSome } from "../common/lanes";
import { constant, erf, exp, expm1, log, log1p, ONE, sigmoid, tanh } from "../common/math";
import { gelu, geluSlope } from "../common/math-normal";
import { sinCosTan } from "../common/math-trig";

@inline
function apply(op: i32, x: v128): v128 {
  if (op == Flat.NEG) return f32x4.neg(x);
  if (op == Flat.ABS) return f32x4.abs(x);
  if (op == Flat.SIGN) {
    const signed = v128.or(v128.and(x, i32x4.splat(0x80000000)), constant(ONE));
    // 0 and NaN stay
    return v128.bitselect(signed, x, v128.or(f32x4.lt(x, f32x4.splat(0)), f32x4.gt(x, f32x4.splat(0))));
  }
  if (op == Flat.SQUARE) return f32x4.mul(x, x);
  if (op == Flat.FLOOR) return f32x4.floor(x);
  if (op == Flat.CEIL) return f32x4.ceil(x);
  if (op == Flat.ROUND) return f32x4.nearest(x);
  if (op == Flat.TRUNC) return f32x4.trunc(x);
  if (op == Flat.SQRT) return f32x4.sqrt(x);
  if (op == Flat.RSQRT) return f32x4.div(constant(ONE), f32x4.sqrt(x));
  if (op == Flat.RECIPROCAL) return f32x4.div(constant(ONE), x);
  if (op == Flat.RELU) return f32x4.pmax(x, f32x4.splat(0)); // x < 0 ? 0 : x, which NaN passes
  if (op == Flat.TO_INT32) return i32x4.trunc_sat_f32x4_s(x);
  if (op == Flat.EXP) return exp(x);
  if (op == Flat.EXPM1) return expm1(x);
  if (op == Flat.LOG) return log(x);
  if (op == Flat.LOG1P) return log1p(x);
  if (op == Flat.SIN) return sinCosTan(x, 0);
  if (op == Flat.COS) return sinCosTan(x, 1);
  if (op == Flat.TAN) return sinCosTan(x, 2);
  if (op == Flat.TANH) return tanh(x);
  if (op == Flat.SIGMOID) return sigmoid(x);
  if (op == Flat.ERF) return erf(x);
  if (op == Flat.GELU) return gelu(x);
  if (op == Flat.GELU_SLOPE) return geluSlope(x);
  if (op == Flat.INT_NEG) return i32x4.neg(x);
  if (op == Flat.INT_ABS) return i32x4.abs(x);
  if (op == Flat.INT_SIGN) return i32x4.max_s(i32x4.min_s(x, i32x4.splat(1)), i32x4.splat(-1));
  if (op == Flat.INT_SQUARE) return i32x4.mul(x, x);
  if (op == Flat.INT_RELU) return i32x4.max_s(x, i32x4.splat(0));
  return f32x4.convert_i32x4_s(x);
}

/** Four elements at a time; the last may be fewer. */
@inline
function mapLong(op: i32, x: usize, out: usize, n: i32): void {
  while (n > 0) {
    storeSome(out, apply(op, v128.load(x)), n);
    x += 16;
    out += 16;
    n -= 4;
  }
}

/**
 * For the cheapest and most frequent: sixteen elements at a time, because the loop costs as much as its body.
 */
@inline
function mapShort(op: i32, x: usize, out: usize, n: i32): void {
  for (; n >= 16; n -= 16) {
    v128.store(out, apply(op, v128.load(x)));
    v128.store(out, apply(op, v128.load(x, 16)), 16);
    v128.store(out, apply(op, v128.load(x, 32)), 32);
    v128.store(out, apply(op, v128.load(x, 48)), 48);
    x += 64;
    out += 64;
  }
  mapLong(op, x, out, n);
}

/** The gradients of activations by their results `a` and incoming gradients `b`; and sa · a + sb · b. */
@inline
function apply2(op: i32, a: v128, b: v128, sa: v128, sb: v128): v128 {
  if (op == Flat.RELU_GRAD) return v128.andnot(b, f32x4.le(a, f32x4.splat(0)));
  if (op == Flat.SIGMOID_GRAD) return f32x4.mul(b, f32x4.mul(a, f32x4.sub(constant(ONE), a)));
  if (op == Flat.TANH_GRAD) return f32x4.mul(b, f32x4.sub(constant(ONE), f32x4.mul(a, a)));
  return f32x4.add(f32x4.mul(sa, a), f32x4.mul(sb, b));
}

@inline
function map2(op: i32, a: usize, b: usize, out: usize, n: i32, scaleA: f32, scaleB: f32): void {
  const sa = f32x4.splat(scaleA);
  const sb = f32x4.splat(scaleB);
  for (; n >= 16; n -= 16) {
    v128.store(out, apply2(op, v128.load(a), v128.load(b), sa, sb));
    v128.store(out, apply2(op, v128.load(a, 16), v128.load(b, 16), sa, sb), 16);
    v128.store(out, apply2(op, v128.load(a, 32), v128.load(b, 32), sa, sb), 32);
    v128.store(out, apply2(op, v128.load(a, 48), v128.load(b, 48), sa, sb), 48);
    a += 64;
    b += 64;
    out += 64;
  }
  for (; n > 0; n -= 4) {
    storeSome(out, apply2(op, v128.load(a), v128.load(b), sa, sb), n);
    a += 16;
    b += 16;
    out += 16;
  }
}

/** A row of `n` elements; `b` is the second operand, where there is one. */
type FlatRow = (a: usize, b: usize, out: usize, n: i32) => void;

/**
 * The row of each operation, in the order of `Flat`. Functions that are only reached through a table are not
 * inlined into their caller, so that V8 compiles each for itself, and small.
 */
const ROWS: StaticArray<FlatRow> = [
  (a, b, out, n) => mapLong(Flat.NEG, a, out, n),
  (a, b, out, n) => mapLong(Flat.ABS, a, out, n),
  (a, b, out, n) => mapLong(Flat.SIGN, a, out, n),
  (a, b, out, n) => mapShort(Flat.SQUARE, a, out, n),
  (a, b, out, n) => mapLong(Flat.FLOOR, a, out, n),
  (a, b, out, n) => mapLong(Flat.CEIL, a, out, n),
  (a, b, out, n) => mapLong(Flat.ROUND, a, out, n),
  (a, b, out, n) => mapLong(Flat.TRUNC, a, out, n),
  (a, b, out, n) => mapLong(Flat.SQRT, a, out, n),
  (a, b, out, n) => mapLong(Flat.RSQRT, a, out, n),
  (a, b, out, n) => mapLong(Flat.RECIPROCAL, a, out, n),
  (a, b, out, n) => mapShort(Flat.RELU, a, out, n),
  (a, b, out, n) => mapLong(Flat.TO_INT32, a, out, n),
  (a, b, out, n) => mapLong(Flat.EXP, a, out, n),
  (a, b, out, n) => mapLong(Flat.EXPM1, a, out, n),
  (a, b, out, n) => mapLong(Flat.LOG, a, out, n),
  (a, b, out, n) => mapLong(Flat.LOG1P, a, out, n),
  (a, b, out, n) => mapLong(Flat.SIN, a, out, n),
  (a, b, out, n) => mapLong(Flat.COS, a, out, n),
  (a, b, out, n) => mapLong(Flat.TAN, a, out, n),
  (a, b, out, n) => mapLong(Flat.TANH, a, out, n),
  (a, b, out, n) => mapLong(Flat.SIGMOID, a, out, n),
  (a, b, out, n) => mapLong(Flat.ERF, a, out, n),
  (a, b, out, n) => mapLong(Flat.GELU, a, out, n),
  (a, b, out, n) => mapLong(Flat.GELU_SLOPE, a, out, n),
  (a, b, out, n) => mapLong(Flat.INT_NEG, a, out, n),
  (a, b, out, n) => mapLong(Flat.INT_ABS, a, out, n),
  (a, b, out, n) => mapLong(Flat.INT_SIGN, a, out, n),
  (a, b, out, n) => mapLong(Flat.INT_SQUARE, a, out, n),
  (a, b, out, n) => mapLong(Flat.INT_RELU, a, out, n),
  (a, b, out, n) => mapLong(Flat.TO_FLOAT32, a, out, n),
  (a, b, out, n) => memory.copy(out, a, (<usize>n) << 2),
  (a, b, out, n) => map2(Flat.RELU_GRAD, a, b, out, n, 0, 0),
  (a, b, out, n) => map2(Flat.SIGMOID_GRAD, a, b, out, n, 0, 0),
  (a, b, out, n) => map2(Flat.TANH_GRAD, a, b, out, n, 0, 0),
];

export function flatRow(op: i32, a: usize, b: usize, out: usize, n: i32): void {
  unchecked(ROWS[op])(a, b, out, n);
}

/** out = scaleA · a + scaleB · b. */
export function addScaledRow(a: usize, b: usize, out: usize, n: i32, scaleA: f32, scaleB: f32): void {
  map2(Flat.ADD_SCALED, a, b, out, n, scaleA, scaleB);
}
