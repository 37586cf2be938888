// Gradients clipped as PyTorch does (scripts/goldens/make_losses.py), parameters as vectors, and what is counted of a classifier.
import { arange, defineBackend, ones, setBackend, type Tensor, tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import { accuracy, confusionMatrix, Linear, Parameter, utils } from "../src/index.ts";
import goldens from "./fixtures/loss-families.json" with { type: "json" };
import { expectClose, expectError } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

/** What `make_losses.py` gives as gradients. */
function sixteenths(shape: number[], seed: number): Tensor {
  const size = shape.reduce((a, b) => a * b);
  const values = Float32Array.from({ length: size }, (_, i) => (((i * 37 + 11 * seed) % 101) - 50) / 16);
  return tensor(values, { shape });
}

describe("clipGradNorm", () => {
  it.each(goldens.clipped)("of norm $normType to $maxNorm", ({ normType, maxNorm, total, grads }) => {
    const list = [new Parameter(zeros([2, 3])), new Parameter(zeros([4])), new Parameter(zeros([2]))];
    list[0]!.grad = sixteenths([2, 3], 3);
    list[1]!.grad = sixteenths([4], 5);
    const norm = utils.clipGradNorm(list, maxNorm, { normType: Number(normType.replace("inf", "Infinity")) });
    expect(norm!.itemSync()).toBeCloseTo(total, 4);
    for (const [i, golden] of grads.entries()) expectClose(list[i]!.grad, golden);
    expect(list[2]!.grad).toBeNull();
  });

  it("has nothing to say without gradients, and takes one parameter", () => {
    const p = new Parameter(ones([2]));
    expect(utils.clipGradNorm([p], 1).itemSync()).toBe(0);
    expect(utils.clipGradNorm([], 1).itemSync()).toBe(0);
    p.grad = tensor([3, 4]);
    expect(utils.clipGradNorm(p, 1).itemSync()).toBe(5);
    expectError(() => utils.clipGradNorm(3 as never, 1), "INVALID_ARGUMENT", "expected parameters");
    expectError(() => utils.clipGradNorm([p], 1, 2 as never), "INVALID_ARGUMENT", "write { normType: 2 }");
  });
});

it("clipGradValue holds every element", () => {
  const p = new Parameter(zeros([3]));
  p.grad = tensor([-3, 0.5, 2]);
  utils.clipGradValue([p, new Parameter(zeros([1]))], 1);
  expect(p.grad!.toArraySync()).toEqual([-1, 0.5, 1]);
});

describe("parameters as a vector", () => {
  it("and back", () => {
    const net = new Linear(2, 3);
    const vector = utils.parametersToVector(net.parameters());
    expect(vector.shape).toEqual([9]);
    utils.vectorToParameters(arange(9), net.parameters());
    expect(net.weight.toArraySync()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(net.bias.toArraySync()).toEqual([6, 7, 8]);
    utils.vectorToParameters(vector, net.parameters());
    expect(utils.parametersToVector(net.parameters()).dataSync()).toEqual(vector.dataSync());
  });

  it("reaches gradients, and refuses what does not fit", () => {
    const net = new Linear(2, 1);
    utils.parametersToVector(net.parameters()).square().sum().backward();
    expect(net.weight.grad!.dataSync()).toEqual(net.weight.mul(2).dataSync());
    const text = "the parameters have 3 elements, but the vector is [4]";
    expectError(() => utils.vectorToParameters(zeros([4]), net.parameters()), "SHAPE_MISMATCH", text);
    expectError(() => utils.parametersToVector([]), "INVALID_ARGUMENT", "there are no parameters");
  });
});

describe("of a classifier", () => {
  const { readSync: _, ...rest } = cpuJs();
  const later = defineBackend({ ...rest, features: { ...rest.features, syncRead: false } });
  const scores = [
    [1, 3, 2],
    [5, 1, 0],
    [0, 1, 9],
    [2, 1, 0],
  ];
  const target = [1, 0, 1, 2];

  it.each([cpuJs(), later])("counts what is right, and what was taken for what", async (backend) => {
    const logits = tensor(scores, { backend });
    const classes = tensor(target, { dtype: "int32", backend });
    expect(await accuracy(logits, classes).item()).toBe(0.5);
    expect(await accuracy(logits.argmax(1), classes).item()).toBe(0.5);
    const matrix = confusionMatrix(logits, classes, 3);
    expect(matrix.dtype).toBe("int32");
    expect(await matrix.toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [1, 0, 0],
    ]);
  });

  it("of every pixel too", () => {
    const planes = tensor([[[[1, 0]], [[0, 1]]]]);
    expect(accuracy(planes, tensor([[[0, 0]]], { dtype: "int32" })).itemSync()).toBe(0.5);
    expect(confusionMatrix(planes, tensor([[[0, 0]]], { dtype: "int32" }), 2).toArraySync()).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it("of two classes, as truth values", () => {
    const found = tensor([0.2, 0.7, 0.9]).gt(0.5);
    const truth = tensor([false, false, true]);
    expect(accuracy(found, truth).itemSync()).toBeCloseTo(2 / 3, 6);
    expect(confusionMatrix(found, truth, 2).toArraySync()).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });

  it("refuses shapes and classes that cannot be", () => {
    const logits = tensor(scores);
    const text = "expected scores [N, C, ...] or classes for targets [3], but got [4, 3]";
    expectError(() => accuracy(logits, zeros([3], { dtype: "int32" })), "SHAPE_MISMATCH", text);
    const classes = tensor(target, { dtype: "int32" });
    expectError(
      () => confusionMatrix(logits, classes, 0),
      "INVALID_ARGUMENT",
      "classes must be a positive integer",
    );
    const outside = tensor([0, 3, 0, 0], { dtype: "int32" });
    expect(() => confusionMatrix(logits, outside, 3)).toThrow("out of");
    expect(() => confusionMatrix(outside, classes, 3)).toThrow("out of");
  });
});
