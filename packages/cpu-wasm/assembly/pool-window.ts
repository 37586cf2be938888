/** The pools' window: its slots in the argument block, and which windows can be done in a faster way. */
import { arg } from "./simd";

/** The argument block of the pools. X may be g, and INDICES 0. From HEIGHT on, JavaScript writes it (src/pool.ts). */
export const enum Slot {
  X, OUT, INDICES, PLANES, PER_CHUNK,
  HEIGHT, WIDTH, OUT_HEIGHT, OUT_WIDTH, KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_HEIGHT, STRIDE_WIDTH,
  TOP, BOTTOM, LEFT, RIGHT, DILATION_HEIGHT, DILATION_WIDTH,
  COUNT_PAD, HAS_DIVISOR, DIVISOR,
}

/** Whether windows are those of pool-halves.ts. */
export function areHalves(args: usize): bool {
  return (
    arg(args, Slot.KERNEL_HEIGHT) == 2 &&
    arg(args, Slot.KERNEL_WIDTH) == 2 &&
    arg(args, Slot.STRIDE_HEIGHT) == 2 &&
    arg(args, Slot.STRIDE_WIDTH) == 2 &&
    (arg(args, Slot.TOP) | arg(args, Slot.LEFT)) == 0 &&
    arg(args, Slot.DILATION_HEIGHT) * arg(args, Slot.DILATION_WIDTH) == 1 &&
    arg(args, Slot.OUT_HEIGHT) * 2 <= arg(args, Slot.HEIGHT) &&
    arg(args, Slot.OUT_WIDTH) * 2 <= arg(args, Slot.WIDTH) &&
    arg(args, Slot.OUT_WIDTH) >= 4
  );
}

/** The least k ≥ 0 with start + k · step ≥ limit, at most `most`. */
@inline
export function firstReaching(start: i32, step: i32, limit: i32, most: i32): i32 {
  return start >= limit ? 0 : min((limit - start + step - 1) / step, most);
}

/** Four elements, `stride` (1 or 2) apart. */
@inline
export function loadStrided(at: usize, stride: i32): v128 {
  const v = v128.load(at);
  return stride == 1 ? v : i32x4.shuffle(v, v128.load(at, 16), 0, 2, 4, 6);
}

/**
 * The columns whose windows can be done four at a time: [from, to) inside the input from left to right, with room to
 * read whole vectors. Empty when the stride is neither 1 nor 2.
 */
@inline
export function wideFrom(args: usize): i32 {
  const stride = arg(args, Slot.STRIDE_WIDTH);
  return (arg(args, Slot.LEFT) + stride - 1) / stride;
}

@inline
export function wideTo(args: usize): i32 {
  const stride = arg(args, Slot.STRIDE_WIDTH);
  if (stride > 2) return 0;
  const reach = (arg(args, Slot.KERNEL_WIDTH) - 1) * arg(args, Slot.DILATION_WIDTH);
  // A vector from column x on reads 4 · stride elements; the last of four windows begins 3 · stride further.
  const last = arg(args, Slot.WIDTH) + arg(args, Slot.LEFT) - reach - 4 * stride;
  return last < 0 ? 0 : min(last / stride + 4, arg(args, Slot.OUT_WIDTH));
}
