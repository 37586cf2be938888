/**
 * Sums of terms with a derived error bound, for every oracle that adds (§9.2).
 *
 * A sum of K rounded terms is off by at most K·u·Σ|term|, and by about √K·u·Σ|term| when the roundings are
 * independent; the contract allows c·√K·u·Σ|term| with c = 4, whatever the order of the additions.
 */
import type { DType } from "@corr2d/core";
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
    const values = this.values.map((value) => rounded(value, dtype));
    if (dtype === "int32") return { values };
    let tolerance: Float64Array | null = null;
    const tolerances = (): Float64Array => {
      tolerance ??= this.#tolerance(dtype);
      return tolerance;
    };
    return {
      values,
      get tolerance() {
        return tolerances(); // many callers take it off again
      },
    };
  }

  /** c·√K·u·Σ|term| for each sum; 0 where it is not finite. */
  #tolerance(dtype: DType): Float64Array {
    const u = unitRoundoff[dtype];
    return this.magnitudes.map((magnitude, i) =>
      Number.isFinite(magnitude)
        ? SUM_FACTOR * Math.sqrt(this.counts[i]!) * u * magnitude + smallestNormal[dtype]
        : 0,
    );
  }
}

/** Without the tolerance: what small integers must give. */
export function exactly({ values, bits = false, explain }: Expected): Expected {
  return explain === undefined ? { values, bits } : { values, bits, explain };
}
