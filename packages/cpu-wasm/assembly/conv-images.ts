/**
 * Correlations of many small maps: lanes are 16 images. Taps in the padding are left out rather than multiplied,
 * and no lane is lost on narrow rows or odd channel counts; the price is a transposition before and after.
 */
import { arg } from "./simd";
import { pair16, setTapRuns, single16 } from "./conv-positions";

/** [images, size] to [block of 16 images][size][16], or back. Chunks: (block, part of 256 positions). */
@inline
function transposeChunk(args: usize, chunk: i32, back: bool): void {
  const images = arg(args, 2), size = arg(args, 3);
  const parts = (size + 255) >> 8;
  const block = chunk / parts;
  const first = (chunk - block * parts) << 8;
  const last = min(first + 256, size);
  const row = <usize>size << 2;
  const flat = <usize>arg(args, 0) + row * (block << 4) + (<usize>first << 2);
  const lanes = <usize>arg(args, 1) + (row << 4) * block + (<usize>first << 6);
  for (let lane = 0; lane < 16; lane += 4) {
    const valid = images - (block << 4) - lane;
    if (back && valid <= 0) return;
    // Missing images: the first is read again, and nothing is written.
    const p0 = valid > 0 ? flat + row * lane : flat;
    const p1 = valid > 1 ? p0 + row : p0, p2 = valid > 2 ? p0 + 2 * row : p0, p3 = valid > 3 ? p0 + 3 * row : p0;
    let to = lanes + (<usize>lane << 2);
    let i = first;
    let at: usize = 0;
    for (; i + 4 <= last; i += 4, at += 16, to += 256) {
      if (back) {
        const a = v128.load(to), b = v128.load(to, 64), c = v128.load(to, 128), d = v128.load(to, 192);
        const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
        v128.store(p0 + at, v128.shuffle<f64>(ab0, cd0, 0, 2));
        if (valid > 1) v128.store(p1 + at, v128.shuffle<f64>(ab0, cd0, 1, 3));
        if (valid > 2) v128.store(p2 + at, v128.shuffle<f64>(ab1, cd1, 0, 2));
        if (valid > 3) v128.store(p3 + at, v128.shuffle<f64>(ab1, cd1, 1, 3));
      } else {
        const a = v128.load(p0 + at), b = v128.load(p1 + at), c = v128.load(p2 + at), d = v128.load(p3 + at);
        const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<f64>(ab0, cd0, 0, 2));
        v128.store(to, v128.shuffle<f64>(ab0, cd0, 1, 3), 64);
        v128.store(to, v128.shuffle<f64>(ab1, cd1, 0, 2), 128);
        v128.store(to, v128.shuffle<f64>(ab1, cd1, 1, 3), 192);
      }
    }
    for (; i < last; i++, at += 4, to += 64) {
      if (back) {
        store<f32>(p0 + at, load<f32>(to));
        if (valid > 1) store<f32>(p1 + at, load<f32>(to, 4));
        if (valid > 2) store<f32>(p2 + at, load<f32>(to, 8));
        if (valid > 3) store<f32>(p3 + at, load<f32>(to, 12));
      } else {
        store<f32>(to, load<f32>(p0 + at));
        store<f32>(to, load<f32>(p1 + at), 4);
        store<f32>(to, load<f32>(p2 + at), 8);
        store<f32>(to, load<f32>(p3 + at), 12);
      }
    }
  }
}

/** args: 0 images, row-major, 1 lanes, 2 images, 3 floats of an image. */
export function imagesToLanes(args: usize, begin: i32, end: i32): void {
  for (let chunk = begin; chunk < end; chunk++) transposeChunk(args, chunk, false);
}

/** args as `imagesToLanes`. */
export function lanesToImages(args: usize, begin: i32, end: i32): void {
  for (let chunk = begin; chunk < end; chunk++) transposeChunk(args, chunk, true);
}

/**
 * Chunks: (block of 16 images, output row).
 *
 * args: 0 input lanes, 1 output lanes, 2 weights as `packTaps` packs them, taps in the order row, column, channel,
 * 3 table of the taps' offsets, 4 input channels, 5 output channels, 6 output rows, 7 output columns, 8 stride, 9
 * padding, 10 dilation, 11 taps and 12 input size of the vertical axis, 13 to 17 the same of the horizontal axis,
 * 18 input step per block, 19 out step per block, 20 out step per row, 21 per column, 22 per channel.
 */
export function convImages(args: usize, begin: i32, end: i32): void {
  const table = <usize>arg(args, 3), channels = arg(args, 4), outChannels = arg(args, 5);
  const rows = arg(args, 6), columns = arg(args, 7);
  const stepY = arg(args, 10), tapsY = arg(args, 11), height = arg(args, 12);
  const strideX = arg(args, 13), left = arg(args, 14), stepX = arg(args, 15), tapsX = arg(args, 16), width = arg(args, 17);
  const taps = channels * tapsX * tapsY;
  const outChannel = <usize>arg(args, 22);
  for (let chunk = begin; chunk < end; chunk++) {
    const block = chunk / rows;
    const row = chunk - block * rows;
    const y = row * arg(args, 8) - arg(args, 9);
    const firstY = y >= 0 ? 0 : (stepY - 1 - y) / stepY;
    const endY = y >= height ? 0 : min((height - 1 - y) / stepY + 1, tapsY);
    const input = <usize>arg(args, 0) + arg(args, 18) * block;
    const out = <usize>arg(args, 1) + arg(args, 19) * block + arg(args, 20) * row;
    for (let column = 0; column < columns; column++) {
      const x = column * strideX - left;
      const firstX = x >= 0 ? 0 : (stepX - 1 - x) / stepX;
      const endX = x >= width ? 0 : min((width - 1 - x) / stepX + 1, tapsX);
      const depth = max(endX - firstX, 0) * channels;
      const runs = endY - firstY;
      const skip = (firstY * tapsX + firstX) * channels;
      setTapRuns(runs, <usize>(tapsX * channels - depth) << 2);
      const from = input + ((y * width + x) << 6);
      let weights = <usize>arg(args, 2);
      let to = out + arg(args, 21) * column;
      for (let channel = 0; channel < outChannels; channel += 2) {
        const pair = channel + 1 < outChannels;
        const step: usize = pair ? 8 : 4;
        if (depth == 0 || runs <= 0) {
          fill16(to, load<f32>(weights));
          if (pair) fill16(to + outChannel, load<f32>(weights, 4));
        } else {
          const entries = table + (<usize>skip << 2), tapWeights = weights + step * (skip + 1);
          if (pair) pair16(from, entries, weights, tapWeights, depth, to, outChannel);
          else single16(from, entries, weights, tapWeights, depth, to, outChannel);
        }
        weights += step * (taps + 1);
        to += outChannel << 1;
      }
    }
  }
}

function fill16(to: usize, value: f32): void {
  const v = f32x4.splat(value);
  v128.store(to, v);
  v128.store(to, v, 16);
  v128.store(to, v, 32);
  v128.store(to, v, 48);
}
