/**
 * Elementwise kernels: `flat` for operands of the result's shape, `fill`, and `broadcast` for two or three
 * operands that broadcast.
 *
 * The grid cuts the result, row-major, into chunks of CHUNK elements. The rows themselves are in
 * unary.ts and binary.ts; driver.ts collapses shapes and writes the
 * arguments.
 */
import { behind, item } from "../common/structs";
import { binaryRow } from "./binary";
import { storeSome } from "../common/lanes";
import { addScaledRow, flatRow } from "./unary";

/** Elements per chunk. */
export const CHUNK: i32 = 8192;

/** The argument block of `flat`; b may be 0. */
@unmanaged
export class FlatArguments {
  op: i32;
  a: usize;
  b: usize;
  out: usize;
  size: i32;
}

export function flat(args: FlatArguments, begin: i32, end: i32): void {
  const start = (<usize>begin * CHUNK) << 2;
  const n = min(end * CHUNK, args.size) - begin * CHUNK;
  const a = args.a + start,
    b = args.b + start;
  flatRow(args.op, a, b, args.out + start, n);
}

/** The argument block of `addScaled`; the scales are floats. */
@unmanaged
export class ScaledArguments {
  a: usize;
  b: usize;
  out: usize;
  size: i32;
  scaleA: f32;
  scaleB: f32;
}

export function addScaled(args: ScaledArguments, begin: i32, end: i32): void {
  const start = (<usize>begin * CHUNK) << 2;
  const n = min(end * CHUNK, args.size) - begin * CHUNK;
  const a = args.a + start,
    b = args.b + start;
  const out = args.out + start;
  addScaledRow(a, b, out, n, args.scaleA, args.scaleB);
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
@unmanaged
export class FillArguments {
  out: usize;
  size: i32;
  bits: i32;
}

export function fill(args: FillArguments, begin: i32, end: i32): void {
  const n = min(end * CHUNK, args.size) - begin * CHUNK;
  fillRow(args.out + ((<usize>begin * CHUNK) << 2), n, args.bits);
}

/** An axis of `broadcast`: strides are in elements. */
@unmanaged
export class BroadcastAxis {
  length: i32;
  a: i32;
  b: i32;
  c: i32;
}

/** The argument block of `broadcast`. */
@unmanaged
export class BroadcastArguments {
  op: i32;
  a: usize;
  b: usize;
  /** Select's condition, or 0. */
  c: usize;
  out: usize;
  size: i32;
  /** How many axes there are beyond the rows. */
  axes: i32;

  /** The axes lie behind, the innermost first: it is the rows, where strides are 1 or 0. */
  @inline
  axis(i: i32): BroadcastAxis {
    return item<BroadcastAxis>(behind(this), i);
  }
}

const enum Operand {
  A,
  B,
  C,
}

/** The offset in bytes of outer row `row` of an operand. */
@inline
function rowOffset(args: BroadcastArguments, operand: Operand, row: i32): usize {
  let offset = 0;
  for (let i = 1; i <= args.axes; i++) {
    const axis = args.axis(i);
    const next = row / axis.length;
    const stride = operand == Operand.A ? axis.a : operand == Operand.B ? axis.b : axis.c;
    offset += (row - next * axis.length) * stride;
    row = next;
  }
  return (<usize>offset) << 2;
}

export function broadcast(args: BroadcastArguments, begin: i32, end: i32): void {
  const op = args.op;
  const n = args.axis(0).length;
  const axes = args.axes;
  const stepA = args.axis(0).a;
  const stepB = args.axis(0).b;
  const stepC = args.axis(0).c;
  const out = args.out;
  const stop = min(end * CHUNK, args.size);
  let at = begin * CHUNK;
  let row = at / n;
  let column = at - row * n;
  // Rows advance by the innermost outer axis's strides; where that axis ends, offsets are worked out anew.
  const outer = args.axis(1);
  const run = axes > 0 ? outer.length : 1;
  const nextA = axes > 0 ? (<usize>outer.a) << 2 : 0;
  const nextB = axes > 0 ? (<usize>outer.b) << 2 : 0;
  const nextC = axes > 0 ? (<usize>outer.c) << 2 : 0;
  while (at < stop) {
    let a = args.a + rowOffset(args, Operand.A, row);
    let b = args.b + rowOffset(args, Operand.B, row);
    let c = args.c + rowOffset(args, Operand.C, row);
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
