// maxUnpool2d beside what packages/nn compares with PyTorch: windows that overlap, derivatives, refusals.
import { beforeAll, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  arange,
  defineBackend,
  gradcheck,
  manualSeed,
  maxPool1dWithIndices,
  maxPool2dWithIndices,
  maxUnpool1d,
  maxUnpool2d,
  ones,
  rand,
  randperm,
  setBackend,
  tensor,
  zeros,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

/** As a backend that has primitives alone. */
function plain() {
  const { maxPool2d: _, ...rest } = cpuJs();
  return defineBackend(rest);
}

describe.each([
  ["with a backend's own pool", cpuJs],
  ["with the composed pool", plain],
] as const)("%s", (_, make) => {
  beforeAll(() => setBackend(make()));

  it("puts the maxima back, once where windows overlap, and gives each of them all of the gradient", async () => {
    manualSeed(1);
    const x = randperm(2 * 3 * 49)
      .float()
      .reshape([2, 3, 7, 7]);
    const { values, indices } = maxPool2dWithIndices(x, 3, { stride: 2 });
    const y = values.detach();
    y.requiresGrad = true;
    const back = maxUnpool2d(y, indices, 3, { stride: 2 });
    // Every cell shows its own value, or nothing.
    const own = await x.data();
    const found = await back.data();
    const won = new Set(await values.data());
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(won.has(own[i]!) ? own[i]! : 0, 3);
    });
    expect(won.size).toBeLessThan(values.numel());
    back.mul(x).sum().backward();
    expect(await y.grad!.toArray()).toEqual(await values.toArray());
  });

  it("is exact where windows do not overlap", async () => {
    const { values, indices } = maxPool2dWithIndices(rand([1, 2, 6, 8]), 2);
    const again = maxPool2dWithIndices(maxUnpool2d(values, indices, 2), 2);
    expect(await again.values.toArray()).toEqual(await values.toArray());
    expect(await again.indices.toArray()).toEqual(await indices.toArray());
  });

  it("undoes pools over one axis", async () => {
    const x = tensor([[1, 3, 2, 5, 4]]);
    const { values, indices } = maxPool1dWithIndices(x, 2);
    expect(await indices.toArray()).toEqual([[1, 3]]);
    expect(await maxUnpool1d(values, indices, 2, { outputSize: [1, 5] }).toArray()).toEqual([
      [0, 3, 0, 5, 0],
    ]);
  });

  it("takes an empty batch", () => {
    expect(maxUnpool2d(zeros([0, 2, 3, 3]), zeros([0, 2, 3, 3], { dtype: "int32" }), 2).shape).toEqual([
      0, 2, 6, 6,
    ]);
  });
});

describe("derivatives", () => {
  beforeAll(() => setBackend(cpuJs()));
  it("to the second order", async () => {
    const x = rand([1, 2, 2, 3], { dtype: "float64", requiresGrad: true });
    const at = randperm(24).narrow(0, 0, 6).reshape([1, 1, 2, 3]).expand([1, 2, 2, 3]);
    expect(await gradcheck((v) => maxUnpool2d(v, at, 2).square(), [x])).toBe(true);
  });
});

describe("refuses", () => {
  beforeAll(() => setBackend(cpuJs()));
  const x = () => ones([1, 1, 2, 2]);
  const at = () => arange(4).int().reshape([1, 1, 2, 2]);
  it("indices of another dtype, and what cannot be computed with", () => {
    expectError(
      () => maxUnpool2d(x(), x(), 2),
      "DTYPE_MISMATCH",
      "maxUnpool2d: elements in indices should be type int32 but got: float32",
    );
    expectError(
      () => maxUnpool2d(at(), at(), 2),
      "DTYPE_UNSUPPORTED",
      "maxUnpool2d is not implemented for int32",
    );
  });
  it("indices outside the planes, also where the backend judges", () => {
    expectError(() => maxUnpool2d(x(), at().add(20).int(), 2), "INDEX_OUT_OF_RANGE", "index");
    expectError(
      () =>
        maxUnpool2d(
          x(),
          tensor(
            [
              [
                [
                  [0, 1],
                  [2, -1],
                ],
              ],
            ],
            { dtype: "int32" },
          ),
          2,
        ),
      "INDEX_OUT_OF_RANGE",
      "maxUnpool2d: Found an invalid max index: -1 (output volumes are of size 4x4)",
    );
  });
  it("geometry that means nothing", () => {
    expectError(
      () => maxUnpool2d(x(), at(), 0),
      "INVALID_ARGUMENT",
      "maxUnpool2d: kernel size should be greater than zero",
    );
    expectError(() => maxUnpool2d(x(), at(), 2, { stride: 0 }), "INVALID_ARGUMENT", "non-positive stride");
    expectError(() => maxUnpool2d(x(), at(), 2, { padding: -1 }), "INVALID_ARGUMENT", "negative padding");
    expectError(
      () => maxUnpool2d(x(), at(), 2, { padding: 3 }),
      "INVALID_ARGUMENT",
      "the padding leaves nothing",
    );
    expectError(
      () => maxUnpool2d(x(), at(), 2, { outputSize: 4 as never }),
      "INVALID_ARGUMENT",
      "output_size should be a sequence containing 2 or 4 elements, but it is none",
    );
    expectError(
      () => maxUnpool2d(x(), at(), 2, { outputSize: [4, NaN] }),
      "INVALID_ARGUMENT",
      "dim 1 must be between 2 and 6",
    );
    expectError(
      () => maxUnpool2d(x(), at(), 2, { size: 4 } as never),
      "INVALID_ARGUMENT",
      "unknown option 'size'",
    );
    expectError(() => maxUnpool2d(x(), null as never, 2), "INVALID_ARGUMENT", "maxUnpool2d");
  });
});
