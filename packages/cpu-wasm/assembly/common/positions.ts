/**
 * The tiles whose lanes are positions (neighbouring pixels, or one pixel of neighbouring images) and whose
 * scalars are weights: one or two output channels × 8, 12 or 16 positions. They waste no lane on missing
 * output channels.
 *
 * Taps are read through a table of byte offsets, their weights from rows of one (or two) floats. `start`:
 * what the sums begin with. Sizes as in matmul/gemm-tile.ts. Sums of more than CHAIN taps are sums of chains:
 * the first goes to the output, and the others, by way of a room, are added to it.
 */
import { CHAIN } from "./budgets";
import { fma } from "./simd";
import { tileRoom } from "./tile-room";

/**
 * The tile of all: `channels` (1 or 2) × `vectors` (2 to 4) vectors of positions; both are constants, and
 * what they leave out is not in the code. The walk is `runs` runs of `depth` taps with `skip` bytes of table
 * between them: a rectangle of a kernel's taps, so that taps that lie in the padding can be left out. A loop
 * of its own for a single run is slower: V8 (Node 20) takes a sixth more time for a loop that is not in
 * another.
 */
@inline
function tile(
  channels: i32,
  vectors: i32,
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  runs: i32,
  skip: usize,
  out: usize,
  outStep: usize,
): void {
  const pair = channels == 2;
  const tapBytes: usize = pair ? 8 : 4;
  let left = depth;
  let a0 = v128.load32_splat(start);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  if (pair) b0 = v128.load32_splat(start, 4);
  let b1 = b0;
  let b2 = b0;
  let b3 = b0;
  do {
    do {
      const at = input + <usize>load<i32>(table);
      const x0 = v128.load(at);
      const x1 = v128.load(at, 16);
      let x2 = x1;
      let x3 = x1;
      if (vectors > 2) x2 = v128.load(at, 32);
      if (vectors > 3) x3 = v128.load(at, 48);
      const wa = v128.load32_splat(taps);
      a0 = fma(x0, wa, a0);
      a1 = fma(x1, wa, a1);
      if (vectors > 2) a2 = fma(x2, wa, a2);
      if (vectors > 3) a3 = fma(x3, wa, a3);
      if (pair) {
        const wb = v128.load32_splat(taps, 4);
        b0 = fma(x0, wb, b0);
        b1 = fma(x1, wb, b1);
        if (vectors > 2) b2 = fma(x2, wb, b2);
        if (vectors > 3) b3 = fma(x3, wb, b3);
      }
      table += 4;
      taps += tapBytes;
    } while (--left);
    left = depth;
    table += skip;
    taps += pair ? skip << 1 : skip;
  } while (--runs);
  v128.store(out, a0);
  v128.store(out, a1, 16);
  if (vectors > 2) v128.store(out, a2, 32);
  if (vectors > 3) v128.store(out, a3, 48);
  if (pair) {
    out += outStep;
    v128.store(out, b0);
    v128.store(out, b1, 16);
    if (vectors > 2) v128.store(out, b2, 32);
    if (vectors > 3) v128.store(out, b3, 48);
  }
}

/** Two channels × 16 positions. */
export function pair16(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  runs: i32,
  skip: usize,
  out: usize,
  outStep: usize,
): void {
  tile(2, 4, input, table, start, taps, depth, runs, skip, out, outStep);
}

/** Two channels × 12 positions. */
export function pair12(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  runs: i32,
  skip: usize,
  out: usize,
  outStep: usize,
): void {
  tile(2, 3, input, table, start, taps, depth, runs, skip, out, outStep);
}

/** Two channels × 8 positions. */
export function pair8(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  runs: i32,
  skip: usize,
  out: usize,
  outStep: usize,
): void {
  tile(2, 2, input, table, start, taps, depth, runs, skip, out, outStep);
}

/** One channel × 16 positions. */
export function single16(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  runs: i32,
  skip: usize,
  out: usize,
): void {
  tile(1, 4, input, table, start, taps, depth, runs, skip, out, 0);
}

/** One channel × 12 positions. */
export function single12(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  runs: i32,
  skip: usize,
  out: usize,
): void {
  tile(1, 3, input, table, start, taps, depth, runs, skip, out, 0);
}

/** One channel × 8 positions. */
export function single8(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  runs: i32,
  skip: usize,
  out: usize,
): void {
  tile(1, 2, input, table, start, taps, depth, runs, skip, out, 0);
}

/** What later chains begin with, for a pair of channels. */
const ZEROS: usize = memory.data<f32>([0, 0]);

/** Adds the room's sums of `channels` rows of `width` vectors to the output. */
function addRoom(room: usize, channels: i32, width: i32, out: usize, outStep: usize): void {
  for (; channels > 0; channels--, out += outStep) {
    for (let i: usize = 0; i < (<usize>width) << 4; i += 16, room += 16) {
      v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(room)));
    }
  }
}

/**
 * A pair of channels, or one, × 16 positions over a walk of any length up to LONGEST_WALK: as many runs at a time
 * as make a chain, or a run that is longer in parts.
 */
export function walk16(
  channels: i32,
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  runs: i32,
  skip: usize,
  out: usize,
  outStep: usize,
): void {
  const pair = channels == 2;
  const together = min(runs, max(1, CHAIN / depth));
  const most = min(depth, CHAIN);
  const room = tileRoom();
  let rest = depth;
  let to = out;
  let step = outStep;
  while (true) {
    const count = min(runs, together);
    const length = min(rest, most);
    if (pair) pair16(input, table, start, taps, length, count, skip, to, step);
    else single16(input, table, start, taps, length, count, skip, to);
    if (to == room) addRoom(room, channels, 4, out, outStep);
    rest -= length;
    let walked = (<usize>length) << 2;
    if (rest == 0) {
      runs -= count;
      if (runs == 0) return;
      walked = (walked + skip) * count;
      rest = depth;
    }
    table += walked;
    taps += pair ? walked << 1 : walked;
    start = ZEROS;
    to = room;
    step = 64;
  }
}

/** The tile of `width` vectors over one run. */
@inline
function tileOf(
  channels: i32,
  width: i32,
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  out: usize,
  outStep: usize,
): void {
  if (channels == 2) {
    if (width == 4) pair16(input, table, start, taps, depth, 1, 0, out, outStep);
    else if (width == 3) pair12(input, table, start, taps, depth, 1, 0, out, outStep);
    else pair8(input, table, start, taps, depth, 1, 0, out, outStep);
  } else {
    if (width == 4) single16(input, table, start, taps, depth, 1, 0, out);
    else if (width == 3) single12(input, table, start, taps, depth, 1, 0, out);
    else single8(input, table, start, taps, depth, 1, 0, out);
  }
}

/** The chains of a tile after the first, added to the output. */
export function laterChains(
  channels: i32,
  width: i32,
  input: usize,
  table: usize,
  taps: usize,
  depth: i32,
  out: usize,
  outStep: usize,
): void {
  const room = tileRoom();
  const bits: usize = channels == 2 ? 3 : 2;
  while (depth > CHAIN) {
    depth -= CHAIN;
    table += (<usize>CHAIN) << 2;
    taps += (<usize>CHAIN) << bits;
    tileOf(channels, width, input, table, ZEROS, taps, min(depth, CHAIN), room, (<usize>width) << 4);
    addRoom(room, channels, width, out, outStep);
  }
}

/**
 * `channels` (1 or 2) output channels over `count` ≥ 8 positions, in tiles; the last one may overlap its
 * neighbour and write the same sums again.
 */
export function positions(
  channels: i32,
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  out: usize,
  outStep: usize,
  count: i32,
): void {
  const chain = min(depth, CHAIN);
  let vectors = (count + 3) >> 2;
  const last = <usize>(count << 2);
  let at: usize = 0;
  do {
    // 5 = 3 + 2, so that no tile is a single vector; 9 to 11, 13 to 15: two tiles of 8.
    let width = vectors == 5 ? 3 : max(min(vectors, 4), 2);
    if (width << 2 > count) width = 2;
    vectors -= width;
    if (vectors <= 0) at = last - ((<usize>width) << 4);
    const from = input + at,
      to = out + at;
    tileOf(channels, width, from, table, start, taps, chain, to, outStep);
    if (depth > CHAIN) laterChains(channels, width, from, table, taps, depth, to, outStep);
    at += (<usize>width) << 4;
  } while (vectors > 0);
}
