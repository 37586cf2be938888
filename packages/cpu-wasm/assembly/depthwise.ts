/**
 * 3×3 kernels on one input channel each (depthwise, or a single-channel image), stride 1 or 2, the weights in
 * registers and the borders handled in place: a padded copy would cost a quarter of the time.
 *
 * A strip of four output columns is walked from top to bottom: each input row is loaded once, and adds to the sums of
 * the (up to three) output rows that it meets, which the loop carries along. Rows outside the input are read from
 * a row of zeros; a column of padding at the left or right is masked, so up to one float before and after the input is
 * read, never used.
 */
import { arg, fma } from "./simd";

/* In globals, which each thread has for itself: as a parameter it would take a register from the loops. */
/** Rows of the input. */
let height: u32 = 0;
/** Keeps `touch` from being left out. */
let touched: i32 = 0;

/** Reads every cache line once, in the order that a processor prefetches in; a walk down the columns is not. */
function touch(from: usize, to: usize): void {
  let sum = 0;
  for (; from < to; from += 64) sum += load<i32>(from);
  touched = sum;
}

/** The odd columns from −1 on become those from 1 on. */
@inline
function shiftIn(odd: v128, at: usize): v128 {
  return v128.shuffle<f32>(odd, v128.load32_splat(at, 28), 1, 2, 3, 4);
}

/** Three taps added to a sum. */
@inline
function taps3(a: v128, b: v128, c: v128, w0: v128, w1: v128, w2: v128, sum: v128): v128 {
  return fma(c, w2, fma(b, w1, fma(a, w0, sum)));
}

/**
 * Four columns of `rows` output rows, stride 1. `y`: the first input row, which lies at `from`; `zero`: a row of zeros. Both
 * at the column that the middle tap meets first. `left`, `right`: masks of the first and the last taps' columns.
 */
export function columns3(
  from: usize,
  pitch: usize,
  y: i32,
  zero: usize,
  weights: usize,
  out: usize,
  outPitch: usize,
  rows: i32,
  left: v128,
  right: v128,
): void {
  const w0 = v128.load32_splat(weights, 4), w1 = v128.load32_splat(weights, 8), w2 = v128.load32_splat(weights, 12);
  const w3 = v128.load32_splat(weights, 16), w4 = v128.load32_splat(weights, 20), w5 = v128.load32_splat(weights, 24);
  const w6 = v128.load32_splat(weights, 28), w7 = v128.load32_splat(weights, 32), w8 = v128.load32_splat(weights, 36);
  const bound = height;
  let at = select<usize>(from, zero, <u32>y < bound);
  let a = v128.and(v128.load(at - 4), left), b = v128.load(at), c = v128.and(v128.load(at, 4), right);
  let two = taps3(a, b, c, w0, w1, w2, v128.load32_splat(weights));
  y++;
  from += pitch;
  at = select<usize>(from, zero, <u32>y < bound);
  a = v128.and(v128.load(at - 4), left), b = v128.load(at), c = v128.and(v128.load(at, 4), right);
  let one = taps3(a, b, c, w0, w1, w2, v128.load32_splat(weights));
  two = taps3(a, b, c, w3, w4, w5, two);
  do {
    y++;
    from += pitch;
    at = select<usize>(from, zero, <u32>y < bound);
    a = v128.and(v128.load(at - 4), left), b = v128.load(at), c = v128.and(v128.load(at, 4), right);
    v128.store(out, taps3(a, b, c, w6, w7, w8, two));
    two = taps3(a, b, c, w3, w4, w5, one);
    one = taps3(a, b, c, w0, w1, w2, v128.load32_splat(weights));
    out += outPitch;
  } while (--rows);
}

/** Four columns of `rows` output rows, stride 2; parameters as `columns3`. */
export function stridedColumns3(
  from: usize,
  pitch: usize,
  y: i32,
  zero: usize,
  weights: usize,
  out: usize,
  outPitch: usize,
  rows: i32,
  left: v128,
  right: v128,
): void {
  const w0 = v128.load32_splat(weights, 4), w1 = v128.load32_splat(weights, 8), w2 = v128.load32_splat(weights, 12);
  const w3 = v128.load32_splat(weights, 16), w4 = v128.load32_splat(weights, 20), w5 = v128.load32_splat(weights, 24);
  const w6 = v128.load32_splat(weights, 28), w7 = v128.load32_splat(weights, 32), w8 = v128.load32_splat(weights, 36);
  const bound = height;
  let at = select<usize>(from, zero, <u32>y < bound);
  let m = v128.load(at - 4), n = v128.load(at, 12);
  let a = v128.shuffle<f32>(m, n, 0, 2, 4, 6);
  let c = v128.and(shiftIn(a, at), right);
  let sum = taps3(v128.and(a, left), v128.shuffle<f32>(m, n, 1, 3, 5, 7), c, w0, w1, w2, v128.load32_splat(weights));
  do {
    y++;
    from += pitch;
    at = select<usize>(from, zero, <u32>y < bound);
    m = v128.load(at - 4), n = v128.load(at, 12);
    a = v128.shuffle<f32>(m, n, 0, 2, 4, 6);
    c = v128.and(shiftIn(a, at), right);
    sum = taps3(v128.and(a, left), v128.shuffle<f32>(m, n, 1, 3, 5, 7), c, w3, w4, w5, sum);
    y++;
    from += pitch;
    at = select<usize>(from, zero, <u32>y < bound);
    m = v128.load(at - 4), n = v128.load(at, 12);
    a = v128.shuffle<f32>(m, n, 0, 2, 4, 6);
    c = v128.and(shiftIn(a, at), right);
    a = v128.and(a, left);
    const b = v128.shuffle<f32>(m, n, 1, 3, 5, 7);
    v128.store(out, taps3(a, b, c, w6, w7, w8, sum));
    sum = taps3(a, b, c, w0, w1, w2, v128.load32_splat(weights));
    out += outPitch;
  } while (--rows);
}

/**
 * Chunks: (image, output channel, slice of rows).
 *
 * args: 0 input, 1 out, 2 weights (per output channel: the bias, then nine taps), 3 zeros (a row of input and 4
 * more), 4 input rows, 5 input columns, 6 output rows, 7 output columns (≥ 8), 8 stride (1 or 2), 9 rows of padding
 * above, 10 whether a column of padding lies left, 11 right, 12 input channels, 13 output channels, 14 outputs per
 * input channel, 15 rows of a slice, 16 slices.
 */
export function depthwise3(args: usize, begin: i32, end: i32): void {
  const zeroRow = <usize>arg(args, 3) + 8;
  const width = arg(args, 5), rows = arg(args, 6), columns = arg(args, 7);
  const stride = arg(args, 8), top = arg(args, 9), left = arg(args, 10) != 0, right = arg(args, 11) != 0;
  const outChannels = arg(args, 13), slices = arg(args, 16);
  height = arg(args, 4);
  // Padding is one column: the middle tap of the first output meets column 0; without it column 1.
  const shift: usize = left ? 0 : 4;
  const pitch = <usize>width << 2, outPitch = <usize>columns << 2;
  const all = i32x4.splat(-1);
  for (let chunk = begin; chunk < end; chunk++) {
    const plane = chunk / slices;
    const first = (chunk - plane * slices) * arg(args, 15);
    const count = min(arg(args, 15), rows - first);
    const image = plane / outChannels;
    const channel = plane - image * outChannels;
    const y = first * stride - top;
    const input =
      <usize>arg(args, 0) +
      (<usize>((image * arg(args, 12) + channel / arg(args, 14)) * <i32>height * width + y * width) << 2);
    const weights = <usize>arg(args, 2) + <usize>channel * 40;
    const out = <usize>arg(args, 1) + (<usize>((plane * rows + first) * columns) << 2);
    const firstRow = max(y, 0), endRow = min(y + (count - 1) * stride + 3, <i32>height);
    touch(input + pitch * (firstRow - y), input + pitch * (endRow - y));
    touch(out, out + outPitch * count);
    for (let x = 0; x < columns; x += 4) {
      x = min(x, columns - 4);
      const leftMask = x == 0 && left ? i32x4.replace_lane(all, 0, 0) : all;
      const rightMask = x == columns - 4 && right ? i32x4.replace_lane(all, 3, 0) : all;
      const at = out + (<usize>x << 2), column = shift + (<usize>(x * stride) << 2);
      if (stride == 1) {
        columns3(input + column, pitch, y, zeroRow + column, weights, at, outPitch, count, leftMask, rightMask);
      } else {
        stridedColumns3(input + column, pitch, y, zeroRow + column, weights, at, outPitch, count, leftMask, rightMask);
      }
    }
  }
}
