/**
 * Setting what was computed beside what is known: the number that the book prints, that PyTorch prints, or that
 * follows from theory.
 *
 * Agreement is what a reader would check by eye: the same text at the digits that were printed. Results that depend
 * on drawn data are known only to a tolerance, and say so with `within`.
 */
import type { NestedValues } from "@corr2d/core";

export interface Comparison {
  /** What is compared, in a few words. */
  readonly what: string;
  /** Who says so: a loop is the book's own double loop, run here. */
  readonly source: "book" | "PyTorch" | "theory" | "loop";
  readonly expected: NestedValues | string;
  readonly computed: NestedValues | string;
  /** Digits after the point that count (default 0: whole numbers, compared exactly). */
  readonly digits?: number;
  /** Instead of digits: the largest difference that still agrees. */
  readonly within?: number;
}

/** Whether the two values have the same structure and every pair of numbers agrees. */
export function agrees({ expected, computed, digits = 0, within }: Comparison): boolean {
  const sameNumber = (a: number, b: number): boolean => {
    if (within !== undefined) return Math.abs(a - b) <= within;
    return digits === 0 ? a === b : a.toFixed(digits) === b.toFixed(digits);
  };
  const same = (a: NestedValues | string, b: NestedValues | string): boolean => {
    if (typeof a === "number" && typeof b === "number") return sameNumber(a, b);
    if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
    return a.length === b.length && a.every((item, i) => same(item, b[i]!));
  };
  return same(expected, computed);
}
