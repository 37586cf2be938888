/** Seeded random integers and arrays, so that a failing case is found again by its number. */
import { arrayOf, type DType, type TypedArray } from "@corr2d/core";

export interface Random {
  /** An integer in [low, high]. */
  integer(low: number, high: number): number;
  pick<T>(choices: readonly T[]): T;
  /** Small integers: their sums and products are exact in every dtype, so results compare with ===. */
  integers(size: number, dtype: DType): TypedArray;
  /** Real numbers in (−1, 1). */
  reals(size: number, dtype: DType): TypedArray;
}

export function seeded(seed: number): Random {
  let state = (seed * 2654435761 + 12345) >>> 0;
  // A linear congruential generator (Knuth, TAOCP 2, 3.3.4, line 26), its high bits used.
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    integer,
    pick: (choices) => choices[integer(0, choices.length - 1)]!,
    integers: (size, dtype) => arrayOf(dtype, size).map(() => integer(-4, 4)),
    reals: (size, dtype) => arrayOf(dtype, size).map(() => next() * 2 - 1),
  };
}
