// Computed parameters and fused layers against PyTorch (scripts/goldens/make_utils.py), and what else they have to bear.
import {
  allclose,
  defineBackend,
  manualSeed,
  noGrad,
  ones,
  randn,
  scope,
  setBackend,
  type Tensor,
  tensor,
  triu,
  zeros,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import {
  AveragedModel,
  BatchNorm1D,
  BatchNorm2D,
  Conv2D,
  init,
  LazyLinear,
  Linear,
  Module,
  Sequential,
  SGD,
  utils,
} from "../src/index.ts";
import goldens from "./fixtures/utils.json" with { type: "json" };
import { build, expectClose, expectError, type Spec, type Values } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

const { parametrize, parametrizations, weightNorm, spectralNorm } = utils;

interface Trained {
  norm: string;
  layer: Spec;
  shape: number[];
  options: object;
  before: Record<string, Values>;
  grads: Record<string, Values>;
  losses: number[];
  after: Record<string, Values>;
  outputs: Values[];
  evaluated: Record<string, Values>;
  text: string;
  removed: Record<string, Values>;
  removedOutput: Values;
}

const NORMS: Readonly<Record<string, typeof weightNorm>> = {
  weightNorm,
  spectralNorm: spectralNorm as typeof weightNorm,
  "parametrizations.spectralNorm": parametrizations.spectralNorm as typeof weightNorm,
};

type Layer = Module & ((x: Tensor) => Tensor);

function expectState(module: Module, golden: Record<string, Values>): void {
  const state = module.stateDict();
  expect(Object.keys(state)).toEqual(Object.keys(golden));
  for (const [name, value] of Object.entries(golden)) expectClose(state[name]!, value, 1e-5);
}

describe("values, gradients, state dicts, training, texts", () => {
  it.each(goldens.trained as unknown as Trained[])("$norm of $layer, $options", (golden) => {
    manualSeed(0);
    const layer = build(golden.layer) as Layer;
    expect(NORMS[golden.norm]!(layer, "weight", golden.options)).toBe(layer);
    const xs = randn([golden.losses.length, ...golden.shape]);
    expectState(layer, golden.before);
    const optimizer = new SGD(layer.parameters(), { lr: 0.05, momentum: 0.9 });
    for (const [i, expected] of golden.losses.entries()) {
      optimizer.zeroGrad();
      const loss = layer(xs.slice(i)).square().mean();
      loss.backward();
      if (i === 0) {
        expect(layer.namedParameters().map(([name]) => name)).toEqual(Object.keys(golden.grads));
        for (const [name, p] of layer.namedParameters()) expectClose(p.grad, golden.grads[name]!, 1e-5);
      }
      optimizer.step();
      expect(loss.itemSync()).toBeCloseTo(expected, 5);
    }
    expectState(layer, golden.after);
    layer.eval();
    for (const output of golden.outputs) expectClose(layer(xs.slice(0)), output, 1e-5);
    expectState(layer, golden.evaluated);
    // The older function of PyTorch has no text of its own.
    if (golden.norm !== "spectralNorm") expect(String(layer)).toBe(golden.text);
    if (golden.norm === "weightNorm") utils.removeWeightNorm(layer);
    else if (golden.norm === "spectralNorm") utils.removeSpectralNorm(layer);
    else parametrize.removeParametrizations(layer, "weight");
    expectState(layer, golden.removed);
    expectClose(layer(xs.slice(0)), golden.removedOutput, 1e-5);
    expect(String(layer)).toBe(String(build(golden.layer)));
    expect(layer.namedParameters().every(([, p]) => p.requiresGrad)).toBe(true);
  });
});

describe("fusion", () => {
  interface Fused {
    layer: Spec;
    bn: Spec;
    shape: number[];
    output: Values;
    state: Record<string, Values> | null;
  }
  it.each(goldens.fused as unknown as Fused[])("of $layer and $bn", async (golden) => {
    manualSeed(0);
    const layer = build(golden.layer) as Conv2D;
    const bn = build(golden.bn) as BatchNorm2D;
    if (bn.weight !== null) {
      init.normal(bn.weight);
      init.normal(bn.bias);
    }
    const xs = randn([3, ...golden.shape]);
    noGrad(() => {
      for (let i = 0; i < 3; i++) bn(layer(xs.slice(i)));
    });
    layer.eval();
    bn.eval();
    const before = await layer.weight.toArray();
    const fused =
      layer instanceof Linear
        ? utils.fuseLinearBnEval(layer, bn as never)
        : utils.fuseConvBnEval(layer, bn as never);
    expect(Object.getPrototypeOf(fused)).toBe(Object.getPrototypeOf(layer));
    expectClose((fused as Layer)(xs.slice(0)), golden.output, 1e-5);
    if (golden.state !== null) {
      for (const [name, value] of Object.entries(golden.state)) {
        expectClose(fused.stateDict()[name]!, value, 1e-5);
      }
    }
    // The originals are left as they are.
    expectClose(bn(layer(xs.slice(0))), golden.output, 1e-5);
    expect(await layer.weight.toArray()).toEqual(before);
    expect(layer.bias === null).toBe(golden.layer[2].bias === false);
  });

  it("takes computed weights as they are", () => {
    const conv = weightNorm(new Conv2D(1, 2, 2)).eval();
    const bn = new BatchNorm2D(2).eval();
    const fused = utils.fuseConvBnEval(conv, bn);
    expect(parametrize.isParametrized(fused)).toBe(false);
    expect(parametrize.isParametrized(conv)).toBe(true);
    const x = randn([1, 1, 3, 3]);
    const wanted = bn(conv(x)).dataSync();
    fused(x)
      .dataSync()
      .forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i]!, 5);
      });
  });

  it("refuses what it cannot fuse", () => {
    const conv = new Conv2D(1, 2, 2).eval();
    const bn = new BatchNorm2D(2).eval();
    const { fuseConvBnEval, fuseLinearBnEval } = utils;
    expectError(() => fuseConvBnEval(conv, new BatchNorm2D(2)), "INVALID_ARGUMENT", "Fusion only for eval!");
    expectError(() => fuseConvBnEval(new Conv2D(1, 2, 2), bn), "INVALID_ARGUMENT", "Fusion only for eval!");
    expectError(
      () => fuseConvBnEval(conv, new BatchNorm2D(3).eval()),
      "SHAPE_MISMATCH",
      "the layer has 2 outputs, but the batch norm normalises 3",
    );
    expectError(
      () => fuseConvBnEval(conv, new BatchNorm2D(2, { trackRunningStats: false }).eval()),
      "INVALID_ARGUMENT",
      "keeps no running statistics",
    );
    expectError(() => fuseConvBnEval(bn as never, bn), "INVALID_ARGUMENT", "expected a convolution");
    expectError(() => fuseConvBnEval(conv, conv as never), "INVALID_ARGUMENT", "expected a batch norm");
    expectError(() => fuseLinearBnEval(conv as never, bn), "INVALID_ARGUMENT", "expected a Linear");
  });
});

describe("computed parameters", () => {
  it("are what the property gives, in modules that were called before too, and load what was saved", async () => {
    manualSeed(2);
    const net = new Sequential(new Linear(2, 3), new BatchNorm1D(3));
    const x = randn([4, 2]);
    const before = net(x).detach();
    weightNorm(net[0]);
    expect(await allclose(net(x), before, { atol: 1e-5 })).toBe(true);
    expect(net.parameters()).toHaveLength(5);
    expect(net[0].weight.isLeaf).toBe(false);
    const other = new Sequential(weightNorm(new Linear(2, 3)), new BatchNorm1D(3));
    other.loadStateDict(net.stateDict());
    expect(await other[0].weight.toArray()).toEqual(await net[0].weight.toArray());
    expectError(
      () => new Sequential(new Linear(2, 3), new BatchNorm1D(3)).loadStateDict(net.stateDict()),
      "STATE_DICT",
      'Missing key(s) in state_dict: "0.weight"',
    );
    parametrize.removeParametrizations(net[0], "weight");
    expect(net[0].weight.isLeaf).toBe(true);
    net(x);
  });

  it("take a value, which becomes what is learnt", async () => {
    const layer = weightNorm(new Linear(2, 1));
    layer.weight = tensor([[3, 4]]) as typeof layer.weight;
    expect(await layer.stateDict()["parametrizations.weight.original0"]!.toArray()).toEqual([[5]]);
    expect(await layer.weight.toArray()).toEqual([[3, 4]]);
  });

  it("take a value whole, or not at all", async () => {
    const layer = weightNorm(new Linear(2, 3));
    const before = await layer.weight.toArray();
    expect(() => {
      layer.weight = ones([3, 4]) as typeof layer.weight;
    }).toThrow("a computed parameter cannot take a value of shape [3, 4]: what is learnt is [3, 2]");
    expect(() => {
      layer.weight = 3 as never;
    }).toThrow("a computed parameter: expected a tensor, but got 3");
    expect(await layer.weight.toArray()).toEqual(before);
  });

  it("are copied, averaged and frozen with their module", async () => {
    manualSeed(4);
    const net = new Sequential(spectralNorm(new Linear(3, 3)), weightNorm(new Linear(3, 2)));
    const copy = net.clone();
    const x = randn([2, 3]);
    const listOf = (module: Module) => module.children()[0]!;
    expect(listOf(copy[0])).not.toBe(listOf(net[0]));
    expect(await copy(x).toArray()).toEqual(await net(x).toArray());
    noGrad(() => {
      for (const p of net.parameters()) p.assign(p.add(1));
    });
    expect(await copy.eval()(x).toArray()).not.toEqual(await net.eval()(x).toArray());
    expect(String(copy)).toBe(String(net));
    const average = new AveragedModel(net);
    average.updateParameters(net);
    expect(await average.module(x).toArray()).toEqual(await net(x).toArray());
    net.requiresGrad(false);
    expect(net[0].weight.requiresGrad).toBe(false);
  });

  it("of an optimiser made before go on being trained where one tensor is learnt", async () => {
    const layer = new Linear(2, 2);
    const optimizer = new SGD(layer.parameters(), { lr: 0.1 });
    spectralNorm(layer);
    const before = await layer.stateDict()["parametrizations.weight.original"]!.toArray();
    layer(ones([1, 2]))
      .sum()
      .backward();
    optimizer.step();
    expect(await layer.stateDict()["parametrizations.weight.original"]!.toArray()).not.toEqual(before);
    const { original } = (layer as unknown as { parametrizations: Record<string, { original: Tensor }> })
      .parametrizations.weight!;
    parametrize.removeParametrizations(layer, "weight", { leaveParametrized: false });
    expect(layer.weight).toBe(original);
  });

  it("compute with several parametrizations, of one's own too", async () => {
    class Symmetric extends Module {
      override forward(x: Tensor): Tensor {
        return triu(x).add(triu(x, 1).t());
      }
      rightInverse(x: Tensor): Tensor {
        return triu(x);
      }
    }
    class Doubled extends Module {
      override forward(x: Tensor): Tensor {
        return x.mul(2);
      }
    }
    const layer = new Linear(2, 2);
    parametrize.registerParametrization(layer, "weight", new Symmetric());
    parametrize.registerParametrization(layer, "weight", new Doubled());
    parametrize.registerParametrization(layer, "bias", new Doubled());
    expect(parametrize.isParametrized(layer, "bias")).toBe(true);
    const [[a, b], [c, d]] = (await layer.weight.toArray()) as [[number, number], [number, number]];
    expect(b).toBe(c);
    expect(a).not.toBe(d);
    expect(Object.keys(layer.stateDict())).toEqual([
      "parametrizations.weight.original",
      "parametrizations.bias.original",
    ]);
    expect(String(layer)).toContain(
      "(weight): ParametrizationList(\n      (0): Symmetric()\n      (1): Doubled()",
    );
    expectError(
      () => Reflect.set(layer, "weight", ones([2, 2])),
      "INVALID_ARGUMENT",
      "parametrization Doubled does not implement right_inverse.",
    );
    parametrize.removeParametrizations(layer, "weight");
    expect(String(layer)).toContain("ParametrizedLinear");
    parametrize.removeParametrizations(layer, "bias");
    expect(String(layer)).toBe("Linear(in_features=2, out_features=2, bias=True)");
  });

  it("read nothing", async () => {
    const { readSync: _, ...rest } = cpuJs();
    const backend = defineBackend({ ...rest, features: { ...rest.features, syncRead: false } });
    const layer = spectralNorm(weightNorm(new Linear(3, 3, { backend })), "bias");
    const y = layer(ones([2, 3], { backend }));
    y.sum().backward();
    expect((await y.data()).every(Number.isFinite)).toBe(true);
    utils.removeWeightNorm(layer);
    expect((await layer.weight.data()).length).toBe(9);
  });

  it("live through steps in bounded memory", () => {
    const backend = cpuJs();
    const layer = parametrizations.spectralNorm(new Linear(3, 3, { backend }));
    const optimizer = new SGD(layer.parameters(), { lr: 0.1, momentum: 0.9 });
    const step = () =>
      scope(() => {
        optimizer.zeroGrad();
        layer(ones([2, 3], { backend }))
          .sum()
          .backward();
        optimizer.step();
      });
    for (let i = 0; i < 3; i++) step();
    const before = backend.stats!();
    for (let i = 0; i < 50; i++) step();
    expect(backend.stats!()).toEqual(before);
  });
});

describe("refusals", () => {
  class Wrong extends Module {
    override forward(): unknown {
      return 3;
    }
  }
  class Wider extends Module {
    override forward(x: Tensor): Tensor {
      return x.expand([2, ...x.shape]);
    }
  }
  const linear = () => new Linear(2, 3);
  it.each<[string, () => unknown]>([
    [
      "weightNorm: Module 'Linear' does not have a parameter, a buffer, or a parametrized element with name 'w'",
      () => weightNorm(linear(), "w"),
    ],
    [
      "does not have a parameter, a buffer, or a parametrized element with name 'forward'",
      () => spectralNorm(linear(), "forward"),
    ],
    [
      "weightNorm: 'weight' of this ParametrizedLinear is computed already",
      () => weightNorm(weightNorm(linear())),
    ],
    [
      "spectralNorm: n_power_iterations must be a positive integer, but got 0",
      () => spectralNorm(linear(), "weight", { nPowerIterations: 0 }),
    ],
    [
      "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
      () => spectralNorm(linear(), "weight", { dim: 2 }),
    ],
    [
      "Dimension out of range (expected to be in range of [-2, 1], but got 1.5)",
      () => weightNorm(linear(), "weight", { dim: 1.5 }),
    ],
    ["weightNorm: unknown option 'p'", () => weightNorm(linear(), "weight", { p: 2 } as never)],
    ["can't have uninitialized parameters", () => weightNorm(new LazyLinear(3))],
    ["weightNorm: expected a module, but got 3", () => weightNorm(3 as never)],
    [
      "A parametrization must return a tensor. Got 3",
      () => parametrize.registerParametrization(linear(), "weight", new Wrong()),
    ],
    [
      "may not change the shape of the tensor: [3, 2] became [2, 3, 2]",
      () => parametrize.registerParametrization(linear(), "weight", new Wider()),
    ],
    [
      "expected a module that computes 'weight', but got a function",
      () => parametrize.registerParametrization(linear(), "weight", ((x: Tensor) => x) as never),
    ],
    ["Linear does not have a parametrization on 'weight'", () => utils.removeWeightNorm(linear())],
    [
      "Cannot leave unparametrized",
      () => parametrize.removeParametrizations(weightNorm(linear()), "weight", { leaveParametrized: false }),
    ],
  ])("%s", (text, call) => {
    expectError(call, "INVALID_ARGUMENT", text);
  });

  it("leave the module as it was", async () => {
    const layer = linear();
    expect(() => parametrize.registerParametrization(layer, "weight", new Wider())).toThrow();
    expect(String(layer)).toBe(String(linear()));
    expect(Object.keys(layer.stateDict())).toEqual(["weight", "bias"]);
    expect(zeros([1, 2]).matmul(layer.weight.t()).shape).toEqual([1, 3]);
  });
});
