// Tensors that get their value later, under the same identity.

import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  type Backend,
  Corr2dError,
  initializeTensor,
  isUninitialized,
  ones,
  scope,
  tensor,
  uninitializedTensor,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

const backend = cpuJs() as Backend;
const text = "its first input tells its shape";
const make = () => uninitializedTensor(() => new Corr2dError("INVALID_ARGUMENT", text));

describe("an uninitialized tensor", () => {
  it("throws what it was given for whatever needs a shape, a backend or a value", () => {
    const x = make();
    const other = ones([2], { backend });
    for (const use of [
      () => x.shape,
      () => x.dim(),
      () => x.neg(),
      () => x.add(1),
      () => other.add(x),
      () => x.detach(),
      () => x.clone(),
      () => x.sum(),
      () => x.reshape([1]),
      () => x.assign(1),
      () => x.dataSync(),
      () => x.toArraySync(),
    ]) {
      expectError(use, "INVALID_ARGUMENT", text);
    }
  });

  it("can be printed, asked what it is, and told to require gradients", () => {
    const x = make();
    x.requiresGrad = true;
    expect([String(x), isUninitialized(x), x.requiresGrad, x.isLeaf, x.grad]).toEqual([
      "<UninitializedParameter>",
      true,
      true,
      true,
      null,
    ]);
    expect(isUninitialized(ones([1], { backend }))).toBe(false);
    x.dispose();
  });

  it("becomes a tensor like any other, the same object, and outlives scopes", () => {
    const x = scope(make);
    x.requiresGrad = true;
    scope(() => initializeTensor(x, tensor([1, 2], { backend, dtype: "float64" })));
    expect([x.shape, x.dtype, x.numel(), x.backend === backend]).toEqual([[2], "float64", 2, true]);
    x.square().sum().backward();
    expect(x.grad!.toArraySync()).toEqual([2, 4]);
    expectError(
      () => initializeTensor(x, ones([1], { backend })),
      "INVALID_ARGUMENT",
      "the tensor has a value",
    );
  });
});
