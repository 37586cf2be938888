/**
 * Sums of terms with a derived error bound, for every oracle that adds (§9.2).
 *
 * A sum of K rounded terms is off by at most K·u·Σ|term|, and by about √K·u·Σ|term| when the roundings are
 * independent; the contract allows c·√K·u·Σ|term| with c = 4, whatever the order of the additions.
 */
import { type DType, isFloating } from "@corr2d/core";
import { type Expected, smallestNormal, unitRoundoff } from "../compare.ts";
import { rounded } from "./elementwise.ts";

/** The c of c·√K·u·Σ|term|. */
export const SUM_FACTOR = 4;

/** Accumulates terms into `size` sums. */
export class Sums {
  readonly values: Float64Array;
  readonly magnitudes: Float64Array;
  readonly counts: Int32Array;

  constructor(size: number) {
    this.values = new Float64Array(size);
    this.magnitudes = new Float64Array(size);
    this.counts = new Int32Array(size);
  }

  add(at: number, term: number): void {
    this.values[at]! += term;
    this.magnitudes[at]! += Math.abs(term);
    this.counts[at]!++;
  }

  /** The sums as elements of `dtype`; exact for int32, which wraps. */
  expected(dtype: DType): Expected {
    return sumsExpected(this.values, dtype, undefined, () => this);
  }
}

/** How large the terms of sums are, and how many each has. */
interface Terms {
  readonly magnitudes: Float64Array;
  readonly counts: ArrayLike<number>;
}

/**
 * Sums as elements of `dtype`, each with a further term where there is a `bias`. The `terms` are asked for where a tolerance
 * is: many callers do without.
 */
export function sumsExpected(
  sums: Float64Array,
  dtype: DType,
  bias: ((at: number) => number) | undefined,
  terms: () => Terms,
): Expected {
  const values = sums.map((sum, i) => rounded(bias === undefined ? sum : sum + bias(i), dtype));
  if (!isFloating(dtype)) return { values };
  const u = unitRoundoff[dtype];
  let tolerance: Float64Array | null = null;
  const tolerances = (): Float64Array => {
    const { magnitudes, counts } = terms();
    return magnitudes.map((sum, i) => {
      const [magnitude, count] =
        bias === undefined ? [sum, counts[i]!] : [sum + Math.abs(bias(i)), counts[i]! + 1];
      // 0 where a term is not finite: then the sum is not, either.
      return Number.isFinite(magnitude)
        ? SUM_FACTOR * Math.sqrt(count) * u * magnitude + smallestNormal[dtype]
        : 0;
    });
  };
  return {
    values,
    get tolerance() {
      tolerance ??= tolerances();
      return tolerance;
    },
  };
}

/** Without the tolerance: what small integers must give. */
export function exactly({ values, bits = false, explain }: Expected): Expected {
  return explain === undefined ? { values, bits } : { values, bits, explain };
}
