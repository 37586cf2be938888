/**
 * Sums of terms with a derived error bound, for every oracle that adds (§9.2).
 *
 * A sum of K rounded terms is off by at most K·u·Σ|term|, and by about √K·u·Σ|term| when the roundings are
 * independent; the contract allows c·√K·u·Σ|term| with c = 4, whatever the order of the additions, and in float32
 * to no sum more than to one of 1,024 terms. Roundings of equal terms are not independent: added one after the
 * other in float32, 65,537 of them are off by 10⁴·u.
 */
import { type DType, isFloating } from "@corr2d/core";
import { type Expected, smallestNormal, unitRoundoff } from "../compare.ts";
import { rounded } from "./elementwise.ts";

/** The c of c·√K·u·Σ|term|, and the K beyond which float32 sums get no more. */
const FACTOR = 4;
const MOST_TERMS = 1024;

/** What a sum of `terms` terms may be off by, in units of u·Σ|term|. */
export const sumError = (terms: number, dtype: DType): number =>
  FACTOR * Math.sqrt(dtype === "float32" ? Math.min(terms, MOST_TERMS) : terms);

/** Accumulates terms into `size` sums. */
export class Sums {
  /** The sums. */
  readonly values: Float64Array;
  /** The sums of the magnitudes. */
  readonly magnitudes: Float64Array;
  /** How many numbers entered each. */
  readonly counts: Int32Array;

  constructor(size: number) {
    this.values = new Float64Array(size);
    this.magnitudes = new Float64Array(size);
    this.counts = new Int32Array(size);
  }

  /** Adds a number to a sum. */
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
      return Number.isFinite(magnitude) ? sumError(count, dtype) * u * magnitude + smallestNormal[dtype] : 0;
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
