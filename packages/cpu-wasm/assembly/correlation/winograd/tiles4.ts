/**
 * Winograd's F(4×4, 3×3): tiles of 6×6 inputs give 4×4 outputs with 36 products instead of 144. Its
 * transforms multiply by up to 8 and divide by up to 24, which costs about a decimal digit against direct
 * summation.
 *
 * Input and output transforms go over the rows, then over the columns, in place.
 */
import { gatherTap, storePart } from "./tile";

@inline
function times(v: v128, factor: f32): v128 {
  return f32x4.mul(v, f32x4.splat(factor));
}

/** Bᵀ applied to six vectors, into six places `step` apart. */
@inline
function combineInput(
  d0: v128,
  d1: v128,
  d2: v128,
  d3: v128,
  d4: v128,
  d5: v128,
  to: usize,
  step: usize,
): void {
  v128.store(to, f32x4.add(f32x4.sub(times(d0, 4), times(d2, 5)), d4));
  const low = f32x4.sub(d4, times(d2, 4)),
    odd = f32x4.sub(d3, times(d1, 4));
  v128.store(to + step, f32x4.add(low, odd));
  v128.store(to + 2 * step, f32x4.sub(low, odd));
  const high = f32x4.sub(d4, d2),
    twice = times(f32x4.sub(d3, d1), 2);
  v128.store(to + 3 * step, f32x4.add(high, twice));
  v128.store(to + 4 * step, f32x4.sub(high, twice));
  v128.store(to + 5 * step, f32x4.add(f32x4.sub(times(d1, 4), times(d3, 5)), d5));
}

/** One row of four neighbouring tiles: 20 floats, every fourth in a vector, combined. */
export function inputRow4(from: usize, to: usize, point: usize): void {
  const a = v128.load(from),
    b = v128.load(from, 16),
    c = v128.load(from, 32),
    d = v128.load(from, 48);
  const e = v128.load64_zero(from, 64);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  const d0 = v128.shuffle<f64>(ab0, cd0, 0, 2),
    d1 = v128.shuffle<f64>(ab0, cd0, 1, 3);
  const d2 = v128.shuffle<f64>(ab1, cd1, 0, 2),
    d3 = v128.shuffle<f64>(ab1, cd1, 1, 3);
  const d4 = v128.shuffle<f32>(d0, e, 1, 2, 3, 4),
    d5 = v128.shuffle<f32>(d1, e, 1, 2, 3, 5);
  combineInput(d0, d1, d2, d3, d4, d5, to, point);
}

export function inputColumns4(at: usize, point: usize): void {
  const row = 6 * point;
  for (let column = 0; column < 6; column++, at += point) {
    const d0 = v128.load(at),
      d1 = v128.load(at + row),
      d2 = v128.load(at + 2 * row);
    const d3 = v128.load(at + 3 * row),
      d4 = v128.load(at + 4 * row),
      d5 = v128.load(at + 5 * row);
    combineInput(d0, d1, d2, d3, d4, d5, at, row);
  }
}

/** Bᵀ d B of four neighbouring tiles. */
export function inputTiles4(from: usize, row: usize, to: usize, point: usize): void {
  for (let r: usize = 0; r < 6; r++, from += row) inputRow4(from, to + 6 * point * r, point);
  inputColumns4(to, point);
}

/** G applied to a column of three vectors, into six places `step` apart. */
@inline
function kernelColumn4(a: v128, b: v128, c: v128, to: usize, step: usize): void {
  const ac = times(f32x4.add(a, c), -1.0 / 6),
    b6 = times(b, 1.0 / 6);
  const even = f32x4.add(times(a, 1.0 / 24), times(c, 1.0 / 6)),
    b12 = times(b, 1.0 / 12);
  v128.store(to, times(a, 0.25));
  v128.store(to + step, f32x4.sub(ac, b6));
  v128.store(to + 2 * step, f32x4.add(ac, b6));
  v128.store(to + 3 * step, f32x4.add(even, b12));
  v128.store(to + 4 * step, f32x4.sub(even, b12));
  v128.store(to + 5 * step, c);
}

/** G k Gᵀ of two output and two input channels, column by column: nothing is stored between. */
export function kernelTiles4(
  from: usize,
  outStep: usize,
  inStep: usize,
  rowStep: usize,
  columnStep: usize,
  to: usize,
  point: usize,
): void {
  const a0 = gatherTap(from, outStep, inStep),
    a1 = gatherTap(from + columnStep, outStep, inStep);
  const a2 = gatherTap(from + 2 * columnStep, outStep, inStep);
  from += rowStep;
  const b0 = gatherTap(from, outStep, inStep),
    b1 = gatherTap(from + columnStep, outStep, inStep);
  const b2 = gatherTap(from + 2 * columnStep, outStep, inStep);
  from += rowStep;
  const c0 = gatherTap(from, outStep, inStep),
    c1 = gatherTap(from + columnStep, outStep, inStep);
  const c2 = gatherTap(from + 2 * columnStep, outStep, inStep);
  const row = 6 * point;
  kernelColumn4(times(a0, 0.25), times(b0, 0.25), times(c0, 0.25), to, row);
  kernelColumn4(a2, b2, c2, to + 5 * point, row);
  let a = times(f32x4.add(a0, a2), -1.0 / 6),
    b = times(f32x4.add(b0, b2), -1.0 / 6),
    c = times(f32x4.add(c0, c2), -1.0 / 6);
  let d = times(a1, 1.0 / 6),
    e = times(b1, 1.0 / 6),
    f = times(c1, 1.0 / 6);
  kernelColumn4(f32x4.sub(a, d), f32x4.sub(b, e), f32x4.sub(c, f), to + point, row);
  kernelColumn4(f32x4.add(a, d), f32x4.add(b, e), f32x4.add(c, f), to + 2 * point, row);
  a = f32x4.add(times(a0, 1.0 / 24), times(a2, 1.0 / 6));
  b = f32x4.add(times(b0, 1.0 / 24), times(b2, 1.0 / 6));
  c = f32x4.add(times(c0, 1.0 / 24), times(c2, 1.0 / 6));
  d = times(a1, 1.0 / 12);
  e = times(b1, 1.0 / 12);
  f = times(c1, 1.0 / 12);
  kernelColumn4(f32x4.add(a, d), f32x4.add(b, e), f32x4.add(c, f), to + 3 * point, row);
  kernelColumn4(f32x4.sub(a, d), f32x4.sub(b, e), f32x4.sub(c, f), to + 4 * point, row);
}

/** Aᵀ applied to six vectors `step` apart, in place: the first four become the outputs. */
export function combineOutput4(at: usize, step: usize, bias: v128): void {
  const m1 = v128.load(at + step),
    m2 = v128.load(at + 2 * step);
  const m3 = v128.load(at + 3 * step),
    m4 = v128.load(at + 4 * step);
  const sum12 = f32x4.add(m1, m2),
    difference12 = f32x4.sub(m1, m2);
  const sum34 = f32x4.add(m3, m4),
    difference34 = f32x4.sub(m3, m4);
  v128.store(at, f32x4.add(f32x4.add(f32x4.add(v128.load(at), sum12), sum34), bias));
  v128.store(at + step, f32x4.add(f32x4.add(difference12, times(difference34, 2)), bias));
  v128.store(at + 2 * step, f32x4.add(f32x4.add(sum12, times(sum34, 4)), bias));
  const last = f32x4.add(f32x4.add(difference12, times(difference34, 8)), v128.load(at + 5 * step));
  v128.store(at + 3 * step, f32x4.add(last, bias));
}

/**
 * One output row of four tiles, interleaved into `count` ≤ 16 floats; returns 0 in every lane whose sums are
 * finite.
 */
export function outputRow4(from: usize, point: usize, out: usize, count: i32): v128 {
  const a = v128.load(from),
    b = v128.load(from + point);
  const c = v128.load(from + 2 * point),
    d = v128.load(from + 3 * point);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  storePart(out, v128.shuffle<f64>(ab0, cd0, 0, 2), v128.shuffle<f64>(ab0, cd0, 1, 3), count);
  if (count > 8)
    storePart(out + 32, v128.shuffle<f64>(ab1, cd1, 0, 2), v128.shuffle<f64>(ab1, cd1, 1, 3), count - 8);
  return f32x4.add(f32x4.add(f32x4.sub(a, a), f32x4.sub(b, b)), f32x4.add(f32x4.sub(c, c), f32x4.sub(d, d)));
}

/**
 * Aᵀ m A of four tiles, in place, with a bias: `count` ≤ 16 columns of `height` rows. Returns whether all
 * sums are finite.
 */
export function outputTiles4(
  from: usize,
  point: usize,
  bias: v128,
  out: usize,
  outRow: usize,
  count: i32,
  height: i32,
): bool {
  const none = f32x4.splat(0);
  for (let r: usize = 0; r < 6; r++) combineOutput4(from + 6 * point * r, point, none);
  for (let c: usize = 0; c < 4; c++) combineOutput4(from + point * c, 6 * point, bias);
  let check = none;
  for (let r = 0; r < height; r++) {
    check = f32x4.add(check, outputRow4(from + 6 * point * r, point, out + outRow * r, count));
  }
  return !v128.any_true(f32x4.ne(check, none));
}
