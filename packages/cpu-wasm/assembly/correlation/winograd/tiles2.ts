/**
 * Winograd's F(2×2, 3×3): tiles of 4×4 inputs give 2×2 outputs with 16 products instead of 36. Its transforms
 * only add and halve, so its rounding error is that of direct summation.
 */
import { gatherTap, storePart } from "./tile";

@inline
function evens(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 2, 4, 6);
}

@inline
function odds(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 1, 3, 5, 7);
}

/**
 * One row's B-combinations: columns 0 − 2, 1 + 2, 2 − 1, 1 − 3 of four tiles, for a row that is itself
 * combined.
 */
@inline
function storeCombined(d0: v128, d1: v128, d2: v128, d3: v128, to: usize, point: usize): void {
  v128.store(to, f32x4.sub(d0, d2));
  v128.store(to + point, f32x4.add(d1, d2));
  v128.store(to + 2 * point, f32x4.sub(d2, d1));
  v128.store(to + 3 * point, f32x4.sub(d1, d3));
}

/** Bᵀ d B of four neighbouring tiles, each point `point` bytes from the one before. */
export function inputTiles2(from: usize, row: usize, to: usize, point: usize): void {
  let a = v128.load(from),
    b = v128.load(from, 16),
    c = v128.load64_zero(from, 32);
  const p0 = evens(a, b),
    p1 = odds(a, b),
    p2 = v128.shuffle<f32>(p0, c, 1, 2, 3, 4),
    p3 = v128.shuffle<f32>(p1, c, 1, 2, 3, 5);
  from += row;
  a = v128.load(from);
  b = v128.load(from, 16);
  c = v128.load64_zero(from, 32);
  const q0 = evens(a, b),
    q1 = odds(a, b),
    q2 = v128.shuffle<f32>(q0, c, 1, 2, 3, 4),
    q3 = v128.shuffle<f32>(q1, c, 1, 2, 3, 5);
  from += row;
  a = v128.load(from);
  b = v128.load(from, 16);
  c = v128.load64_zero(from, 32);
  const r0 = evens(a, b),
    r1 = odds(a, b),
    r2 = v128.shuffle<f32>(r0, c, 1, 2, 3, 4),
    r3 = v128.shuffle<f32>(r1, c, 1, 2, 3, 5);
  storeCombined(f32x4.sub(p0, r0), f32x4.sub(p1, r1), f32x4.sub(p2, r2), f32x4.sub(p3, r3), to, point);
  to += 4 * point;
  storeCombined(f32x4.add(q0, r0), f32x4.add(q1, r1), f32x4.add(q2, r2), f32x4.add(q3, r3), to, point);
  to += 4 * point;
  storeCombined(f32x4.sub(r0, q0), f32x4.sub(r1, q1), f32x4.sub(r2, q2), f32x4.sub(r3, q3), to, point);
  from += row;
  a = v128.load(from);
  b = v128.load(from, 16);
  c = v128.load64_zero(from, 32);
  const s0 = evens(a, b),
    s1 = odds(a, b),
    s2 = v128.shuffle<f32>(s0, c, 1, 2, 3, 4),
    s3 = v128.shuffle<f32>(s1, c, 1, 2, 3, 5);
  to += 4 * point;
  storeCombined(f32x4.sub(q0, s0), f32x4.sub(q1, s1), f32x4.sub(q2, s2), f32x4.sub(q3, s3), to, point);
}

@inline
function storeKernel(a: v128, b: v128, c: v128, to: usize, point: usize): void {
  const half = f32x4.splat(0.5);
  const ac = f32x4.mul(f32x4.add(a, c), half),
    hb = f32x4.mul(b, half);
  v128.store(to, a);
  v128.store(to + point, f32x4.add(ac, hb));
  v128.store(to + 2 * point, f32x4.sub(ac, hb));
  v128.store(to + 3 * point, c);
}

/** G k Gᵀ of two output and two input channels. */
export function kernelTiles2(
  from: usize,
  outStep: usize,
  inStep: usize,
  rowStep: usize,
  columnStep: usize,
  to: usize,
  point: usize,
): void {
  const half = f32x4.splat(0.5);
  const a0 = gatherTap(from, outStep, inStep),
    a1 = gatherTap(from + columnStep, outStep, inStep);
  const a2 = gatherTap(from + 2 * columnStep, outStep, inStep);
  storeKernel(a0, a1, a2, to, point);
  const middle = from + rowStep;
  const b0 = f32x4.mul(gatherTap(middle, outStep, inStep), half);
  const b1 = f32x4.mul(gatherTap(middle + columnStep, outStep, inStep), half);
  const b2 = f32x4.mul(gatherTap(middle + 2 * columnStep, outStep, inStep), half);
  const last = middle + rowStep;
  const c0 = gatherTap(last, outStep, inStep),
    c1 = gatherTap(last + columnStep, outStep, inStep);
  const c2 = gatherTap(last + 2 * columnStep, outStep, inStep);
  const d0 = f32x4.mul(f32x4.add(a0, c0), half),
    d1 = f32x4.mul(f32x4.add(a1, c1), half);
  const d2 = f32x4.mul(f32x4.add(a2, c2), half);
  storeKernel(f32x4.add(d0, b0), f32x4.add(d1, b1), f32x4.add(d2, b2), to + 4 * point, point);
  storeKernel(f32x4.sub(d0, b0), f32x4.sub(d1, b1), f32x4.sub(d2, b2), to + 8 * point, point);
  storeKernel(c0, c1, c2, to + 12 * point, point);
}

/**
 * Aᵀ m A of four tiles, with a bias: `count` ≤ 8 columns of `height` rows. Returns whether all sums are
 * finite.
 */
export function outputTiles2(
  from: usize,
  point: usize,
  bias: v128,
  out: usize,
  outRow: usize,
  count: i32,
  height: i32,
): bool {
  let m1 = v128.load(from + 4 * point),
    m2 = v128.load(from + 8 * point);
  const a0 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
  const b0 = f32x4.sub(f32x4.sub(m1, m2), v128.load(from + 12 * point));
  from += point;
  m1 = v128.load(from + 4 * point);
  m2 = v128.load(from + 8 * point);
  const a1 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
  const b1 = f32x4.sub(f32x4.sub(m1, m2), v128.load(from + 12 * point));
  from += point;
  m1 = v128.load(from + 4 * point);
  m2 = v128.load(from + 8 * point);
  const a2 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
  const b2 = f32x4.sub(f32x4.sub(m1, m2), v128.load(from + 12 * point));
  from += point;
  m1 = v128.load(from + 4 * point);
  m2 = v128.load(from + 8 * point);
  const a3 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
  const b3 = f32x4.sub(f32x4.sub(m1, m2), v128.load(from + 12 * point));
  const y0 = f32x4.add(f32x4.add(f32x4.add(a0, a1), a2), bias),
    y1 = f32x4.add(f32x4.sub(f32x4.sub(a1, a2), a3), bias);
  storePart(out, v128.shuffle<f32>(y0, y1, 0, 4, 1, 5), v128.shuffle<f32>(y0, y1, 2, 6, 3, 7), count);
  const z0 = f32x4.add(f32x4.add(f32x4.add(b0, b1), b2), bias),
    z1 = f32x4.add(f32x4.sub(f32x4.sub(b1, b2), b3), bias);
  if (height > 1) {
    storePart(
      out + outRow,
      v128.shuffle<f32>(z0, z1, 0, 4, 1, 5),
      v128.shuffle<f32>(z0, z1, 2, 6, 3, 7),
      count,
    );
  }
  // x − x is 0 for finite x and NaN otherwise.
  const check = f32x4.add(
    f32x4.add(f32x4.sub(y0, y0), f32x4.sub(y1, y1)),
    f32x4.add(f32x4.sub(z0, z0), f32x4.sub(z1, z1)),
  );
  return !v128.any_true(f32x4.ne(check, f32x4.splat(0)));
}

/** A row of A g Aᵀ: u, u + v, u − v and v, which ought to be −v: its sign is left to `kernelGradientTile2`. */
@inline
function storeGradient(u: v128, v: v128, to: usize, point: usize): void {
  v128.store(to, u);
  v128.store(to + point, f32x4.add(u, v));
  v128.store(to + 2 * point, f32x4.sub(u, v));
  v128.store(to + 3 * point, v);
}

/** Two neighbouring floats of four planes. */
@inline
function loadPairs(from: usize, plane: usize, isHigh: bool): v128 {
  from += isHigh ? 2 * plane : 0;
  return v128.load64_lane(from + plane, v128.load64_zero(from), 1);
}

/** A g Aᵀ of one tile of four output channels, which are the lanes; planes of g are `plane` bytes apart. */
export function gradientTile2(from: usize, row: usize, plane: usize, to: usize, point: usize): void {
  const a = loadPairs(from, plane, false),
    b = loadPairs(from, plane, true),
    c = loadPairs(from + row, plane, false),
    d = loadPairs(from + row, plane, true);
  const p0 = evens(a, b),
    p1 = odds(a, b),
    q0 = evens(c, d),
    q1 = odds(c, d);
  storeGradient(p0, p1, to, point);
  storeGradient(f32x4.add(p0, q0), f32x4.add(p1, q1), to + 4 * point, point);
  storeGradient(f32x4.sub(p0, q0), f32x4.sub(p1, q1), to + 8 * point, point);
  storeGradient(q0, q1, to + 12 * point, point);
}

/** Three taps of a row of Gᵀ m. */
@inline
function storeTaps(a: v128, b: v128, c: v128, d: v128, out: usize, tap: usize): void {
  const half = f32x4.splat(0.5);
  const sum = f32x4.mul(f32x4.add(b, c), half);
  v128.store(out, f32x4.add(a, sum));
  v128.store(out + tap, f32x4.mul(f32x4.sub(b, c), half));
  v128.store(out + 2 * tap, f32x4.sub(sum, d));
}

/** Gᵀ m G of four output channels: nine taps, `tap` bytes apart. */
export function kernelGradientTile2(at: usize, point: usize, out: usize, tap: usize): void {
  const half = f32x4.splat(0.5);
  let m1 = v128.load(at + 4 * point),
    m2 = v128.load(at + 8 * point),
    sum = f32x4.mul(f32x4.add(m1, m2), half);
  const p0 = f32x4.add(v128.load(at), sum),
    q0 = f32x4.mul(f32x4.sub(m1, m2), half),
    r0 = f32x4.sub(sum, v128.load(at + 12 * point));
  at += point;
  m1 = v128.load(at + 4 * point);
  m2 = v128.load(at + 8 * point);
  sum = f32x4.mul(f32x4.add(m1, m2), half);
  const p1 = f32x4.add(v128.load(at), sum),
    q1 = f32x4.mul(f32x4.sub(m1, m2), half),
    r1 = f32x4.sub(sum, v128.load(at + 12 * point));
  at += point;
  m1 = v128.load(at + 4 * point);
  m2 = v128.load(at + 8 * point);
  sum = f32x4.mul(f32x4.add(m1, m2), half);
  const p2 = f32x4.add(v128.load(at), sum),
    q2 = f32x4.mul(f32x4.sub(m1, m2), half),
    r2 = f32x4.sub(sum, v128.load(at + 12 * point));
  at += point;
  m1 = v128.load(at + 4 * point);
  m2 = v128.load(at + 8 * point);
  sum = f32x4.mul(f32x4.add(m1, m2), half);
  const p3 = f32x4.add(v128.load(at), sum),
    q3 = f32x4.mul(f32x4.sub(m1, m2), half),
    r3 = f32x4.sub(sum, v128.load(at + 12 * point));
  storeTaps(p0, p1, p2, p3, out, tap);
  storeTaps(q0, q1, q2, q3, out + 3 * tap, tap);
  storeTaps(r0, r1, r2, r3, out + 6 * tap, tap);
}
