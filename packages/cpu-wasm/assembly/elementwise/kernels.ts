/**
 * Elementwise kernels: `flat` for operands of the result's shape, `fill`, and `broadcast` for two or three
 * operands that broadcast.
 *
 * The grid cuts the result, row-major, into chunks of CHUNK elements. The rows themselves are in
 * unary.ts and binary.ts; driver.ts collapses shapes and writes the
 * arguments.
 */
import { binaryRow } from "./binary";
import { storeSome } from "../common/lanes";
import { addScaledRow, flatRow } from "./unary";
import { arg, argF32 } from "../common/simd";

/** Elements per chunk. */
export const CHUNK: i32 = 8192;

/** The argument block of `flat`; b may be 0. */
export const enum FlatSlot {
  OP,
  A,
  B,
  OUT,
  SIZE,
}

export function flat(args: usize, begin: i32, end: i32): void {
  const start = (<usize>begin * CHUNK) << 2;
  const n = min(end * CHUNK, arg(args, FlatSlot.SIZE)) - begin * CHUNK;
  const a = <usize>arg(args, FlatSlot.A) + start,
    b = <usize>arg(args, FlatSlot.B) + start;
  flatRow(arg(args, FlatSlot.OP), a, b, <usize>arg(args, FlatSlot.OUT) + start, n);
}

/** The argument block of `addScaled`; the scales are floats. */
export const enum ScaledSlot {
  A,
  B,
  OUT,
  SIZE,
  SCALE_A,
  SCALE_B,
}

export function addScaled(args: usize, begin: i32, end: i32): void {
  const start = (<usize>begin * CHUNK) << 2;
  const n = min(end * CHUNK, arg(args, ScaledSlot.SIZE)) - begin * CHUNK;
  const a = <usize>arg(args, ScaledSlot.A) + start,
    b = <usize>arg(args, ScaledSlot.B) + start;
  const out = <usize>arg(args, ScaledSlot.OUT) + start;
  addScaledRow(a, b, out, n, argF32(args, ScaledSlot.SCALE_A), argF32(args, ScaledSlot.SCALE_B));
}

export function fillRow(out: usize, n: i32, bits: i32): void {
  if (bits == 0) {
    memory.fill(out, 0, (<usize>n) << 2);
    return;
  }
  const value = i32x4.splat(bits);
  for (; n >= 16; n -= 16) {
    v128.store(out, value);
    v128.store(out, value, 16);
    v128.store(out, value, 32);
    v128.store(out, value, 48);
    out += 64;
  }
  for (; n > 0; n -= 4) {
    storeSome(out, value, n);
    out += 16;
  }
}

/** The argument block of `fill`; the element is given by its bits. */
export const enum FillSlot {
  OUT,
  SIZE,
  BITS,
}

export function fill(args: usize, begin: i32, end: i32): void {
  const n = min(end * CHUNK, arg(args, FillSlot.SIZE)) - begin * CHUNK;
  fillRow(<usize>arg(args, FillSlot.OUT) + ((<usize>begin * CHUNK) << 2), n, arg(args, FillSlot.BITS));
}

/** The argument block of `broadcast`. */
export const enum BroadcastSlot {
  OP,
  A,
  B,
  /** Select's condition, or 0. */
  C,
  OUT,
  SIZE,
  /** How many axes there are beyond the rows. */
  AXES,
  /**
   * Each axis takes four slots: its length, and the strides of a, b and c in elements. The innermost are the
   * rows, where strides are 1 or 0.
   */
  ROW,
  OUTER = 11,
}

/** The offset in bytes of outer row `row` of operand `operand` (1 to 3). */
function rowOffset(args: usize, operand: i32, axes: i32, row: i32): usize {
  let offset = 0;
  for (let axis: i32 = BroadcastSlot.OUTER; axes > 0; axes--) {
    const size = arg(args, axis);
    const next = row / size;
    offset += (row - next * size) * arg(args, axis + operand);
    row = next;
    axis += 4;
  }
  return (<usize>offset) << 2;
}

export function broadcast(args: usize, begin: i32, end: i32): void {
  const op = arg(args, BroadcastSlot.OP);
  const n = arg(args, BroadcastSlot.ROW);
  const axes = arg(args, BroadcastSlot.AXES);
  const stepA = arg(args, BroadcastSlot.ROW + 1);
  const stepB = arg(args, BroadcastSlot.ROW + 2);
  const stepC = arg(args, BroadcastSlot.ROW + 3);
  const out = <usize>arg(args, BroadcastSlot.OUT);
  const stop = min(end * CHUNK, arg(args, BroadcastSlot.SIZE));
  let at = begin * CHUNK;
  let row = at / n;
  let column = at - row * n;
  // Rows advance by the innermost outer axis's strides; where that axis ends, offsets are worked out anew.
  const run = axes > 0 ? arg(args, BroadcastSlot.OUTER) : 1;
  const nextA = axes > 0 ? (<usize>arg(args, BroadcastSlot.OUTER + 1)) << 2 : 0;
  const nextB = axes > 0 ? (<usize>arg(args, BroadcastSlot.OUTER + 2)) << 2 : 0;
  const nextC = axes > 0 ? (<usize>arg(args, BroadcastSlot.OUTER + 3)) << 2 : 0;
  while (at < stop) {
    let a = <usize>arg(args, BroadcastSlot.A) + rowOffset(args, 1, axes, row);
    let b = <usize>arg(args, BroadcastSlot.B) + rowOffset(args, 2, axes, row);
    let c = <usize>arg(args, BroadcastSlot.C) + rowOffset(args, 3, axes, row);
    for (let left = run - (row % run); left > 0 && at < stop; left--) {
      const length = min(n - column, stop - at);
      binaryRow(
        op,
        a + ((<usize>(column * stepA)) << 2),
        stepA,
        b + ((<usize>(column * stepB)) << 2),
        stepB,
        c + ((<usize>(column * stepC)) << 2),
        stepC,
        out + ((<usize>at) << 2),
        length,
      );
      at += length;
      column = 0;
      row++;
      a += nextA;
      b += nextB;
      c += nextC;
    }
  }
}
