/** Powers by a number, which are roots and products where PyTorch's are; and gradients of quotients at the edges. */
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import { arange, gradcheck, setBackend, tensor } from "../src/index.ts";

setBackend(cpuJs());

const EDGES = [-Infinity, -2, -1, -0, 0, 0.25, 1, 9, Infinity, NaN];

describe("x.pow(number)", () => {
  // What torch.tensor(EDGES) ** p prints.
  it.each([
    [2, [Infinity, 4, 1, 0, 0, 0.0625, 1, 81, Infinity, NaN]],
    [3, [-Infinity, -8, -1, -0, 0, 0.015625, 1, 729, Infinity, NaN]],
    [0.5, [NaN, NaN, NaN, -0, 0, 0.5, 1, 3, Infinity, NaN]],
    [-0.5, [NaN, NaN, NaN, -Infinity, Infinity, 2, 1, 1 / 3, 0, NaN]],
    [-1, [-0, -0.5, -1, -Infinity, Infinity, 4, 1, 1 / 9, 0, NaN]],
    [-2, [0, 0.25, 1, Infinity, Infinity, 16, 1, 1 / 81, 0, NaN]],
    [0, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
    [1.5, [Infinity, NaN, NaN, 0, 0, 0.125, 1, 27, Infinity, NaN]],
  ])("%f", (exponent, expected) => {
    const y = tensor(EDGES).pow(exponent);
    for (const [i, value] of y.dataSync().entries()) {
      if (Object.is(expected[i], -0)) expect(value).toBe(-0);
      else if (Number.isFinite(expected[i]!)) expect(value).toBeCloseTo(expected[i]!, 6);
      else expect(value).toBe(expected[i]);
    }
  });

  it.each([2, 3, 0.5, -0.5, -1, -2, 1, 0, 1.5])(
    "%f has the power rule's gradient, under PyTorch's name",
    async (p) => {
      const x = tensor([0.5, 1.25, 3], { dtype: "float64", requiresGrad: true });
      expect(x.pow(p).gradFn).toBe("PowBackward0");
      await gradcheck((t) => t.pow(p), [x]);
      await gradcheck((t) => t.pow(p).mul(t).pow(2), [x]);
    },
  );

  it("is 0 for the exponent 0 also at 0 and ∞", () => {
    const x = tensor([0, Infinity], { requiresGrad: true });
    x.pow(0).sum().backward();
    expect(Array.from(x.grad!.dataSync())).toEqual([0, 0]);
  });

  it("squares and cubes of integers wrap", () => {
    const x = arange(4, { dtype: "int32" });
    expect(x.pow(3).dataSync()).toEqual(Int32Array.of(0, 1, 8, 27));
    expect(tensor([2000], { dtype: "int32" }).pow(3).itemSync()).toBe(Math.imul(2000 * 2000, 2000));
  });
});

describe("powers of two tensors are IEEE 754's", () => {
  it.each([
    [1, NaN, 1],
    [-1, Infinity, 1],
    [-1, -Infinity, 1],
    [-Infinity, 0.5, Infinity],
    [NaN, 0, 1],
    [-8, 1 / 3, NaN],
  ])("%f ** %f", (a, b, expected) =>
    expect(
      tensor([a])
        .pow(tensor([b]))
        .itemSync(),
    ).toBe(expected),
  );
});

describe("the gradient of a quotient towards the divisor", () => {
  it.each([1e20, 1e-15, 3])("%f / %f", (v) => {
    const a = tensor([v], { requiresGrad: true });
    const b = tensor([v], { requiresGrad: true });
    a.div(b).sum().backward();
    expect(b.grad!.itemSync() * v).toBeCloseTo(-1, 5);
  });

  it("is 0 where nothing comes down", () => {
    const b = tensor([1e-30], { requiresGrad: true });
    tensor([1e10]).div(b).mul(0).sum().backward();
    expect(b.grad!.itemSync()).toBeNaN(); // ∞ · 0, as in PyTorch: the quotient itself is ∞
  });
});
