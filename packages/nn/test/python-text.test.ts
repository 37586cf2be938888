// Numbers and options as Python prints them.
import { describe, expect, it } from "vitest";
import { indent, type PrintedValue, pythonText, snakeCase } from "../src/python-text.ts";

describe("pythonText", () => {
  it.each<[PrintedValue, string]>([
    [1e-5, "1e-05"],
    [0.0001, "0.0001"],
    [-2.5e-7, "-2.5e-07"],
    [0.1, "0.1"],
    [0, "0"],
    [1e16, "1e+16"],
    [1.5e300, "1.5e+300"],
    [1e15, "1000000000000000"],
    [Number.NaN, "nan"],
    [Number.NEGATIVE_INFINITY, "-inf"],
    [Number.POSITIVE_INFINITY, "inf"],
    [null, "None"],
    [true, "True"],
    [false, "False"],
    ["same", "same"],
    [[1, 2], "(1, 2)"],
    [[5], "(5,)"],
    [[], "()"],
  ])("%s is %s", (value, text) => {
    expect(pythonText(value)).toBe(text);
  });

  it("and names and lines as PyTorch has them", () => {
    expect(snakeCase("weightDecay")).toBe("weight_decay");
    expect(indent("a\nb")).toBe("a\n  b");
  });
});
