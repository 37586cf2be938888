/**
 * The tiles whose lanes are positions (neighbouring pixels, or one pixel of neighbouring images) and whose
 * scalars are weights: one or two output channels × 8, 12 or 16 positions. They waste no lane on missing
 * output channels.
 *
 * Taps are read through a table of byte offsets, their weights from rows of one (or two) floats. A walk is
 * `tapRuns` runs of `depth` taps with `tapSkip` bytes of table between them: a rectangle of a kernel's taps,
 * so that taps that lie in the padding can be left out. `start`: what the sums begin with. Sizes as in
 * matmul/gemm-tile.ts.
 */
import { fma } from "./simd";

/* In globals, which each thread has for itself: as parameters they would take registers from the loops. */
let tapRuns: i32 = 1;
let tapSkip: usize = 0;

/** Sets the walk of the following tiles. */
export function setTapRuns(runs: i32, skip: usize): void {
  tapRuns = runs;
  tapSkip = skip;
}

/** Two channels × 16 positions. */
export function pair16(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  out: usize,
  outStep: usize,
): void {
  let left = depth,
    runs = tapRuns;
  let a0 = v128.load32_splat(start),
    a1 = a0,
    a2 = a0,
    a3 = a0;
  let b0 = v128.load32_splat(start, 4),
    b1 = b0,
    b2 = b0,
    b3 = b0;
  do {
    do {
      const at = input + <usize>load<i32>(table);
      const x0 = v128.load(at),
        x1 = v128.load(at, 16);
      const x2 = v128.load(at, 32),
        x3 = v128.load(at, 48);
      const wa = v128.load32_splat(taps);
      a0 = fma(x0, wa, a0);
      a1 = fma(x1, wa, a1);
      a2 = fma(x2, wa, a2);
      a3 = fma(x3, wa, a3);
      const wb = v128.load32_splat(taps, 4);
      b0 = fma(x0, wb, b0);
      b1 = fma(x1, wb, b1);
      b2 = fma(x2, wb, b2);
      b3 = fma(x3, wb, b3);
      table += 4;
      taps += 8;
    } while (--left);
    left = depth;
    table += tapSkip;
    taps += tapSkip << 1;
  } while (--runs);
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  out += outStep;
  v128.store(out, b0);
  v128.store(out, b1, 16);
  v128.store(out, b2, 32);
  v128.store(out, b3, 48);
}

/** Two channels × 12 positions. */
export function pair12(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  out: usize,
  outStep: usize,
): void {
  let left = depth,
    runs = tapRuns;
  let a0 = v128.load32_splat(start),
    a1 = a0,
    a2 = a0;
  let b0 = v128.load32_splat(start, 4),
    b1 = b0,
    b2 = b0;
  do {
    do {
      const at = input + <usize>load<i32>(table);
      const x0 = v128.load(at),
        x1 = v128.load(at, 16),
        x2 = v128.load(at, 32);
      const wa = v128.load32_splat(taps);
      a0 = fma(x0, wa, a0);
      a1 = fma(x1, wa, a1);
      a2 = fma(x2, wa, a2);
      const wb = v128.load32_splat(taps, 4);
      b0 = fma(x0, wb, b0);
      b1 = fma(x1, wb, b1);
      b2 = fma(x2, wb, b2);
      table += 4;
      taps += 8;
    } while (--left);
    left = depth;
    table += tapSkip;
    taps += tapSkip << 1;
  } while (--runs);
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  out += outStep;
  v128.store(out, b0);
  v128.store(out, b1, 16);
  v128.store(out, b2, 32);
}

/** Two channels × 8 positions. */
export function pair8(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  out: usize,
  outStep: usize,
): void {
  let left = depth,
    runs = tapRuns;
  let a0 = v128.load32_splat(start),
    a1 = a0;
  let b0 = v128.load32_splat(start, 4),
    b1 = b0;
  do {
    do {
      const at = input + <usize>load<i32>(table);
      const x0 = v128.load(at),
        x1 = v128.load(at, 16);
      const wa = v128.load32_splat(taps);
      a0 = fma(x0, wa, a0);
      a1 = fma(x1, wa, a1);
      const wb = v128.load32_splat(taps, 4);
      b0 = fma(x0, wb, b0);
      b1 = fma(x1, wb, b1);
      table += 4;
      taps += 8;
    } while (--left);
    left = depth;
    table += tapSkip;
    taps += tapSkip << 1;
  } while (--runs);
  v128.store(out, a0);
  v128.store(out, a1, 16);
  out += outStep;
  v128.store(out, b0);
  v128.store(out, b1, 16);
}

/** One channel × 16 positions. */
export function single16(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  out: usize,
  outStep: usize,
): void {
  let left = depth,
    runs = tapRuns;
  let a0 = v128.load32_splat(start),
    a1 = a0,
    a2 = a0,
    a3 = a0;
  do {
    do {
      const at = input + <usize>load<i32>(table);
      const x0 = v128.load(at),
        x1 = v128.load(at, 16);
      const x2 = v128.load(at, 32),
        x3 = v128.load(at, 48);
      const wa = v128.load32_splat(taps);
      a0 = fma(x0, wa, a0);
      a1 = fma(x1, wa, a1);
      a2 = fma(x2, wa, a2);
      a3 = fma(x3, wa, a3);
      table += 4;
      taps += 4;
    } while (--left);
    left = depth;
    table += tapSkip;
    taps += tapSkip;
  } while (--runs);
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
}

/** One channel × 12 positions. */
export function single12(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  out: usize,
  outStep: usize,
): void {
  let left = depth,
    runs = tapRuns;
  let a0 = v128.load32_splat(start),
    a1 = a0,
    a2 = a0;
  do {
    do {
      const at = input + <usize>load<i32>(table);
      const x0 = v128.load(at),
        x1 = v128.load(at, 16),
        x2 = v128.load(at, 32);
      const wa = v128.load32_splat(taps);
      a0 = fma(x0, wa, a0);
      a1 = fma(x1, wa, a1);
      a2 = fma(x2, wa, a2);
      table += 4;
      taps += 4;
    } while (--left);
    left = depth;
    table += tapSkip;
    taps += tapSkip;
  } while (--runs);
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
}

/** One channel × 8 positions. */
export function single8(
  input: usize,
  table: usize,
  start: usize,
  taps: usize,
  depth: i32,
  out: usize,
  outStep: usize,
): void {
  let left = depth,
    runs = tapRuns;
  let a0 = v128.load32_splat(start),
    a1 = a0;
  do {
    do {
      const at = input + <usize>load<i32>(table);
      const x0 = v128.load(at),
        x1 = v128.load(at, 16);
      const wa = v128.load32_splat(taps);
      a0 = fma(x0, wa, a0);
      a1 = fma(x1, wa, a1);
      table += 4;
      taps += 4;
    } while (--left);
    left = depth;
    table += tapSkip;
    taps += tapSkip;
  } while (--runs);
  v128.store(out, a0);
  v128.store(out, a1, 16);
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
    if (channels == 2) {
      if (width == 4) pair16(from, table, start, taps, depth, to, outStep);
      else if (width == 3) pair12(from, table, start, taps, depth, to, outStep);
      else pair8(from, table, start, taps, depth, to, outStep);
    } else {
      if (width == 4) single16(from, table, start, taps, depth, to, outStep);
      else if (width == 3) single12(from, table, start, taps, depth, to, outStep);
      else single8(from, table, start, taps, depth, to, outStep);
    }
    at += (<usize>width) << 4;
  } while (vectors > 0);
}
