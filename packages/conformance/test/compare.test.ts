import { describe, expect, test } from "vitest";
import { expectBits, expectValues } from "../src/compare.ts";

const compare = (actual: number, expected: number, tolerance = 0) => {
  return () => expectValues("x", [actual], { values: [expected], tolerance: [tolerance] }, [1]);
};

describe("special values", () => {
  test.each([
    [NaN, NaN],
    [Infinity, Infinity],
    [-Infinity, -Infinity],
    [0, -0],
  ])("%d equals %d", (actual, expected) => expect(compare(actual, expected)).not.toThrow());

  test.each([
    [NaN, Infinity],
    [NaN, 0],
    [0, NaN],
    [Infinity, -Infinity],
    [Infinity, 1e308],
    [1, Infinity],
  ])("%d does not equal %d, whatever the tolerance", (actual, expected) => {
    expect(compare(actual, expected, Infinity)).toThrow();
  });
});

test("a tolerance is a limit", () => {
  expect(compare(1.5, 1, 0.5)).not.toThrow();
  expect(compare(1.5000001, 1, 0.5)).toThrow();
  expect(compare(1.0000001, 1)).toThrow();
});

test("the message gives index, shape, values and the error in tolerances", () => {
  const expected = { values: [0, 0, 0, 0, 0, 1], tolerance: new Array(6).fill(0.5) };
  expect(() => expectValues("y", [0, 0, 0, 0, 0, 3], expected, [2, 3])).toThrow(
    "y[1, 2] of shape [2, 3]: got 3, expected 1 (off by 2.00, 4.00 tolerances of 0.500); 1 of 6 elements are wrong",
  );
  expect(() => expectValues("y", [1], { values: [1, 2] }, [2])).toThrow("1 elements, expected 2");
});

test("an explanation takes the place of what came", () => {
  const expected = { values: [7], explain: () => "3 + 4" };
  expect(() => expectValues("add", [8], expected, [1])).toThrow(
    "add[0] of shape [1]: 3 + 4 gave 8, expected 7 (off by 1",
  );
});

test("a copy is compared bit by bit", () => {
  expect(() => expectValues("x", [0], { values: [-0], bits: true }, [1])).toThrow(
    "x[0] of shape [1]: got 0, expected -0 (a copy, bit for bit); 1 of 1 elements are wrong",
  );
  expect(() => expectValues("x", [NaN, -0], { values: [NaN, -0], bits: true }, [2])).not.toThrow();
});

test("bits tell −0 from 0", () => {
  expect(() => expectBits("x", [-0], [0])).toThrow("x[0]: got -0, expected 0");
  expect(() => expectBits("x", [NaN], [NaN])).not.toThrow();
});
