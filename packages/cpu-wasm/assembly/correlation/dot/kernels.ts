/**
 * The kernel gradient for few output channels (depthwise too) as dot products along the rows: lanes are
 * neighbouring positions, a tile is two output channels × four taps, or one × five, and nothing is packed.
 *
 * The images are cut into units of some rows, the units into chunks; each chunk has sums of its own, which
 * `dotFinish` adds up in order.
 */
import { fma } from "../../common/simd";

/**
 * The tile of all, over `count` vectors of positions: with `isPair` two channels of g × four taps, whose sums
 * are the eight vectors at `sums`, else one × five. `isPair` is a constant.
 */
@inline
function dotTile(
  isPair: bool,
  g: usize,
  gStep: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  x4: usize,
  table: usize,
  count: i32,
  sums: usize,
): void {
  let a0 = v128.load(sums);
  let a1 = v128.load(sums, 16);
  let a2 = v128.load(sums, 32);
  let a3 = v128.load(sums, 48);
  // The fifth sum of a, or the first of b.
  let b0 = v128.load(sums, 64);
  let b1 = b0;
  let b2 = b0;
  let b3 = b0;
  if (isPair) {
    b1 = v128.load(sums, 80);
    b2 = v128.load(sums, 96);
    b3 = v128.load(sums, 112);
  }
  do {
    const offset = <usize>load<i32>(table);
    const ga = v128.load(g);
    let gb = ga;
    if (isPair) gb = v128.load(g + gStep);
    const t0 = v128.load(x0 + offset);
    a0 = fma(ga, t0, a0);
    if (isPair) b0 = fma(gb, t0, b0);
    const t1 = v128.load(x1 + offset);
    a1 = fma(ga, t1, a1);
    if (isPair) b1 = fma(gb, t1, b1);
    const t2 = v128.load(x2 + offset);
    a2 = fma(ga, t2, a2);
    if (isPair) b2 = fma(gb, t2, b2);
    const t3 = v128.load(x3 + offset);
    a3 = fma(ga, t3, a3);
    if (isPair) b3 = fma(gb, t3, b3);
    else b0 = fma(ga, v128.load(x4 + offset), b0);
    table += 4;
    g += 16;
  } while (--count);
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, b0, 64);
  if (isPair) {
    v128.store(sums, b1, 80);
    v128.store(sums, b2, 96);
    v128.store(sums, b3, 112);
  }
}

/** Two channels of g × four taps. */
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
  dotTile(true, g, gStep, x0, x1, x2, x3, 0, table, count, sums);
}

/** One channel of g × five taps. */
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
  dotTile(false, g, 0, x0, x1, x2, x3, x4, table, count, sums);
}

/** Entry `tap` of a table, or its last. */
@inline
function entry(table: usize, tap: i32, taps: i32): usize {
  return <usize>load<i32>(table + ((<usize>min(tap, taps - 1)) << 2));
}

/** The argument block of `convDot`. Steps are in bytes. */
@unmanaged
export class DotArguments {
  /** Padded. */
  x: usize;
  /** Its rows are a multiple of 4 wide. */
  g: usize;
  sums: usize;
  tapTable: usize;
  taps: i32;
  /** Offsets of a unit's vectors in x, how many, and how many of the last unit of an image. */
  vectorTable: usize;
  vectors: i32;
  lastVectors: i32;
  /** Units of an image, and in all. */
  perImage: i32;
  units: i32;
  chunks: i32;
  groups: i32;
  /** Output channels of a group. */
  channels: i32;
  unitX: i32;
  imageX: i32;
  groupX: i32;
  unitG: i32;
  imageG: i32;
  channelG: usize;
  /** Bytes of the sums. */
  chunkSums: i32;
  groupSums: usize;
}

/** Chunks: runs of units; a unit is (image, block of rows). */
export function convDot(args: DotArguments, begin: i32, end: i32): void {
  const taps = args.taps,
    perImage = args.perImage,
    units = args.units,
    chunks = args.chunks;
  const groups = args.groups,
    channels = args.channels;
  const table = args.tapTable,
    vectors = args.vectorTable;
  const gChannel = args.channelG;
  for (let chunk = begin; chunk < end; chunk++) {
    const chunkSums = args.sums + <usize>args.chunkSums * chunk;
    memory.fill(chunkSums, 0, args.chunkSums);
    const endUnit = <i32>((<i64>units * (chunk + 1)) / chunks);
    for (let unit = <i32>((<i64>units * chunk) / chunks); unit < endUnit; unit++) {
      const image = unit / perImage;
      const part = unit - image * perImage;
      const count = part == perImage - 1 ? args.lastVectors : args.vectors;
      const unitX = args.x + args.imageX * image + args.unitX * part;
      const unitG = args.g + args.imageG * image + args.unitG * part;
      for (let group = 0; group < groups; group++) {
        const x = unitX + args.groupX * group;
        let g = unitG + gChannel * (group * channels);
        let sums = chunkSums + args.groupSums * group;
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

/** The argument block of `dotFinish`, in the terms of `DotArguments`. */
@unmanaged
export class SumArguments {
  sums: usize;
  out: usize;
  chunks: i32;
  chunkSums: usize;
  groupSums: usize;
  taps: i32;
  channels: i32;
}

/** Chunks are groups. */
export function dotFinish(args: SumArguments, begin: i32, end: i32): void {
  const chunks = args.chunks,
    step = args.chunkSums,
    taps = args.taps,
    channels = args.channels;
  for (let group = begin; group < end; group++) {
    let sums = args.sums + args.groupSums * group;
    let out = args.out + ((<usize>(group * channels * taps)) << 2);
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
