// The losses beside those of losses.test.ts against PyTorch (scripts/goldens/make_losses.py), as functions and as layers.
import { gradcheck, ones, rand, setBackend, type Tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as nn from "../src/index.ts";
import goldens from "./fixtures/loss-families.json" with { type: "json" };
import { cotangent, expectClose, expectError, fromGolden, type Values } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));
beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
afterEach(() => vi.restoreAllMocks());

interface Case {
  name: string;
  layer: string;
  options: object;
  inputs: Values[];
  tensors: Record<string, Values>;
  output: Values;
  grads: (Values | null)[];
  text: string;
  state: string[];
}
type Loss = (...inputs: unknown[]) => Tensor;
const exported = nn as unknown as Record<string, Loss & (new (options: object) => nn.Module)>;
const cases = goldens.cases as unknown as Case[];

describe.each([...new Set(cases.map(({ name }) => name))])("%s", (name) => {
  it.each(cases.filter((golden) => golden.name === name))("$options", (golden) => {
    const tensors = Object.entries(golden.tensors).map(([key, value]) => [key, fromGolden(value)] as const);
    const options = { ...golden.options, ...Object.fromEntries(tensors) };
    const layer = new exported[golden.layer]!(options);
    expect(String(layer)).toBe(golden.text);
    expect(Object.keys(layer.stateDict())).toEqual(golden.state);
    for (const loss of [layer as Loss, (...inputs: unknown[]) => exported[name]!(...inputs, options)]) {
      const inputs = golden.inputs.map(fromGolden);
      for (const [i, x] of inputs.entries()) x.requiresGrad = golden.grads[i] !== null;
      const y = loss(...inputs);
      expectClose(y, golden.output);
      y.backward(cotangent(y));
      for (const [i, x] of inputs.entries()) {
        const expected = golden.grads[i]!;
        if (expected !== null) expectClose(x.grad, expected, 4e-6);
      }
    }
  });
});

it("have finite gradients where PyTorch's are NaN: of counts and probabilities of 0", () => {
  const none = zeros([2], { requiresGrad: true });
  nn.poissonNllLoss(ones([2]), none, { full: true }).backward();
  expect(none.grad!.toArraySync()).toEqual([-0.5, -0.5]);
  none.grad = null;
  nn.klDiv(ones([2]), none, { reduction: "sum" }).backward();
  expect(none.grad!.toArraySync().toString()).toBe("-1,-1");
});

it("differentiate twice", async () => {
  const pair = [0, 1].map(() => rand([3, 4], { dtype: "float64", requiresGrad: true }));
  const { grad } = await import("@corr2d/core");
  const slope =
    (loss: (...inputs: readonly Tensor[]) => Tensor) =>
    (...at: readonly Tensor[]) =>
      grad(loss(...at), [at[0]!], { createGraph: true })[0]!;
  for (const loss of [nn.binaryCrossEntropy, nn.klDiv, nn.poissonNllLoss]) {
    expect(
      await gradcheck(
        slope((x, t) => loss(x!, t!)),
        pair,
      ),
    ).toBe(true);
  }
  const signs = ones([3], { dtype: "float64" });
  expect(
    await gradcheck(
      slope((a, b) => nn.cosineEmbeddingLoss(a!, b!, signs)),
      pair,
    ),
  ).toBe(true);
});

describe("messages", () => {
  it.each(goldens.messages)("$message", ({ name, inputs, options, message }) => {
    const call = () => exported[name]!(...inputs.map((shape) => zeros(shape)), options);
    expect(call).toThrow(message);
    expect(call).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(INVALID_ARGUMENT|SHAPE_MISMATCH)$/) }),
    );
  });

  it("2.x's of triplets", () => {
    const text =
      "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor 2D, " +
      "positive 1D, and negative 2D inputs";
    const pair = zeros([3, 2]);
    expectError(() => nn.tripletMarginLoss(pair, zeros([2]), pair), "SHAPE_MISMATCH", text);
  });

  it("a layer's options when it is made", () => {
    const text = "foo is not a valid value for reduction";
    for (const Layer of [nn.MSELoss, nn.CrossEntropyLoss, nn.KLDivLoss]) {
      expectError(() => new Layer({ reduction: "foo" as never }), "INVALID_ARGUMENT", text);
    }
    const batchmean = "batchmean is not a valid value for reduction";
    expectError(() => new nn.MSELoss({ reduction: "batchmean" as never }), "INVALID_ARGUMENT", batchmean);
    expectError(
      () => new nn.NLLLoss({ weight: 3 as never }),
      "INVALID_ARGUMENT",
      "'weight' is a tensor or null",
    );
    expectError(() => new nn.BCELoss({ posWeight: ones([1]) } as never), "INVALID_ARGUMENT", "posWeight");
  });
});
