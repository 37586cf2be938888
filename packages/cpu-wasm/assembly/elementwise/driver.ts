/**
 * The elementwise kernels laid out: shapes that broadcast are collapsed into as few axes as describe them.
 * What fits into one chunk goes to the kernels' rows at once: on a few elements, that is most of the time.
 */
import { ceilDiv, dim, run } from "../common/host";
import { argumentsOf } from "../common/structs";
import { binaryRow } from "./binary";
import { Binary, Flat } from "./operations";
import {
  addScaled as addScaledChunks,
  BroadcastArguments,
  broadcast,
  CHUNK,
  FillArguments,
  FlatArguments,
  fill as fillChunks,
  fillRow,
  flat,
  ScaledArguments,
} from "./kernels";
import { addScaledRow, flatRow } from "./unary";

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
  const args = argumentsOf<FlatArguments>();
  args.op = op;
  args.a = a;
  args.b = b;
  args.out = out;
  args.size = size;
  run<FlatArguments>(
    flat,
    ceilDiv(size, CHUNK),
    <f64>size * (op >= Flat.EXP && op < Flat.INT_NEG ? COSTLY : CHEAP),
  );
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
  const args = argumentsOf<FillArguments>();
  args.out = out;
  args.size = size;
  args.bits = bits;
  run<FillArguments>(fillChunks, ceilDiv(size, CHUNK), <f64>size * CHEAP);
}

/** `out = scaleA · a + scaleB · b`. */
export function addScaled(a: usize, b: usize, out: usize, size: i32, scaleA: f32, scaleB: f32): void {
  if (size <= CHUNK) {
    addScaledRow(a, b, out, size, scaleA, scaleB);
    return;
  }
  const args = argumentsOf<ScaledArguments>();
  args.a = a;
  args.b = b;
  args.out = out;
  args.size = size;
  args.scaleA = scaleA;
  args.scaleB = scaleB;
  run<ScaledArguments>(addScaledChunks, ceilDiv(size, CHUNK), <f64>size * CHEAP);
}

/**
 * How far operand `operand` moves along an axis, in elements, when it has `size` elements along the inner
 * ones.
 */
function strideOf(operand: i32, rank: i32, axis: i32, size: i32): i32 {
  return dim(operand * rank + axis) == 1 ? 0 : size;
}

/**
 * `out = op(a, b)`, or `c ? a : b`; `op` is one of `Binary`. JavaScript has written the
 * shapes of the result, of a, b and c, all of `rank` axes.
 */
export function binary(op: i32, a: usize, b: usize, c: usize, out: usize, rank: i32): void {
  // Axes along which the same operands vary are one; those of length 1 are none. The innermost comes first.
  const args = argumentsOf<BroadcastArguments>();
  let axes = 0;
  let last = -1;
  let size = 1;
  let sizeA = 1;
  let sizeB = 1;
  let sizeC = 1;
  for (let i = rank - 1; i >= 0; i--) {
    const length = dim(i);
    if (length == 1) continue;
    const strideA = strideOf(1, rank, i, sizeA);
    const strideB = strideOf(2, rank, i, sizeB);
    const strideC = c ? strideOf(3, rank, i, sizeC) : 0;
    const varying = i32(strideA > 0) | (i32(strideB > 0) << 1) | (i32(strideC > 0) << 2);
    if (varying == last) args.axis(axes - 1).length *= length;
    else {
      const axis = args.axis(axes++);
      axis.length = length;
      axis.a = strideA;
      axis.b = strideB;
      axis.c = strideC;
      last = varying;
    }
    size *= length;
    if (strideA) sizeA *= length;
    if (strideB) sizeB *= length;
    if (strideC) sizeC *= length;
  }
  if (last < 0) last = 0;
  if (axes <= 1 && size <= CHUNK) {
    binaryRow(op, a, last & 1, b, (last >> 1) & 1, c, last >> 2, out, size);
    return;
  }
  args.op = op;
  args.a = a;
  args.b = b;
  args.c = c;
  args.out = out;
  args.size = size;
  args.axes = axes - 1;
  run<BroadcastArguments>(broadcast, ceilDiv(size, CHUNK), <f64>size * (op == Binary.POW ? POW_WORK : CHEAP));
}
