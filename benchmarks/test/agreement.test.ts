import { describe, expect, test } from "vitest";
import { relativeError, tolerance } from "../src/agreement.ts";

describe("relativeError", () => {
  test("is in units of the largest magnitude", () => {
    expect(relativeError([[1, -9.5]], [[1, -10]])).toBeCloseTo(0.05);
  });

  test("is the worst of several results", () => {
    expect(relativeError([[1], [2.2]], [[1], [2]])).toBeCloseTo(0.1);
  });

  test("is infinite for what cannot be compared", () => {
    expect(relativeError([[1]], [[1, 2]])).toBe(Number.POSITIVE_INFINITY);
    expect(relativeError([], [[1]])).toBe(Number.POSITIVE_INFINITY);
    expect(relativeError([[Number.NaN]], [[1]])).toBe(Number.POSITIVE_INFINITY);
  });

  test("is absolute where the reference is zero", () => {
    expect(relativeError([[0.25]], [[0]])).toBe(0.25);
  });
});

test("the tolerance grows with the root of the number of terms", () => {
  expect(tolerance(400)).toBeCloseTo(20 * tolerance(1), 12);
  expect(tolerance(1)).toBeGreaterThan(2 ** -24);
  expect(tolerance(1)).toBeLessThan(1e-6);
});
