/**
 * The kernel gradient for few output channels (depthwise too) as dot products along the rows: lanes are neighbouring
 * positions, a tile is two output channels × four taps, or one × five, and nothing is packed.
 *
 * The images are cut into units of some rows, the units into chunks; each chunk has sums of its own, which
 * `dotFinish` adds up in order.
 */
import { fma, arg } from "./simd";

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
  let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48);
  let b0 = v128.load(sums, 64), b1 = v128.load(sums, 80), b2 = v128.load(sums, 96), b3 = v128.load(sums, 112);
  do {
    const offset = <usize>load<i32>(table);
    const ga = v128.load(g), gb = v128.load(g + gStep);
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
  let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32);
  let a3 = v128.load(sums, 48), a4 = v128.load(sums, 64);
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
  return <usize>load<i32>(table + (<usize>min(tap, taps - 1) << 2));
}

/**
 * Chunks: runs of units; a unit is (image, block of rows).
 *
 * args: 0 x (padded), 1 g (rows a multiple of 4 wide), 2 sums, 3 tap table, 4 taps, 5 vector table of a unit, 6
 * vectors of a unit, 7 vectors of the last unit of an image, 8 units of an image, 9 units, 10 chunks, 11 groups, 12
 * output channels of a group, 13 x step per unit, 14 per image, 15 per group, 16 g step per unit, 17 per image, 18
 * per channel, 19 bytes of a chunk's sums, 20 of a group's sums.
 */
export function convDot(args: usize, begin: i32, end: i32): void {
  const taps = arg(args, 4), perImage = arg(args, 8), units = arg(args, 9), chunks = arg(args, 10);
  const groups = arg(args, 11), channels = arg(args, 12);
  const table = <usize>arg(args, 3), vectors = <usize>arg(args, 5);
  const gChannel = <usize>arg(args, 18);
  for (let chunk = begin; chunk < end; chunk++) {
    const chunkSums = <usize>arg(args, 2) + <usize>arg(args, 19) * chunk;
    memory.fill(chunkSums, 0, arg(args, 19));
    const endUnit = <i32>(<i64>units * (chunk + 1) / chunks);
    for (let unit = <i32>(<i64>units * chunk / chunks); unit < endUnit; unit++) {
      const image = unit / perImage;
      const part = unit - image * perImage;
      const count = part == perImage - 1 ? arg(args, 7) : arg(args, 6);
      const unitX = <usize>arg(args, 0) + arg(args, 14) * image + arg(args, 13) * part;
      const unitG = <usize>arg(args, 1) + arg(args, 17) * image + arg(args, 16) * part;
      for (let group = 0; group < groups; group++) {
        const x = unitX + arg(args, 15) * group;
        let g = unitG + gChannel * (group * channels);
        let sums = chunkSums + <usize>arg(args, 20) * group;
        for (let channel = 0; channel < channels; channel += 2, g += 2 * gChannel) {
          if (channel + 1 < channels) {
            for (let tap = 0; tap < taps; tap += 4, sums += 128) {
              const x0 = x + entry(table, tap, taps), x1 = x + entry(table, tap + 1, taps);
              const x2 = x + entry(table, tap + 2, taps), x3 = x + entry(table, tap + 3, taps);
              dot2x4(g, gChannel, x0, x1, x2, x3, vectors, count, sums);
            }
          } else {
            for (let tap = 0; tap < taps; tap += 5, sums += 80) {
              const x0 = x + entry(table, tap, taps), x1 = x + entry(table, tap + 1, taps);
              const x2 = x + entry(table, tap + 2, taps), x3 = x + entry(table, tap + 3, taps);
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
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/**
 * Chunks are groups. args: 0 sums, 1 out, 2 chunks, 3 bytes of a chunk's sums, 4 of a group's, 5 taps, 6 output
 * channels of a group.
 */
export function dotFinish(args: usize, begin: i32, end: i32): void {
  const chunks = arg(args, 2), step = <usize>arg(args, 3), taps = arg(args, 5), channels = arg(args, 6);
  for (let group = begin; group < end; group++) {
    let sums = <usize>arg(args, 0) + <usize>arg(args, 4) * group;
    let out = <usize>arg(args, 1) + (<usize>(group * channels * taps) << 2);
    for (let channel = 0; channel < channels; channel += 2) {
      const pair = channel + 1 < channels;
      const width = pair ? 4 : 5;
      for (let tap = 0; tap < taps; tap++) {
        const lane = tap % width;
        const at = sums + (<usize>lane << 4);
        store<f32>(out + (<usize>tap << 2), total(at, step, chunks));
        if (pair) store<f32>(out + (<usize>(taps + tap) << 2), total(at + 64, step, chunks));
        if (lane == width - 1 || tap == taps - 1) sums += pair ? 128 : 80;
      }
      out += <usize>taps << 3;
    }
  }
}
