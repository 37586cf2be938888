/**
 * The kernel gradient for few output channels (depthwise too) as dot products along the rows: lanes are
 * neighbouring positions, a tile is two output channels × four taps, or one × five, and nothing is packed.
 *
 * The images are cut into units of some rows, the units into chunks; each chunk has sums of its own, which
 * `dotFinish` adds up in order.
 */
import { fma, arg } from "../../common/simd";

/** Adds to the eight vectors at `sums`: two channels of g × four taps, over `count` vectors of positions. */
export function dot2x4(
  g: usize,
  gStep: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  table: usize,
  count: i32,
  sums: usize,
): void {
  let a0 = v128.load(sums),
    a1 = v128.load(sums, 16),
    a2 = v128.load(sums, 32),
    a3 = v128.load(sums, 48);
  let b0 = v128.load(sums, 64),
    b1 = v128.load(sums, 80),
    b2 = v128.load(sums, 96),
    b3 = v128.load(sums, 112);
  do {
    const offset = <usize>load<i32>(table);
    const ga = v128.load(g),
      gb = v128.load(g + gStep);
    const t0 = v128.load(x0 + offset);
    a0 = fma(ga, t0, a0);
    b0 = fma(gb, t0, b0);
    const t1 = v128.load(x1 + offset);
    a1 = fma(ga, t1, a1);
    b1 = fma(gb, t1, b1);
    const t2 = v128.load(x2 + offset);
    a2 = fma(ga, t2, a2);
    b2 = fma(gb, t2, b2);
    const t3 = v128.load(x3 + offset);
    a3 = fma(ga, t3, a3);
    b3 = fma(gb, t3, b3);
    table += 4;
    g += 16;
  } while (--count);
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, b0, 64);
  v128.store(sums, b1, 80);
  v128.store(sums, b2, 96);
  v128.store(sums, b3, 112);
}

/** Adds to the five vectors at `sums`: one channel of g × five taps. */
export function dot1x5(
  g: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  x4: usize,
  table: usize,
  count: i32,
  sums: usize,
): void {
  let a0 = v128.load(sums),
    a1 = v128.load(sums, 16),
    a2 = v128.load(sums, 32);
  let a3 = v128.load(sums, 48),
    a4 = v128.load(sums, 64);
  do {
    const offset = <usize>load<i32>(table);
    const v = v128.load(g);
    a0 = fma(v, v128.load(x0 + offset), a0);
    a1 = fma(v, v128.load(x1 + offset), a1);
    a2 = fma(v, v128.load(x2 + offset), a2);
    a3 = fma(v, v128.load(x3 + offset), a3);
    a4 = fma(v, v128.load(x4 + offset), a4);
    table += 4;
    g += 16;
  } while (--count);
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, a4, 64);
}

/** Entry `tap` of a table, or its last. */
@inline
function entry(table: usize, tap: i32, taps: i32): usize {
  return <usize>load<i32>(table + ((<usize>min(tap, taps - 1)) << 2));
}

/** The argument block of `convDot`. Steps are in bytes. */
export const enum DotSlot {
  /** Padded. */
  X,
  /** Its rows are a multiple of 4 wide. */
  G,
  SUMS,
  TAP_TABLE,
  TAPS,
  /** Offsets of a unit's vectors in x, how many, and how many of the last unit of an image. */
  VECTOR_TABLE,
  VECTORS,
  LAST_VECTORS,
  /** Units of an image, and in all. */
  PER_IMAGE,
  UNITS,
  CHUNKS,
  GROUPS,
  /** Output channels of a group. */
  CHANNELS,
  UNIT_X,
  IMAGE_X,
  GROUP_X,
  UNIT_G,
  IMAGE_G,
  CHANNEL_G,
  /** Bytes of the sums. */
  CHUNK_SUMS,
  GROUP_SUMS,
}

/** Chunks: runs of units; a unit is (image, block of rows). */
export function convDot(args: usize, begin: i32, end: i32): void {
  const taps = arg(args, DotSlot.TAPS),
    perImage = arg(args, DotSlot.PER_IMAGE),
    units = arg(args, DotSlot.UNITS),
    chunks = arg(args, DotSlot.CHUNKS);
  const groups = arg(args, DotSlot.GROUPS),
    channels = arg(args, DotSlot.CHANNELS);
  const table = <usize>arg(args, DotSlot.TAP_TABLE),
    vectors = <usize>arg(args, DotSlot.VECTOR_TABLE);
  const gChannel = <usize>arg(args, DotSlot.CHANNEL_G);
  for (let chunk = begin; chunk < end; chunk++) {
    const chunkSums = <usize>arg(args, DotSlot.SUMS) + <usize>arg(args, DotSlot.CHUNK_SUMS) * chunk;
    memory.fill(chunkSums, 0, arg(args, DotSlot.CHUNK_SUMS));
    const endUnit = <i32>((<i64>units * (chunk + 1)) / chunks);
    for (let unit = <i32>((<i64>units * chunk) / chunks); unit < endUnit; unit++) {
      const image = unit / perImage;
      const part = unit - image * perImage;
      const count = part == perImage - 1 ? arg(args, DotSlot.LAST_VECTORS) : arg(args, DotSlot.VECTORS);
      const unitX =
        <usize>arg(args, DotSlot.X) + arg(args, DotSlot.IMAGE_X) * image + arg(args, DotSlot.UNIT_X) * part;
      const unitG =
        <usize>arg(args, DotSlot.G) + arg(args, DotSlot.IMAGE_G) * image + arg(args, DotSlot.UNIT_G) * part;
      for (let group = 0; group < groups; group++) {
        const x = unitX + arg(args, DotSlot.GROUP_X) * group;
        let g = unitG + gChannel * (group * channels);
        let sums = chunkSums + <usize>arg(args, DotSlot.GROUP_SUMS) * group;
        for (let channel = 0; channel < channels; channel += 2, g += 2 * gChannel) {
          if (channel + 1 < channels) {
            for (let tap = 0; tap < taps; tap += 4, sums += 128) {
              const x0 = x + entry(table, tap, taps),
                x1 = x + entry(table, tap + 1, taps);
              const x2 = x + entry(table, tap + 2, taps),
                x3 = x + entry(table, tap + 3, taps);
              dot2x4(g, gChannel, x0, x1, x2, x3, vectors, count, sums);
            }
          } else {
            for (let tap = 0; tap < taps; tap += 5, sums += 80) {
              const x0 = x + entry(table, tap, taps),
                x1 = x + entry(table, tap + 1, taps);
              const x2 = x + entry(table, tap + 2, taps),
                x3 = x + entry(table, tap + 3, taps);
              dot1x5(g, x0, x1, x2, x3, x + entry(table, tap + 4, taps), vectors, count, sums);
            }
          }
        }
      }
    }
  }
}

/** Lane sums of the vectors at `sums` of all chunks, the chunks in order. */
function total(sums: usize, step: usize, chunks: i32): f32 {
  let v = v128.load(sums);
  for (let chunk = 1; chunk < chunks; chunk++) v = f32x4.add(v, v128.load((sums += step)));
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** The argument block of `dotFinish`, in the terms of `DotSlot`. */
export const enum SumSlot {
  SUMS,
  OUT,
  CHUNKS,
  CHUNK_SUMS,
  GROUP_SUMS,
  TAPS,
  CHANNELS,
}

/** Chunks are groups. */
export function dotFinish(args: usize, begin: i32, end: i32): void {
  const chunks = arg(args, SumSlot.CHUNKS),
    step = <usize>arg(args, SumSlot.CHUNK_SUMS),
    taps = arg(args, SumSlot.TAPS),
    channels = arg(args, SumSlot.CHANNELS);
  for (let group = begin; group < end; group++) {
    let sums = <usize>arg(args, SumSlot.SUMS) + <usize>arg(args, SumSlot.GROUP_SUMS) * group;
    let out = <usize>arg(args, SumSlot.OUT) + ((<usize>(group * channels * taps)) << 2);
    for (let channel = 0; channel < channels; channel += 2) {
      const pair = channel + 1 < channels;
      const width = pair ? 4 : 5;
      for (let tap = 0; tap < taps; tap++) {
        const lane = tap % width;
        const at = sums + ((<usize>lane) << 4);
        store<f32>(out + ((<usize>tap) << 2), total(at, step, chunks));
        if (pair) store<f32>(out + ((<usize>(taps + tap)) << 2), total(at + 64, step, chunks));
        if (lane == width - 1 || tap == taps - 1) sums += pair ? 128 : 80;
      }
      out += (<usize>taps) << 3;
    }
  }
}
