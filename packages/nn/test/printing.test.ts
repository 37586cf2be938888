// String(module) and the names in state dicts, as PyTorch has them (scripts/goldens/make_nn.py).
import { ones, setBackend, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import { Conv2D, LazyConv2D, LazyLinear, Linear, Module, Parameter, Sequential } from "../src/index.ts";
import goldens from "./fixtures/layers.json" with { type: "json" };
import { build, type Spec } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

describe("String(module)", () => {
  it.each(goldens.printed)("$text", ({ layer, text }) => {
    expect(String(build(layer as Spec))).toBe(text);
  });

  it("names a class of one's own by its name, and arrays of modules as a ModuleList", () => {
    class Perceptron extends Module {
      scale = new Parameter(ones([1]));
      layers = [new Linear(4, 4), new Linear(4, 4), new Linear(4, 2)];
      empty = [];
      forward(x: ReturnType<typeof zeros>) {
        return this.layers.reduce((h, layer) => layer(h), x);
      }
    }
    class Wide extends Linear {}
    expect(String(new Wide(1, 1))).toBe("Wide(in_features=1, out_features=1, bias=True)");
    // Runs of equal modules are folded by PyTorch since 2.1; the goldens' 1.13 does not.
    expect(`${new Perceptron()}`).toBe(
      "Perceptron(\n  (layers): ModuleList(\n    (0-1): 2 x Linear(in_features=4, out_features=4, bias=True)\n" +
        "    (2): Linear(in_features=4, out_features=2, bias=True)\n  )\n)",
    );
  });

  it("calls a lazy layer by its own name until its first input", () => {
    const net = new Sequential(new LazyConv2D(2, 3), new LazyLinear(4));
    expect(String(net)).toContain("(0): LazyConv2d(0, 2, kernel_size=(3, 3), stride=(1, 1))");
    net(zeros([1, 3, 8, 8]));
    expect(String(net)).toBe(
      "Sequential(\n  (0): Conv2d(3, 2, kernel_size=(3, 3), stride=(1, 1))\n" +
        "  (1): Linear(in_features=6, out_features=4, bias=True)\n)",
    );
  });

  it("shows four-sided padding as it is", () => {
    expect(String(new Conv2D(1, 1, 2, { padding: [0, 1, 0, 1] }))).toContain("padding=(0, 1, 0, 1)");
    expect(String(new Conv2D(1, 1, 2, { padding: [0, 0, 0, 0] }))).not.toContain("padding");
  });
});

describe("state dicts", () => {
  it.each(goldens.states)("have PyTorch's names, order and shapes", ({ layer, state, parameters }) => {
    const net = build(layer as Spec);
    expect(Object.entries(net.stateDict()).map(([name, t]) => [name, t.shape])).toEqual(state);
    expect(net.namedParameters().map(([name]) => name)).toEqual(parameters);
  });
});
