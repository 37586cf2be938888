// Modules as functions: what a call does, and what follows from `typeof net` being "function" (decision 12).
import { inspect } from "node:util";
import { manualSeed, ones, setBackend, type Tensor, tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, expectTypeOf, it, vi } from "vitest";
import {
  Conv2D,
  Identity,
  LazyConv2D,
  LazyLinear,
  Linear,
  Module,
  Parameter,
  ReLU,
  Sequential,
  SGD,
} from "../src/index.ts";
import { expectError } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

class Scaled extends Module {
  override name = "a field like any other";
  #factor = 2;
  scale = new Parameter(tensor([3]));
  forward(x: Tensor): Tensor {
    return x.mul(this.scale).mul(this.#factor);
  }
  get factor(): number {
    return this.#factor;
  }
}

describe("a module", () => {
  it("is a function with fields, private names, accessors and its class", () => {
    const layer = new Scaled();
    expect(layer(tensor([1])).toArraySync()).toEqual([6]);
    expect(typeof layer).toBe("function");
    expect([layer.name, layer.factor, layer instanceof Scaled, layer instanceof Module]).toEqual([
      "a field like any other",
      2,
      true,
      true,
    ]);
    expect(Object.keys(layer)).toEqual(["training", "name", "scale"]);
    expect(layer.namedParameters().map(([name]) => name)).toEqual(["scale"]);
  });

  it("has nothing of Function's", () => {
    const layer = new Identity() as unknown as Record<string, unknown>;
    expect([layer.call, layer.bind, layer.length, layer.name]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(layer instanceof Function).toBe(false);
    // For who has to: what calls through Function's own methods works.
    expect(Reflect.apply(layer as never, null, [1])).toBe(1);
  });

  it("takes and gives what its forward does, several inputs and other values too", () => {
    class Both extends Module {
      forward(a: Tensor, b: Tensor, factor = 1): { sum: Tensor; count: number } {
        return { sum: a.add(b).mul(factor), count: 2 };
      }
    }
    const both = new Both();
    expectTypeOf(both).parameters.toEqualTypeOf<[a: Tensor, b: Tensor, factor?: number | undefined]>();
    expectTypeOf(both).returns.toEqualTypeOf<{ sum: Tensor; count: number }>();
    // @ts-expect-error: one is missing
    expect(() => both(ones([1]))).toThrow();
    expect(both(ones([1]), ones([1]), 3).sum.itemSync()).toBe(6);
  });

  it("may have async forwards", async () => {
    class Later extends Module {
      async forward(x: Tensor): Promise<number> {
        return await x.item();
      }
    }
    expect(await new Later()(tensor([5]))).toBe(5);
  });

  it("is printed as PyTorch prints it, alone and inside others, and has no JSON", () => {
    const net = new Sequential(new Linear(2, 3), new ReLU());
    expect(inspect(net)).toBe(String(net));
    expect(inspect({ net })).toContain("(0): Linear(in_features=2, out_features=3, bias=True)");
    expectError(() => JSON.stringify({ net }), "INVALID_ARGUMENT", "stateDict() gives its values");
    expect(() => structuredClone(net)).toThrow(/could not be cloned/);
  });

  it("is told apart by comparisons", () => {
    expect(new Identity()).not.toEqual(new Identity());
    const layer = new Identity();
    expect([layer]).toEqual([layer]);
  });

  it("runs nothing when a framework asks a function for its value", () => {
    // React's and Preact's setState(fn) would: wrap it, setNet(() => net).
    const setState = (value: unknown): unknown => (typeof value === "function" ? value(0) : value);
    expectError(() => setState(new Linear(1, 1)), "INVALID_ARGUMENT", "Linear: ");
    const net = new Identity();
    expect(setState(() => net)).toBe(net);
  });
});

describe("types know", () => {
  it("the modules of a Sequential by place and by name", () => {
    const net = new Sequential(new Conv2D(1, 2, 3), new ReLU(), new Linear(2, 3));
    expectTypeOf(net[0]).toExtend<Conv2D>();
    expectTypeOf(net[2].outFeatures).toBeNumber();
    const listed = new Sequential([new Conv2D(1, 2, 3), new ReLU()]);
    expectTypeOf(listed[0].weight).toEqualTypeOf<Parameter>();
    const named = new Sequential({ conv: new Conv2D(1, 2, 3), relu: new ReLU() });
    expectTypeOf(named.conv).toExtend<Conv2D>();
    expect([net[0].weight.shape, listed[0].weight.shape, named.conv.weight.shape]).toEqual(
      Array(3).fill([2, 1, 3, 3]),
    );
    class Mine extends Sequential {
      extra = 1;
      constructor() {
        super(new ReLU());
      }
    }
    expect(new Mine()(tensor([-1])).itemSync()).toBe(0);
  });

  it("children that are called, without a cast", () => {
    const net = new Sequential(new ReLU(), new Identity());
    let x = tensor([-1, 1]);
    for (const child of net.children()) x = child(x);
    expect(x.toArraySync()).toEqual([0, 1]);
  });

  it("that a plain tensor is no parameter", () => {
    const layer = new Linear(1, 1);
    // @ts-expect-error: not a Parameter
    layer.weight = ones([1, 1]);
    // @ts-expect-error: nor is a buffer
    const parameter: Parameter = tensor([1]);
    expect(parameter.numel()).toBe(1);
  });
});

describe("hooks", () => {
  it("see and replace inputs and outputs of calls, until they are removed", () => {
    const layer = new Scaled();
    const seen: unknown[] = [];
    const before = layer.registerForwardPreHook((module, [x]) => {
      seen.push(module, x.itemSync());
      return x.add(1);
    });
    const after = layer.registerForwardHook((_, [x], out) => {
      seen.push(x.itemSync(), out.itemSync());
      return out.neg();
    });
    expect(layer(tensor([1])).itemSync()).toBe(-12);
    expect(seen).toEqual([layer, 1, 2, 12]);
    expect(layer.forward(tensor([1])).itemSync()).toBe(6);
    before.remove();
    expect(layer(tensor([1])).itemSync()).toBe(-6);
    after.remove();
    expect(layer(tensor([1])).itemSync()).toBe(6);
    expectError(
      () => layer.registerForwardHook(3 as never),
      "INVALID_ARGUMENT",
      "registerForwardHook takes a function, but got 3",
    );
  });

  it("may watch: what returns nothing changes nothing", () => {
    const layer = new Identity();
    layer.registerForwardPreHook(() => {});
    layer.registerForwardHook(() => {});
    expect(layer(tensor([4])).itemSync()).toBe(4);
  });
});

describe("modules are found", () => {
  const two = (): Linear => new Linear(1, 1);
  const base = (held: unknown): Module =>
    new (class extends Module {
      held = held;
      forward(x: Tensor): Tensor {
        return x;
      }
    })();

  it("in arrays and plain objects, however deep", () => {
    const net = base({ a: [two(), [two()]], b: { c: two() } });
    expect(Object.keys(net.stateDict())).toEqual([
      "held.a.0.weight",
      "held.a.0.bias",
      "held.a.1.0.weight",
      "held.a.1.0.bias",
      "held.b.c.weight",
      "held.b.c.bias",
    ]);
    expect(String(net)).toBe(
      "(\n  (held): ModuleDict(\n    (a): ModuleList(\n      (0): Linear(in_features=1, out_features=1, bias=True)\n" +
        "      (1): ModuleList(\n        (0): Linear(in_features=1, out_features=1, bias=True)\n      )\n    )\n" +
        "    (b): ModuleDict(\n      (c): Linear(in_features=1, out_features=1, bias=True)\n    )\n  )\n)",
    );
  });

  it("or refused: a Map or a Set gives them no names", () => {
    const text = "'held' is a Map that holds modules or parameters";
    expectError(() => base(new Map([["x", two()]])).parameters(), "INVALID_ARGUMENT", text);
    expectError(() => base(new Set([two()])).stateDict(), "INVALID_ARGUMENT", "'held' is a Set");
    expect(base(new Map([["x", 1]])).parameters()).toEqual([]);
  });

  it("through containers and parents that lead back", () => {
    const loop: unknown[] = [two()];
    loop.push(loop);
    expect(base(loop).parameters()).toHaveLength(2);
    const child = new (class extends Module {
      parent: Module | null = null;
      inner = two();
      forward(x: Tensor): Tensor {
        return this.inner(x);
      }
    })();
    const parent = base(child);
    child.parent = parent;
    expect(Object.keys(parent.stateDict())).toEqual(["held.inner.weight", "held.inner.bias"]);
    expect(String(parent)).toContain("(parent): (...)");
    expect(parent.apply(() => {})).toBe(parent);
    parent.eval();
    expect(child.inner.training).toBe(false);
  });
});

describe("what a program did not mean", () => {
  class Hiding extends Module {
    #hidden = new Linear(1, 1);
    forward(x: Tensor): Tensor {
      return this.#hidden(this.#hidden(x));
    }
  }

  function warningsOf(work: () => void): string[] {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    try {
      work();
      return warn.mock.calls.map(([text]) => String(text));
    } finally {
      warn.mockRestore();
    }
  }

  it("is said once: a module with parameters that nothing holds", () => {
    const net = new Hiding();
    const warnings = warningsOf(() => {
      net(ones([1]));
      net(ones([1]));
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^Hiding runs a Linear that is in none of its properties/),
    ]);
  });

  it("is not said where it is meant, or was given, or is held further out, or cannot learn", () => {
    class Meant extends Hiding {
      static override reportsUnheld = false;
    }
    class Given extends Module {
      forward(layers: Module[], x: Tensor): Tensor {
        return layers[0]!(x);
      }
    }
    const shared = new Linear(1, 1);
    class Inner extends Module {
      forward(x: Tensor): Tensor {
        return shared(new ReLU()(x));
      }
    }
    class Outer extends Module {
      shared = shared;
      inner = new Inner();
      forward(x: Tensor): Tensor {
        return this.inner(x);
      }
    }
    const warnings = warningsOf(() => {
      new Meant()(ones([1]));
      new Given()([new Linear(1, 1)], ones([1]));
      new Outer()(ones([1]));
    });
    expect(warnings).toEqual([]);
  });

  it("is refused: a plain tensor in a parameter's place", () => {
    const layer = new Linear(1, 1);
    layer(ones([1]));
    layer.weight = ones([1, 1], { requiresGrad: true }) as Parameter;
    expectError(
      () => layer(ones([1])),
      "INVALID_ARGUMENT",
      "Linear: cannot assign a plain tensor as parameter 'weight' (nn.Parameter or null expected)",
    );
    expectError(
      () => new SGD(new Sequential(layer).parameters()),
      "INVALID_ARGUMENT",
      "cannot assign a plain tensor as parameter 'weight'",
    );
    layer.weight = new Parameter(ones([1, 1]));
    layer.bias = null as never;
    expect(layer(ones([1])).itemSync()).toBe(1);
  });
});

describe("lazy layers", () => {
  const lazy = () =>
    new Sequential(new LazyConv2D(2, 3), new LazyLinear(3), new Identity(), new Linear(3, 2));

  it("are trained by an optimiser that was made before their first input", () => {
    manualSeed(0);
    const net = lazy();
    const optimizer = new SGD(net.parameters(), { lr: 1 });
    expect(net.parameters()).toHaveLength(6);
    optimizer.zeroGrad();
    const { weight } = net[0];
    net(ones([2, 1, 4, 4]))
      .sum()
      .backward();
    const before = weight.toArraySync();
    optimizer.step();
    expect(weight).toBe(net[0].weight);
    expect(weight.toArraySync()).not.toEqual(before);
  });

  it("take their values from a state dict, and their sizes with them", () => {
    const source = lazy();
    source(zeros([1, 3, 5, 5]));
    const net = lazy();
    const { weight } = net[1];
    expect(net.loadStateDict(source.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    const x = ones([1, 3, 5, 5]);
    expect(net(x).toArraySync()).toEqual(source(x).toArraySync());
    expect([net[0].inChannels, net[1].inFeatures, net[1].weight === weight]).toEqual([3, 3, true]);
    expect(String(net)).toBe(String(source));
  });
});
