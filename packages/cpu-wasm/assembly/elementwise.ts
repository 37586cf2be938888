/**
 * Elementwise kernels: `flat` for operands of the result's shape, `fill`, and `broadcast` for two or three
 * operands that broadcast.
 *
 * The grid cuts the result, row-major, into chunks of CHUNK elements. The rows themselves are in
 * elementwise-unary.ts and elementwise-binary.ts; src/elementwise.ts collapses shapes and writes the arguments.
 */
import { binaryRow } from "./elementwise-binary";
import { storeSome } from "./elementwise-lanes";
import { addScaledRow, flatRow } from "./elementwise-unary";
import { arg, argF32 } from "./simd";

/** Elements per chunk; src/elementwise.ts has the same number. */
const CHUNK: i32 = 8192;

/** args: op, a, b (or 0), out, size. */
export function flat(args: usize, begin: i32, end: i32): void {
  const start = <usize>begin * CHUNK << 2;
  const n = min(end * CHUNK, arg(args, 4)) - begin * CHUNK;
  flatRow(arg(args, 0), <usize>arg(args, 1) + start, <usize>arg(args, 2) + start, <usize>arg(args, 3) + start, n);
}

/** `flat` without an argument block. */
export function flatNow(op: i32, a: usize, b: usize, out: usize, size: i32): void {
  flatRow(op, a, b, out, size);
}

/** args: a, b, out, size, scaleA, scaleB. */
export function addScaled(args: usize, begin: i32, end: i32): void {
  const start = <usize>begin * CHUNK << 2;
  const n = min(end * CHUNK, arg(args, 3)) - begin * CHUNK;
  const a = <usize>arg(args, 0) + start;
  const b = <usize>arg(args, 1) + start;
  addScaledNow(a, b, <usize>arg(args, 2) + start, n, argF32(args, 4), argF32(args, 5));
}

/** `addScaled` without an argument block. */
export function addScaledNow(a: usize, b: usize, out: usize, size: i32, scaleA: f32, scaleB: f32): void {
  addScaledRow(a, b, out, size, scaleA, scaleB);
}

function fillRow(out: usize, n: i32, bits: i32): void {
  if (bits == 0) {
    memory.fill(out, 0, <usize>n << 2);
    return;
  }
  const value = i32x4.splat(bits);
  for (; n > 0; n -= 4) {
    storeSome(out, value, n);
    out += 16;
  }
}

/** args: out, size, the bits of the element. */
export function fill(args: usize, begin: i32, end: i32): void {
  const n = min(end * CHUNK, arg(args, 1)) - begin * CHUNK;
  fillRow(<usize>arg(args, 0) + (<usize>begin * CHUNK << 2), n, arg(args, 2));
}

/** `fill` without an argument block. */
export function fillNow(out: usize, size: i32, bits: i32): void {
  fillRow(out, size, bits);
}

/** Slots of `broadcast`'s arguments from which on each outer axis, the innermost first, has size and three strides. */
const AXES: i32 = 10;

/** The offset in bytes of outer row `row` of the operand whose strides begin in slot `slot`. */
function rowOffset(args: usize, slot: i32, axes: i32, row: i32): usize {
  let offset = 0;
  for (let axis = AXES; axes > 0; axes--) {
    const size = arg(args, axis);
    const next = row / size;
    offset += (row - next * size) * arg(args, axis + slot);
    row = next;
    axis += 4;
  }
  return <usize>offset << 2;
}

/**
 * args: op, a, b, c (select's condition, or 0), out, size, n, axes, steps (bit 0: a, 1: b, 2: c), 0, then `axes` times
 * size and the strides of a, b, c in elements. The result is rows of `n` elements; an operand's step along a row is 1 or 0.
 */
export function broadcast(args: usize, begin: i32, end: i32): void {
  const op = arg(args, 0);
  const n = arg(args, 6);
  const axes = arg(args, 7);
  const stepA = arg(args, 8) & 1;
  const stepB = (arg(args, 8) >> 1) & 1;
  const stepC = arg(args, 8) >> 2;
  const out = <usize>arg(args, 4);
  const stop = min(end * CHUNK, arg(args, 5));
  let at = begin * CHUNK;
  let row = at / n;
  let column = at - row * n;
  // Rows advance by the innermost outer axis's strides; where that axis ends, offsets are worked out anew.
  const run = axes > 0 ? arg(args, AXES) : 1;
  const nextA = axes > 0 ? <usize>arg(args, AXES + 1) << 2 : 0;
  const nextB = axes > 0 ? <usize>arg(args, AXES + 2) << 2 : 0;
  const nextC = axes > 0 ? <usize>arg(args, AXES + 3) << 2 : 0;
  while (at < stop) {
    let a = <usize>arg(args, 1) + rowOffset(args, 1, axes, row);
    let b = <usize>arg(args, 2) + rowOffset(args, 2, axes, row);
    let c = <usize>arg(args, 3) + rowOffset(args, 3, axes, row);
    for (let left = run - (row % run); left > 0 && at < stop; left--) {
      const length = min(n - column, stop - at);
      binaryRow(
        op,
        a + (<usize>(column * stepA) << 2),
        stepA,
        b + (<usize>(column * stepB) << 2),
        stepB,
        c + (<usize>(column * stepC) << 2),
        stepC,
        out + (<usize>at << 2),
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

/** `broadcast` of a single row, without an argument block. */
export function broadcastNow(op: i32, a: usize, stepA: i32, b: usize, stepB: i32, out: usize, size: i32): void {
  binaryRow(op, a, stepA, b, stepB, 0, 0, out, size);
}
