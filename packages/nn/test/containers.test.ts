// Modules and parameters in lists and by name: what they hold, what they refuse, where errors come from.
import { manualSeed, ones, setBackend, type Tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Conv2D,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ParameterDict,
  ParameterList,
  ReLU,
  Sequential,
} from "../src/index.ts";
import { expectError } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

describe("ModuleList", () => {
  it("is a list: places, a loop, more at the end and in between", () => {
    const [a, b, c, d] = [new Linear(1, 1), new Linear(2, 2), new Linear(3, 3), new Linear(4, 4)];
    const list = new ModuleList([a, b]);
    list.append(d).insert(2, c);
    expect([list[0], list[2], list.at(-1), list.length]).toEqual([a, c, d, 4]);
    expect([...list]).toEqual([a, b, c, d]);
    list.extend([a]);
    expect(list.length).toBe(5);
    list[4] = b;
    expect(list.at(4)).toBe(b);
    const width: number = list[1]!.inFeatures;
    expect(width).toBe(2);
  });

  it("is saved, printed and trained as PyTorch's, inside a module that runs it", () => {
    class Net extends Module {
      layers = new ModuleList([new Linear(2, 2), new Linear(2, 2), new Linear(2, 1)]);
      heads = new ModuleDict({ left: new Linear(1, 1), right: new Linear(1, 1) });
      scales = new ParameterList([ones([1])]);
      forward(x: Tensor): Tensor {
        let y = x;
        for (const layer of this.layers) y = layer(y);
        return this.heads.left(y).mul(this.scales[0]!);
      }
    }
    const net = new Net();
    expect(net.parameters().length).toBe(11);
    expect(net.namedParameters().map(([name]) => name)).toEqual([
      ...[
        "layers.0.weight",
        "layers.0.bias",
        "layers.1.weight",
        "layers.1.bias",
        "layers.2.weight",
        "layers.2.bias",
      ],
      ...["heads.left.weight", "heads.left.bias", "heads.right.weight", "heads.right.bias", "scales.0"],
    ]);
    // Runs of equal modules are folded by PyTorch since 2.1; the goldens' 1.13 does not.
    expect(String(net)).toBe(
      "Net(\n  (layers): ModuleList(\n    (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)\n" +
        "    (2): Linear(in_features=2, out_features=1, bias=True)\n  )\n  (heads): ModuleDict(\n" +
        "    (left): Linear(in_features=1, out_features=1, bias=True)\n" +
        "    (right): Linear(in_features=1, out_features=1, bias=True)\n  )\n" +
        "  (scales): ParameterList(  (0): Parameter containing: [torch.float32 of size 1])\n)",
    );
    net(zeros([3, 2]))
      .sum()
      .backward();
    expect(net.scales[0]!.grad).not.toBeNull();
    expectError(() => net(zeros([3, 4])), "SHAPE_MISMATCH", "Net.layers.0 (Linear): mat1 and mat2");
  });

  it("refuses what is no module, and a call", () => {
    expectError(
      () => new ModuleList([3 as never]),
      "INVALID_ARGUMENT",
      "ModuleList: 3 is not a Module (argument '0')",
    );
    expectError(() => new ModuleList(3 as never), "INVALID_ARGUMENT", "expected an array of modules");
    expectError(
      () => new ModuleList([new ReLU()]).insert(3, new ReLU()),
      "INVALID_ARGUMENT",
      "index 3 is out of range",
    );
    const text = 'Module [ModuleList] is missing the required "forward" function';
    expectError(() => new ModuleList([])(zeros([1])), "INVALID_ARGUMENT", text);
  });
});

describe("ModuleDict", () => {
  it("holds by name, in order", () => {
    const [conv, act] = [new Conv2D(1, 1, 1), new ReLU()];
    const dict = new ModuleDict({ conv, act });
    const channels: number = dict.conv.outChannels;
    expect(channels).toBe(1);
    expect([dict.length, dict.keys(), [...dict], dict.values()]).toEqual([
      2,
      ["conv", "act"],
      ["conv", "act"],
      [conv, act],
    ]);
    expect(dict.entries()).toEqual([
      ["conv", conv],
      ["act", act],
    ]);
    expect([dict.get("act"), dict.get("keys"), dict.has("conv"), dict.has("keys")]).toEqual([
      act,
      undefined,
      true,
      false,
    ]);
    dict.set("act", conv).update({ more: act });
    expect(dict.values()).toEqual([conv, conv, act]);
    expect([dict.delete("more"), dict.delete("more"), dict.length]).toEqual([true, false, 2]);
  });

  it("refuses names that cannot be", () => {
    const relu = new ReLU();
    for (const name of ["keys", "training", "forward", "constructor"]) {
      const text = `ModuleDict: attribute '${name}' already exists`;
      expectError(() => new ModuleDict({ [name]: relu }), "INVALID_ARGUMENT", text);
    }
    expectError(() => new ModuleDict({ "a.b": relu }), "INVALID_ARGUMENT", 'module name can\'t contain "."');
    expectError(() => new ModuleDict({ "": relu }), "INVALID_ARGUMENT", "module name can't be empty");
    expectError(() => new ModuleDict({ 0: relu }), "INVALID_ARGUMENT", "use other names, or a list");
    expectError(() => new ModuleDict({ a: 1 as never }), "INVALID_ARGUMENT", "ModuleDict: 1 is not a Module");
    expectError(
      () => new ModuleDict([relu] as never),
      "INVALID_ARGUMENT",
      "expected an object of modules by name",
    );
  });
});

describe("parameters", () => {
  it("in a list: tensors become parameters", () => {
    const w = new Parameter(ones([2]));
    const list = new ParameterList([w, zeros([3])]);
    list.append(ones([1]));
    expect([list[0], list.length, list[1]!.requiresGrad]).toEqual([w, 3, true]);
    expect([...list].map((p) => p.numel())).toEqual([2, 3, 1]);
    expect(list.parameters().length).toBe(3);
    expectError(() => new ParameterList([3 as never]), "INVALID_ARGUMENT", "expected a tensor, but got 3");
    expectError(
      () => new ParameterList(ones([2]) as never),
      "INVALID_ARGUMENT",
      "expected an array of parameters",
    );
    expectError(() => list(), "INVALID_ARGUMENT", "ParameterList should not be called");
  });

  it("by name", () => {
    const dict = new ParameterDict({ left: ones([2]), right: zeros([3]) });
    const left: Tensor = dict.left;
    expect(left.requiresGrad).toBe(true);
    expect([dict.keys(), dict.length, dict.get("right")!.numel(), dict.has("keys")]).toEqual([
      ["left", "right"],
      2,
      3,
      false,
    ]);
    expect(Object.keys(dict.stateDict())).toEqual(["left", "right"]);
    expectError(() => dict.set("keys", left), "INVALID_ARGUMENT", "attribute 'keys' already exists");
    expectError(
      () => new ParameterDict({ a: 3 as never }),
      "INVALID_ARGUMENT",
      "expected a tensor, but got 3",
    );
  });

  it("are moved and loaded with the module around", async () => {
    manualSeed(0);
    const list = new ParameterList([ones([2])]);
    const other = cpuJs();
    await list.to(other);
    expect(list[0]!.backend).toBe(other);
    list.loadStateDict({ 0: zeros([2], { backend: other }) });
    expect(list[0]!.toArraySync()).toEqual([0, 0]);
  });
});

describe("a network that is built step by step", () => {
  it("gets modules by name or at the end, in order", () => {
    const net = new Sequential(new Linear(2, 3)).append(new ReLU());
    net.addModule("last", new Linear(3, 1));
    expect(Object.keys(net.stateDict())).toEqual(["0.weight", "0.bias", "last.weight", "last.bias"]);
    expect(net(zeros([4, 2])).shape).toEqual([4, 1]);
    net.addModule("last", new Linear(3, 5));
    expect(net(zeros([4, 2])).shape).toEqual([4, 5]);
    expectError(() => net.append(new ReLU()), "INVALID_ARGUMENT", "would list before 'last'");
  });

  it("of any class, which sees what it holds", () => {
    class Branches extends Module {
      constructor() {
        super();
        for (let i = 1; i < 3; i++) this.addModule(`branch${i}`, new Linear(i, 1));
      }
      forward(): void {}
    }
    const net = new Branches();
    expect(net.namedChildren().map(([name]) => name)).toEqual(["branch1", "branch2"]);
    const add = (name: unknown, module: unknown) => () => net.addModule(name as string, module as Module);
    expectError(add("x", 3), "INVALID_ARGUMENT", "Branches: 3 is not a Module (argument 'x')");
    expectError(add(3, net), "INVALID_ARGUMENT", "module name should be a string, but got 3");
    expectError(add("training", new ReLU()), "INVALID_ARGUMENT", "attribute 'training' already exists");
    expectError(add("a.b", new ReLU()), "INVALID_ARGUMENT", "module name can't contain");
    expectError(add("2", new ReLU()), "INVALID_ARGUMENT", "names that are whole numbers, like '2'");
  });
});
