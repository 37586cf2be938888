/**
 * 3×3 kernels on one input channel each (depthwise, or a single-channel image), stride 1 or 2, the weights in
 * registers and the borders handled in place: a padded copy would cost a quarter of the time.
 *
 * A strip of four output columns is walked from top to bottom: each input row is loaded once, and adds to the
 * sums of the (up to three) output rows that it meets, which the loop carries along. Rows outside the input
 * are read from a row of zeros; a column of padding at the left or right is masked, so up to one float before
 * and after the input is read, never used.
 */
import { fma } from "../../common/simd";

/** Keeps `touch` from being left out: nothing reads it. */
let touched: i32 = 0;

/**
 * Reads every cache line once, in the order that a processor prefetches in; a walk down the columns is not.
 */
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
 * Four columns of `rows` output rows, stride 1. `y`: the first input row, which lies at `from`; `zero`: a row
 * of zeros. Both at the column that the middle tap meets first. `left`, `right`: masks of the first and the
 * last taps' columns.
 */
export function columns3(
  from: usize,
  pitch: usize,
  y: i32,
  height: u32,
  zero: usize,
  weights: usize,
  out: usize,
  outPitch: usize,
  rows: i32,
  left: v128,
  right: v128,
): void {
  const w0 = v128.load32_splat(weights, 4),
    w1 = v128.load32_splat(weights, 8),
    w2 = v128.load32_splat(weights, 12);
  const w3 = v128.load32_splat(weights, 16),
    w4 = v128.load32_splat(weights, 20),
    w5 = v128.load32_splat(weights, 24);
  const w6 = v128.load32_splat(weights, 28),
    w7 = v128.load32_splat(weights, 32),
    w8 = v128.load32_splat(weights, 36);
  let at = select<usize>(from, zero, <u32>y < height);
  let a = v128.and(v128.load(at - 4), left),
    b = v128.load(at),
    c = v128.and(v128.load(at, 4), right);
  let two = taps3(a, b, c, w0, w1, w2, v128.load32_splat(weights));
  y++;
  from += pitch;
  at = select<usize>(from, zero, <u32>y < height);
  (a = v128.and(v128.load(at - 4), left)), (b = v128.load(at)), (c = v128.and(v128.load(at, 4), right));
  let one = taps3(a, b, c, w0, w1, w2, v128.load32_splat(weights));
  two = taps3(a, b, c, w3, w4, w5, two);
  do {
    y++;
    from += pitch;
    at = select<usize>(from, zero, <u32>y < height);
    (a = v128.and(v128.load(at - 4), left)), (b = v128.load(at)), (c = v128.and(v128.load(at, 4), right));
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
  height: u32,
  zero: usize,
  weights: usize,
  out: usize,
  outPitch: usize,
  rows: i32,
  left: v128,
  right: v128,
): void {
  const w0 = v128.load32_splat(weights, 4),
    w1 = v128.load32_splat(weights, 8),
    w2 = v128.load32_splat(weights, 12);
  const w3 = v128.load32_splat(weights, 16),
    w4 = v128.load32_splat(weights, 20),
    w5 = v128.load32_splat(weights, 24);
  const w6 = v128.load32_splat(weights, 28),
    w7 = v128.load32_splat(weights, 32),
    w8 = v128.load32_splat(weights, 36);
  let at = select<usize>(from, zero, <u32>y < height);
  let m = v128.load(at - 4),
    n = v128.load(at, 12);
  let a = v128.shuffle<f32>(m, n, 0, 2, 4, 6);
  let c = v128.and(shiftIn(a, at), right);
  let sum = taps3(
    v128.and(a, left),
    v128.shuffle<f32>(m, n, 1, 3, 5, 7),
    c,
    w0,
    w1,
    w2,
    v128.load32_splat(weights),
  );
  do {
    y++;
    from += pitch;
    at = select<usize>(from, zero, <u32>y < height);
    (m = v128.load(at - 4)), (n = v128.load(at, 12));
    a = v128.shuffle<f32>(m, n, 0, 2, 4, 6);
    c = v128.and(shiftIn(a, at), right);
    sum = taps3(v128.and(a, left), v128.shuffle<f32>(m, n, 1, 3, 5, 7), c, w3, w4, w5, sum);
    y++;
    from += pitch;
    at = select<usize>(from, zero, <u32>y < height);
    (m = v128.load(at - 4)), (n = v128.load(at, 12));
    a = v128.shuffle<f32>(m, n, 0, 2, 4, 6);
    c = v128.and(shiftIn(a, at), right);
    a = v128.and(a, left);
    const b = v128.shuffle<f32>(m, n, 1, 3, 5, 7);
    v128.store(out, taps3(a, b, c, w6, w7, w8, sum));
    sum = taps3(a, b, c, w0, w1, w2, v128.load32_splat(weights));
    out += outPitch;
  } while (--rows);
}

/** The argument block of `depthwise3`. */
@unmanaged
export class DepthwiseArguments {
  input: usize;
  out: usize;
  /** Per output channel: the bias, then nine taps. */
  weights: usize;
  /** A row of the input, and 8 more. */
  zeros: usize;
  /** Of the input. */
  height: i32;
  width: i32;
  /** Of the output; at least 4 columns. */
  rows: i32;
  columns: i32;
  /** 1 or 2. */
  stride: i32;
  /** Rows of padding above, and whether a column of it lies left, and right. */
  top: i32;
  left: bool;
  right: bool;
  channels: i32;
  outChannels: i32;
  /** Output channels of an input channel. */
  perChannel: i32;
  /** Rows of a slice. */
  slice: i32;
  slices: i32;
}

/** Chunks: (image, output channel, slice of rows). */
export function depthwise3(args: DepthwiseArguments, begin: i32, end: i32): void {
  const zeroRow = args.zeros + 8;
  const height = args.height;
  const width = args.width,
    rows = args.rows,
    columns = args.columns;
  const stride = args.stride,
    top = args.top,
    left = args.left,
    right = args.right;
  const outChannels = args.outChannels,
    slices = args.slices;
  // Padding is one column: the middle tap of the first output meets column 0; without it column 1.
  const shift: usize = left ? 0 : 4;
  const pitch = (<usize>width) << 2,
    outPitch = (<usize>columns) << 2;
  const all = i32x4.splat(-1);
  for (let chunk = begin; chunk < end; chunk++) {
    const plane = chunk / slices;
    const first = (chunk - plane * slices) * args.slice;
    const count = min(args.slice, rows - first);
    const image = plane / outChannels;
    const channel = plane - image * outChannels;
    const y = first * stride - top;
    const input =
      args.input +
      ((<usize>((image * args.channels + channel / args.perChannel) * height * width + y * width)) << 2);
    const weights = args.weights + <usize>channel * 40;
    const out = args.out + ((<usize>((plane * rows + first) * columns)) << 2);
    const firstRow = max(y, 0),
      endRow = min(y + (count - 1) * stride + 3, height);
    touch(input + pitch * (firstRow - y), input + pitch * (endRow - y));
    touch(out, out + outPitch * count);
    for (let x = 0; x < columns; x += 4) {
      x = min(x, columns - 4);
      const leftMask = x == 0 && left ? i32x4.replace_lane(all, 0, 0) : all;
      const rightMask = x == columns - 4 && right ? i32x4.replace_lane(all, 3, 0) : all;
      const at = out + ((<usize>x) << 2),
        column = shift + ((<usize>(x * stride)) << 2);
      if (stride == 1) {
        columns3(
          input + column,
          pitch,
          y,
          height,
          zeroRow + column,
          weights,
          at,
          outPitch,
          count,
          leftMask,
          rightMask,
        );
      } else {
        stridedColumns3(
          input + column,
          pitch,
          y,
          height,
          zeroRow + column,
          weights,
          at,
          outPitch,
          count,
          leftMask,
          rightMask,
        );
      }
    }
  }
}
