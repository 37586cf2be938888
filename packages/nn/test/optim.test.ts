// Optimisers against PyTorch: traces, printing, messages (scripts/goldens/make_optim.py); and their state.
import { isDeepStrictEqual } from "node:util";
import { manualSeed, ones, rand, scope, setBackend, type Tensor, tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  Linear,
  NAdam,
  Parameter,
  RAdam,
  RMSprop,
  SGD,
} from "../src/index.ts";
import goldens from "./fixtures/optim.json" with { type: "json" };
import { expectClose, expectError } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

type Make = new (params: unknown, options: object) => nn.Optimizer<nn.Options>;
const OPTIMIZERS = [...new Set(goldens.cases.map(({ name }) => name))];
type Gradients = [number[], number[] | null];

function setGradients(p: Tensor, q: Tensor, [ofP, ofQ]: Gradients): void {
  p.grad = tensor(ofP);
  q.grad = ofQ && tensor([ofQ]);
}
/** The names of PyTorch's state, and its values. */
function expectState(
  actual: nn.OptimizerState<nn.Options>["state"],
  golden: Record<string, Record<string, number | number[]>>,
): void {
  expect(Object.keys(actual)).toEqual(Object.keys(golden));
  for (const [number, kept] of Object.entries(golden)) {
    const own = actual[Number(number)]!;
    expect(Object.keys(own).sort()).toEqual(Object.keys(kept).sort());
    for (const [name, value] of Object.entries(kept)) {
      const mine = own[name]!;
      if (typeof mine === "number") expect(mine).toBeCloseTo(value as number, 6);
      else expectClose(mine, { shape: mine.shape as number[], data: value as number[] }, 2e-6);
    }
  }
}
const start = (): [Tensor, Tensor] => [new Parameter(tensor([1, -2, 0.5])), new Parameter(tensor([[0.25]]))];

/** Each optimiser with each of its options. */
describe("twenty steps as PyTorch takes them", () => {
  it.each(goldens.cases)("$name $options $groups", ({ name, options, groups, steps, state, text }) => {
    const [p, q] = start();
    const Kind = (nn as unknown as Record<string, Make>)[name]!;
    const given = groups ? [{ params: [p] }, { params: [q], ...groups }] : [p, q];
    let optimizer = new Kind(given, options);
    steps.forEach(([ofP, ofQ], i) => {
      setGradients(p, q, goldens.gradients[i] as Gradients);
      optimizer.step();
      expectClose(p, { shape: [3], data: ofP! }, 2e-6);
      expectClose(q, { shape: [1, 1], data: ofQ! }, 2e-6);
      if (i !== 2) return;
      // The third step onwards from a state dict, in an optimiser that knows nothing.
      const saved = optimizer.stateDict();
      optimizer = new Kind(groups ? [{ params: [p] }, { params: [q] }] : [p, q], {});
      optimizer.loadStateDict(saved);
    });
    expectState(optimizer.stateDict().state, state);
    expect(String(optimizer)).toBe(text);
  });

  it("and SGD's rules on one number", () => {
    const traces: [object, number[]][] = [
      [{}, [0.9, 0.7, 0.4]],
      [{ momentum: 0.9 }, [0.9, 0.61, 0.049]],
      [{ momentum: 0.9, dampening: 0.5 }, [0.9, 0.71, 0.389]],
      [{ momentum: 0.9, nesterov: true }, [0.81, 0.349, -0.4559]],
      [{ weightDecay: 0.1 }, [0.89, 0.6811, 0.374289]],
      [{ weightDecay: 0.1, momentum: 0.9 }, [0.89, 0.5821, -0.000831]],
      [{ maximize: true }, [1.1, 1.3, 1.6]],
      [{ maximize: true, weightDecay: 0.1, momentum: 0.9 }, [1.09, 1.3601, 1.889589]],
    ];
    for (const [options, expected] of traces) {
      const p = new Parameter(ones([]));
      const optimizer = new SGD([p], { lr: 0.1, ...options });
      const seen = [1, 2, 3].map((g) => {
        p.grad = tensor(g);
        optimizer.step();
        return p.itemSync();
      });
      seen.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 6);
      });
    }
  });
});

describe("state", () => {
  it("numbers parameters in the order of the groups and does not change with later steps", () => {
    const [p, q] = start();
    const optimizer = new SGD([{ params: [p] }, { params: [q], lr: 1 }], { lr: 0.1, momentum: 0.9 });
    setGradients(p, q, [[1, 2, 3], [4]]);
    optimizer.step();
    const saved = optimizer.stateDict();
    optimizer.step();
    expect(saved.paramGroups).toEqual([
      { params: [0], lr: 0.1, momentum: 0.9, dampening: 0, weightDecay: 0, nesterov: false, maximize: false },
      { params: [1], lr: 1, momentum: 0.9, dampening: 0, weightDecay: 0, nesterov: false, maximize: false },
    ]);
    expect((saved.state[0]!.momentumBuffer as Tensor).dataSync()).toEqual(new Float32Array([1, 2, 3]));
    expect((saved.state[1]!.momentumBuffer as Tensor).dataSync()).toEqual(new Float32Array([4]));
  });

  it("counts Adam's steps", () => {
    const [p] = start();
    const optimizer = new Adam([p], { amsgrad: true });
    p.grad = ones([3]);
    optimizer.step();
    optimizer.step();
    const { state } = optimizer.stateDict();
    expect(Object.keys(state[0]!).sort()).toEqual(["expAvg", "expAvgSq", "maxExpAvgSq", "step"]);
    expect(state[0]!.step).toBe(2);
  });

  it("takes options of groups that change while training, and groups that come later", () => {
    const [p, q] = start();
    const optimizer = new SGD([p], { lr: 1 });
    optimizer.paramGroups[0]!.lr = 0.5;
    optimizer.addParamGroup({ params: [q] });
    setGradients(p, q, [[1, 1, 1], [1]]);
    optimizer.step();
    expect(p.dataSync()).toEqual(new Float32Array([0.5, -2.5, 0]));
    expect(q.itemSync()).toBe(-0.75);
    optimizer.zeroGrad();
    expect([p.grad, q.grad]).toEqual([null, null]);
  });

  it("lives through scopes in bounded memory", () => {
    const backend = cpuJs();
    manualSeed(0);
    const layer = new Linear(8, 4, { backend });
    const x = rand([16, 8], { backend });
    const optimizer = new Adam(layer.parameters(), { amsgrad: true, weightDecay: 0.1 });
    const step = () =>
      scope(() => {
        optimizer.zeroGrad();
        layer(x).square().mean().backward();
        optimizer.step();
      });
    for (let i = 0; i < 3; i++) step();
    const before = backend.stats!();
    for (let i = 0; i < 200; i++) step();
    expect(backend.stats!()).toEqual(before);
    expect(layer.weight.dataSync().every(Number.isFinite)).toBe(true);
  });

  it.each(OPTIMIZERS)("of %s stays level while rates are scheduled", (name) => {
    const backend = cpuJs();
    const p = new Parameter(ones([2], { backend }));
    const Kind = (nn as unknown as Record<string, Make>)[name]!;
    const optimizer = new Kind([p], { weightDecay: 0.1, maximize: true });
    const step = (i: number) =>
      scope(() => {
        optimizer.paramGroups[0]!.lr = 0.1 / (1 + i);
        optimizer.zeroGrad();
        p.square().sum().backward();
        optimizer.step();
      });
    for (let i = 0; i < 10; i++) step(i); // RAdam divides from the sixth step on
    const before = backend.stats!();
    for (let i = 10; i < 700; i++) step(i);
    expect(backend.stats!()).toEqual(before);
  });

  it("is refused where an option of a group was set to what it cannot be", () => {
    const [p] = start();
    const optimizer = new SGD([p], { lr: 0.1 });
    p.grad = ones([3]);
    (optimizer.paramGroups[0] as { lr: unknown }).lr = "0.1";
    const text = "SGD: 'lr' of a group is a number, but got '0.1'";
    expectError(() => optimizer.step(), "INVALID_ARGUMENT", text);
    optimizer.paramGroups[0]!.lr = undefined as never;
    expectError(() => optimizer.step(), "INVALID_ARGUMENT", "but got undefined");
    expect(p.dataSync()).toEqual(new Float32Array([1, -2, 0.5]));
  });

  it("does not touch values that the graph saved", () => {
    const p = new Parameter(tensor([3]));
    const loss = p.square().sum();
    const optimizer = new SGD([p], { lr: 1 });
    p.grad = ones([1]);
    optimizer.step();
    optimizer.zeroGrad();
    loss.backward();
    expect(p.grad!.itemSync()).toBe(6);
    expect(p.itemSync()).toBe(2);
  });
});

describe("other people's tools", () => {
  it("tell optimisers of the same parameters apart, whose state no field shows", () => {
    const [p, q] = start();
    const [a, b] = [new Adam([p, q]), new Adam([p, q])];
    expect(isDeepStrictEqual({ a }, { a: b })).toBe(false);
    expect(a).not.toEqual(b);
    expect({ a }).toEqual({ a });
  });

  it.each([
    ["SGD", () => new SGD(start(), { lr: 0.1 })],
    ["Adam", () => new Adam(start())],
    ["AdamW", () => new AdamW(start())],
  ])("see a kind of its own, which reactive proxies leave alone: %s", (name, make) => {
    expect(Object.prototype.toString.call(make())).toBe(`[object ${name}]`);
  });
});

describe("bad input", () => {
  const one = () => [new Parameter(ones([1]))];
  it.each([
    ["Invalid learning rate: -1", () => new SGD(one(), { lr: -1 })],
    ["Invalid momentum value: -1", () => new SGD(one(), { momentum: -1 })],
    ["Invalid weight_decay value: -1", () => new SGD(one(), { weightDecay: -1 })],
    ["Nesterov momentum requires a momentum and zero dampening", () => new SGD(one(), { nesterov: true })],
    [
      "Nesterov momentum requires a momentum and zero dampening",
      () => new SGD(one(), { nesterov: true, momentum: 0.9, dampening: 0.1 }),
    ],
    ["Invalid learning rate: -1", () => new Adam(one(), { lr: -1 })],
    ["Invalid epsilon value: -1", () => new Adam(one(), { eps: -1 })],
    ["Invalid beta parameter at index 0: 1", () => new Adam(one(), { betas: [1, 0.9] })],
    ["Invalid beta parameter at index 1: -0.1", () => new AdamW(one(), { betas: [0.9, -0.1] })],
    ["Invalid weight_decay value: -1", () => new AdamW(one(), { weightDecay: -1 })],
    ["Invalid learning rate: -1", () => new RMSprop(one(), { lr: -1 })],
    ["Invalid epsilon value: -1", () => new RMSprop(one(), { eps: -1 })],
    ["Invalid momentum value: -1", () => new RMSprop(one(), { momentum: -1 })],
    ["Invalid weight_decay value: -1", () => new RMSprop(one(), { weightDecay: -1 })],
    ["Invalid alpha value: -1", () => new RMSprop(one(), { alpha: -1 })],
    ["Invalid rho value: 1.5", () => new Adadelta(one(), { rho: 1.5 })],
    ["Invalid rho value: -1", () => new Adadelta(one(), { rho: -1 })],
    ["Invalid epsilon value: -1", () => new Adadelta(one(), { eps: -1 })],
    ["Invalid lr_decay value: -1", () => new Adagrad(one(), { lrDecay: -1 })],
    [
      "Invalid initial_accumulator_value value: -1",
      () => new Adagrad(one(), { initialAccumulatorValue: -1 }),
    ],
    ["Invalid beta parameter at index 1: 1", () => new Adamax(one(), { betas: [0.9, 1] })],
    ["Invalid momentum_decay value: -1", () => new NAdam(one(), { momentumDecay: -1 })],
    ["Invalid beta parameter at index 0: 2", () => new RAdam(one(), { betas: [2, 0.9] })],
    ["Invalid weight_decay value: -1", () => new RAdam(one(), { weightDecay: -1 })],
    ["optimizer got an empty parameter list", () => new SGD([])],
    ["can't optimize a non-leaf Tensor", () => new SGD([one()[0]!.mul(2)])],
    [
      "params argument given to the optimizer should be an iterable of Tensors",
      () => new SGD(one()[0] as never),
    ],
    ["optimizer can only optimize Tensors, but one of the params is number", () => new SGD([3] as never)],
    [
      "SGD: unknown option 'learningRate' (did you mean 'lr'?); the options are params, lr, momentum",
      () => new SGD([{ params: one(), learningRate: 1 } as never]),
    ],
    [
      "some parameters appear in more than one parameter group",
      () => {
        const params = one();
        return new SGD([{ params }, { params }]);
      },
    ],
    [
      "optimizer contains a parameter group with duplicate parameters",
      () => {
        const params = one();
        return new SGD([...params, ...params]);
      },
    ],
  ])("%s", (message, make) => {
    expectError(make, "INVALID_ARGUMENT", message);
  });

  it.each(OPTIMIZERS)("options on %s itself, where they would change nothing", (name) => {
    const Kind = (nn as unknown as Record<string, Make>)[name]!;
    const optimizer = new Kind(one(), {}) as unknown as Record<string, unknown>;
    const way = (option: string) => `write optimizer.paramGroups[0].${option}`;
    for (const option of Object.keys((optimizer.paramGroups as object[])[0]!)) {
      if (option === "params") continue;
      const write = () => {
        optimizer[option] = 1;
      };
      expectError(write, "INVALID_ARGUMENT", way(option));
      expectError(() => optimizer[option], "INVALID_ARGUMENT", `${name} has no property '${option}'`);
    }
    for (const [other, option] of [
      ["learningRate", "lr"],
      ["learning_rate", "lr"],
      ["weight_decay", "weightDecay"],
    ] as const) {
      const write = () => {
        optimizer[other] = 1;
      };
      expectError(write, "INVALID_ARGUMENT", way(option));
    }
    expect(Object.keys(optimizer)).toEqual(["id", "paramGroups"]);
  });

  it("but subclasses may have fields of such names", () => {
    new SGD(one());
    class Own extends SGD {
      constructor(params: Tensor[], rate: number) {
        super(params, { lr: rate });
        (this as unknown as Record<string, number>).lr = rate;
      }
    }
    const optimizer = new Own(one(), 0.5) as unknown as Record<string, unknown>;
    expect([optimizer.lr, optimizer.momentum]).toEqual([0.5, undefined]);
  });

  it("what is no state dict, changing nothing", () => {
    const optimizer = new SGD(one(), { lr: 0.5 });
    const load = (dict: unknown) => () => optimizer.loadStateDict(dict as never);
    const [group] = optimizer.stateDict().paramGroups;
    for (const dict of [
      null,
      {},
      [],
      { state: {}, param_groups: [group] },
      { state: null, paramGroups: [group] },
      { state: {}, paramGroups: [null] },
      { state: {}, paramGroups: [{ lr: 0.1 }] },
      { state: { 0: null }, paramGroups: [group] },
      { state: { 0: { momentumBuffer: "x" } }, paramGroups: [group] },
    ]) {
      expectError(load(dict), "STATE_DICT", "loaded state dict is not what stateDict() gives");
    }
    const wrong = (options: object) => load({ state: {}, paramGroups: [{ ...group, ...options }] });
    expectError(wrong({ lr: "0.1" }), "INVALID_ARGUMENT", "'lr' of a group is a number, but got '0.1'");
    expectError(wrong({ lr: -1 }), "INVALID_ARGUMENT", "Invalid learning rate: -1");
    expect(optimizer.stateDict().paramGroups).toEqual([group]);
  });

  it("state dicts of other shapes", () => {
    const optimizer = new SGD([new Parameter(zeros([1]))]);
    const [group] = optimizer.stateDict().paramGroups;
    expectError(
      () => optimizer.loadStateDict({ state: {}, paramGroups: [] }),
      "STATE_DICT",
      "loaded state dict has a different number of parameter groups",
    );
    expectError(
      () => optimizer.loadStateDict({ state: {}, paramGroups: [{ ...group!, params: [0, 1] }] }),
      "STATE_DICT",
      "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
    );
  });
});
