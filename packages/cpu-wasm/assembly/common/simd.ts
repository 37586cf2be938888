/**
 * Multiplication and addition at once. The compiler writes two instructions that no kernel needs for
 * themselves; the loader (src/module.ts) replaces them, in place, by those of the host: one fused
 * multiply-add where it has relaxed SIMD, a multiplication and an addition (two roundings) where not. So one
 * module carries both builds.
 *
 * Source of relaxed SIMD: the WebAssembly "Relaxed SIMD" proposal, `f32x4.relaxed_madd`.
 */

/** a · b + c in each lane. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  return i16x8.avgr_u(i16x8.q15mulr_sat_s(a, b), c);
}
