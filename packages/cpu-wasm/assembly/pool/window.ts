/** What the pools share: their argument block, and which windows can be done in a faster way. */
import { CHAIN } from "../common/budgets";
import { Window, WindowAxis } from "../common/window";

/** The argument block of the pools. `x` may be g, and `indices` 0. */
@unmanaged
export class PoolArguments {
  /** An address, like all of them: the window lies in the memory that threads share. */
  window: Window;
  x: usize;
  out: usize;
  indices: usize;
  perChunk: i32;
  /** Whether padding counts in an average. */
  countPad: bool;
  /** Or 0: as many cells as count. */
  divisor: f32;
  /** Room for each thread: padded rows, or sums. */
  rooms: usize;
  roomBytes: usize;
}

/** Whether windows are those of halves.ts. */
export function areHalves(w: Window): bool {
  return (
    w.y.kernel == 2 &&
    w.x.kernel == 2 &&
    w.y.stride == 2 &&
    w.x.stride == 2 &&
    (w.y.before | w.x.before) == 0 &&
    w.y.dilation * w.x.dilation == 1 &&
    w.y.output * 2 <= w.y.input &&
    w.x.output * 2 <= w.x.input &&
    w.x.output >= 4
  );
}

/** The least k ≥ 0 with start + k · step ≥ limit, at most `most`. */
export function firstReaching(start: i32, step: i32, limit: i32, most: i32): i32 {
  return start >= limit ? 0 : min((limit - start - 1) / step + 1, most);
}

/**
 * One past the last cell, clipped to the input, of a window that begins at `start`. One step further can be beyond 31
 * bits: so this sum is a wide one, and loops that step up to here compare as unsigned numbers.
 */
export function stopOf(start: i32, axis: WindowAxis): i32 {
  return <i32>min(<i64>start + <i64>axis.kernel * axis.dilation, <i64>axis.input);
}

/** How many cells of a window along one axis count in the divisor. */
export function countAlong(args: PoolArguments, axis: WindowAxis, start: i32): i32 {
  const pad = args.countPad;
  const first = pad ? 0 : firstReaching(start, axis.dilation, 0, axis.kernel);
  return firstReaching(start, axis.dilation, axis.input + (pad ? axis.after : 0), axis.kernel) - first;
}

export function divisorOf(args: PoolArguments, rows: i32, columns: i32): f32 {
  const divisor = args.divisor;
  return divisor ? divisor : <f32>(rows * columns);
}

/** Writes how many cells of each window along a row count, in whole vectors. */
export function writeCounts(args: PoolArguments, out: usize): void {
  const x = args.window.x;
  for (let i = 0; i < x.output; i++, out += 4) store<i32>(out, countAlong(args, x, i * x.stride - x.before));
}

/** The divisors of four windows, of which `rows` rows count, and of whose columns so many as `counts` holds. */
@inline
export function divisorsOf(args: PoolArguments, rows: i32, counts: usize): v128 {
  const divisor = args.divisor;
  if (divisor) return f32x4.splat(divisor);
  const cells = i32x4.mul(i32x4.splat(rows), v128.load(counts));
  // Where nothing counts, the sum is 0.
  return f32x4.convert_i32x4_s(i32x4.max_s(cells, i32x4.splat(1)));
}

/** Cells from a window's first to its last. */
export function reachOf(axis: WindowAxis): f64 {
  return <f64>(axis.kernel - 1) * axis.dilation + 1;
}

/** The windows along an axis, in whole vectors. */
export function vectorsOf(axis: WindowAxis): i32 {
  return (axis.output + 3) & -4;
}

/** Floats of a padded row that vectors of windows read. */
export function rowFloats(x: WindowAxis): f64 {
  const windows = <f64>(vectorsOf(x) - 1) * x.stride + reachOf(x);
  return ceil((max(windows, <f64>x.before + x.input) + 4) / 4) * 4;
}

/** Bytes of padded rows that a thread has room for; windows that reach further are done cell by cell. */
const MOST_BYTES: f64 = 16777216;

export function fits(floats: f64): bool {
  return 4 * floats <= MOST_BYTES;
}

/** Whether averages sum along one axis first, for all windows of a row: in float32, where chains are short. */
export function sumsFirst(w: Window): bool {
  return (
    !areHalves(w) &&
    <f64>w.y.kernel + w.x.kernel <= CHAIN &&
    fits(reachOf(w.x) + 2 * vectorsOf(w.x) + rowFloats(w.x))
  );
}
