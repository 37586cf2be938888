/**
 * Comparisons that throw plain errors, for any runner.
 *
 * Without a tolerance, numbers must be equal (===, so 0 equals −0; with `bits` it does not). With one,
 * |actual − expected| must not exceed it. NaN equals only NaN, and ±∞ only itself, whatever the tolerance. A failure
 * names the first wrong element, what was computed there, both values, and how far off it is in units of the tolerance.
 */
import type { DType } from "@corr2d/core";

/** What an oracle expects: values and, where rounding may differ, how far each may be off. */
export interface Expected {
  readonly values: ArrayLike<number>;
  /** Absolute, per element. Left out: exact. */
  readonly tolerance?: ArrayLike<number>;
  /** A copy: −0 is not 0. */
  readonly bits?: boolean;
  /** What element `at` was computed from, such as `3 + 4`. */
  readonly explain?: (at: number) => string;
}

/** Unit roundoff: half the distance from 1 to the next number. */
export const unitRoundoff: Record<DType, number> = { float32: 2 ** -24, float64: 2 ** -53, int32: 0 };

/** Results below the smallest normal number may be flushed to zero (§9.5). */
export const smallestNormal: Record<DType, number> = { float32: 2 ** -126, float64: 2 ** -1022, int32: 0 };

/** Fails with `message` unless `condition` holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

function near(actual: number, expected: number, tolerance: number): boolean {
  if (actual === expected) return true;
  if (Number.isNaN(expected)) return Number.isNaN(actual);
  return Number.isFinite(actual - expected) && Math.abs(actual - expected) <= tolerance;
}

/** One kind of array, of which a loop is quicker than of any. */
const asFloat64 = (values: ArrayLike<number>): Float64Array =>
  values instanceof Float64Array ? values : new Float64Array(values);

/** `[1, 0, 2]`: where element `flat` lies in `shape`. */
function position(flat: number, shape: readonly number[]): string {
  const at: number[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return `[${at.join(", ")}]`;
}

/** A number in a message: −0 has its sign. */
export const formatNumber = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

/**
 * Compares values element by element.
 * @throws Error naming `what`, the first wrong element, both values and the distance in tolerances.
 */
export function expectValues(
  what: string,
  actual: ArrayLike<number>,
  expected: Expected,
  shape: readonly number[],
): void {
  const { values, tolerance, bits = false, explain } = expected;
  check(
    actual.length === values.length,
    `${what}: ${actual.length} elements, expected ${values.length} for shape [${shape.join(", ")}]`,
  );
  let first = -1;
  let wrong = 0;
  const [gots, rights] = [asFloat64(actual), asFloat64(values)];
  for (let i = 0; i < rights.length; i++) {
    const got = gots[i]!;
    const right = rights[i]!;
    const limit = tolerance === undefined ? 0 : tolerance[i]!;
    if (bits ? Object.is(got, right) : near(got, right, limit)) continue;
    if (first < 0) first = i;
    wrong++;
  }
  if (first < 0) return;
  const [got, right] = [formatNumber(actual[first]!), formatNumber(values[first]!)];
  const verdict =
    explain === undefined
      ? `got ${got}, expected ${right}`
      : `${explain(first)} gave ${got}, expected ${right}`;
  throw new Error(
    `${what}${position(first, shape)} of shape [${shape.join(", ")}]: ${verdict} ` +
      `(${distance(actual[first]!, values[first]!, bits, tolerance?.[first] ?? 0)}); ` +
      `${wrong} of ${values.length} elements are wrong`,
  );
}

function distance(actual: number, expected: number, bits: boolean, limit: number): string {
  if (bits) return "a copy, bit for bit";
  const error = Math.abs(actual - expected);
  if (limit === 0) return `off by ${error}, must be exact`;
  return `off by ${error.toPrecision(3)}, ${(error / limit).toPrecision(3)} tolerances of ${limit.toPrecision(3)}`;
}

/** Compares bit by bit: −0 is not 0. NaN payloads are free. */
export function expectBits(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  check(actual.length === expected.length, `${what}: ${actual.length} elements, expected ${expected.length}`);
  const [gots, rights] = [asFloat64(actual), asFloat64(expected)];
  for (let i = 0; i < rights.length; i++) {
    if (Object.is(gots[i], rights[i])) continue;
    const [got, right] = [formatNumber(actual[i]!), formatNumber(expected[i]!)];
    throw new Error(`${what}[${i}]: got ${got}, expected ${right} exactly`);
  }
}
