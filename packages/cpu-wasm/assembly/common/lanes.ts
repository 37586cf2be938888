/**
 * What rows of four lanes share. The last one to three elements of a row are a vector too. What lies beyond
 * may be another thread's: kernels load it, since no lane depends on another, and must not write it. The heap
 * keeps a vector's bytes free at its end (src/heap.ts).
 */

/** Loads `count` (1–3) elements; the other lanes are 0, for who uses them. */
export function loadLanes(from: usize, count: i32): v128 {
  if (count == 1) return v128.load32_zero(from);
  const two = v128.load64_zero(from);
  return count == 2 ? two : v128.load32_lane(from, two, 2, 8);
}

/** Four elements, `stride` apart, which is at least 2. */
@inline
export function loadApart(at: usize, stride: i32): v128 {
  if (stride == 2) return i32x4.shuffle(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
  const step = (<usize>stride) << 2;
  let v = v128.load32_zero(at);
  v = v128.load32_lane(at + step, v, 1);
  v = v128.load32_lane(at + 2 * step, v, 2);
  return v128.load32_lane(at + 3 * step, v, 3);
}

/** Four elements, `stride` apart. */
@inline
export function loadStrided(at: usize, stride: i32): v128 {
  return stride == 1 ? v128.load(at) : loadApart(at, stride);
}

/** Stores the first `count` (1–3) lanes. */
export function storeLanes(to: usize, value: v128, count: i32): void {
  if (count == 1) {
    v128.store32_lane(to, value, 0);
    return;
  }
  v128.store64_lane(to, value, 0);
  if (count == 3) v128.store32_lane(to, value, 2, 8);
}

/** Stores a whole vector, or the `left` (1–3) elements that remain. */
@inline
export function storeSome(to: usize, value: v128, left: i32): void {
  if (left >= 4) v128.store(to, value);
  else storeLanes(to, value, left);
}

/** All bits set in the first `count` lanes. */
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3));
}

/** The sum of four lanes. */
@inline
export function sumLanes(v: v128): f64 {
  const pairs = f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1)));
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

/** The larger of two, or NaN: f32x4.max, in three machine instructions instead of eight. */
@inline
export function maximum(a: v128, b: v128): v128 {
  return v128.or(f32x4.pmax(a, b), f32x4.ne(b, b)); // pmax(a, b) is a where a is NaN; all bits set is NaN
}

/** The smaller of two, or NaN. */
@inline
export function minimum(a: v128, b: v128): v128 {
  return v128.or(f32x4.pmin(a, b), f32x4.ne(b, b));
}
