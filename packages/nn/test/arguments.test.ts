// What plain JavaScript can give: options in a wrong form, of wrong names or types, sizes that are none, arrays that change.
import { Generator, manualSeed, ones, setBackend, type Tensor, tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { expectError } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

// As JavaScript sees it: no types.
// biome-ignore lint/suspicious/noExplicitAny: these calls are what the types would refuse.
type Untyped = any;
const {
  AvgPool2D,
  BatchNorm2D,
  Buffer,
  Conv2D,
  ConvTranspose2D,
  Dropout,
  Flatten,
  GELU,
  GroupNorm,
  LayerNorm,
  LazyConv2D,
  LazyLinear,
  LeakyReLU,
  Linear,
  MaxPool2D,
  Parameter,
  ReLU,
  Sequential,
  Softmax,
  LogSoftmax,
  SGD,
  Adam,
  AdamW,
  init,
} = nn as Untyped;
const losses = nn as Untyped;

/** An array with holes, which its own methods step over. */
const sparse = (length: number, values: object): unknown => Object.assign(new Array(length), values);
const one = (): Tensor[] => [new nn.Parameter(ones([1]))];
const w = (): Tensor => zeros([2, 3]);

/** A call and what is said about it. */
type Case = readonly [message: string, call: () => unknown];
function refuses(cases: readonly Case[]): void {
  it.each(cases)("%s", (message, call) => expectError(call, "INVALID_ARGUMENT", message));
}

describe("PyTorch's positional form is refused, with what to write", () => {
  refuses([
    [
      "MaxPool2D: options are an object of stride, padding, dilation, ceilMode, but got 2; write { stride: 2 }",
      () => new MaxPool2D(3, 2),
    ],
    ["write { stride: 1, padding: 2 }", () => new Conv2D(1, 6, 5, 1, 2)],
    [
      "write { stride: 1, padding: 0, dilation: 1, groups: 1, bias: false }",
      () => new Conv2D(1, 6, 5, 1, 0, 1, 1, false),
    ],
    ["Conv2D: options are an object of stride", () => new Conv2D(1, 1, 3, 2)],
    ["write { padding: 'same' }", () => new Conv2D(1, 1, 3, "same")],
    ["write { stride: [2, 1] }", () => new Conv2D(1, 1, 3, [2, 1])],
    ["LazyConv2D: options are an object of", () => new LazyConv2D(6, 5, 1, 2)],
    ["write { stride: 2, padding: 1, outputPadding: 1 }", () => new ConvTranspose2D(1, 1, 3, 2, 1, 1)],
    [
      "Linear: options are an object of bias, dtype, backend, but got false; write { bias: false }",
      () => new Linear(4, 3, false),
    ],
    ["LazyLinear: options are an object of", () => new LazyLinear(3, false)],
    [
      "write { stride: 2, padding: 0, ceilMode: true, countIncludePad: false }",
      () => new AvgPool2D(2, 2, 0, true, false),
    ],
    [
      "LeakyReLU: options are an object of negativeSlope, but got 0.2; write { negativeSlope: 0.2 }",
      () => new LeakyReLU(0.2),
    ],
    ["BatchNorm2D: options are an object of eps, momentum", () => new BatchNorm2D(4, 1e-3)],
    ["write { eps: 0.001, momentum: 0.1, affine: false }", () => new BatchNorm2D(4, 1e-3, 0.1, false)],
    ["write { eps: 0.001, elementwiseAffine: false }", () => new LayerNorm(4, 1e-3, false)],
    ["write { eps: 0.001 }", () => new GroupNorm(2, 4, 1e-3)],
    ["write { startDim: 0, endDim: 1 }", () => new Flatten(0, 1)],
    ["write { approximate: 'tanh' }", () => new GELU("tanh")],
    ["write { requiresGrad: false }", () => new Parameter(w(), false)],
    ["write { persistent: false }", () => new Buffer(w(), false)],
    ["SGD: options are an object of lr, momentum", () => new SGD(one(), 0.1)],
    ["write { lr: 0.1, momentum: 0.9 }", () => new SGD(one(), 0.1, 0.9)],
    ["write { lr: 0.001, betas: [0.9, 0.99], eps: 1e-8 }", () => new Adam(one(), 1e-3, [0.9, 0.99], 1e-8)],
    ["AdamW: options are an object of lr", () => new AdamW(one(), 0.1)],
    ["crossEntropy: options are an object of weight", () => losses.crossEntropy(w(), tensor([0, 1]), "sum")],
    ["write { reduction: 'sum' }", () => losses.crossEntropy(w(), tensor([0, 1]), "sum")],
    ["but got a tensor; write { weight }", () => losses.crossEntropy(w(), tensor([0, 1]), ones([3]))],
    ["write { reduction: 'none' }", () => losses.mseLoss(w(), w(), "none")],
    ["write { delta: 0.5 }", () => losses.huberLoss(w(), w(), 0.5)],
    ["write { strict: false }", () => new Linear(1, 1).loadStateDict({}, false)],
    ["write { a: 2 }", () => init.kaimingUniform(w(), 2)],
    ["write { gain: 2 }", () => init.xavierNormal(w(), 2)],
    ["options are one object, the last argument, but got 2 behind it", () => new Conv2D(1, 6, 5, {}, 2)],
    [
      "options are one object, the last argument, but got 2 behind it",
      () => new Conv2D(1, 6, 5, undefined, 2),
    ],
    ["Conv2D: options are an object of stride", () => new Conv2D(1, 1, 3, null)],
    [
      "Dropout: dropout probability has to be between 0 and 1, but got an object; write new Dropout(0.5)",
      () => new Dropout({ p: 0.3 }),
    ],
    ["Dropout takes p alone, but got true besides", () => new Dropout(0.5, true)],
    ["ReLU takes no arguments, but got true besides", () => new ReLU(true)],
    ["Softmax: dim is an integer, but got an object; write new Softmax(1)", () => new Softmax({ dim: 1 })],
    ["LogSoftmax: dim is an integer, but got undefined", () => new LogSoftmax()],
    ["step takes no closure", () => new SGD(one()).step(() => 1)],
  ]);
});

describe("names of options are checked", () => {
  refuses([
    ["MaxPool2D: unknown option 'pading' (did you mean 'padding'?)", () => new MaxPool2D(3, { pading: 2 })],
    ["unknown option 'kernelSize'", () => new Conv2D(1, 1, 3, { kernelSize: 5 })],
    ["unknown option 'inplace'", () => new LeakyReLU({ inplace: true })],
    ["SGD: unknown option 'learningRate' (did you mean 'lr'?)", () => new SGD(one(), { learningRate: 0.1 })],
    ["unknown option 'learning_rate' (did you mean 'lr'?)", () => new SGD(one(), { learning_rate: 0.1 })],
    [
      "unknown option 'weight_decay' (did you mean 'weightDecay'?)",
      () => new AdamW(one(), { lr: 0.1, weight_decay: 0.1 }),
    ],
    ["unknown option 'toString'", () => new SGD([{ params: one(), toString: 1 }])],
    ["unknown option 'lerning'", () => new SGD(one()).addParamGroup({ params: one(), lerning: 1 })],
    [
      "unknown option 'ignore_index' (did you mean 'ignoreIndex'?)",
      () => losses.crossEntropy(w(), tensor([0, 1]), { ignore_index: 1 }),
    ],
    ["unknown option 'delta'", () => losses.mseLoss(w(), w(), { delta: 1 })],
    [
      "unknown option 'requires_grad' (did you mean 'requiresGrad'?)",
      () => new Parameter(w(), { requires_grad: false }),
    ],
    ["unknown option 'low'", () => init.uniform(w(), { low: 0, high: 1 })],
    ["unknown option 'strickt'", () => new Linear(1, 1).loadStateDict({}, { strickt: false })],
    [
      "LazyLinear: dtype and backend are those of the first input; leave 'dtype' out",
      () => new LazyLinear(3, { dtype: "float64" }),
    ],
    [
      "LazyConv2D: dtype and backend are those of the first input; leave 'backend' out",
      () => new LazyConv2D(3, 1, { backend: cpuJs() }),
    ],
  ]);
});

describe("types of options are checked", () => {
  refuses([
    ["SGD: 'lr' is a number, but got '0.1'", () => new SGD(one(), { lr: "0.1" })],
    ["Adam: 'lr' is a number, but got the BigInt 1n", () => new Adam(one(), { lr: 1n })],
    ["'nesterov' is a boolean, but got 1", () => new SGD(one(), { nesterov: 1, momentum: 0.9 })],
    ["SGD: 'weightDecay' is a number, but got '1'", () => new SGD([{ params: one(), weightDecay: "1" }])],
    ["Invalid learning rate: NaN", () => new SGD(one(), { lr: Number.NaN })],
    ["betas are two numbers, [0.9, 0.999], but got an array of 1", () => new Adam(one(), { betas: [0.9] })],
    ["betas are two numbers, [0.9, 0.999], but got 0.9", () => new Adam(one(), { betas: 0.9 })],
    ["Invalid beta parameter at index 1: undefined", () => new Adam(one(), { betas: [0.9, undefined] })],
    ["Invalid beta parameter at index 0: '0.9'", () => new Adam(one(), { betas: ["0.9", 0.9] })],
    ["Linear: 'bias' is a boolean, but got null", () => new Linear(1, 1, { bias: null })],
    ["Conv2D: 'groups' is a number, but got '1'", () => new Conv2D(1, 1, 3, { groups: "1" })],
    ["padding_mode must be one of", () => new Conv2D(1, 1, 3, { paddingMode: 1n })],
    ["MaxPool2D: 'ceilMode' is a boolean, but got 1", () => new MaxPool2D(2, { ceilMode: 1 })],
    [
      "AvgPool2D: divisor must be not zero: got divisorOverride='2'",
      () => new AvgPool2D(2, { divisorOverride: "2" }),
    ],
    [
      "AvgPool2D: divisor must be not zero: got divisorOverride=0",
      () => new AvgPool2D(2, { divisorOverride: 0 }),
    ],
    [
      "BatchNorm2D: 'momentum' is a number or null, but got '0.1'",
      () => new BatchNorm2D(2, { momentum: "0.1" }),
    ],
    ["GroupNorm: 'eps' is a number", () => new GroupNorm(1, 2, { eps: "1" })],
    [
      "GELU: 'approximate' is one of 'none', 'tanh', but got 'exact'",
      () => new GELU({ approximate: "exact" }),
    ],
    ["dropout probability has to be between 0 and 1, but got '0.5'", () => new Dropout("0.5")],
    ["dropout probability has to be between 0 and 1, but got null", () => new Dropout(null)],
    [
      "Parameter: 'requiresGrad' is a boolean, but got 'no'",
      () => new Parameter(w(), { requiresGrad: "no" }),
    ],
    ["Buffer: 'name' is a string, but got 3", () => new Buffer(w(), { name: 3 })],
    ["Parameter: expected a tensor, but got an array of 2", () => new Parameter([1, 2])],
    ["huberLoss: 'delta' is a number, but got '1'", () => losses.huberLoss(w(), w(), { delta: "1" })],
    [
      "crossEntropy: 'weight' is a tensor or null, but got an array of 3",
      () => losses.crossEntropy(w(), tensor([0, 1], { dtype: "int32" }), { weight: [1, 1, 1] }),
    ],
    [
      "binaryCrossEntropyWithLogits: 'posWeight' is a tensor or null, but got 2",
      () => losses.binaryCrossEntropyWithLogits(w(), w(), { posWeight: 2 }),
    ],
    ["mseLoss: expected a tensor, but got an array of 2", () => losses.mseLoss(w(), [1, 2])],
    [
      "a symbol is not a valid value for reduction",
      () => losses.mseLoss(w(), w(), { reduction: Symbol("sum") }),
    ],
    ["init.normal: 'std' is a number, but got '1'", () => init.normal(w(), 0, "1")],
    ["init.normal: 'generator' is a Generator, but got 7", () => init.normal(w(), 0, 1, { generator: 7 })],
    [
      "init.normal: normal expects std >= 0.0, but found std NaN",
      () => init.normal(w(), { std: Number.NaN }),
    ],
    ["init.constant: 'val' is a number, but got an object", () => init.constant(w(), { val: 1 })],
    ["init.xavierUniform: 'gain' is a number", () => init.xavierUniform(w(), { gain: "2" })],
    ["init.calculateGain: 'param' is a number", () => init.calculateGain("leakyRelu", "0.2")],
    ["training mode is expected to be boolean, but got 'no'", () => new ReLU().train("no")],
    ["apply takes a function, but got undefined", () => new ReLU().apply()],
    [
      "Expected state_dict to be an object of tensors by name, but got null",
      () => new Linear(1, 1).loadStateDict(null),
    ],
    [
      "Expected state_dict to be an object of tensors by name",
      () => new Linear(1, 1).loadStateDict(new Map(), { strict: false }),
    ],
    ["SGD: options are an object of params", () => new SGD(one()).addParamGroup(null)],
    ["SGD: options are an object of params", () => new SGD(one()).addParamGroup(one())],
    ["should be an iterable of Tensors or dicts, but got undefined", () => new SGD(one()).addParamGroup({})],
    ["should be an iterable of Tensors or dicts, but got 3", () => new SGD(3)],
    ["but got a module: write net.parameters()", () => new SGD(new Sequential(new Linear(1, 1)))],
  ]);
});

describe("sizes are checked one by one", () => {
  refuses([
    ["Conv2D: in_channels must be a positive integer, but got '1'", () => new Conv2D("1", 6, 5)],
    ["Conv2D: in_channels must be a positive integer, but got the BigInt 1n", () => new Conv2D(1n, 6, 5)],
    ["Conv2D: out_channels must be a positive integer, but got NaN", () => new Conv2D(1, Number.NaN, 5)],
    ["Conv2D: in_channels must be a positive integer, but got 0", () => new Conv2D(0, 1, 5)],
    ["LazyConv2D: out_channels must be a positive integer, but got 0.5", () => new LazyConv2D(0.5, 5)],
    [
      "Conv2D: expected kernel_size to be a single integer value or a list of 2 values",
      () => new Conv2D(1, 1, "3"),
    ],
    ["Conv2D: kernel_size must be made of integers", () => new Conv2D(1, 1, sparse(2, { 1: 3 }))],
    ["Conv2D: stride must be made of integers", () => new Conv2D(1, 1, 3, { stride: new Array(2) })],
    [
      "Conv2D: padding must be made of integers",
      () => new Conv2D(1, 1, 3, { padding: sparse(4, { 2: 1, 3: 1 }) }),
    ],
    [
      "ConvTranspose2D: padding must be made of integers",
      () => new ConvTranspose2D(1, 1, 3, { padding: new Array(4) }),
    ],
    ["ConvTranspose2D: expected padding to be", () => new ConvTranspose2D(1, 1, 3, { padding: "same" })],
    ["Conv2D: non-positive stride is not supported: got [0, 0]", () => new Conv2D(1, 1, 3, { stride: 0 })],
    ["MaxPool2D: kernel_size must be made of integers", () => new MaxPool2D(2.5)],
    ["MaxPool2D: kernel size should be greater than zero", () => new MaxPool2D(0)],
    ["MaxPool2D: non-positive stride is not supported", () => new MaxPool2D(2, { stride: [0, 1] })],
    [
      "AvgPool2D: pad should be at most half of effective kernel size",
      () => new AvgPool2D(2, { padding: 2 }),
    ],
    ["AvgPool2D: expected kernel_size to be", () => new AvgPool2D()],
    ["Linear: in_features must be a positive integer, but got '4'", () => new Linear("4", 3)],
    ["Linear: out_features must be a positive integer, but got undefined", () => new Linear(4)],
    [
      "BatchNorm2D: num_features must be a positive integer, but got an array of 1",
      () => new BatchNorm2D([4]),
    ],
    [
      "LayerNorm: normalized_shape must be a positive integer, but got undefined",
      () => new LayerNorm(new Array(2)),
    ],
    ["LayerNorm: Expected normalized_shape to be at least 1-dimensional", () => new LayerNorm([])],
    ["LayerNorm: normalized_shape must be a positive integer, but got 'x'", () => new LayerNorm("x")],
    ["GroupNorm: num_groups must be a positive integer, but got '2'", () => new GroupNorm("2", 4)],
  ]);

  it("and whole windows that no input fits are known at once, of any size that some input fits", () => {
    expect(new MaxPool2D(3, { dilation: 1000, padding: 1000 })(zeros([1, 1, 1, 1])).shape).toEqual([
      1, 1, 1, 1,
    ]);
  });
});

describe("what a layer keeps is its own", () => {
  it("arrays that change later, in frozen options too, change nothing", () => {
    const pair = [1, 1];
    const options = Object.freeze({ stride: pair, padding: pair, dilation: pair, outputPadding: [0, 0] });
    const { outputPadding: _, ...rest } = options;
    const kernel = [3, 3];
    const sizes = [4, 4];
    const layers: Untyped[] = [
      new Conv2D(1, 1, kernel, rest),
      new LazyConv2D(1, kernel, rest),
      new Conv2D(1, 1, kernel, { padding: sizes.slice(), paddingMode: "replicate", stride: pair }),
      new ConvTranspose2D(1, 1, kernel, options),
      new MaxPool2D(kernel, rest),
      new AvgPool2D(kernel, rest),
      new LayerNorm(sizes),
    ];
    const x = zeros([1, 1, 4, 4]);
    const before = layers.map((layer) => [layer(x).shape, String(layer)]);
    pair.fill(3);
    kernel.fill(1);
    sizes.fill(9);
    expect(layers.map((layer) => [layer(x).shape, String(layer)])).toEqual(before);
    const wide = zeros([1, 1, 9, 9]);
    expect(layers[0](wide).shape).toEqual([1, 1, 9, 9]);
    expect(layers[3](wide).shape).toEqual([1, 1, 9, 9]);
  });

  it("and cannot be changed through its properties", () => {
    const conv = new nn.Conv2D(1, 1, [3, 3], { padding: [0, 0, 1, 1] });
    const pool = new nn.MaxPool2D([2, 2], { stride: [1, 1] });
    const kept = [
      conv.kernelSize,
      conv.stride,
      conv.padding,
      conv.dilation,
      pool.kernelSize,
      pool.options.stride,
    ];
    for (const array of [...kept, pool.options, new nn.LayerNorm([2]).normalizedShape]) {
      expect(Object.isFrozen(array)).toBe(true);
    }
  });

  it("nor do an optimiser's betas or a buffer's options follow the caller's", () => {
    const betas: [number, number] = [0.5, 0.9];
    const optimizer = new nn.Adam(one(), { betas });
    const options = { name: "count", persistent: true };
    class Counter extends nn.Module {
      steps = new nn.Buffer(zeros([1]), options);
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const counter = new Counter();
    betas[0] = 2;
    options.name = "other";
    expect(optimizer.paramGroups[0]!.betas).toEqual([0.5, 0.9]);
    expect(Object.keys(counter.stateDict())).toEqual(["count"]);
    const saved = { ...optimizer.stateDict().paramGroups[0]!, betas: [0.1, 0.2] as [number, number] };
    optimizer.loadStateDict({ state: {}, paramGroups: [saved] });
    (saved.betas as number[])[0] = 7;
    expect(optimizer.paramGroups[0]!.betas).toEqual([0.1, 0.2]);
  });
});

describe("Sequential", () => {
  const layer = () => new nn.ReLU();
  refuses([
    [
      "JavaScript moves names that are whole numbers, like '2', to the front",
      () => new Sequential({ "10": layer(), "2": layer() }),
    ],
    ["use other names, or a list: new Sequential(a, b)", () => new Sequential({ conv: layer(), 0: layer() })],
    ["module name can't be empty, got: ''", () => new Sequential({ "": layer() })],
    ["module name can't contain \".\", got: 'a.b'", () => new Sequential({ "a.b": layer() })],
    ["an object is not a Module (argument '0')", () => new Sequential(new Map([["a", layer()]]))],
    ["an object is not a Module (argument '0')", () => new Sequential(ones([1]))],
    ["a function is not a Module (argument '0')", () => new Sequential(nn.ReLU)],
    ["an object is not a Module (argument 'a')", () => new Sequential({ a: Object.create(null) })],
    ["undefined is not a Module (argument '1')", () => new Sequential(sparse(3, { 0: layer(), 2: layer() }))],
  ]);

  it("takes an array, and names in the order they have", () => {
    const [a, b] = [layer(), new nn.Sigmoid()];
    expect([...new nn.Sequential([a, b])]).toEqual([a, b]);
    expect(new nn.Sequential({ b2: b, a1: a, "01": a }).namedChildren().map(([name]) => name)).toEqual([
      "b2",
      "a1",
      "01",
    ]);
  });
});

describe("initialisers take PyTorch's keywords", () => {
  it("as they take positions", () => {
    const drawn = (run: (t: Tensor) => Tensor): unknown => {
      manualSeed(3);
      return run(zeros([20])).dataSync();
    };
    expect(drawn((t) => nn.init.normal(t, { std: 0.01 }))).toEqual(drawn((t) => nn.init.normal(t, 0, 0.01)));
    expect(drawn((t) => nn.init.normal(t, { mean: 2 }))).toEqual(drawn((t) => nn.init.normal(t, 2)));
    expect(drawn((t) => nn.init.uniform(t, { a: -1 }))).toEqual(drawn((t) => nn.init.uniform(t, -1)));
    const [g, h] = [new Generator(7), new Generator(7)];
    expect(drawn((t) => nn.init.uniform(t, { b: 2, generator: g }))).toEqual(
      drawn((t) => nn.init.uniform(t, 0, 2, { generator: h })),
    );
    expectError(
      () => init.normal(w(), { std: 1 }, 2),
      "INVALID_ARGUMENT",
      "the last argument, but got 2 behind it",
    );
  });
});
