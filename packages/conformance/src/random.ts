/**
 * The suite's own random numbers: seeded, the same on every machine, and never Math.random.
 *
 * xorshift32 (Marsaglia 2003, "Xorshift RNGs"), seeded with the FNV-1a hash of the case's id. Integers are
 * small so that sums of products stay exact in float32 (below 2²⁴) and results compare with ===.
 */
import { arrayOf, type DType, type TypedArray } from "@corr2d/core";

/** A source of numbers that are the same for the same seed. */
export interface Random {
  /** What reproduces the sequence; printed with every failure. */
  readonly seed: number;
  /** Uniform in [0, 1). */
  next(): number;
  /** Integers from `low` to `high`, both included. Default −4 … 4. */
  integers(dtype: DType, size: number, low?: number, high?: number): TypedArray;
  /** Uniform in [low, high), rounded to the dtype. Default −1 … 1. */
  reals(dtype: DType, size: number, low?: number, high?: number): TypedArray;
}

/** FNV-1a, 32 bits: a seed from a text. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Numbers that are the same for the same seed, on every machine. */
export function createRandom(seed: number): Random {
  let state = seed | 0 || 0x9e3779b9; // zero is the one state xorshift never leaves
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const fill = (dtype: DType, size: number, element: () => number): TypedArray => {
    const out = arrayOf(dtype, size);
    for (let i = 0; i < size; i++) out[i] = element();
    return out;
  };
  return {
    seed,
    next,
    integers: (dtype, size, low = -4, high = 4) =>
      fill(dtype, size, () => low + Math.floor(next() * (high - low + 1))),
    reals: (dtype, size, low = -1, high = 1) => fill(dtype, size, () => low + next() * (high - low)),
  };
}
