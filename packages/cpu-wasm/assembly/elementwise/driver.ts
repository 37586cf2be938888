/**
 * The elementwise kernels laid out: shapes that broadcast are collapsed into as few axes as describe them.
 * What fits into one chunk goes to the kernels' rows at once: on a few elements, that is most of the time.
 */
import {
  addScaled as addScaledChunks,
  broadcast,
  BroadcastSlot,
  CHUNK,
  fill as fillChunks,
  fillRow,
  FillSlot,
  flat,
  FlatSlot,
  ScaledSlot,
} from "./kernels";
import { binaryRow, Row } from "./binary";
import { addScaledRow, Flat, flatRow } from "./unary";
import { arg } from "../common/simd";
import { ARGUMENTS, ceilDiv, dim, run, set } from "../common/host";

/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts): 40 a nanosecond. */
const CHEAP = 8;
const COSTLY = 40;
const POW_WORK = 200;

/** `out = op(a)`, or `op(a, b)`, of operands of one size; `op` is one of `Flat`. */
export function unary(op: i32, a: usize, b: usize, out: usize, size: i32): void {
  if (size <= CHUNK) {
    flatRow(op, a, b, out, size);
    return;
  }
  set(FlatSlot.OP, op);
  set(FlatSlot.A, a);
  set(FlatSlot.B, b);
  set(FlatSlot.OUT, out);
  set(FlatSlot.SIZE, size);
  run(flat, ceilDiv(size, CHUNK), <f64>size * (op >= Flat.EXP && op < Flat.INT_NEG ? COSTLY : CHEAP));
}

/** Elements of any dtype as they are. */
export function copy(a: usize, out: usize, size: i32): void {
  unary(Flat.COPY, a, 0, out, size);
}

/** `size` times the element whose bits are given. */
export function fill(bits: i32, out: usize, size: i32): void {
  if (size <= CHUNK) {
    fillRow(out, size, bits);
    return;
  }
  set(FillSlot.OUT, out);
  set(FillSlot.SIZE, size);
  set(FillSlot.BITS, bits);
  run(fillChunks, ceilDiv(size, CHUNK), <f64>size * CHEAP);
}

/** `out = scaleA · a + scaleB · b`. */
export function addScaled(a: usize, b: usize, out: usize, size: i32, scaleA: f32, scaleB: f32): void {
  if (size <= CHUNK) {
    addScaledRow(a, b, out, size, scaleA, scaleB);
    return;
  }
  set(ScaledSlot.A, a);
  set(ScaledSlot.B, b);
  set(ScaledSlot.OUT, out);
  set(ScaledSlot.SIZE, size);
  set(ScaledSlot.SCALE_A, scaleA);
  set(ScaledSlot.SCALE_B, scaleB);
  run(addScaledChunks, ceilDiv(size, CHUNK), <f64>size * CHEAP);
}

/**
 * How far operand `operand` moves along an axis, in elements, when it has `size` elements along the inner
 * ones.
 */
function strideOf(operand: i32, rank: i32, axis: i32, size: i32): i32 {
  return dim(operand * rank + axis) == 1 ? 0 : size;
}

/**
 * `out = op(a, b)`, or `c ? a : b`; `op` is one of `Row` (binary.ts). JavaScript has written the
 * shapes of the result, of a, b and c, all of `rank` axes.
 */
export function binary(op: i32, a: usize, b: usize, c: usize, out: usize, rank: i32): void {
  // Axes along which the same operands vary are one; those of length 1 are none. The innermost comes first.
  let slot: i32 = BroadcastSlot.ROW - 4,
    last = -1;
  let size = 1,
    sizeA = 1,
    sizeB = 1,
    sizeC = 1;
  for (let axis = rank - 1; axis >= 0; axis--) {
    const length = dim(axis);
    if (length == 1) continue;
    const strideA = strideOf(1, rank, axis, sizeA),
      strideB = strideOf(2, rank, axis, sizeB);
    const strideC = c ? strideOf(3, rank, axis, sizeC) : 0;
    const varying = i32(strideA > 0) | (i32(strideB > 0) << 1) | (i32(strideC > 0) << 2);
    if (varying == last) set(slot, arg(ARGUMENTS, slot) * length);
    else {
      slot += 4;
      setAxis(slot, length, strideA, strideB, strideC);
      last = varying;
    }
    size *= length;
    if (strideA) sizeA *= length;
    if (strideB) sizeB *= length;
    if (strideC) sizeC *= length;
  }
  if (last < 0) {
    slot += 4;
    last = 0;
  }
  if (slot == BroadcastSlot.ROW && size <= CHUNK) {
    binaryRow(op, a, last & 1, b, (last >> 1) & 1, c, last >> 2, out, size);
    return;
  }
  set(BroadcastSlot.OP, op);
  set(BroadcastSlot.A, a);
  set(BroadcastSlot.B, b);
  set(BroadcastSlot.C, c);
  set(BroadcastSlot.OUT, out);
  set(BroadcastSlot.SIZE, size);
  set(BroadcastSlot.AXES, (slot - BroadcastSlot.ROW) >> 2);
  run(broadcast, ceilDiv(size, CHUNK), <f64>size * (op == Row.POW ? POW_WORK : CHEAP));
}

function setAxis(slot: i32, length: i32, a: i32, b: i32, c: i32): void {
  set(slot, length);
  set(slot + 1, a);
  set(slot + 2, b);
  set(slot + 3, c);
}
