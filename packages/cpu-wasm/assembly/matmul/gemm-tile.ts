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

/** 2 rows × 16 columns. `rows` and `columns`: how many of them exist. */
export function tile2x16(
  input: usize,
  rowIn: usize,
  rows: i32,
  table: usize,
  depth: i32,
  panel: usize,
  tile: usize,
): void {
  const p0 = input + entry(rowIn, 0, rows),
    p1 = input + entry(rowIn, 1, rows);
  let a0 = v128.load(panel),
    a1 = v128.load(panel, 16),
    a2 = v128.load(panel, 32),
    a3 = v128.load(panel, 48);
  let b0 = a0,
    b1 = a1,
    b2 = a2,
    b3 = a3;
  do {
    panel += 64;
    const offset = <usize>load<i32>(table);
    const w0 = v128.load(panel),
      w1 = v128.load(panel, 16),
      w2 = v128.load(panel, 32),
      w3 = v128.load(panel, 48);
    const x0 = v128.load32_splat(p0 + offset);
    a0 = fma(x0, w0, a0);
    a1 = fma(x0, w1, a1);
    a2 = fma(x0, w2, a2);
    a3 = fma(x0, w3, a3);
    const x1 = v128.load32_splat(p1 + offset);
    b0 = fma(x1, w0, b0);
    b1 = fma(x1, w1, b1);
    b2 = fma(x1, w2, b2);
    b3 = fma(x1, w3, b3);
    table += 4;
  } while (--depth);
  v128.store(tile, a0);
  v128.store(tile, a1, 16);
  v128.store(tile, a2, 32);
  v128.store(tile, a3, 48);
  v128.store(tile, b0, 64);
  v128.store(tile, b1, 80);
  v128.store(tile, b2, 96);
  v128.store(tile, b3, 112);
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

/**
 * 2 rows × 16 columns, both rows and all columns present, stored at once: at short depths (a 1×1 kernel on 32
 * channels) the way through memory would take a fifth of the time. `out`, `next`: where the rows go; either
 * columns are neighbours (`columnStep` 4) or the rows are.
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
): void {
  let a0 = v128.load(panel),
    a1 = v128.load(panel, 16),
    a2 = v128.load(panel, 32),
    a3 = v128.load(panel, 48);
  let b0 = a0,
    b1 = a1,
    b2 = a2,
    b3 = a3;
  do {
    panel += 64;
    const offset = <usize>load<i32>(table);
    const w0 = v128.load(panel),
      w1 = v128.load(panel, 16),
      w2 = v128.load(panel, 32),
      w3 = v128.load(panel, 48);
    const x0 = v128.load32_splat(p0 + offset);
    a0 = fma(x0, w0, a0);
    a1 = fma(x0, w1, a1);
    a2 = fma(x0, w2, a2);
    a3 = fma(x0, w3, a3);
    const x1 = v128.load32_splat(p1 + offset);
    b0 = fma(x1, w0, b0);
    b1 = fma(x1, w1, b1);
    b2 = fma(x1, w2, b2);
    b3 = fma(x1, w3, b3);
    table += 4;
  } while (--depth);
  if (columnStep == 4) {
    v128.store(out, a0);
    v128.store(out, a1, 16);
    v128.store(out, a2, 32);
    v128.store(out, a3, 48);
    v128.store(next, b0);
    v128.store(next, b1, 16);
    v128.store(next, b2, 32);
    v128.store(next, b3, 48);
    return;
  }
  storePairs(out, columnStep, a0, b0);
  storePairs(out + 4 * columnStep, columnStep, a1, b1);
  storePairs(out + 8 * columnStep, columnStep, a2, b2);
  storePairs(out + 12 * columnStep, columnStep, a3, b3);
}

/** 4 rows × 8 columns. */
export function tile4x8(
  input: usize,
  rowIn: usize,
  rows: i32,
  table: usize,
  depth: i32,
  panel: usize,
  tile: usize,
): void {
  const p0 = input + entry(rowIn, 0, rows),
    p1 = input + entry(rowIn, 1, rows);
  const p2 = input + entry(rowIn, 2, rows),
    p3 = input + entry(rowIn, 3, rows);
  let a0 = v128.load(panel),
    a1 = v128.load(panel, 16);
  let b0 = a0,
    b1 = a1,
    c0 = a0,
    c1 = a1,
    d0 = a0,
    d1 = a1;
  do {
    panel += 32;
    const offset = <usize>load<i32>(table);
    const w0 = v128.load(panel),
      w1 = v128.load(panel, 16);
    const x0 = v128.load32_splat(p0 + offset);
    a0 = fma(x0, w0, a0);
    a1 = fma(x0, w1, a1);
    const x1 = v128.load32_splat(p1 + offset);
    b0 = fma(x1, w0, b0);
    b1 = fma(x1, w1, b1);
    const x2 = v128.load32_splat(p2 + offset);
    c0 = fma(x2, w0, c0);
    c1 = fma(x2, w1, c1);
    const x3 = v128.load32_splat(p3 + offset);
    d0 = fma(x3, w0, d0);
    d1 = fma(x3, w1, d1);
    table += 4;
  } while (--depth);
  v128.store(tile, a0);
  v128.store(tile, a1, 16);
  v128.store(tile, b0, 32);
  v128.store(tile, b1, 48);
  v128.store(tile, c0, 64);
  v128.store(tile, c1, 80);
  v128.store(tile, d0, 96);
  v128.store(tile, d1, 112);
}
