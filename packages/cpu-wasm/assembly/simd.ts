/**
 * The one place where the two builds differ: `fma` is a fused multiply-add in the relaxed build, a multiplication
 * and an addition (two roundings) in the plain one.
 *
 * Source of relaxed SIMD: the WebAssembly "Relaxed SIMD" proposal, `f32x4.relaxed_madd`.
 */

/** True in the relaxed build; a constant, so branches on it cost nothing. */
export const RELAXED: bool = ASC_FEATURE_RELAXED_SIMD;

/** a · b + c in each lane. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Slot `slot` of a kernel's argument block, as an integer or a pointer. */
@inline
export function arg(args: usize, slot: i32): i32 {
  return load<i32>(args + (<usize>slot << 2));
}

/** Slot `slot` of a kernel's argument block, as a float. */
@inline
export function argF32(args: usize, slot: i32): f32 {
  return load<f32>(args + (<usize>slot << 2));
}
