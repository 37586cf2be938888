/**
 * What the chapter recalls: each example against theory, and for seed 0 against the same program run in PyTorch (2.13,
 * CPU), whose numbers were read off and are written out here.
 */
import type { Backend } from "@corr2d/core";
import { beforeAll, describe, expect, test } from "vitest";
import { backpropagation, compareBackpropagation } from "../src/chapter/backpropagation.ts";
import { agrees, type Comparison } from "../src/chapter/comparison.ts";
import { compareDropout, dropout } from "../src/chapter/dropout.ts";
import { compareInitialization, initialization } from "../src/chapter/initialization.ts";
import { compareLinearRegression, linearRegression } from "../src/chapter/linear-regression.ts";
import { compareMultilayerPerceptron, multilayerPerceptron } from "../src/chapter/multilayer-perceptron.ts";
import { compareSoftmaxRegression, softmaxRegression } from "../src/chapter/softmax-regression.ts";
import { compareWeightDecay, weightDecay } from "../src/chapter/weight-decay.ts";
import { BACKENDS } from "./backends.ts";

const fixed = (values: readonly number[], digits: number): string[] =>
  values.map((value) => value.toFixed(digits));

function expectAgreement(comparisons: readonly Comparison[]): void {
  expect(comparisons.length).toBeGreaterThan(0);
  expect(comparisons.filter((comparison) => !agrees(comparison))).toEqual([]);
}

describe.each(BACKENDS)("recalled chapters on $name", ({ make }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await make();
  });

  test("linear regression", async () => {
    const result = await linearRegression(backend, 0);
    expect(fixed(result.losses, 6)).toEqual(["0.000225", "0.000093", "0.000093"]);
    expect(fixed(result.weight, 4)).toEqual(["2.0003", "-3.3995"]);
    expect(result.bias.toFixed(4)).toBe("4.1998");
    expectAgreement(compareLinearRegression(result));
  });

  test("softmax regression", async () => {
    const result = await softmaxRegression(backend, 0);
    expect(result.initialLoss.toFixed(4)).toBe("1.0986");
    expect(result.loss.toFixed(5)).toBe("0.00682");
    expect(result.accuracy).toBe(1);
    expectAgreement(compareSoftmaxRegression(result));
  });

  test("multilayer perceptron", async () => {
    const result = await multilayerPerceptron(backend, 0);
    expect(result.loss.toFixed(5)).toBe("0.00524");
    expect(result.predictions).toEqual([0, 1, 1, 0]);
    expectAgreement(compareMultilayerPerceptron(result));
  });

  test("weight decay", async () => {
    const result = await weightDecay(backend, 0);
    expect(
      fixed(
        result.runs.map(({ validationLoss }) => validationLoss),
        4,
      ),
    ).toEqual(["0.2056", "0.0179"]);
    expect(
      fixed(
        result.runs.map(({ weightNorm }) => weightNorm),
        4,
      ),
    ).toEqual(["0.5100", "0.0369"]);
    expect(fixed(result.trace, 6)).toEqual(["0.890000", "0.681100", "0.374289"]);
    expectAgreement(compareWeightDecay(result));
  });

  test("dropout drops what PyTorch drops", async () => {
    const result = await dropout(backend, 0);
    expect(result.book[1]!.output).toEqual([
      [0, 0, 4, 0, 0, 0, 12, 14],
      [0, 18, 20, 22, 24, 0, 28, 30],
    ]);
    expect(result.dropped.toFixed(4)).toBe("0.3029");
    expectAgreement(compareDropout(result));
  });

  test("backpropagation gives the book's formulas to the last bit", async () => {
    const result = await backpropagation(backend);
    expect(result.gradient1).toEqual(result.formula1);
    expect(result.gradient2).toEqual([0.5, -3.75, -1]);
    expect(result.objective).toBe(3.96875);
    expectAgreement(compareBackpropagation(result));
  });

  test("initialisation", async () => {
    const result = await initialization(backend, 0);
    expect(fixed(result.pytorchWeight, 4)).toEqual(["-0.0053", "0.3793"]);
    expect(result.xavierStd.toFixed(5)).toBe("0.07072");
    const after20 = result.growth.map((one) => one.after20.toExponential(3));
    expect(after20).toEqual(["1.171e+24", "1.260e-16", "1.017e+0"]);
    expectAgreement(compareInitialization(result));
  });

  test.each([1, 2])("everything agrees with theory for seed %i too", async (seed) => {
    expectAgreement(compareLinearRegression(await linearRegression(backend, seed)));
    expectAgreement(compareSoftmaxRegression(await softmaxRegression(backend, seed)));
    expectAgreement(compareMultilayerPerceptron(await multilayerPerceptron(backend, seed)));
    expectAgreement(compareWeightDecay(await weightDecay(backend, seed)));
    expectAgreement(compareDropout(await dropout(backend, seed)));
    expectAgreement(compareInitialization(await initialization(backend, seed)));
  });
});
