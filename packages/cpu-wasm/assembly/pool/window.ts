/** What the pools share: their argument block, and which windows can be done in a faster way. */
import { WINDOW } from "../common/window";

/** The argument block of the pools. X may be g, and INDICES 0. */
export const enum Slot {
  X,
  OUT,
  INDICES,
  PER_CHUNK,
  COUNT_PAD,
  DIVISOR,
}

const w = WINDOW;

/** Whether windows are those of halves.ts. */
export function areHalves(): bool {
  return (
    w.kernelHeight == 2 &&
    w.kernelWidth == 2 &&
    w.strideHeight == 2 &&
    w.strideWidth == 2 &&
    (w.padTop | w.padLeft) == 0 &&
    w.dilationHeight * w.dilationWidth == 1 &&
    w.outputHeight * 2 <= w.inputHeight &&
    w.outputWidth * 2 <= w.inputWidth &&
    w.outputWidth >= 4
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
 * The columns whose windows can be done four at a time: [from, to) inside the input from left to right, with
 * room to read whole vectors. Empty when the stride is neither 1 nor 2.
 */
@inline
export function wideFrom(): i32 {
  const stride = w.strideWidth;
  return (w.padLeft + stride - 1) / stride;
}

@inline
export function wideTo(): i32 {
  const stride = w.strideWidth;
  if (stride > 2) return 0;
  const reach = (w.kernelWidth - 1) * w.dilationWidth;
  // A vector from column x on reads 4 · stride elements; the last of four windows begins 3 · stride further.
  const last = w.inputWidth + w.padLeft - reach - 4 * stride;
  return last < 0 ? 0 : min(last / stride + 4, w.outputWidth);
}
