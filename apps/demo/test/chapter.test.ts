/** The seven examples against the numbers of the chapter, written out here once more, on every backend. */
import type { Backend } from "@corr2d/core";
import { beforeAll, describe, expect, test } from "vitest";
import { agrees, type Comparison } from "../src/chapter/comparison.ts";
import { compareConvLayer, convLayer } from "../src/chapter/conv-layer.ts";
import { compareCrossCorrelation, crossCorrelation } from "../src/chapter/cross-correlation.ts";
import { compareEdgeDetection, edgeDetection } from "../src/chapter/edge-detection.ts";
import { compareImageShapes, imageShapes } from "../src/chapter/image-shapes.ts";
import { compareLearntKernel, learnKernel } from "../src/chapter/learn-kernel.ts";
import { compareLearningRate, converges, learningRate } from "../src/chapter/learning-rate.ts";
import { compareOutputSizes, outputSizes } from "../src/chapter/output-size.ts";
import { compareTransposedImage, transposedImage } from "../src/chapter/transposed-image.ts";
import { BACKENDS } from "./backends.ts";

const fixed = (values: readonly number[], digits: number): string[] =>
  values.map((value) => value.toFixed(digits));

function expectAgreement(comparisons: readonly Comparison[]): void {
  expect(comparisons.length).toBeGreaterThan(0);
  expect(comparisons.filter((comparison) => !agrees(comparison))).toEqual([]);
}

describe.each(BACKENDS)("the chapter on $name", ({ make }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await make();
  });

  test("1: corr2d, by the book's loop and by the library", async () => {
    const result = await crossCorrelation(backend);
    expect(result.library).toEqual([
      [19, 25],
      [37, 43],
    ]);
    expect(result.byHand).toEqual(result.library);
    expectAgreement(compareCrossCorrelation(result));
  });

  test("2: the output size, by formula and by computing", async () => {
    const sizes = await outputSizes(backend);
    expect(sizes.map(({ size }) => size)).toEqual([2, 28, 3, 3, 8, 4, 3]);
    expect(sizes.map(({ formula }) => formula)).toContain("⌊(8 − 3) / 2⌋ + 1 = 3");
    expect(sizes.map(({ formula }) => formula)).toContain("⌊(8 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 4");
    expectAgreement(compareOutputSizes(sizes));
  });

  test("3: an image flattened and as it is", async () => {
    const result = await imageShapes(backend);
    expect(result.flattened).toEqual([3072, 1]);
    expect(result.layers.map(({ output, parameters }) => [output, parameters])).toEqual([
      [[10], 30_730],
      [[4704], 14_455_392],
      [[1, 28, 28], 76],
      [[6, 28, 28], 456],
    ]);
    expectAgreement(compareImageShapes(result));
  });

  test("4: the handwritten layer starts as PyTorch draws it, and trains", async () => {
    const result = await convLayer(backend, 0);
    expect(fixed(result.initialWeight, 4)).toEqual(["0.4963", "0.7682"]);
    expect(result.initialBias).toBe(0);
    expect(result.lossAfter).toBeLessThan(1e-6 * result.lossBefore);
    expect(fixed(result.weight, 3)).toEqual(["1.000", "-1.000"]);
    expectAgreement(compareConvLayer(result));
  });

  test("5: the edges of the band", async () => {
    const result = await edgeDetection(backend);
    expect(result.edges).toEqual(Array.from({ length: 6 }, () => [0, 1, 0, 0, 0, -1, 0]));
    expectAgreement(compareEdgeDetection(result));
  });

  test("6: no edges in the transposed image", async () => {
    const result = await transposedImage(backend);
    expect(result.edges).toEqual(Array.from({ length: 8 }, () => [0, 0, 0, 0, 0]));
    expectAgreement(compareTransposedImage(result));
  });

  test.each([
    [
      [0.3087, 0.6875],
      ["16.481", "5.069", "1.794", "0.688", "0.274"],
      ["1.0398", "-0.9328"],
    ],
    [
      [0, 0],
      ["4.915", "0.825", "0.138", "0.023", "0.004"],
      ["0.9885", "-0.9885"],
    ],
    [
      [0.5, 0.5],
      ["14.515", "4.757", "1.749", "0.683", "0.274"],
      ["1.0422", "-0.9348"],
    ],
  ] as const)("7: the kernel learnt from %j", async (start, losses, kernel) => {
    const result = await learnKernel(backend, { start });
    expect(result.losses.map(({ epoch }) => epoch)).toEqual([2, 4, 6, 8, 10]);
    expect(
      fixed(
        result.losses.map(({ loss }) => loss),
        3,
      ),
    ).toEqual(losses);
    expect(fixed(result.kernel, 4)).toEqual(kernel);
    expectAgreement(compareLearntKernel(result));
  });

  test("7: from the layer's own initialisation, PyTorch's run for seed 0", async () => {
    const result = await learnKernel(backend, { seed: 0 });
    expect(fixed(result.start, 4)).toEqual(["-0.0053", "0.3793"]);
    expect(
      fixed(
        result.losses.map(({ loss }) => loss),
        3,
      ),
    ).toEqual(["8.330", "1.722", "0.422", "0.125", "0.043"]);
    expect(fixed(result.kernel, 4)).toEqual(["1.0063", "-0.9662"]);
  });

  test("7: beyond a learning rate of 1/30 the loss grows", async () => {
    const result = await learningRate(backend, [0.033, 0.034]);
    expect(result.hessian).toEqual([
      [36, 24],
      [24, 36],
    ]);
    expect(result.eigenvalues).toEqual([12, 60]);
    expect(result.limit).toBeCloseTo(1 / 30, 12);
    expect(result.trials.map(({ lr }) => converges(lr, result.eigenvalues))).toEqual([true, false]);
    const [below, beyond] = result.trials as [(typeof result.trials)[0], (typeof result.trials)[0]];
    expect(below.loss).toBeLessThan(1);
    expect(beyond.loss).toBeGreaterThan(1000);
    expectAgreement(compareLearningRate(result));
  });
});
