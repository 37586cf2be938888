/**
 * 3×3 kernels on one input channel each (depthwise, or a single-channel image), stride 1 or 2, the weights in
 * registers and the borders handled in place: a padded copy would cost a quarter of the time.
 *
 * Rows outside the input are read from a row of zeros; at the left and right end, where one column of padding may
 * lie, vectors are shifted with a zero.
 */
import { arg, fma } from "./simd";

/** A row's three taps of four outputs at `at`, stride 1: columns at −1, 0, 1. */
@inline
function taps3(at: usize, w0: v128, w1: v128, w2: v128, sum: v128): v128 {
  sum = fma(v128.load(at - 4), w0, sum);
  sum = fma(v128.load(at), w1, sum);
  return fma(v128.load(at, 4), w2, sum);
}

/** The same at the left border: the column at −1 is zero. */
@inline
function left3(at: usize, w0: v128, w1: v128, w2: v128, sum: v128): v128 {
  const x = v128.load(at);
  sum = fma(v128.shuffle<f32>(x, f32x4.splat(0), 4, 0, 1, 2), w0, sum);
  sum = fma(x, w1, sum);
  return fma(v128.load(at, 4), w2, sum);
}

/** The same at the right border: the column after the four is zero. */
@inline
function right3(at: usize, w0: v128, w1: v128, w2: v128, sum: v128): v128 {
  const x = v128.load(at);
  sum = fma(v128.load(at - 4), w0, sum);
  sum = fma(x, w1, sum);
  return fma(v128.shuffle<f32>(x, f32x4.splat(0), 1, 2, 3, 4), w2, sum);
}

/**
 * One output row, stride 1. `r0`, `r1`, `r2`: the rows that the three kernel rows meet, at the column that the
 * middle tap meets first. `left`, `right`: whether the first and last output meet a column of padding. At least 8
 * outputs.
 */
export function row3(
  r0: usize,
  r1: usize,
  r2: usize,
  weights: usize,
  out: usize,
  count: i32,
  left: bool,
  right: bool,
): void {
  const w0 = v128.load32_splat(weights, 4), w1 = v128.load32_splat(weights, 8), w2 = v128.load32_splat(weights, 12);
  const w3 = v128.load32_splat(weights, 16), w4 = v128.load32_splat(weights, 20), w5 = v128.load32_splat(weights, 24);
  const w6 = v128.load32_splat(weights, 28), w7 = v128.load32_splat(weights, 32), w8 = v128.load32_splat(weights, 36);
  const last = <usize>(count - 4) << 2;
  let at: usize = 0;
  if (left) {
    let sum = v128.load32_splat(weights);
    sum = left3(r0, w0, w1, w2, sum);
    sum = left3(r1, w3, w4, w5, sum);
    v128.store(out, left3(r2, w6, w7, w8, sum));
    at = 16;
  }
  const end = right ? last : last + 16;
  for (; at < end; at += 16) {
    if (at > last) at = last;
    let sum = v128.load32_splat(weights);
    sum = taps3(r0 + at, w0, w1, w2, sum);
    sum = taps3(r1 + at, w3, w4, w5, sum);
    v128.store(out + at, taps3(r2 + at, w6, w7, w8, sum));
  }
  if (right) {
    let sum = v128.load32_splat(weights);
    sum = right3(r0 + last, w0, w1, w2, sum);
    sum = right3(r1 + last, w3, w4, w5, sum);
    v128.store(out + last, right3(r2 + last, w6, w7, w8, sum));
  }
}

/** A row's three taps of four outputs, stride 2: columns at −1, 0, 1 of `at`, every second one. */
@inline
function strided3(at: usize, w0: v128, w1: v128, w2: v128, sum: v128): v128 {
  const a = v128.load(at - 4), b = v128.load(at, 12), c = v128.load(at, 4), d = v128.load(at, 16);
  sum = fma(v128.shuffle<f32>(a, b, 0, 2, 4, 6), w0, sum);
  sum = fma(v128.shuffle<f32>(a, b, 1, 3, 5, 7), w1, sum);
  return fma(v128.shuffle<f32>(c, d, 0, 2, 5, 7), w2, sum);
}

/** The same at the left border: the column at −1 is zero. */
@inline
function stridedLeft3(at: usize, w0: v128, w1: v128, w2: v128, sum: v128): v128 {
  const a = v128.load(at), b = v128.load(at, 16);
  const odd = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  sum = fma(v128.shuffle<f32>(odd, f32x4.splat(0), 4, 0, 1, 2), w0, sum);
  sum = fma(v128.shuffle<f32>(a, b, 0, 2, 4, 6), w1, sum);
  return fma(odd, w2, sum);
}

/** The same at the right border: the column after the last is zero. */
@inline
function stridedRight3(at: usize, w0: v128, w1: v128, w2: v128, sum: v128): v128 {
  const a = v128.load(at - 4), b = v128.load(at, 12), c = v128.load(at, 4);
  const odd = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
  sum = fma(odd, w0, sum);
  sum = fma(v128.shuffle<f32>(a, b, 1, 3, 5, 7), w1, sum);
  return fma(v128.shuffle<f32>(odd, f32x4.splat(0), 1, 2, 3, 4), w2, sum);
}

/** One output row, stride 2; parameters as `row3`. */
export function stridedRow3(
  r0: usize,
  r1: usize,
  r2: usize,
  weights: usize,
  out: usize,
  count: i32,
  left: bool,
  right: bool,
): void {
  const w0 = v128.load32_splat(weights, 4), w1 = v128.load32_splat(weights, 8), w2 = v128.load32_splat(weights, 12);
  const w3 = v128.load32_splat(weights, 16), w4 = v128.load32_splat(weights, 20), w5 = v128.load32_splat(weights, 24);
  const w6 = v128.load32_splat(weights, 28), w7 = v128.load32_splat(weights, 32), w8 = v128.load32_splat(weights, 36);
  const last = <usize>(count - 4) << 2;
  let at: usize = 0;
  if (left) {
    let sum = v128.load32_splat(weights);
    sum = stridedLeft3(r0, w0, w1, w2, sum);
    sum = stridedLeft3(r1, w3, w4, w5, sum);
    v128.store(out, stridedLeft3(r2, w6, w7, w8, sum));
    at = 16;
  }
  const end = right ? last : last + 16;
  for (; at < end; at += 16) {
    if (at > last) at = last;
    let sum = v128.load32_splat(weights);
    sum = strided3(r0 + 2 * at, w0, w1, w2, sum);
    sum = strided3(r1 + 2 * at, w3, w4, w5, sum);
    v128.store(out + at, strided3(r2 + 2 * at, w6, w7, w8, sum));
  }
  if (right) {
    let sum = v128.load32_splat(weights);
    sum = stridedRight3(r0 + 2 * last, w0, w1, w2, sum);
    sum = stridedRight3(r1 + 2 * last, w3, w4, w5, sum);
    v128.store(out + last, stridedRight3(r2 + 2 * last, w6, w7, w8, sum));
  }
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
  const zeros = <usize>arg(args, 3) + 8;
  const height = arg(args, 4), width = arg(args, 5), rows = arg(args, 6), columns = arg(args, 7);
  const stride = arg(args, 8), top = arg(args, 9), left = arg(args, 10) != 0, right = arg(args, 11) != 0;
  const outChannels = arg(args, 13), slices = arg(args, 16);
  // Padding is one column: the middle tap of the first output meets column 0; without it column 1.
  const shift: usize = left ? 0 : 4;
  const pitch = <usize>width << 2;
  for (let chunk = begin; chunk < end; chunk++) {
    const plane = chunk / slices;
    const first = (chunk - plane * slices) * arg(args, 15);
    const last = min(first + arg(args, 15), rows);
    const image = plane / outChannels;
    const channel = plane - image * outChannels;
    const input =
      <usize>arg(args, 0) +
      (<usize>((image * arg(args, 12) + channel / arg(args, 14)) * height * width) << 2) +
      shift;
    const weights = <usize>arg(args, 2) + <usize>channel * 40;
    let out = <usize>arg(args, 1) + (<usize>((plane * rows + first) * columns) << 2);
    for (let row = first; row < last; row++) {
      const y = row * stride - top;
      const from = input + pitch * y;
      const r0 = <u32>y < <u32>height ? from : zeros;
      const r1 = <u32>(y + 1) < <u32>height ? from + pitch : zeros;
      const r2 = <u32>(y + 2) < <u32>height ? from + 2 * pitch : zeros;
      if (stride == 1) row3(r0, r1, r2, weights, out, columns, left, right);
      else stridedRow3(r0, r1, r2, weights, out, columns, left, right);
      out += <usize>columns << 2;
    }
  }
}
