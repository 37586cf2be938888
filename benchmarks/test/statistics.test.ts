import { describe, expect, test } from "vitest";
import { median, medianAbsoluteDeviation, pairedRatio } from "../src/statistics.ts";

describe("median", () => {
  test("is the middle value, or the mean of the two in the middle", () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test("ignores a minority of outliers", () => {
    expect(median([1, 1, 1, 1000, 1])).toBe(1);
  });

  test("sorts numbers as numbers", () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  test("leaves its argument alone", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  test("of nothing is an error", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

test("the median absolute deviation is the median distance from the median", () => {
  expect(medianAbsoluteDeviation([1, 2, 3, 4, 100])).toBe(1);
  expect(medianAbsoluteDeviation([7, 7, 7])).toBe(0);
});

describe("pairedRatio", () => {
  test("compares round by round, so that a slow spell cancels", () => {
    // The machine is ten times slower in the last three rounds; theirs takes twice ours throughout.
    expect(pairedRatio([2, 2, 20, 20, 20], [1, 1, 10, 10, 10])).toBe(2);
  });

  test("leaves out rounds that either missed", () => {
    expect(pairedRatio([6, null, 9], [2, 1, 3])).toBe(3);
    expect(pairedRatio([6, 8], [2])).toBe(3);
  });

  test("is null without a common round", () => {
    expect(pairedRatio([null, 2], [1, null])).toBeNull();
  });
});
