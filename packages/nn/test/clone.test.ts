// clone(): what is copied, what stays one, what is refused.
import {
  defaultGenerator,
  drawUniform,
  manualSeed,
  noGrad,
  ones,
  randn,
  scope,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, expectTypeOf, it, vi } from "vitest";
import {
  AveragedModel,
  BatchNorm2D,
  Buffer,
  Conv2D,
  Dropout,
  Flatten,
  LazyLinear,
  Linear,
  Module,
  Parameter,
  ReLU,
  Sequential,
  SGD,
} from "../src/index.ts";
import families from "./fixtures/layer-families.json" with { type: "json" };
import layers from "./fixtures/layers.json" with { type: "json" };
import { build, expectError, fromGolden, type Spec, type Values } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

const stateOf = async (module: Module) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(module.stateDict()).map(async ([name, t]) => [name, await t.toArray()] as const),
    ),
  );

const change = (module: Module): void =>
  noGrad(() => {
    for (const t of [...module.parameters(), ...module.buffers()]) t.assign(t.add(1));
  });

type Case = { layer: Spec; steps: { inputs: Values[] }[]; extra?: unknown[] };

describe("every layer", () => {
  it.each(families.computed as unknown as Case[])("$layer", async ({ layer, steps, extra = [] }) => {
    manualSeed(0);
    const original = build(layer).eval();
    const inputs = steps[0]!.inputs.map(fromGolden);
    const run = async (module: Module) => await (module(...inputs, ...extra) as Tensor).toArray();
    const expected = await run(original);
    const state = await stateOf(original);
    const copy = original.clone();
    expect(String(copy)).toBe(String(original));
    expect(await run(copy)).toEqual(expected);
    expect(await stateOf(copy)).toEqual(state);
    change(copy);
    expect(await stateOf(original)).toEqual(state);
    expect(await run(original)).toEqual(expected);
    change(original);
    expect(await stateOf(copy)).toEqual(await stateOf(original));
    expect(await run(copy)).toEqual(await run(original));
  });

  it.each([...families.printed, ...layers.printed])("$text", ({ layer, text }) => {
    const copy = build(layer as unknown as Spec).clone();
    expect(String(copy)).toBe(text);
    // Copies of copies too.
    expect(String(copy.clone())).toBe(text);
  });
});

class Net extends Module {
  conv = new Conv2D(1, 2, 3);
  bn = new BatchNorm2D(2);
  blocks = [new Linear(8, 8), { act: new ReLU(), deep: [new Linear(8, 8)] }] as const;
  drop = new Dropout(0.5);
  tied = this.blocks[0].weight;
  same = this.blocks[0];
  scale = new Parameter(ones([1]), { requiresGrad: false });
  mask = new Buffer(ones([8]), { persistent: false });
  plain = tensor([1, 2], { requiresGrad: true });
  sizes = [1, 2, 3];
  table = new Map<string, number[]>([["a", [1]]]);
  seen = new Set([1]);
  bytes = Uint8Array.of(1, 2);
  when = new Date(0);
  later = (x: Tensor) => x.relu();

  override forward(x: Tensor): Tensor {
    const y = this.bn(this.conv(x)).flatten(1);
    return this.drop(this.later(this.blocks[0](y)).mul(this.mask).mul(this.scale));
  }
}

describe("a network", () => {
  it("is copied with all that it holds, and what is held twice stays one", () => {
    const net = new Net().eval();
    net.conv.requiresGrad(false);
    net.blocks[1].act.train();
    const copy = net.clone();
    expectTypeOf(copy).toEqualTypeOf(net);
    expect(copy).toBeInstanceOf(Net);
    expect(copy.modules().map((module) => module.training)).toEqual(net.modules().map((m) => m.training));
    expect(copy.namedParameters().map(([name, p]) => [name, p.requiresGrad])).toEqual(
      net.namedParameters().map(([name, p]) => [name, p.requiresGrad]),
    );
    expect(copy.namedBuffers().map(([name]) => name)).toEqual(net.namedBuffers().map(([name]) => name));
    expect(Object.keys(copy.stateDict())).toEqual(Object.keys(net.stateDict()));
    expect(copy.same).toBe(copy.blocks[0]);
    expect(copy.tied).toBe(copy.same.weight);
    const own = new Set<unknown>([...net.modules(), ...net.parameters(), ...net.buffers()]);
    for (const part of [...copy.modules(), ...copy.parameters(), ...copy.buffers()]) {
      expect(own.has(part)).toBe(false);
    }
    for (const name of ["blocks", "sizes", "table", "seen", "bytes", "plain"] as const) {
      expect(copy[name], name).not.toBe(net[name]);
    }
    expect([copy.sizes, copy.table, copy.seen, copy.bytes]).toEqual([
      net.sizes,
      net.table,
      net.seen,
      net.bytes,
    ]);
    expect(copy.table.get("a")).not.toBe(net.table.get("a"));
    expect(copy.when).toBe(net.when);
    expect(copy.later).toBe(net.later);
  });

  it("has memory of its own, also where a Buffer's slice() shares it", () => {
    const net = Object.assign(new Linear(1, 1), { bytes: globalThis.Buffer.of(1) });
    const copy = net.clone();
    net.bytes[0] = 2;
    expect(copy.bytes).toStrictEqual(globalThis.Buffer.of(1));
  });

  it("is trained apart", async () => {
    manualSeed(3);
    const net = new Net().eval();
    const copy = net.clone();
    const before = await stateOf(net);
    const optimizer = new SGD(copy.parameters(), { lr: 0.1 });
    copy(randn([2, 1, 4, 4]))
      .sum()
      .backward();
    optimizer.step();
    expect(net.parameters().every((p) => p.grad === null)).toBe(true);
    expect(await stateOf(net)).toEqual(before);
    expect(await stateOf(copy)).not.toEqual(before);
  });

  it("leaves gradients of parameters behind, keeps those of other tensors, and can be frozen or thawed apart", async () => {
    const net = new Net().eval();
    net(ones([1, 1, 4, 4]))
      .sum()
      .backward();
    net.plain.mul(3).sum().backward();
    const copy = net.clone();
    expect(net.conv.weight.grad).not.toBeNull();
    expect(copy.parameters().every((p) => p.grad === null)).toBe(true);
    expect(await copy.plain.grad!.toArray()).toEqual([3, 3]);
    copy.requiresGrad(false);
    expect(net.conv.weight.requiresGrad).toBe(true);
  });

  it("keeps its hooks, in a list of its own", () => {
    const net = new Linear(2, 2);
    const hook = vi.fn();
    const pre = vi.fn();
    const remover = net.registerForwardHook(hook);
    net.registerForwardPreHook(pre);
    const copy = net.clone();
    remover.remove();
    copy(ones([1, 2]));
    expect(hook).toHaveBeenCalledOnce();
    expect(hook.mock.calls[0]![0]).toBe(copy);
    expect(pre).toHaveBeenCalledOnce();
    net(ones([1, 2]));
    expect(hook).toHaveBeenCalledOnce();
    copy.registerForwardHook(hook);
    net(ones([1, 2]));
    expect(hook).toHaveBeenCalledOnce();
  });

  it("that holds itself", () => {
    class Node extends Module {
      parent: Node | null = null;
      child: Node | null = null;
      loop: unknown[] = [];
      override forward = (x: Tensor) => x;
    }
    const parent = new Node();
    parent.child = new Node();
    parent.child.parent = parent;
    parent.loop.push(parent.loop);
    const copy = parent.clone();
    expect(copy.child!.parent).toBe(copy);
    expect(copy.child).not.toBe(parent.child);
    expect(copy.loop[0]).toBe(copy.loop);
    // As deepcopy: what a part holds of the whole comes with it.
    expect(parent.child.clone().parent).not.toBe(parent);
  });

  it("draws nothing, and outlives the scope that it was made in", async () => {
    manualSeed(0);
    const next = drawUniform(defaultGenerator, 1, "float32")[0];
    manualSeed(0);
    const net = scope(() => new Sequential(new Flatten(), new Dropout(0.5)));
    const made = { copy: null as Linear | null };
    const linear = new Linear(2, 2);
    manualSeed(0);
    scope(() => {
      net.clone();
      made.copy = linear.clone();
    });
    expect(drawUniform(defaultGenerator, 1, "float32")[0]).toBe(next);
    expect(await made.copy!.weight.toArray()).toEqual(await linear.weight.toArray());
  });

  it("of lazy layers, before and after their first input", async () => {
    const lazy = new LazyLinear(3);
    const copy = lazy.clone();
    expect(copy.weight === lazy.weight).toBe(false);
    expect(copy.parameters()).toHaveLength(2);
    expect(() => copy.weight.shape).toThrow("Attempted to use an uninitialized parameter of LazyLinear");
    copy(ones([1, 5]));
    lazy(ones([1, 4]));
    expect([copy.weight.shape, lazy.weight.shape]).toEqual([
      [3, 5],
      [3, 4],
    ]);
    const late = lazy.clone();
    expect(await late(ones([1, 4])).toArray()).toEqual(await lazy(ones([1, 4])).toArray());
  });
});

describe("private fields", () => {
  class Scaled extends Module {
    #factor: number;
    readonly linear: Linear;
    constructor(features: number, factor: number) {
      super();
      this.linear = new Linear(features, features);
      this.#factor = factor;
    }
    override forward(x: Tensor): Tensor {
      return this.linear(x).mul(this.#factor);
    }
    get factor(): number {
      return this.#factor;
    }
  }

  class Remade extends Scaled {
    extra = [1];
    protected override remake() {
      return new Remade(2, this.factor);
    }
  }

  it("cannot be copied, which the copy's first call says", () => {
    const copy = new Scaled(2, 3).clone();
    expectError(() => copy(ones([1, 2])), "INVALID_ARGUMENT", "clone() cannot copy #private fields");
    expectError(
      () => new Sequential(new Scaled(2, 3)).clone()(ones([1, 2])),
      "INVALID_ARGUMENT",
      "Sequential.0 (Scaled): this Scaled is a copy, and clone() cannot copy #private fields",
    );
  });

  it("come from remake, and the properties from the original", async () => {
    manualSeed(1);
    const net = new Remade(2, 3);
    net.extra.push(2);
    Reflect.set(net, "late", "yes");
    const next = drawUniform(defaultGenerator, 1, "float32")[0];
    manualSeed(1);
    const again = new Remade(2, 3);
    const copy = net.clone();
    expect(drawUniform(defaultGenerator, 1, "float32")[0]).toBe(next);
    expect(again.factor).toBe(3);
    expect(copy.factor).toBe(3);
    expect(copy.extra).toEqual([1, 2]);
    expect(Reflect.get(copy, "late")).toBe("yes");
    expect(await copy(ones([1, 2])).toArray()).toEqual(await net(ones([1, 2])).toArray());
  });

  it("refuses what remake cannot mean", () => {
    class Wrong extends Scaled {
      protected override remake() {
        return new Linear(1, 1);
      }
    }
    class Self extends Scaled {
      protected override remake() {
        return this;
      }
    }
    expectError(
      () => new Wrong(2, 1).clone(),
      "INVALID_ARGUMENT",
      "remake() of a Wrong has to give a new Wrong",
    );
    expectError(
      () => new Self(2, 1).clone(),
      "INVALID_ARGUMENT",
      "remake() of a Self has to give a new Self",
    );
  });
});

it("refuses the result of an operation, as PyTorch does", () => {
  class Keeps extends Module {
    linear = new Linear(2, 2);
    last: Tensor | null = null;
    override forward(x: Tensor): Tensor {
      this.last = this.linear(x);
      return this.last;
    }
  }
  const net = new Keeps();
  net.clone();
  net(zeros([1, 2]));
  expectError(
    () => net.clone(),
    "INVALID_ARGUMENT",
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment: clone() found the " +
      "result of an operation in a Keeps",
  );
  net.last = net.last!.detach();
  expect(net.clone().last).not.toBe(net.last);
});

it("serves averages: AveragedModel copies the network it is given", async () => {
  const net = new Linear(2, 1);
  const average = new AveragedModel(net);
  expect(average.module).not.toBe(net);
  average.updateParameters(net);
  change(net);
  average.updateParameters(net);
  const [mean] = (await average.module.bias.toArray()) as number[];
  expect(mean).toBeCloseTo(((await net.bias.toArray()) as number[])[0]! - 0.5, 6);
  expect(
    await average
      .clone()(ones([1, 2]))
      .toArray(),
  ).toEqual(await average(ones([1, 2])).toArray());
});
