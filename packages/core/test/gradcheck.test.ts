// Finite differences in float64: first and second derivatives of the window operations, over every option at once.
import { beforeAll, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool2d,
  binaryCrossEntropyOf,
  type Corr2dOptions,
  celu,
  convTranspose2d,
  corr2d,
  fold,
  Generator,
  gelu,
  glu,
  grad,
  gradcheck,
  hardtanh,
  interpolate,
  logSoftmax,
  logsigmoid,
  maxPool2d,
  mish,
  type NormSize,
  normalizeGroups,
  rand,
  setBackend,
  silu,
  softmax,
  softplus,
  softshrink,
  type Tensor,
  unfold,
} from "../src/index.ts";

beforeAll(() => setBackend(cpuJs()));

const generator = new Generator(1);
const random = (...shape: number[]) => rand(shape, { dtype: "float64", generator, requiresGrad: true });

/** With a weight and a bias that are made of x. */
function normalized(x: Tensor, size: NormSize): Tensor {
  const weight = x.reshape([-1]).slice([0, size.channels]);
  return normalizeGroups(x, weight, weight.square(), size, 0.1).values;
}

/** Checks f, and the gradient of Σ f² as a function: the second derivatives. */
async function checkTwice(
  f: (...inputs: readonly Tensor[]) => Tensor,
  inputs: readonly Tensor[],
): Promise<void> {
  expect(await gradcheck(f, inputs)).toBe(true);
  for (const i of inputs.keys()) {
    const gradient = (...at: readonly Tensor[]) =>
      grad(
        f(...at)
          .square()
          .sum(),
        [at[i]!],
        { createGraph: true },
      )[0]!;
    expect(await gradcheck(gradient, inputs)).toBe(true);
  }
}

describe("corr2d", () => {
  const geometries: [string, number[], number[], Corr2dOptions][] = [
    ["2-D", [4, 5], [2, 3], {}],
    ["padding, four sides", [1, 1, 3, 4], [1, 1, 2, 2], { padding: [1, 0, 2, 1] }],
    ["stride that leaves a remainder", [1, 2, 5, 6], [2, 2, 2, 2], { stride: [2, 3] }],
    ["dilation", [1, 1, 5, 5], [1, 1, 2, 2], { dilation: [2, 3] }],
    ["groups", [2, 4, 3, 3], [4, 2, 2, 2], { groups: 2 }],
    ["depthwise, same", [1, 3, 3, 4], [3, 1, 3, 2], { groups: 3, padding: "same" }],
    [
      "everything",
      [2, 4, 5, 4],
      [2, 2, 2, 2],
      { stride: [2, 1], padding: [1, 2, 0, 1], dilation: [1, 2], groups: 2 },
    ],
  ];
  it.each(geometries)("%s", async (_, x, k, options) => {
    await checkTwice((a, b) => corr2d(a!, b!, options), [random(...x), random(...k)]);
  });

  it("with a bias", async () => {
    await checkTwice(
      (x, k, bias) => corr2d(x!, k!, { bias }),
      [random(1, 2, 3, 3), random(2, 2, 2, 2), random(2)],
    );
  });
});

it("convTranspose2d", async () => {
  const options = { stride: [2, 3], padding: [1, 0], outputPadding: [1, 2], groups: 2 } as const;
  await checkTwice((g, k) => convTranspose2d(g!, k!, options), [random(1, 2, 2, 3), random(2, 1, 3, 2)]);
});

describe("pools and the rest", () => {
  it.each([
    ["maxPool2d", [1, 2, 5, 4], (x: Tensor) => maxPool2d(x, 2, { stride: 1, padding: 1 })],
    ["avgPool2d", [1, 2, 5, 4], (x: Tensor) => avgPool2d(x, [2, 3], { padding: [1, 0], ceilMode: true })],
    ["softmax", [2, 4], (x: Tensor) => softmax(x, 1)],
    ["logSoftmax", [3, 2, 2], (x: Tensor) => logSoftmax(x, 0)],
    ["sigmoid", [5], (x: Tensor) => x.sigmoid()],
    ["tanh", [5], (x: Tensor) => x.tanh()],
    ["gelu", [5], (x: Tensor) => gelu(x)],
    ["softplus", [5], (x: Tensor) => softplus(x)],
    ["adaptiveAvgPool2d", [2, 5, 4], (x: Tensor) => adaptiveAvgPool2d(x, [2, 3])],
    ["adaptiveMaxPool2d", [2, 5, 4], (x: Tensor) => adaptiveMaxPool2d(x, [2, 3])],
    ["silu", [5], (x: Tensor) => silu(x)],
    ["mish", [5], (x: Tensor) => mish(x)],
    ["celu", [5], (x: Tensor) => celu(x.sub(0.5), 0.5)],
    ["logsigmoid", [5], (x: Tensor) => logsigmoid(x)],
    ["softshrink", [5], (x: Tensor) => softshrink(x.mul(3), 1)],
    ["hardtanh", [5], (x: Tensor) => hardtanh(x.square(), 0, 0.25)],
    ["glu", [2, 4], (x: Tensor) => glu(x, 1)],
    ["binaryCrossEntropyOf", [4], (x: Tensor) => binaryCrossEntropyOf(x, x.square().mul(0.5))],
    [
      "normalizeGroups of batches",
      [2, 3, 4],
      (x: Tensor) => normalized(x, { outer: 2, groups: 3, inner: 4, channels: 3, cells: 4 }),
    ],
    [
      "normalizeGroups of groups",
      [2, 4, 3],
      (x: Tensor) => normalized(x, { outer: 1, groups: 4, inner: 6, channels: 4, cells: 3 }),
    ],
    [
      "normalizeGroups of rows",
      [3, 5],
      (x: Tensor) => normalized(x, { outer: 1, groups: 3, inner: 5, channels: 5, cells: 1 }),
    ],
    ["unfold", [1, 2, 4, 5], (x: Tensor) => unfold(x, [2, 3], { padding: 1, stride: 2 })],
    ["fold", [1, 8, 6], (x: Tensor) => fold(x, [3, 4], 2)],
    ["bilinear", [1, 1, 3, 4], (x: Tensor) => interpolate(x, { scaleFactor: 1.7, mode: "bilinear" })],
    ["bicubic", [1, 1, 3, 4], (x: Tensor) => interpolate(x, { size: 5, mode: "bicubic" })],
    ["nearest", [1, 1, 3, 4], (x: Tensor) => interpolate(x, { scaleFactor: 2 })],
    ["mean", [3, 4], (x: Tensor) => x.mean(1)],
    ["std", [3, 4], (x: Tensor) => x.std(1)],
    ["norm", [3, 4], (x: Tensor) => x.norm(2, 1)],
    ["3-norm", [3, 4], (x: Tensor) => x.norm(3, 1)],
    ["prod", [3, 4], (x: Tensor) => x.prod(1)],
    ["logsumexp", [3, 4], (x: Tensor) => x.logsumexp(1)],
    ["pad circular", [1, 1, 3, 4], (x: Tensor) => x.pad([1, 2, 0, 1], { mode: "circular" })],
    ["slice", [4, 5], (x: Tensor) => x.slice("::-2", [1, 4])],
  ] as const)("%s", async (_, shape, f) => checkTwice((x) => f(x!), [random(...shape)]));
});

it("finds a wrong gradient", async () => {
  // The detached factor hides half of x² from the graph.
  await expect(gradcheck((x) => x!.mul(x!.detach()), [random(3)])).rejects.toThrow("Jacobian mismatch");
});
