// Layers against PyTorch: outputs and gradients (scripts/goldens/make_nn.py), modes, and what they refuse.
import {
  corr2d,
  defaultGenerator,
  drawUniform,
  gradcheck,
  manualSeed,
  ones,
  rand,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import {
  AvgPool2D,
  BatchNorm1D,
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  Dropout,
  Flatten,
  GroupNorm,
  LayerNorm,
  LazyBatchNorm1D,
  LazyBatchNorm2D,
  LazyConv2D,
  LazyLinear,
  Linear,
  MaxPool2D,
  type Module,
  Parameter,
} from "../src/index.ts";
import goldens from "./fixtures/layers.json" with { type: "json" };
import { build, cotangent, expectClose, expectError, fromGolden, type Spec, type Values } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

/** What `make_nn.py` gives the weights and biases of normalisations. */
function sixteenths(shape: readonly number[], seed: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) => (((i * 37 + 11 * seed) % 101) - 50) / 16);
  return tensor(values, { shape });
}

describe("outputs and gradients", () => {
  it.each(goldens.computed)("$layer", ({ layer: spec, input, output, inputGrad, grads }) => {
    manualSeed(0);
    const layer = build(spec as Spec) as Module;
    if (layer instanceof LayerNorm || layer instanceof GroupNorm) {
      const state = layer.stateDict();
      if (state.weight && state.bias) {
        layer.loadStateDict({
          weight: sixteenths(state.weight.shape, 2),
          bias: sixteenths(state.bias.shape, 3),
        });
      }
    }
    const x = fromGolden(input);
    x.requiresGrad = true;
    const y = layer(x);
    expectClose(y, output);
    y.backward(cotangent(y));
    expectClose(x.grad, inputGrad, 4e-6);
    const expected = Object.entries(grads as Record<string, Values>);
    expect(layer.namedParameters().map(([name]) => name)).toEqual(expected.map(([name]) => name));
    for (const [name, p] of layer.namedParameters()) expectClose(p.grad, Object.fromEntries(expected)[name]!);
  });

  it("differentiate twice", async () => {
    manualSeed(1);
    const layer = new Conv2D(2, 2, 3, { padding: 1, paddingMode: "reflect", dtype: "float64" });
    const norm = new BatchNorm2D(2, { dtype: "float64" });
    const x = rand([2, 2, 3, 4], { dtype: "float64", requiresGrad: true });
    const squares = (t: Tensor) => norm(layer(t).tanh()).square().sum([2, 3]);
    await gradcheck(squares, [x]);
    const { grad } = await import("@corr2d/core");
    const slope = (t: Tensor) => grad(squares(t).square().sum(), [t], { createGraph: true })[0]!;
    await gradcheck(slope, [x]);
  });
});

describe("Conv2D", () => {
  it("follows its weight and bias when they are replaced or assigned", () => {
    const layer = new Conv2D(1, 1, 1);
    layer.loadStateDict({ weight: ones([1, 1, 1, 1]), bias: ones([1]) });
    const x = ones([1, 1, 1, 1]);
    expect(layer(x).itemSync()).toBe(2);
    layer.bias = null as never;
    expect(layer(x).itemSync()).toBe(1);
    layer.bias = new Parameter(tensor([5]));
    expect(layer(x).itemSync()).toBe(6);
  });

  it.each([
    ["groups must be a positive integer", () => new Conv2D(4, 4, 3, { groups: 0 })],
    ["in_channels must be divisible by groups", () => new Conv2D(3, 4, 3, { groups: 2 })],
    ["out_channels must be divisible by groups", () => new Conv2D(4, 3, 3, { groups: 2 })],
    ["in_channels must be a positive integer", () => new Conv2D(0, 3, 3)],
    ["out_channels must be a positive integer", () => new Conv2D(1, 0, 3)],
    [
      "Invalid padding string 'full', should be one of",
      () => new Conv2D(1, 1, 3, { padding: "full" as never }),
    ],
    [
      "padding='same' is not supported for strided convolutions",
      () => new Conv2D(1, 1, 3, { padding: "same", stride: 2 }),
    ],
    [
      "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='mirror'",
      () => new Conv2D(1, 1, 3, { paddingMode: "mirror" as never }),
    ],
    ["non-positive stride is not supported", () => new Conv2D(1, 1, 3, { stride: 0 })],
    ["negative padding is not supported", () => new Conv2D(1, 1, 3, { padding: -1 })],
    ["dilation should be greater than zero, but got [0, 0]", () => new Conv2D(1, 1, 3, { dilation: 0 })],
    [
      "kernel size should be greater than zero, but got kernel_height: 0 kernel_width: 0",
      () => new Conv2D(1, 1, 0),
    ],
    [
      "expected stride to be a single integer value or a list of 2 values to match the convolution dimensions, but got " +
        "stride=[1, 1, 1]",
      () => new Conv2D(1, 1, 3, { stride: [1, 1, 1] as never }),
    ],
    [
      "expected kernel_size to be a single integer value or a list of 2 values to match the convolution dimensions, but " +
        "got kernel_size=[3]",
      () => new Conv2D(1, 1, [3] as never),
    ],
    [
      "output padding must be smaller than either stride or dilation",
      () => new ConvTranspose2D(1, 1, 3, { outputPadding: 1 }),
    ],
  ])("says at construction: %s", (message, make) => {
    expectError(make, "INVALID_ARGUMENT", message);
  });

  it.each([
    [
      "Given groups=1, weight of size [4, 3, 3, 3], expected input[1, 1, 5, 5] to have 3 channels, but got 1 channels instead",
      () => new Conv2D(3, 4, 3)(zeros([1, 1, 5, 5])),
    ],
    [
      "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [5, 5]",
      () => new Conv2D(3, 4, 3)(zeros([5, 5])),
    ],
    [
      "Calculated padded input size per channel: (5 x 5). Kernel size: (7 x 7). Kernel size can't be greater than actual " +
        "input size",
      () => new Conv2D(1, 1, 7)(zeros([1, 1, 5, 5])),
    ],
    [
      "Given transposed=1, weight of size [2, 1, 3, 3], expected input[1, 1, 5, 5] to have 2 channels, but got 1 channels instead",
      () => new ConvTranspose2D(2, 1, 3)(zeros([1, 1, 5, 5])),
    ],
    ["mat1 and mat2 shapes cannot be multiplied (2x3 and 2x4)", () => new Linear(2, 4)(zeros([2, 3]))],
    [
      "Given input size: (1x2x2). Calculated output size: (1x0x0). Output size is too small",
      () => new MaxPool2D(3)(zeros([1, 1, 2, 2])),
    ],
    [
      "Expected more than 1 value per channel when training, got input size torch.Size([1, 3, 1, 1])",
      () => new BatchNorm2D(3)(zeros([1, 3, 1, 1])),
    ],
    ["expected 4D input (got 2D input)", () => new BatchNorm2D(3)(zeros([2, 3]))],
    ["running_mean should contain 4 elements not 3", () => new BatchNorm2D(3)(zeros([2, 4, 2, 2]))],
    [
      "Given normalized_shape=[3, 4], expected input with shape [*, 3, 4], but got input of size [2, 4]",
      () => new LayerNorm([3, 4])(zeros([2, 4])),
    ],
    [
      "Expected 4 channels [N, 4, ...], but got input of shape [1, 3]",
      () => new GroupNorm(2, 4)(zeros([1, 3])),
    ],
  ])("says at the input: %s", (message, run) => {
    expectError(run, "SHAPE_MISMATCH", message);
  });

  it("says what else does not fit", () => {
    const reach = "Padding size should be less than the corresponding input dimension";
    const reflecting = new Conv2D(1, 1, 3, { padding: 3, paddingMode: "reflect" });
    expectError(() => reflecting(zeros([1, 1, 3, 3])), "INVALID_ARGUMENT", reach);
    const half =
      "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1";
    expectError(() => new AvgPool2D(2, { padding: 2 })(zeros([1, 1, 4, 4])), "INVALID_ARGUMENT", half);
    const types = "Input type (double) and weight type (float) should be the same";
    const double = zeros([1, 1, 3, 3], { dtype: "float64" });
    expectError(() => new Conv2D(1, 1, 3)(double), "DTYPE_MISMATCH", types);
    expectError(
      () => new GroupNorm(3, 4),
      "INVALID_ARGUMENT",
      "num_channels must be divisible by num_groups",
    );
    expectError(() => new Linear(1.5, 2), "INVALID_ARGUMENT", "in_features must be a positive integer");
    expectError(
      () => new Flatten({ startDim: 2, endDim: 1 })(zeros([1, 1, 1])),
      "INVALID_ARGUMENT",
      "start_dim cannot come after end_dim",
    );
  });

  it("is made whenever some input fits its options, however far they reach", () => {
    expect(new Conv2D(1, 1, 3, { dilation: 100_000, padding: 100_000 })(ones([1, 1, 1, 1])).shape).toEqual([
      1, 1, 1, 1,
    ]);
    const cut = new ConvTranspose2D(2, 1, [1, 2], { padding: [0, 500], stride: 2 });
    expect(cut(ones([1, 2, 1, 502])).shape).toEqual([1, 1, 1, 4]);
    const sides = new ConvTranspose2D(1, 1, 1, { padding: [0, 3, 0, 0] });
    expect(sides(ones([1, 1, 5, 1])).shape).toEqual([1, 1, 2, 1]);
  });

  it("takes an empty batch", () => {
    expect(new Conv2D(1, 2, 3)(zeros([0, 1, 5, 5])).shape).toEqual([0, 2, 3, 3]);
  });

  it("is the book's layer when written by hand", () => {
    const k = tensor([[1, -1]]);
    const layer = new Conv2D(1, 1, [1, 2], { bias: false });
    layer.loadStateDict({ weight: k.reshape([1, 1, 1, 2]) });
    const x = rand([6, 8]);
    const y = layer(x.reshape([1, 1, 6, 8]));
    expect(y.reshape([6, 7]).dataSync()).toEqual(corr2d(x, k).dataSync());
  });
});

describe("lazy layers", () => {
  it("take channels, dtype and backend from the first input, then draw as PyTorch does", () => {
    manualSeed(0);
    const lazy = new LazyConv2D(6, 5);
    lazy(zeros([1, 28, 28]));
    const linear = new LazyLinear(2);
    linear(zeros([3, 4], { dtype: "float64" }));
    manualSeed(0);
    const eager = new Conv2D(1, 6, 5);
    expect(lazy.weight.dataSync()).toEqual(eager.weight.dataSync());
    expect(lazy.bias.dataSync()).toEqual(eager.bias.dataSync());
    expect(linear.weight.dtype).toBe("float64");
    expect([lazy.inChannels, linear.inFeatures]).toEqual([1, 4]);
  });

  it("say clearly that parameters are not there yet", () => {
    const text = "Attempted to use an uninitialized parameter of LazyConv2d";
    const lazy = new LazyConv2D(6, 5);
    expectError(() => lazy.weight.shape, "INVALID_ARGUMENT", text);
    expectError(() => ones([1]).add(lazy.weight), "INVALID_ARGUMENT", text);
    expectError(() => lazy.weight.neg(), "INVALID_ARGUMENT", text);
    expectError(() => lazy.weight.detach(), "INVALID_ARGUMENT", text);
    expectError(() => lazy.bias.dataSync(), "INVALID_ARGUMENT", text);
    expectError(() => lazy.resetParameters(), "INVALID_ARGUMENT", text);
    expectError(() => lazy.stateDict(), "INVALID_ARGUMENT", text);
    expectError(() => lazy.forward(lazy.weight), "INVALID_ARGUMENT", text);
    expect(String(lazy.bias)).toBe("<UninitializedParameter>");
    expect(lazy.parameters()).toEqual([lazy.weight, lazy.bias]);
    expect(lazy.modules()).toEqual([lazy]);
  });

  it("of normalisations have their statistics, from the first input or from a state dict", () => {
    const text = "Attempted to use an uninitialized buffer of LazyBatchNorm2d";
    const lazy = new LazyBatchNorm2D();
    expectError(() => lazy.runningMean.dataSync(), "INVALID_ARGUMENT", text);
    expectError(() => new LazyBatchNorm2D({ affine: false }).stateDict(), "INVALID_ARGUMENT", text);
    const parameters = lazy.parameters();
    lazy(zeros([2, 3, 2, 2], { dtype: "float64" }));
    expect(lazy.parameters()).toEqual(parameters);
    expect([lazy.numFeatures, lazy.weight.dtype, lazy.runningVar.dtype]).toEqual([3, "float64", "float64"]);
    expect(String(lazy)).toBe(String(new BatchNorm2D(3)));

    const trained = new BatchNorm1D(3);
    trained(rand([4, 3]));
    const loaded = new LazyBatchNorm1D();
    loaded.loadStateDict(trained.stateDict());
    const x = rand([5, 3]);
    expect(loaded.eval()(x).dataSync()).toEqual(trained.eval()(x).dataSync());
    expect(loaded.numFeatures).toBe(3);
    expectError(() => loaded(rand([5, 4])), "SHAPE_MISMATCH", "running_mean should contain 4 elements not 3");
    expectError(
      () => new LazyBatchNorm1D()(zeros([2])),
      "SHAPE_MISMATCH",
      "expected 2D or 3D input (got 1D input)",
    );
    const place = "dtype and backend are those of the first input";
    expectError(() => new LazyBatchNorm1D({ dtype: "float64" } as never), "INVALID_ARGUMENT", place);
  });

  it("refuse inputs and options that cannot be", () => {
    const rank = "Expected 3D (unbatched) or 4D (batched) input to LazyConv2d, but got input of size: [2]";
    expectError(() => new LazyConv2D(6, 5)(zeros([2])), "SHAPE_MISMATCH", rank);
    expectError(() => new LazyLinear(6)(zeros([])), "SHAPE_MISMATCH", "at least one axis");
    expectError(() => new LazyConv2D(6, 5, { stride: 0 }), "INVALID_ARGUMENT", "non-positive stride");
    const groups = "in_channels must be divisible by groups";
    expectError(() => new LazyConv2D(6, 5, { groups: 2 })(zeros([3, 9, 9])), "INVALID_ARGUMENT", groups);
  });
});

describe("BatchNorm2D", () => {
  it.each(goldens.batchNorm)("$options", ({ options, steps }) => {
    const layer = new BatchNorm2D(2, options);
    if (layer.weight) {
      const affine = { weight: tensor([1.5, -0.5]), bias: tensor([0.25, 1]) };
      layer.loadStateDict(affine, { strict: false });
    }
    for (const step of steps) {
      layer.train(step.training).zeroGrad();
      const x = fromGolden(step.input);
      x.requiresGrad = true;
      const y = layer(x);
      expectClose(y, step.output);
      y.backward(cotangent(y));
      expectClose(x.grad, step.inputGrad);
      for (const [name, p] of layer.namedParameters()) {
        expectClose(p.grad, (step.grads as Record<string, Values>)[name]!);
      }
      const buffers = Object.entries(step.buffers as Record<string, Values>);
      expect(layer.namedBuffers().map(([name]) => name)).toEqual(buffers.map(([name]) => name));
      layer.namedBuffers().forEach(([, buffer], i) => {
        expectClose(buffer, buffers[i]![1]);
        expect(buffer.requiresGrad).toBe(false);
      });
    }
  });
});

describe("an empty batch", () => {
  it.each([{}, { momentum: null }, { affine: false }, { trackRunningStats: false }])(
    "through BatchNorm2D %o is an empty result, and the running statistics stay",
    (options) => {
      const layer = new BatchNorm2D(3, options);
      for (const shape of [
        [0, 3, 4, 4],
        [2, 3, 0, 4],
      ]) {
        const x = zeros(shape, { requiresGrad: true });
        layer.zeroGrad();
        const y = layer(x);
        expect(y.shape).toEqual(shape);
        y.sum().backward();
        expect(x.grad!.shape).toEqual(shape);
        for (const p of layer.parameters()) expect(p.grad!.dataSync()).toEqual(new Float32Array(3));
      }
      expect(layer.runningMean?.dataSync() ?? null).toEqual(layer.runningMean && new Float32Array(3));
      expect(layer.runningVar?.dataSync() ?? null).toEqual(layer.runningVar && new Float32Array(3).fill(1));
      // PyTorch counts the batch.
      expect(layer.numBatchesTracked?.itemSync() ?? 2).toBe(2);
      expect(layer.eval()(zeros([0, 3, 4, 4])).shape).toEqual([0, 3, 4, 4]);
    },
  );

  it.each([
    ["LayerNorm", new LayerNorm([4], { backend: cpuJs() }), [0, 4]],
    ["GroupNorm", new GroupNorm(2, 4, { backend: cpuJs() }), [0, 4, 2, 2]],
    ["GroupNorm on no plane", new GroupNorm(2, 4, { backend: cpuJs() }), [2, 4, 0, 3]],
  ] as const)("through %s has gradients of 0, without a NaN on the way", async (_, layer, shape) => {
    const x = zeros(shape, { requiresGrad: true, backend: layer.weight.backend });
    const { detectAnomaly } = await import("@corr2d/core");
    detectAnomaly(() => {
      const y = layer(x);
      expect(y.shape).toEqual(shape);
      y.sum().backward();
    });
    expect(layer.weight.grad!.dataSync()).toEqual(new Float32Array(4));
    expect(layer.bias.grad!.dataSync()).toEqual(new Float32Array(4));
  });
});

describe("Dropout", () => {
  it.each(goldens.dropout)("p = $p draws PyTorch's mask", ({ p, seed, input, output, inputGrad, next }) => {
    manualSeed(seed);
    const x = fromGolden(input);
    x.requiresGrad = true;
    const y = new Dropout(p)(x);
    expect(drawUniform(defaultGenerator, 1, "float32")[0]).toBe(next);
    expectClose(y, output, 0);
    y.backward(cotangent(y));
    expectClose(x.grad, inputGrad, 1e-7);
  });

  it("passes the input through after eval()", () => {
    const layer = new Dropout(0.9).eval();
    const x = ones([3]);
    expect(layer(x)).toBe(x);
    expect(layer.train()(x)).not.toBe(x);
  });

  it("refuses what is no probability", () => {
    const text = "dropout probability has to be between 0 and 1, but got 1.5";
    expectError(() => new Dropout(1.5), "INVALID_ARGUMENT", text);
    expectError(() => new Dropout(Number.NaN), "INVALID_ARGUMENT", "but got NaN");
  });
});

it("convolves as its properties say, where plain JavaScript sets them after a call", () => {
  const x = zeros([1, 1, 8, 8]);
  for (const [layer, sizes] of [
    [new Conv2D(1, 1, 3, { stride: 2, padding: 1 }), [4, 8, 6]],
    [new ConvTranspose2D(1, 1, 3, { stride: 2, padding: 1 }), [15, 8, 10]],
  ] as const) {
    const own = layer as { stride: unknown; padding: unknown };
    const before = layer(x).shape[2];
    own.stride = [1, 1];
    const strided = layer(x).shape[2];
    own.padding = [0, 0];
    expect([before, strided, layer(x).shape[2]]).toEqual(sizes);
  }
});
