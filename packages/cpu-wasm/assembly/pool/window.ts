/** What the pools share: their argument block, and which windows can be done in a faster way. */
import { ceilDiv } from "../common/host";
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
  /** Room for each chunk of shares.ts, which then does an adjoint; or 0. */
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
@inline
export function firstReaching(start: i32, step: i32, limit: i32, most: i32): i32 {
  return start >= limit ? 0 : min((limit - start - 1) / step + 1, most);
}

/**
 * One past the last cell, clipped to the input, of a window that begins at `start`. One step further can be beyond 31
 * bits: so this sum is a wide one, and loops that step up to here compare as unsigned numbers.
 */
@inline
export function stopOf(start: i32, axis: WindowAxis): i32 {
  return <i32>min(<i64>start + <i64>axis.kernel * axis.dilation, <i64>axis.input);
}

/** Four elements, `stride` (1 or 2) apart. */
@inline
export function loadStrided(at: usize, stride: i32): v128 {
  const v = v128.load(at);
  return stride == 1 ? v : i32x4.shuffle(v, v128.load(at, 16), 0, 2, 4, 6);
}

/** How many cells of a window along one axis count in the divisor. */
export function countAlong(args: PoolArguments, axis: WindowAxis, start: i32): i32 {
  const pad = args.countPad;
  const first = pad ? 0 : firstReaching(start, axis.dilation, 0, axis.kernel);
  return firstReaching(start, axis.dilation, axis.input + (pad ? axis.after : 0), axis.kernel) - first;
}

@inline
export function divisorOf(args: PoolArguments, rows: i32, columns: i32): f32 {
  const divisor = args.divisor;
  return divisor ? divisor : <f32>(rows * columns);
}

/**
 * The columns whose windows can be done four at a time: [from, to) inside the input from left to right, with
 * room to read whole vectors. Empty when the stride is neither 1 nor 2.
 */
@inline
export function wideFrom(x: WindowAxis): i32 {
  return ceilDiv(x.before, x.stride);
}

@inline
export function wideTo(x: WindowAxis): i32 {
  const stride = x.stride;
  if (stride > 2) return 0;
  const reach = (x.kernel - 1) * x.dilation;
  // A vector from column x on reads 4 · stride elements; the last of four windows begins 3 · stride further.
  const last = x.input + x.before - reach - 4 * stride;
  return last < 0 ? 0 : min(last / stride + 4, x.output);
}
