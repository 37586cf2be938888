// What a module owns and how it is named, state dicts, modes, moving, and where errors say they come from.
import {
  Corr2dError,
  corr2d,
  manualSeed,
  ones,
  rand,
  scope,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import {
  BatchNorm2D,
  Buffer,
  Conv2D,
  Dropout,
  Flatten,
  Identity,
  isParameter,
  Linear,
  Module,
  mseLoss,
  Parameter,
  ReLU,
  Sequential,
  SGD,
} from "../src/index.ts";
import { expectError } from "./support.ts";

const backend = cpuJs();
beforeAll(() => setBackend(backend));

/** Everything that a module can hold. */
class Everything extends Module {
  width = 3;
  scale = new Parameter(ones([1]));
  first = new Linear(2, 2);
  none = null;
  plain = ones([2], { requiresGrad: true });
  blocks: [Linear, Sequential, Parameter] = [
    new Linear(2, 2, { bias: false }),
    new Sequential(new ReLU(), new Linear(2, 1)),
    new Parameter(zeros([3])),
  ];
  steps = new Buffer(zeros([2]));
  cache = new Buffer(zeros([1]), { persistent: false, name: "the_cache" });
  tied = this.first;
  forward(x: Tensor): Tensor {
    return this.blocks[1](this.blocks[0](this.first(x))).mul(this.scale);
  }
}

describe("a module owns what its properties hold", () => {
  it("parameters, also in arrays and modules in arrays, each once, in order", () => {
    const net = new Everything();
    expect(net.namedParameters().map(([name]) => name)).toEqual([
      "scale",
      "blocks.2",
      "first.weight",
      "first.bias",
      "blocks.0.weight",
      "blocks.1.1.weight",
      "blocks.1.1.bias",
    ]);
    expect(net.parameters()[0]).toBe(net.scale);
    expect(net.parameters()).not.toContain(net.plain);
    expect(net.namedBuffers().map(([name]) => name)).toEqual(["steps", "the_cache"]);
    expect(net.buffers()).toEqual([net.steps, net.cache]);
  });

  it("modules, parents first, each once", () => {
    const net = new Everything();
    expect(net.namedChildren().map(([name]) => name)).toEqual(["first", "blocks.0", "blocks.1", "tied"]);
    expect(net.namedModules().map(([name]) => name)).toEqual([
      "",
      "first",
      "blocks.0",
      "blocks.1",
      "blocks.1.0",
      "blocks.1.1",
    ]);
    expect(net.modules()[0]).toBe(net);
  });

  it("and its state dict holds tied ones under both names, without buffers that do not persist", () => {
    const state = new Everything().stateDict();
    expect(Object.keys(state)).toEqual([
      "scale",
      "blocks.2",
      "steps",
      "first.weight",
      "first.bias",
      "blocks.0.weight",
      "blocks.1.1.weight",
      "blocks.1.1.bias",
      "tied.weight",
      "tied.bias",
    ]);
  });

  it("and a parameter is a leaf of its own that requires gradients", () => {
    const data = ones([2]);
    const parameter = new Parameter(data.mul(2));
    expect(isParameter(parameter)).toBe(true);
    expect([isParameter(data), isParameter(null), isParameter(3)]).toEqual([false, false, false]);
    expect([parameter.isLeaf, parameter.requiresGrad]).toEqual([true, true]);
    expect(new Parameter(data, { requiresGrad: false }).requiresGrad).toBe(false);
    const text = "Only Tensors of floating point and complex dtype can require gradients";
    expectError(() => new Parameter(zeros([1], { dtype: "int32" })), "DTYPE_UNSUPPORTED", text);
  });
});

describe("forward", () => {
  it("takes and gives what the type parameters say, below other modules too", () => {
    class Both extends Module {
      scale = new Parameter(tensor(2));
      forward(a: Tensor, b: Tensor): { sum: Tensor; product: Tensor } {
        return { sum: a.add(b), product: a.mul(b).mul(this.scale) };
      }
    }
    class Net extends Module {
      both = new Both();
      forward(x: Tensor): Tensor {
        const { sum, product } = this.both(x, x);
        return sum.add(product);
      }
    }
    const net = new Net();
    expect(net(tensor(3)).itemSync()).toBe(24);
    expect(net.namedParameters()).toEqual([["both.scale", net.both.scale]]);
  });

  it("may be a property, or call its parent's", () => {
    class Arrow extends Module {
      forward = (x: Tensor): Tensor => x.add(1);
    }
    class Double extends Linear {
      override forward(x: Tensor): Tensor {
        return super.forward(x).mul(2);
      }
    }
    expect(new Arrow()(tensor(1)).itemSync()).toBe(2);
    const layer = new Double(1, 1, { bias: false });
    layer.loadStateDict({ weight: tensor([[3]]) });
    expect(layer(ones([1])).itemSync()).toBe(6);
    expectError(() => layer(ones([2])), "SHAPE_MISMATCH", "Double: mat1 and mat2");
  });
});

describe("the book's layer, written by hand", () => {
  class HandMade extends Module {
    weight: Parameter;
    bias = new Parameter(zeros([1]));
    constructor(kernelSize: [number, number]) {
      super();
      this.weight = new Parameter(rand(kernelSize));
    }
    forward(x: Tensor): Tensor {
      return corr2d(x, this.weight).add(this.bias);
    }
  }

  it("is trained like any other", () => {
    manualSeed(0);
    const image = ones([6, 8]).set([":", "2:6"], 0);
    const edges = corr2d(image, tensor([[1, -1]]));
    const layer = new HandMade([1, 2]);
    const optimizer = new SGD(layer.parameters(), { lr: 0.5 });
    const losses = Array.from({ length: 50 }, () =>
      scope(() => {
        optimizer.zeroGrad();
        const loss = mseLoss(layer(image), edges);
        loss.backward();
        optimizer.step();
        return loss.itemSync();
      }),
    );
    expect(losses.at(-1)).toBeLessThan(1e-3 * losses[0]!);
    const [left, right] = layer.weight.dataSync();
    expect(left).toBeCloseTo(1, 1);
    expect(right).toBeCloseTo(-1, 1);
    expect(String(layer)).toBe("HandMade()");
  });
});

describe("state dicts", () => {
  it("are values: later training does not change them, and loading brings them back", () => {
    const net = new Everything();
    const saved = net.stateDict();
    const before = Object.values(saved).map((t) => t.dataSync());
    for (const p of net.parameters()) p.requiresGrad = false;
    net.first.weight.set([":"], 9);
    net.steps.assign(5);
    expect(Object.values(saved).map((t) => t.dataSync())).toEqual(before);
    expect(net.loadStateDict(saved)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(Object.values(net.stateDict()).map((t) => t.dataSync())).toEqual(before);
  });

  it("keep the tensors they load into, which stay parameters, and cast", () => {
    const layer = new Linear(1, 1);
    const { weight } = layer;
    layer.loadStateDict({
      weight: tensor([[2]], { dtype: "float64" }),
      bias: tensor([3], { dtype: "int32" }),
    });
    expect(layer.weight).toBe(weight);
    expect([weight.requiresGrad, weight.dtype, weight.itemSync()]).toEqual([true, "float32", 2]);
    expect(layer.bias.itemSync()).toBe(3);
  });

  it("that do not fit are refused whole, with PyTorch's message", () => {
    const net = new Sequential(new Linear(2, 2));
    const before = net.stateDict();
    const wrong = { x: ones([1]), "0.weight": ones([3, 2]) };
    expectError(
      () => net.loadStateDict(wrong),
      "STATE_DICT",
      'Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: "0.bias". \n\tUnexpected key(s) in ' +
        'state_dict: "x". \n\tsize mismatch for 0.weight: copying a param with shape torch.Size([3, 2]) from checkpoint, ' +
        "the shape in current model is torch.Size([2, 2]).",
    );
    expectError(
      () => net.loadStateDict({ "0.bias": ones([2]), "0.weight": ones([3, 2]) }, { strict: false }),
      "STATE_DICT",
      "size mismatch for 0.weight",
    );
    expect(net.stateDict()["0.bias"]!.dataSync()).toEqual(before["0.bias"]!.dataSync());
    expectError(
      () => net.loadStateDict({ "0.bias": [1, 2] as never, "0.weight": ones([2, 2]) }),
      "STATE_DICT",
      'While copying the parameter named "0.bias", expected a Tensor from checkpoint but received object.',
    );
    const other = cpuJs();
    expectError(
      () => net.loadStateDict({ "0.bias": ones([2], { backend: other }), "0.weight": ones([2, 2]) }),
      "STATE_DICT",
      "backend mismatch for 0.bias",
    );
  });

  it("load in part when they need not be strict", () => {
    const net = new Sequential(new Linear(2, 2));
    const result = net.loadStateDict({ x: ones([1]), "0.bias": ones([2]) }, { strict: false });
    expect(result).toEqual({ missingKeys: ["0.weight"], unexpectedKeys: ["x"] });
    expect(net.parameters()[1]!.dataSync()).toEqual(new Float32Array([1, 1]));
  });
});

describe("all modules below", () => {
  it("change mode together", () => {
    const net = new Sequential(new Sequential(new Dropout()), new BatchNorm2D(2));
    expect(net.eval()).toBe(net);
    expect(net.modules().map((module) => module.training)).toEqual([false, false, false, false]);
    net.train();
    expect(net.modules().every((module) => module.training)).toBe(true);
  });

  it("meet the function of apply, children first", () => {
    const net = new Sequential(new Sequential(new ReLU()), new Linear(1, 1));
    const seen: Module[] = [];
    net.apply((module) => {
      seen.push(module);
      if (module instanceof Linear) module.resetParameters();
    });
    expect(seen.map((module) => module.typeName)).toEqual(["ReLU", "Sequential", "Linear", "Sequential"]);
  });

  it("forget their gradients", () => {
    const net = new Sequential(new Linear(2, 2));
    net(ones([1, 2]))
      .sum()
      .backward();
    expect(net.parameters().every((p) => p.grad !== null)).toBe(true);
    net.zeroGrad();
    expect(net.parameters().every((p) => p.grad === null)).toBe(true);
  });

  it("move to another backend with gradients, ties and options, and then train there", async () => {
    const target = cpuJs();
    const net = new Everything();
    const norm = new BatchNorm2D(2);
    const layer = new Conv2D(1, 2, 1);
    net(ones([1, 2])).backward();
    const before = [...net.parameters(), ...net.buffers()].map((t) => t.dataSync());
    const gradient = net.first.weight.grad!.dataSync();
    net.scale.requiresGrad = false;
    expect(await net.to(target)).toBe(net);
    const moved = [...net.parameters(), ...net.buffers()];
    expect(moved.every((t) => t.backend === target)).toBe(true);
    expect(moved.map((t) => t.dataSync())).toEqual(before);
    expect(net.first.weight.grad!.dataSync()).toEqual(gradient);
    expect([net.scale.requiresGrad, net.first.weight.requiresGrad]).toEqual([false, true]);
    expect(net.tied).toBe(net.first);
    expect(Object.keys(net.stateDict())).toContain("steps");
    await norm.to(target);
    expect(Object.keys(norm.stateDict())).toContain("running_mean");
    await layer.to(target);
    const y = layer(ones([1, 1, 2, 2], { backend: target }));
    y.sum().backward();
    expect(layer.bias.grad!.dataSync()).toEqual(new Float32Array([4, 4]));
  });
});

describe("a module that holds itself", () => {
  class Node extends Module {
    inner = new Sequential(new Linear(2, 2));
    self: Module = this;
    parent: Module | null = null;
    peers: Module[] = [];
    forward(x: Tensor): Tensor {
      return this.inner(x);
    }
  }
  const cyclic = () => {
    const net = new Node();
    const child = new Node();
    child.parent = net;
    net.peers = [child, child];
    return net;
  };

  it("has each state once for every way to it that does not go round", () => {
    const net = cyclic();
    const own = ["inner.0.weight", "inner.0.bias"];
    const all = [...own, ...[0, 1].flatMap((i) => own.map((name) => `peers.${i}.${name}`))];
    expect(Object.keys(net.stateDict())).toEqual(all);
    expect(net.loadStateDict(net.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(net.parameters().length).toBe(4);
  });

  it("is visited, set, moved and printed", async () => {
    const net = cyclic();
    const seen: string[] = [];
    net.apply((module) => seen.push(module.typeName));
    expect(seen).toEqual(["Linear", "Sequential", "Linear", "Sequential", "Node", "Node"]);
    expect(net.eval().modules().length).toBe(6);
    expect(net.modules().some((module) => module.training)).toBe(false);
    net.zeroGrad();
    await net.to(cpuJs());
    expect(String(net)).toContain("(self): Node(...)");
    expect(String(net)).toContain("(parent): Node(...)");
    expect(String(net)).toBe(String(net));
  });
});

it("a module held twice by one other meets the function of apply once, as in PyTorch", () => {
  const layer = new ReLU();
  let count = 0;
  new Sequential(layer, layer).apply(() => count++);
  expect(count).toBe(2);
});

it("a class without forward says so when it is called", () => {
  class Bare extends (Module as unknown as new () => Identity) {}
  const text = 'Module [Bare] is missing the required "forward" function';
  expectError(() => new Bare()(ones([1])), "INVALID_ARGUMENT", text);
});

it("an array of modules with holes, and what is no module in it, is printed", () => {
  class Net extends Identity {
    blocks: unknown[] = Object.assign(new Array(4), { 1: new ReLU(), 3: Object.create(null) });
  }
  expect(String(new Net())).toBe(
    "Net(\n  (blocks): ModuleList(\n    (0): undefined\n    (1): ReLU()\n    (2): undefined\n    (3): an object\n  )\n)",
  );
});

it("a state dict with a tensor that is gone changes nothing", () => {
  const layer = new Linear(1, 1);
  const before = layer.stateDict();
  const bias = ones([1]);
  bias.dispose();
  const text = "the value for bias was disposed";
  expectError(() => layer.loadStateDict({ weight: ones([1, 1]), bias }), "STATE_DICT", text);
  expect(layer.weight.itemSync()).toBe(before.weight!.itemSync());
});

describe("Sequential", () => {
  it("holds modules by position or by name", () => {
    const [a, b] = [new Linear(2, 3), new ReLU()];
    const net = new Sequential(a, b);
    expect([net[0], net[1], net[2], net.length]).toEqual([a, b, undefined, 2]);
    expect([...net]).toEqual([a, b]);
    const named = new Sequential({ fc: a, act: b });
    expect(Object.keys(named.stateDict())).toEqual(["fc.weight", "fc.bias"]);
    expect(named(ones([1, 2])).dataSync()).toEqual(net(ones([1, 2])).dataSync());
    const x = ones([1]);
    expect(new Sequential()(x)).toBe(x);
  });

  it("runs a module that it holds twice, twice, and one that was put in place of another", () => {
    const layer = new Linear(1, 1, { bias: false });
    layer.loadStateDict({ weight: tensor([[3]]) });
    const net: Sequential = new Sequential(layer, layer);
    expect(net(ones([1, 1])).itemSync()).toBe(9);
    net[1] = new Identity();
    expect(net(ones([1, 1])).itemSync()).toBe(3);
  });

  it("refuses what is no module, and names of its own", () => {
    expectError(() => new Sequential(3 as never), "INVALID_ARGUMENT", "3 is not a Module (argument '0')");
    expectError(() => new Sequential(new ReLU(), null as never), "INVALID_ARGUMENT", "null is not a Module");
    const taken = "attribute 'forward' already exists";
    expectError(() => new Sequential({ forward: new ReLU() }), "INVALID_ARGUMENT", taken);
  });
});

describe("errors inside forward name the module", () => {
  const message =
    "corr2d: Given groups=1, weight of size [1, 3, 3, 3], expected input[1, 1, 5, 5] to have 3 channels, but got 1 channels instead";
  class Net extends Module {
    blocks = [new Sequential(new Identity(), new Sequential({ conv: new Conv2D(3, 1, 3) }))];
    forward(x: Tensor): Tensor {
      return this.blocks[0]!(x);
    }
  }
  const caught = (fn: () => unknown): Corr2dError => {
    try {
      fn();
    } catch (error) {
      return error as Corr2dError;
    }
    return expect.fail("nothing was thrown");
  };

  it("by its path from the module that was called, once, and keep code and stack", () => {
    const x = zeros([1, 1, 5, 5]);
    expect(caught(() => new Conv2D(3, 1, 3)(x)).message).toBe(`Conv2d: ${message}`);
    const sequential = new Sequential(new Conv2D(3, 1, 3));
    expect(caught(() => sequential(x)).message).toBe(`Sequential.0 (Conv2d): ${message}`);
    const error = caught(() => new Net()(x));
    expect(error.message).toBe(`Net.blocks.0.1.conv (Conv2d): ${message}`);
    expect(error).toBeInstanceOf(Corr2dError);
    expect(error.code).toBe("SHAPE_MISMATCH");
    expect(error.stack).toContain(`Net.blocks.0.1.conv (Conv2d): ${message}`);
    expect(error.stack!.split("Given groups").length).toBe(2);
  });

  it("suggest Flatten where it was forgotten", () => {
    const net = new Sequential(new Conv2D(1, 2, 3), new Linear(18, 2));
    const error = caught(() => net(zeros([1, 1, 5, 5])));
    expect(error.message).toMatch(
      /^Sequential\.1 \(Linear\): mat1 and mat2 shapes cannot be multiplied \(6x3 and 18x2\)/,
    );
    expect(error.message).toContain("flatten(1)");
    expect(new Sequential(net[0]!, new Flatten(), net[1]!)(zeros([1, 1, 5, 5])).shape).toEqual([1, 2]);
  });

  it("and leave other errors as they are", () => {
    class Broken extends Module {
      forward(): Tensor {
        throw new TypeError("my own mistake");
      }
    }
    const error = caught(() => new Sequential(new Broken())(zeros([1])));
    expect(error.message).toBe("my own mistake");
    expect(error).toBeInstanceOf(TypeError);
  });
});
