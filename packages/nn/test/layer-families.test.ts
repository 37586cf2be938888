// The layers beside those of layers.test.ts against PyTorch (scripts/goldens/make_layers.py): values, gradients, buffers, texts,
// names, messages.
import {
  defaultGenerator,
  defineBackend,
  drawUniform,
  manualSeed,
  noGrad,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Module } from "../src/index.ts";
import goldens from "./fixtures/layer-families.json" with { type: "json" };
import { build, cotangent, expectClose, expectError, fromGolden, type Spec, type Values } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

interface Step {
  training: boolean;
  inputs: Values[];
  output: Values;
  inputGrads: (Values | null)[];
  grads: Record<string, Values>;
  buffers: Record<string, Values>;
}
interface Computed {
  layer: Spec;
  filled: boolean;
  extra?: unknown[];
  steps: Step[];
}

/** What `make_layers.py` gives the parameters of some layers. */
function fill(layer: Module): void {
  for (const [k, [, p]] of layer.namedParameters().entries()) {
    const values = Float32Array.from(
      { length: p.numel() },
      (_, i) => (((i * 37 + 11 * (k + 2)) % 101) - 50) / 16,
    );
    noGrad(() => p.assign(tensor(values, { shape: p.shape })));
  }
}

const computed = goldens.computed as unknown as Computed[];

describe("outputs, gradients and buffers", () => {
  it.each(computed)("$layer", ({ layer: spec, filled, extra = [], steps }) => {
    manualSeed(0);
    const layer = build(spec);
    if (filled) fill(layer);
    for (const step of steps) {
      layer.train(step.training).zeroGrad();
      const inputs = step.inputs.map(fromGolden);
      for (const [i, x] of inputs.entries()) x.requiresGrad = step.inputGrads[i] !== null;
      const y = layer(...inputs, ...extra) as Tensor;
      expectClose(y, step.output);
      y.backward(cotangent(y));
      for (const [i, x] of inputs.entries()) {
        const expected = step.inputGrads[i]!;
        if (expected !== null) expectClose(x.grad, expected, 4e-6);
      }
      expect(layer.namedParameters().map(([name]) => name)).toEqual(Object.keys(step.grads));
      for (const [name, p] of layer.namedParameters()) expectClose(p.grad, step.grads[name]!, 4e-6);
      expect(layer.namedBuffers().map(([name]) => name)).toEqual(Object.keys(step.buffers));
      for (const [name, b] of layer.namedBuffers()) expectClose(b, step.buffers[name]!);
    }
  });

  // What a layer computes must not depend on reading: some backends read later.
  describe("need no synchronous read", () => {
    const { readSync: _, ...rest } = cpuJs();
    const later = defineBackend({ ...rest, features: { ...rest.features, syncRead: false } });
    beforeEach(() => setBackend(later));
    afterEach(() => setBackend(cpuJs()));
    it.each(computed)("$layer", async ({ layer: spec, filled, extra = [], steps: [step] }) => {
      manualSeed(0);
      const layer = build(spec);
      if (filled) fill(layer);
      const inputs = step!.inputs.map(fromGolden);
      for (const [i, x] of inputs.entries()) x.requiresGrad = step!.inputGrads[i] !== null;
      const y = layer.train(step!.training)(...inputs, ...extra) as Tensor;
      y.sum().backward();
      expect(Math.max(...(await y.data()).map(Math.abs))).toBeCloseTo(
        Math.max(...step!.output.data.map((value) => Math.abs(Number(value)))),
        3,
      );
    });
  });
});

describe("dropout", () => {
  it.each(goldens.dropout)(
    "$layer draws PyTorch's mask",
    ({ layer, seed, input, output, inputGrad, next }) => {
      manualSeed(seed);
      const x = fromGolden(input);
      x.requiresGrad = true;
      const dropout = build(layer as unknown as Spec);
      const y = dropout(x) as Tensor;
      // At p = 1 PyTorch draws nothing either.
      expect(drawUniform(defaultGenerator, 1, "float32")[0]).toBe(next);
      expectClose(y, output, 1e-6);
      y.backward(cotangent(y));
      expectClose(x.grad, inputGrad, 1e-6);
      expect(dropout.eval()(x)).toBe(x);
    },
  );
});

describe("String(module)", () => {
  it.each(goldens.printed)("$text", ({ layer, text }) => {
    expect(String(build(layer as unknown as Spec))).toBe(text);
  });
});

describe("state dicts", () => {
  it.each(goldens.states)("$layer: PyTorch's names, order and shapes", ({ layer, state }) => {
    const net = build(layer as unknown as Spec);
    expect(Object.entries(net.stateDict()).map(([name, t]) => [name, t.shape])).toEqual(state);
  });
});

/** The scripts' `input_of`; where only the message matters, zeros will do. */
function inputOf(given: number[] | { classes: number[]; count: number }): Tensor {
  if (Array.isArray(given)) return zeros(given);
  const { classes: shape, count } = given;
  const size = zeros(shape).numel();
  return tensor(
    Int32Array.from({ length: size }, (_, i) => (i * 7 + 2) % count),
    { shape },
  );
}

describe("messages", () => {
  it.each(goldens.messages)("$message", ({ layer, inputs, extra = [], message }) => {
    const call = () => build(layer as unknown as Spec)(...inputs.map(inputOf), ...extra);
    expect(call).toThrow(message);
    expect(call).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^(INVALID_ARGUMENT|SHAPE_MISMATCH|INDEX_OUT_OF_RANGE)$/),
      }),
    );
  });

  it("of an index that is no row", () => {
    const table = build(["Embedding", [3, 2], {}]);
    expectError(
      () => table(tensor([3], { dtype: "int32" })),
      "INDEX_OUT_OF_RANGE",
      "index out of range in self: 3 of 3 rows",
    );
    expectError(
      () => table(tensor([-1], { dtype: "int32" })),
      "INDEX_OUT_OF_RANGE",
      "index out of range in self: -1 of 3 rows",
    );
    expectError(() => table(zeros([1])), "DTYPE_MISMATCH", "Expected dtype int32");
  });
});
