/**
 * The kernel gradient for few output channels (depthwise too) as dot products along the rows: lanes are
 * neighbouring positions, a tile is two output channels × four taps, or one × five, and nothing is packed.
 *
 * The images are cut into units of some rows, the units into chunks; each chunk has sums of its own, in
 * float64 lanes, to which each unit's go, and which `dotFinish` adds up in order.
 */
import { CHAIN } from "../../common/budgets";
import { fma } from "../../common/simd";

/** Adds four lanes to float64 ones. */
@inline
function addLanes(sums: usize, v: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(v)));
  const high = f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1));
  v128.store(sums, f64x2.add(v128.load(sums, 16), high), 16);
}

/**
 * The tile of all, over `count` vectors of positions: with `isPair` two channels of g × four taps, which are
 * added to the eight sums at `sums`, else one × five. `isPair` is a constant.
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
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  // The fifth sum of a, or the first of b.
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  while (true) {
    let left = min(count, CHAIN);
    count -= left;
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
    } while (--left);
    addLanes(sums, a0);
    addLanes(sums + 32, a1);
    addLanes(sums + 64, a2);
    addLanes(sums + 96, a3);
    addLanes(sums + 128, b0);
    if (isPair) {
      addLanes(sums + 160, b1);
      addLanes(sums + 192, b2);
      addLanes(sums + 224, b3);
    }
    if (count == 0) return;
    a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = f32x4.splat(0);
  }
}

/** Bytes of a tile's sums. */
export const PAIR_BYTES: i32 = 256;
export const SINGLE_BYTES: i32 = 160;

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
            for (let tap = 0; tap < taps; tap += 4, sums += PAIR_BYTES) {
              const x0 = x + entry(table, tap, taps),
                x1 = x + entry(table, tap + 1, taps);
              const x2 = x + entry(table, tap + 2, taps),
                x3 = x + entry(table, tap + 3, taps);
              dot2x4(g, gChannel, x0, x1, x2, x3, vectors, count, sums);
            }
          } else {
            for (let tap = 0; tap < taps; tap += 5, sums += SINGLE_BYTES) {
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

/** The lanes at `sums` of all chunks, the chunks in order. */
function total(sums: usize, step: usize, chunks: i32): f32 {
  let low = v128.load(sums);
  let high = v128.load(sums, 16);
  for (let chunk = 1; chunk < chunks; chunk++) {
    sums += step;
    low = f64x2.add(low, v128.load(sums));
    high = f64x2.add(high, v128.load(sums, 16));
  }
  low = f64x2.add(low, high);
  return <f32>(f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1));
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
        const at = sums + ((<usize>lane) << 5);
        store<f32>(out + ((<usize>tap) << 2), total(at, step, chunks));
        if (pair) store<f32>(out + ((<usize>(taps + tap)) << 2), total(at + 128, step, chunks));
        if (lane == width - 1 || tap == taps - 1) sums += pair ? PAIR_BYTES : SINGLE_BYTES;
      }
      out += (<usize>taps) << 3;
    }
  }
}
