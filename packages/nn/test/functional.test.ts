// The functions that layers are made of, against PyTorch (scripts/goldens/make_functional.py), and that there is one for each layer.
import { cat, manualSeed, ones, setBackend, type Tensor, tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import * as F from "@corr2d/nn/functional";
import { beforeAll, describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import goldens from "./fixtures/functional.json" with { type: "json" };
import { cotangent, expectClose, expectError, type Values } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

type Argument = { t: number[]; seed: number; plain?: boolean } | number | boolean | number[] | null;
interface Call {
  fn: string;
  args: Argument[];
  options: Record<string, Argument>;
}
interface Computed extends Call {
  seed: number;
  output: Values;
  after: Values[];
}

/** The scripts' `made`. */
function make(given: Argument): unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
  const { t: shape, seed, plain = false } = given;
  const values = Float32Array.from(
    { length: zeros(shape).numel() },
    (_, i) => (((i * 37 + 11 * seed) % 101) - 50) / 16,
  );
  return plain
    ? tensor(
        values.map((value) => Math.abs(value) + 1 / 16),
        { shape },
      )
    : tensor(values, { shape, requiresGrad: true });
}

const functions = F as unknown as Record<string, (...args: unknown[]) => Tensor>;

function prepare({ fn, args, options }: Call): { run: () => Tensor; tensors: Tensor[] } {
  const given = args.map(make);
  const named = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, make(value)]));
  const tensors = [...given, ...Object.values(named)].filter(
    (value): value is Tensor => typeof value === "object" && value !== null && "backward" in value,
  );
  return {
    run: () =>
      Object.keys(options).length === 0 ? functions[fn]!(...given) : functions[fn]!(...given, named),
    tensors,
  };
}

describe("values, gradients and running statistics", () => {
  it.each(goldens.computed as unknown as Computed[])("$fn $options", (golden) => {
    manualSeed(golden.seed);
    const { run, tensors } = prepare(golden);
    const y = run();
    expectClose(y, golden.output);
    if (y.requiresGrad) y.backward(cotangent(y));
    for (const [i, t] of tensors.entries()) {
      expectClose(t.requiresGrad ? t.grad : t, golden.after[i]!, 4e-6);
    }
  });
});

describe("messages", () => {
  it.each(goldens.messages as unknown as (Call & { message: string })[])("$message", (golden) => {
    const { run } = prepare(golden);
    expect(run).toThrow(golden.message);
    expect(run).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(INVALID_ARGUMENT|SHAPE_MISMATCH)$/) }),
    );
  });

  const x = () => ones([2, 3, 4]);
  it.each([
    ["batchNorm: 'runningMean'", () => F.batchNorm(x(), [0] as never, null)],
    [
      "batchNorm: 'momentum' is a number or a tensor, but got null",
      () => F.batchNorm(x(), null, null, { momentum: null as never }),
    ],
    ["batchNorm: unknown option 'affine'", () => F.batchNorm(x(), null, null, { affine: true } as never)],
    [
      "batchNorm: options are an object of weight, bias",
      () => F.batchNorm(x(), null, null, ones([3]) as never),
    ],
    ["instanceNorm: 'weight'", () => F.instanceNorm(x(), { weight: 1 as never })],
    ["layerNorm: normalized_shape must be a positive integer, but got NaN", () => F.layerNorm(x(), NaN)],
    ["layerNorm: Expected normalized_shape to be at least 1-dimensional", () => F.layerNorm(x(), [])],
    ["rmsNorm: 'eps' is a number or null, but got '1'", () => F.rmsNorm(x(), 4, { eps: "1" as never })],
    ["groupNorm: num_groups must be a positive integer, but got 0", () => F.groupNorm(x(), 0)],
    ["localResponseNorm: size must be a positive integer, but got 1.5", () => F.localResponseNorm(x(), 1.5)],
    ["write { p: 0.5 }", () => F.dropout(x(), 0.5 as never)],
    ["dropout: dropout probability has to be between 0 and 1, but got NaN", () => F.dropout(x(), { p: NaN })],
    ["bilinear", () => F.bilinear(x(), x(), null as never)],
  ])("%s", (text, call) => {
    expectError(call, "INVALID_ARGUMENT", text);
  });

  it("of shapes that PyTorch words badly, or takes", () => {
    expectError(
      () => F.batchNorm(x(), ones([3, 1]), ones([3])),
      "SHAPE_MISMATCH",
      "batchNorm: running_mean should contain 3 elements not [3, 1]",
    );
    expectError(
      () => F.groupNorm(ones([3]), 3),
      "SHAPE_MISMATCH",
      "groupNorm: Expected at least 2 dimensions",
    );
    expectError(() => F.bilinear(x(), x(), ones([2, 3])), "SHAPE_MISMATCH", "the weight is [out, in1, in2]");
    expectError(
      () => F.rmsNorm(x(), 4, { weight: ones([3]) }),
      "SHAPE_MISMATCH",
      "Expected weight to be of same shape",
    );
    expectError(() => F.rmsNorm(x().int(), 4), "DTYPE_UNSUPPORTED", "rmsNorm");
  });
});

it("rmsNorm adds the epsilon of the dtype", async () => {
  const tiny = (dtype: "float32" | "float64") => tensor([1e-9, 0], { dtype });
  // x² is next to nothing beside it.
  expect((await F.rmsNorm(tiny("float32"), 2).data())[0]! / (1e-9 * 2 ** 11.5)).toBeCloseTo(1, 2);
  expect((await F.rmsNorm(tiny("float64"), 2).data())[0]! / (1e-9 * 2 ** 26)).toBeCloseTo(1, 2);
});

it("takes empty batches", () => {
  const none = zeros([0, 4, 2]);
  const mean = zeros([4]);
  expect(F.batchNorm(none, mean, ones([4]), { training: true }).shape).toEqual([0, 4, 2]);
  expect(F.instanceNorm(none).shape).toEqual([0, 4, 2]);
  expect(F.groupNorm(none, 2).shape).toEqual([0, 4, 2]);
  expect(F.localResponseNorm(none, 2).shape).toEqual([0, 4, 2]);
  expect(F.dropout(none).shape).toEqual([0, 4, 2]);
  expect(F.bilinear(zeros([0, 3]), zeros([0, 3]), ones([2, 3, 3])).shape).toEqual([0, 2]);
});

it("without training nothing is dropped: the input itself is the result", () => {
  const x = ones([2, 3, 4]);
  for (const drop of [F.dropout, F.dropout1d, F.dropout2d, F.alphaDropout]) {
    expect(drop(x, { training: false })).toBe(x);
  }
  expect(F.alphaDropout(x)).toBe(x);
  expect(F.dropout(x)).not.toBe(x);
});

it("a momentum that is a tensor is not read", async () => {
  const mean = zeros([1]);
  F.batchNorm(cat([zeros([1, 1]), ones([1, 1])]), mean, ones([1]), { training: true, momentum: tensor(0.5) });
  expect(await mean.toArray()).toEqual([0.25]);
});

/** What the function of a layer is called where its name is not the layer's. */
const CALLED: Readonly<Record<string, string>> = {
  BCELoss: "binaryCrossEntropy",
  BatchNorm1D: "batchNorm",
  BatchNorm2D: "batchNorm",
  BCEWithLogitsLoss: "binaryCrossEntropyWithLogits",
  CrossEntropyLoss: "crossEntropy",
  InstanceNorm1D: "instanceNorm",
  InstanceNorm2D: "instanceNorm",
  KLDivLoss: "klDiv",
  LogSigmoid: "logsigmoid",
  Softmax2D: "softmax",
  Upsample: "interpolate",
  UpsamplingBilinear2D: "interpolate",
  UpsamplingNearest2D: "interpolate",
};
/** Layers without a function in torch.nn.functional: containers, shapes, and what extends others. */
const WITHOUT =
  /^(Module.*|Parameter.*|Sequential|Identity|Flatten|Unflatten|Lazy.*|LRScheduler|AveragedModel|.*Pad[12]D)$/;

it("every layer has its function", () => {
  const layers = Object.entries(nn).flatMap(([name, value]) =>
    typeof value === "function" && value.prototype instanceof nn.Module && !/[12]d$/.test(name) ? [name] : [],
  );
  expect(layers.length).toBeGreaterThan(70);
  const missing = layers.filter((name) => {
    if (WITHOUT.test(name)) return false;
    const wanted = (CALLED[name] ?? name).toLowerCase();
    return !Object.keys(F).some((known) => known.toLowerCase() === wanted);
  });
  expect(missing).toEqual([]);
});
