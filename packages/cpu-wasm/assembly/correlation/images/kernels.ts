/**
 * Correlations of many small maps: lanes are 16 images. Taps in the padding are left out rather than
 * multiplied, and no lane is lost on narrow rows or odd channel counts; the price is a transposition before
 * and after.
 */

import { walk16 } from "../../common/positions";

/**
 * The argument block of `imagesToLanes` and `lanesToImages`: the images row by row, their lanes, how many,
 * and floats of one.
 */
@unmanaged
export class LaneArguments {
  images: usize;
  lanes: usize;
  count: i32;
  floats: i32;
}

/** [images, size] to [block of 16 images][size][16], or back. Chunks: (block, part of 256 positions). */
@inline
function transposeChunk(args: LaneArguments, chunk: i32, back: bool): void {
  const images = args.count,
    size = args.floats;
  const parts = (size + 255) >> 8;
  const block = chunk / parts;
  const first = (chunk - block * parts) << 8;
  const last = min(first + 256, size);
  const row = (<usize>size) << 2;
  const flat = args.images + row * (block << 4) + ((<usize>first) << 2);
  const lanes = args.lanes + (row << 4) * block + ((<usize>first) << 6);
  for (let lane = 0; lane < 16; lane += 4) {
    const valid = images - (block << 4) - lane;
    if (back && valid <= 0) return;
    // Missing images: the first is read again, and nothing is written.
    const p0 = valid > 0 ? flat + row * lane : flat;
    const p1 = valid > 1 ? p0 + row : p0,
      p2 = valid > 2 ? p0 + 2 * row : p0,
      p3 = valid > 3 ? p0 + 3 * row : p0;
    let to = lanes + ((<usize>lane) << 2);
    let i = first;
    let at: usize = 0;
    for (; i + 4 <= last; i += 4, at += 16, to += 256) {
      if (back) {
        const a = v128.load(to),
          b = v128.load(to, 64),
          c = v128.load(to, 128),
          d = v128.load(to, 192);
        const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
          ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5),
          cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
        v128.store(p0 + at, v128.shuffle<f64>(ab0, cd0, 0, 2));
        if (valid > 1) v128.store(p1 + at, v128.shuffle<f64>(ab0, cd0, 1, 3));
        if (valid > 2) v128.store(p2 + at, v128.shuffle<f64>(ab1, cd1, 0, 2));
        if (valid > 3) v128.store(p3 + at, v128.shuffle<f64>(ab1, cd1, 1, 3));
      } else {
        const a = v128.load(p0 + at),
          b = v128.load(p1 + at),
          c = v128.load(p2 + at),
          d = v128.load(p3 + at);
        const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
          ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5),
          cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
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

export function imagesToLanes(args: LaneArguments, begin: i32, end: i32): void {
  for (let chunk = begin; chunk < end; chunk++) transposeChunk(args, chunk, false);
}

export function lanesToImages(args: LaneArguments, begin: i32, end: i32): void {
  for (let chunk = begin; chunk < end; chunk++) transposeChunk(args, chunk, true);
}

/** The argument block of `convImages`. Steps are in bytes. */
@unmanaged
export class ImageArguments {
  /** Lanes. */
  input: usize;
  out: usize;
  /**
   * As `packTaps` packs them, taps in the order row, column, channel, which is also that of the table of
   * their offsets.
   */
  weights: usize;
  table: usize;
  channels: i32;
  outChannels: i32;
  rows: i32;
  columns: i32;
  strideY: i32;
  top: i32;
  dilationY: i32;
  tapsY: i32;
  height: i32;
  strideX: i32;
  left: i32;
  dilationX: i32;
  tapsX: i32;
  width: i32;
  blockIn: i32;
  blockOut: i32;
  rowOut: i32;
  columnOut: i32;
  channelOut: usize;
}

/** Chunks: (block of 16 images, output row). */
export function convImages(args: ImageArguments, begin: i32, end: i32): void {
  const table = args.table,
    channels = args.channels,
    outChannels = args.outChannels;
  const rows = args.rows,
    columns = args.columns;
  const stepY = args.dilationY,
    tapsY = args.tapsY,
    height = args.height;
  const strideX = args.strideX,
    left = args.left,
    stepX = args.dilationX,
    tapsX = args.tapsX,
    width = args.width;
  const taps = channels * tapsX * tapsY;
  const outChannel = args.channelOut;
  for (let chunk = begin; chunk < end; chunk++) {
    const block = chunk / rows;
    const row = chunk - block * rows;
    const y = row * args.strideY - args.top;
    const firstY = y >= 0 ? 0 : (stepY - 1 - y) / stepY;
    const endY = y >= height ? 0 : min((height - 1 - y) / stepY + 1, tapsY);
    const input = args.input + args.blockIn * block;
    const out = args.out + args.blockOut * block + args.rowOut * row;
    for (let column = 0; column < columns; column++) {
      const x = column * strideX - left;
      const firstX = x >= 0 ? 0 : (stepX - 1 - x) / stepX;
      const endX = x >= width ? 0 : min((width - 1 - x) / stepX + 1, tapsX);
      const depth = max(endX - firstX, 0) * channels;
      const runs = endY - firstY;
      const skip = (firstY * tapsX + firstX) * channels;
      const between = (<usize>(tapsX * channels - depth)) << 2;
      const from = input + ((y * width + x) << 6);
      let weights = args.weights;
      let to = out + args.columnOut * column;
      for (let channel = 0; channel < outChannels; channel += 2) {
        const pair = channel + 1 < outChannels;
        const step: usize = pair ? 8 : 4;
        if (depth == 0 || runs <= 0) {
          fill16(to, load<f32>(weights));
          if (pair) fill16(to + outChannel, load<f32>(weights, 4));
        } else {
          const entries = table + ((<usize>skip) << 2),
            tapWeights = weights + step * (skip + 1);
          walk16(pair ? 2 : 1, from, entries, weights, tapWeights, depth, runs, between, to, outChannel);
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
