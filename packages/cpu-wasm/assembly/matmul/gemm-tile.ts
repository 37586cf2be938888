/**
 * The register tiles of the matrix kernels: a few rows × 8 or 16 columns, summed over the whole depth.
 *
 * Lanes are columns, read from a packed panel; each row is one scalar of the left operand, spread over the
 * lanes (outer product). The left operand is read where it lies, at row offset + depth offset, both from
 * tables: rows may be pixels and depths kernel taps (correlation without im2col), or the other way round (its
 * kernel gradient), or both lines of a matrix.
 *
 * Sizes are those that keep every sum in a register: V8 schedules all loads of a loop body before its
 * arithmetic, so sums and loads together must stay below 15. Source of the offset tables: Dukhan 2019, "The
 * Indirect Convolution Algorithm".
 */
import { CHAIN } from "../common/budgets";
import { fma } from "../common/simd";

/*
 * Most tiles leave their sums in memory, and the caller stores them (gemm-store.ts): V8 keeps a value that
 * lives across a call, or becomes its argument, on the stack from where it is computed, in the loop.
 */

/** Entry `row` of a table, or its last valid entry. */
@inline
function entry(table: usize, row: i32, rows: i32): usize {
  return <usize>load<i32>(table + ((<usize>min(row, rows - 1)) << 2));
}

/** Two neighbouring rows of four columns, as pairs of floats. */
@inline
function storePairs(out: usize, columnStep: usize, a: v128, b: v128): void {
  const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    high = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  v128.store64_lane(out, low, 0);
  v128.store64_lane(out + columnStep, low, 1);
  v128.store64_lane(out + 2 * columnStep, high, 0);
  v128.store64_lane(out + 3 * columnStep, high, 1);
}

/** All sums of a tile, one after the other. */
@inline
function storeSums(
  out: usize,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  s4: v128,
  s5: v128,
  s6: v128,
  s7: v128,
): void {
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
}

/** Where a tile's sums go. */
const enum To {
  /** One after the other to `out`. */
  TILE,
  /** To the output: rows to `out` and `next`, columns, or else rows, being neighbours. */
  OUTPUT,
}

/**
 * The tile of all: `rows` rows from `p0` on × `vectors` vectors of columns, 2 × 4 or 4 × 2; sum i is of row
 * i / vectors, vector i % vectors. `rows` and `to` are constants. Where the depth is longer than CHAIN, the
 * chains' sums are added up in `sums`, room for a tile, which may be `out`; `adds`: to what is there.
 */
@inline
function tile(
  rows: i32,
  to: To,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  table: usize,
  depth: i32,
  panel: usize,
  out: usize,
  next: usize,
  columnStep: usize,
  sums: usize,
  adds: bool,
): void {
  const four = rows == 4;
  const panelBytes: usize = four ? 32 : 64;
  let s0 = v128.load(panel);
  let s1 = v128.load(panel, 16);
  let s2 = s0;
  let s3 = s1;
  if (!four) {
    s2 = v128.load(panel, 32);
    s3 = v128.load(panel, 48);
  }
  let s4 = s0;
  let s5 = s1;
  let s6 = s2;
  let s7 = s3;
  let begun = adds;
  while (true) {
    let left = min(depth, CHAIN);
    depth -= left;
    do {
      panel += panelBytes;
      const offset = <usize>load<i32>(table);
      const w0 = v128.load(panel);
      const w1 = v128.load(panel, 16);
      let w2 = w0;
      let w3 = w1;
      if (!four) {
        w2 = v128.load(panel, 32);
        w3 = v128.load(panel, 48);
      }
      let x = v128.load32_splat(p0 + offset);
      s0 = fma(x, w0, s0);
      s1 = fma(x, w1, s1);
      if (four) x = v128.load32_splat(p1 + offset);
      s2 = fma(x, w2, s2);
      s3 = fma(x, w3, s3);
      x = v128.load32_splat((four ? p2 : p1) + offset);
      s4 = fma(x, w0, s4);
      s5 = fma(x, w1, s5);
      if (four) x = v128.load32_splat(p3 + offset);
      s6 = fma(x, w2, s6);
      s7 = fma(x, w3, s7);
      table += 4;
    } while (--left);
    if (begun) {
      s0 = f32x4.add(s0, v128.load(sums));
      s1 = f32x4.add(s1, v128.load(sums, 16));
      s2 = f32x4.add(s2, v128.load(sums, 32));
      s3 = f32x4.add(s3, v128.load(sums, 48));
      s4 = f32x4.add(s4, v128.load(sums, 64));
      s5 = f32x4.add(s5, v128.load(sums, 80));
      s6 = f32x4.add(s6, v128.load(sums, 96));
      s7 = f32x4.add(s7, v128.load(sums, 112));
    }
    if (depth == 0) break;
    storeSums(sums, s0, s1, s2, s3, s4, s5, s6, s7);
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = f32x4.splat(0);
    begun = true;
  }
  if (to == To.OUTPUT && columnStep != 4) {
    storePairs(out, columnStep, s0, s4);
    storePairs(out + 4 * columnStep, columnStep, s1, s5);
    storePairs(out + 8 * columnStep, columnStep, s2, s6);
    storePairs(out + 12 * columnStep, columnStep, s3, s7);
    return;
  }
  if (to == To.TILE) {
    storeSums(out, s0, s1, s2, s3, s4, s5, s6, s7);
    return;
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(next, s4);
  v128.store(next, s5, 16);
  v128.store(next, s6, 32);
  v128.store(next, s7, 48);
}

/** 2 rows × 16 columns. `rows`: how many of them exist. `adds`: to `sums`. */
export function tile2x16(
  input: usize,
  rowIn: usize,
  rows: i32,
  table: usize,
  depth: i32,
  panel: usize,
  sums: usize,
  adds: bool,
): void {
  const p0 = input + entry(rowIn, 0, rows);
  const p1 = input + entry(rowIn, 1, rows);
  tile(2, To.TILE, p0, p1, 0, 0, table, depth, panel, sums, 0, 0, sums, adds);
}

/** 4 rows × 8 columns. */
export function tile4x8(
  input: usize,
  rowIn: usize,
  rows: i32,
  table: usize,
  depth: i32,
  panel: usize,
  sums: usize,
  adds: bool,
): void {
  const p0 = input + entry(rowIn, 0, rows);
  const p1 = input + entry(rowIn, 1, rows);
  const p2 = input + entry(rowIn, 2, rows);
  const p3 = input + entry(rowIn, 3, rows);
  tile(4, To.TILE, p0, p1, p2, p3, table, depth, panel, sums, 0, 0, sums, adds);
}

/**
 * 2 rows × 16 columns, both rows and all columns present, stored at once: at short depths (a 1×1 kernel on 32
 * channels) the way through memory would take a fifth of the time. `out`, `next`: where the rows go; either
 * columns are neighbours (`columnStep` 4) or the rows are. `sums`: room for a tile.
 */
export function tile2x16Out(
  p0: usize,
  p1: usize,
  table: usize,
  depth: i32,
  panel: usize,
  out: usize,
  next: usize,
  columnStep: usize,
  sums: usize,
): void {
  tile(2, To.OUTPUT, p0, p1, 0, 0, table, depth, panel, out, next, columnStep, sums, false);
}
