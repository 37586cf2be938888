/**
 * The part of Winograd's convolution that all tile sizes share: the products of transformed tiles and kernels.
 *
 * Y = Aᵀ [(G k Gᵀ) ⊙ (Bᵀ d B)] A turns the sums over a tile's taps into products of transformed elements
 * ("points"), so the sums over channels become one matrix product for each point. Layouts, all with lanes along
 * tiles: transformed input [point][channel][tile], transformed kernel [point][pair of output channels][channel][2],
 * products [point][output channel][tile].
 *
 * Source: Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks".
 */
import { arg } from "./simd";
import { positions, setTapRuns } from "./conv-positions";

/**
 * Chunks are points.
 *
 * args: 0 transformed input, 1 transformed kernel, 2 products, 3 table of the channels' offsets, 4 channels, 5 tiles,
 * 6 channel pairs, 7 input step per point, 8 kernel step per point, 9 product step per point, 10 product step per
 * output channel, 11 eight zero bytes.
 */
export function winogradProducts(args: usize, begin: i32, end: i32): void {
  const table = <usize>arg(args, 3), channels = arg(args, 4), tiles = arg(args, 5), pairs = arg(args, 6);
  const outChannel = <usize>arg(args, 10), zeros = <usize>arg(args, 11);
  setTapRuns(1, 0);
  for (let point = begin; point < end; point++) {
    const input = <usize>arg(args, 0) + arg(args, 7) * point;
    let kernel = <usize>arg(args, 1) + arg(args, 8) * point;
    let out = <usize>arg(args, 2) + arg(args, 9) * point;
    for (let pair = 0; pair < pairs; pair++) {
      positions(2, input, table, zeros, kernel, channels, out, outChannel, tiles);
      kernel += <usize>channels << 3;
      out += outChannel << 1;
    }
  }
}

/** The first `count` of eight floats. */
@inline
export function storePart(to: usize, low: v128, high: v128, count: i32): void {
  if (count >= 8) {
    v128.store(to, low);
    v128.store(to, high, 16);
    return;
  }
  if (count >= 4) {
    v128.store(to, low);
    to += 16;
    count -= 4;
    low = high;
  }
  if (count & 2) {
    v128.store64_lane(to, low, 0);
    if (count & 1) v128.store32_lane(to, low, 2, 8);
  } else if (count & 1) v128.store32_lane(to, low, 0);
}

/** The direct sum of one output value, in float64: what a window with a non-finite value must give. */
function directAt(input: usize, row: usize, plane: usize, channels: i32, kernel: usize, args: usize): f64 {
  const kernelIn = arg(args, 0), kernelY = arg(args, 1), kernelX = arg(args, 2);
  let sum: f64 = 0;
  for (let c = 0; c < channels; c++) {
    for (let ky = 0; ky < 3; ky++) {
      for (let kx = 0; kx < 3; kx++) {
        const x = load<f32>(input + <usize>ky * row + (<usize>kx << 2));
        sum += <f64>x * <f64>load<f32>(kernel + ky * kernelY + kx * kernelX);
      }
    }
    input += plane;
    kernel += kernelIn;
  }
  return sum;
}

/**
 * Sums the outputs anew, directly, that are not finite, in a block of some rows and columns: the transform of an
 * infinite input gives NaN beside it.
 *
 * args, those of the output transforms: 0 kernel step per input channel, 1 per row, 2 per column, 3 per output
 * channel, 4 products, 5 step per point, 6 per output channel, 7 out, 8 out step per row, 9 per channel, 10 per
 * image, 11 output rows that are left, 12 output columns, 13 tile columns, 14 tile rows, 15 images, 16 bias or 0,
 * 17 padded input at the first tile row, 18 its step per row, 19 per channel, 20 per image, 21 input channels, 22
 * kernel.
 */
export function repair(
  args: usize,
  channel: i32,
  image: i32,
  firstRow: i32,
  firstColumn: i32,
  out: usize,
  outRow: usize,
  columns: i32,
  rows: i32,
  bias: f32,
): void {
  const row = <usize>arg(args, 18), plane = <usize>arg(args, 19);
  const kernel = <usize>arg(args, 22) + arg(args, 3) * channel;
  const input =
    <usize>arg(args, 17) + arg(args, 20) * image + row * firstRow + (<usize>firstColumn << 2);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = out + outRow * y + (<usize>x << 2);
      if (isFinite(load<f32>(at))) continue;
      const from = input + row * y + (<usize>x << 2);
      store<f32>(at, <f32>(directAt(from, row, plane, arg(args, 21), kernel, args) + <f64>bias));
    }
  }
}

/** One tap of channels (ic, oc), (ic, oc + 1), (ic + 1, oc), (ic + 1, oc + 1). */
@inline
export function gatherTap(from: usize, outStep: usize, inStep: usize): v128 {
  let v = v128.load32_zero(from);
  v = v128.load32_lane(from + outStep, v, 1);
  v = v128.load32_lane(from + inStep, v, 2);
  return v128.load32_lane(from + inStep + outStep, v, 3);
}
