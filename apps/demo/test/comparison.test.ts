/** A comparison must be able to say no. */
import { expect, test } from "vitest";
import { agrees, type Comparison } from "../src/chapter/comparison.ts";

const base = { what: "", source: "book" } as const;
const compare = (more: Pick<Comparison, "expected" | "computed" | "digits" | "within">): boolean =>
  agrees({ ...base, ...more });

test("whole numbers are compared exactly", () => {
  expect(compare({ expected: [[19, 25]], computed: [[19, 25]] })).toBe(true);
  expect(compare({ expected: [[19, 25]], computed: [[19, 25.000001]] })).toBe(false);
});

test("structure counts", () => {
  expect(compare({ expected: [[1, 2]], computed: [1, 2] })).toBe(false);
  expect(compare({ expected: [1, 2], computed: [1, 2, 3] })).toBe(false);
  expect(compare({ expected: [1], computed: 1 })).toBe(false);
});

test("printed digits decide", () => {
  expect(compare({ expected: 16.481, computed: 16.48149, digits: 3 })).toBe(true);
  expect(compare({ expected: 16.481, computed: 16.4816, digits: 3 })).toBe(false);
});

test("a tolerance allows what it says, and NaN never", () => {
  expect(compare({ expected: 2, computed: 2.009, within: 0.01 })).toBe(true);
  expect(compare({ expected: 2, computed: 2.011, within: 0.01 })).toBe(false);
  expect(compare({ expected: 2, computed: Number.NaN, within: 0.01 })).toBe(false);
  expect(compare({ expected: Number.NaN, computed: Number.NaN })).toBe(false);
});

test("texts are compared as they are", () => {
  expect(compare({ expected: "smaller", computed: "smaller" })).toBe(true);
  expect(compare({ expected: "smaller", computed: "not smaller" })).toBe(false);
});
