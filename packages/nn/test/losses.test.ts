// Losses against PyTorch, values and gradients (scripts/goldens/make_nn.py), and what they refuse.
import { defineBackend, gradcheck, ones, rand, setBackend, type Tensor, tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import * as nn from "../src/index.ts";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huberLoss,
  l1Loss,
  mseLoss,
  nllLoss,
  smoothL1Loss,
} from "../src/index.ts";
import goldens from "./fixtures/losses.json" with { type: "json" };
import { cotangent, expectClose, expectError, fromGolden, type Values } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));
afterEach(() => vi.restoreAllMocks());

interface Case {
  name: string;
  options: object;
  input: Values;
  target: Values;
  weight?: Values;
  posWeight?: Values;
  output: Values;
  inputGrad: Values;
  targetGrad?: Values;
}
type Loss = (input: Tensor, target: Tensor, options: object) => Tensor;

function run(golden: Case): void {
  const loss = (nn as unknown as Record<string, Loss>)[golden.name]!;
  const x = fromGolden(golden.input);
  const target = fromGolden(golden.target);
  x.requiresGrad = true;
  if (golden.targetGrad) target.requiresGrad = true;
  const weights = {
    ...(golden.weight && { weight: fromGolden(golden.weight) }),
    ...(golden.posWeight && { posWeight: fromGolden(golden.posWeight) }),
  };
  const y = loss(x, target, { ...golden.options, ...weights });
  expectClose(y, golden.output);
  y.backward(cotangent(y));
  expectClose(x.grad, golden.inputGrad);
  if (golden.targetGrad) expectClose(target.grad, golden.targetGrad);
}

describe("values and gradients", () => {
  const cases = goldens.cases as Case[];
  const names = [...new Set(cases.map(({ name }) => name))];
  it.each(names)("%s", (name) => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const own = cases.filter((golden) => golden.name === name);
    expect(own.length).toBeGreaterThan(2);
    for (const golden of own) {
      try {
        run(golden);
      } catch (error) {
        const { options, input, target } = golden;
        throw new Error(`${name} ${JSON.stringify({ options, input, target })}: ${error}`);
      }
    }
  });

  it("of classes are the same on a backend that cannot read synchronously", async () => {
    const { readSync: _, ...rest } = cpuJs();
    const backend = defineBackend({ ...rest, features: { ...rest.features, syncRead: false } });
    const logits = rand([4, 3]);
    const there = await logits.to(backend);
    const picks = tensor([2, -100, 0, 1], { dtype: "int32" });
    const loss = crossEntropy(there, await picks.to(backend));
    expect(await loss.item()).toBeCloseTo(crossEntropy(logits, picks).itemSync(), 6);
    const wrong = tensor([5, 0, 0, 0], { dtype: "int32", backend });
    await expect(async () => crossEntropy(there, wrong).item()).rejects.toMatchObject({
      code: "INDEX_OUT_OF_RANGE",
    });
  });

  it("differentiate twice", async () => {
    const x = rand([3, 4], { dtype: "float64", requiresGrad: true });
    const picks = tensor([0, 3, -100], { dtype: "int32" });
    const { grad } = await import("@corr2d/core");
    const slope = (t: Tensor) => grad(crossEntropy(t, picks), [t], { createGraph: true })[0]!;
    await gradcheck(slope, [x]);
  });

  it("keep infinities: an infinite error has Huber's slope, and an ignored element counts for nothing", () => {
    const x = tensor([Number.POSITIVE_INFINITY, 0], { requiresGrad: true });
    huberLoss(x, zeros([2]), { reduction: "sum" }).backward();
    expect(x.grad!.dataSync()).toEqual(new Float32Array([1, 0]));
    const logits = tensor([
      [Number.NEGATIVE_INFINITY, 0],
      [1, 1],
    ]);
    const loss = nllLoss(logits, tensor([0, 1], { dtype: "int32" }), { ignoreIndex: 0 });
    expect(loss.itemSync()).toBe(-1);
  });
});

describe("sizes that differ", () => {
  it("warn with PyTorch's text, once per place", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    for (let i = 0; i < 3; i++) mseLoss(zeros([2, 1]), ones([2]));
    expect(warn.mock.calls).toEqual([
      [
        "Using a target size (torch.Size([2])) that is different to the input size (torch.Size([2, 1])). This will likely " +
          "lead to incorrect results due to broadcasting. Please ensure they have the same size.",
      ],
    ]);
    for (const loss of [l1Loss, huberLoss, smoothL1Loss]) loss(zeros([2, 1]), ones([2]));
    expect(warn).toHaveBeenCalledTimes(4);
  });

  it("throw where they do not broadcast", () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const text = "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1";
    expectError(() => mseLoss(zeros([2, 3]), zeros([2])), "SHAPE_MISMATCH", text);
  });
});

const classes = (...values: number[]) => tensor(values, { dtype: "int32" });

describe("bad input", () => {
  it.each([
    ["Expected input batch_size (2) to match target batch_size (3).", zeros23, () => classes(0, 0, 0)],
    [
      "0D or 1D target tensor expected, multi-target not supported",
      zeros23,
      () => zeros([2, 2], { dtype: "int32" }),
    ],
    ["Expected target size [2, 4], got [2, 5]", zeros234, () => zeros([2, 5], { dtype: "int32" })],
    ["Expected target size [2, 4], got [2, 5, 5]", zeros234, () => zeros([2, 5, 5], { dtype: "int32" })],
    ["size mismatch (got input: [3], target: [1])", () => zeros([3]), () => classes(0)],
  ])("%s", (message, input, target) => {
    expectError(() => crossEntropy(input(), target()), "SHAPE_MISMATCH", message);
    expectError(() => nllLoss(input(), target()), "SHAPE_MISMATCH", message);
  });
  function zeros23() {
    return zeros([2, 3]);
  }
  function zeros234() {
    return zeros([2, 3, 4]);
  }

  it("classes out of bounds", () => {
    const logits = zeros([2, 3]);
    expectError(
      () => crossEntropy(logits, classes(0, 5)),
      "INDEX_OUT_OF_RANGE",
      "Target 5 is out of bounds.",
    );
    expectError(() => nllLoss(logits, classes(-1, 0)), "INDEX_OUT_OF_RANGE", "Target -1 is out of bounds.");
  });

  it("dtypes of targets", () => {
    const long = "expected scalar type int32 but found float32";
    expectError(() => crossEntropy(zeros([2, 3]), zeros([2])), "DTYPE_MISMATCH", long);
    const truths = zeros([2], { dtype: "bool" });
    expectError(() => crossEntropy(zeros([2, 3]), truths), "DTYPE_MISMATCH", "int32 but found bool");
    const float = "Expected floating point type for target with class probabilities, got int32";
    expectError(
      () => crossEntropy(zeros([2, 3]), zeros([2, 3], { dtype: "int32" })),
      "DTYPE_MISMATCH",
      float,
    );
  });

  it("options", () => {
    const logits = zeros([2, 3]);
    const weight =
      "weight tensor should be defined either for all 3 classes or no classes but got weight tensor of shape: [2]";
    expectError(() => crossEntropy(logits, classes(0, 0), { weight: ones([2]) }), "SHAPE_MISMATCH", weight);
    expectError(() => crossEntropy(logits, logits, { weight: ones([2]) }), "SHAPE_MISMATCH", weight);
    const smoothing = "label_smoothing must be between 0.0 and 1.0. Got: 2";
    expectError(
      () => crossEntropy(logits, classes(0, 0), { labelSmoothing: 2 }),
      "INVALID_ARGUMENT",
      smoothing,
    );
    const ignore = "ignore_index is not supported for floating point target";
    expectError(() => crossEntropy(logits, logits, { ignoreIndex: 1 }), "INVALID_ARGUMENT", ignore);
    const reduction = "foo is not a valid value for reduction";
    expectError(
      () => crossEntropy(logits, classes(0, 0), { reduction: "foo" as never }),
      "INVALID_ARGUMENT",
      reduction,
    );
    expectError(() => mseLoss(logits, logits, { reduction: "foo" as never }), "INVALID_ARGUMENT", reduction);
    const delta = "huber_loss does not support non-positive values for delta.";
    expectError(() => huberLoss(logits, logits, { delta: 0 }), "INVALID_ARGUMENT", delta.slice(0, -1));
    const beta = "smooth_l1_loss does not support negative values for beta";
    expectError(() => smoothL1Loss(logits, logits, { beta: -1 }), "INVALID_ARGUMENT", beta);
    const size = "Target size (torch.Size([2])) must be the same as input size (torch.Size([3]))";
    expectError(() => binaryCrossEntropyWithLogits(zeros([3]), zeros([2])), "SHAPE_MISMATCH", size);
  });
});
