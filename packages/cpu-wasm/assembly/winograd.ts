/**
 * The part of Winograd's convolution that all tile sizes share: the products of transformed tiles and kernels.
 *
 * Y = Aᵀ [(G k Gᵀ) ⊙ (Bᵀ d B)] A turns the sums over a tile's taps into products of transformed elements ("points"), so the
 * sums over channels become one matrix product for each point. Layouts, all with lanes along tiles: transformed input
 * [point][channel][tile], transformed kernel [point][pair of output channels][channel][2], products [point][output
 * channel][tile].
 *
 * Source: Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks".
 */
import { arg } from "./simd";
import { positions, setTapRuns } from "./conv-positions";

/**
 * Chunks: (point, part of the channel pairs).
 *
 * args: 0 transformed input, 1 transformed kernel, 2 products, 3 table of the channels' offsets, 4 channels, 5 tiles,
 * 6 channel pairs, 7 pairs of a part, 8 parts, 9 input step per point, 10 kernel step per point, 11 product step per
 * point, 12 product step per output channel, 13 eight zero bytes.
 */
export function winogradProducts(args: usize, begin: i32, end: i32): void {
  const table = <usize>arg(args, 3), channels = arg(args, 4), tiles = arg(args, 5), pairs = arg(args, 6);
  const partPairs = arg(args, 7), parts = arg(args, 8);
  const outChannel = <usize>arg(args, 12), zeros = <usize>arg(args, 13);
  setTapRuns(1, 0);
  for (let chunk = begin; chunk < end; chunk++) {
    const point = chunk / parts;
    const first = (chunk - point * parts) * partPairs;
    const last = min(first + partPairs, pairs);
    const input = <usize>arg(args, 0) + arg(args, 9) * point;
    let kernel = <usize>arg(args, 1) + arg(args, 10) * point + (<usize>(first * channels) << 3);
    let out = <usize>arg(args, 2) + arg(args, 11) * point + 2 * outChannel * first;
    for (let pair = first; pair < last; pair++) {
      positions(2, input, table, zeros, kernel, channels, out, outChannel, tiles);
      kernel += <usize>channels << 3;
      out += outChannel << 1;
    }
  }
}

/** The direct sum of one output value, in float64: what a window with a non-finite value must give. */
export function directAt(input: usize, row: usize, plane: usize, channels: i32, kernel: usize, args: usize): f64 {
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
