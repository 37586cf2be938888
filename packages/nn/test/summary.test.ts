// What a network is made of, and freezing parts of it.
import { inspect } from "node:util";
import { ones, setBackend, type Tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import {
  AvgPool2D,
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  Flatten,
  LazyLinear,
  Linear,
  Module,
  Sequential,
  Sigmoid,
  summary,
} from "../src/index.ts";
import { expectError } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

const lenet = () =>
  new Sequential(
    new Sequential(new Conv2D(1, 6, 5, { padding: 2 }), new Sigmoid(), new AvgPool2D(2)),
    new Flatten(),
    new LazyLinear(10),
  );

describe("summary", () => {
  it("leaves a network what its forward has put into properties", () => {
    class Running extends Module {
      mean: Tensor = ones([2]);
      forward(x: Tensor): Tensor {
        this.mean = this.mean.add(x.mean(0)).div(2);
        return x.sub(this.mean);
      }
    }
    const net = new Running();
    summary(new Sequential(net), [3, 2]);
    expect(net.mean.toArraySync()).toEqual([0.5, 0.5]);
  });

  it("prints shapes, parameters, multiply-adds and memory", () => {
    const report = summary(lenet(), [2, 1, 28, 28]);
    expect(inspect(report)).toBe(
      [
        "Layer                Output shape    Parameters  Multiply-adds",
        "──────────────────────────────────────────────────────────────",
        "Sequential           [2, 10]",
        "  Sequential (0)     [2, 6, 14, 14]",
        "    Conv2d (0.0)     [2, 6, 28, 28]         156        235,200",
        "    Sigmoid (0.1)    [2, 6, 28, 28]",
        "    AvgPool2d (0.2)  [2, 6, 14, 14]",
        "  Flatten (1)        [2, 1176]",
        "  Linear (2)         [2, 10]             11,770         23,520",
        "──────────────────────────────────────────────────────────────",
        "Parameters: 11,926",
        "Multiply-adds: 258,720",
        "Memory: 0.05 MiB of parameters, 0.09 MiB of outputs",
      ].join("\n"),
    );
    expect(report.parameterBytes).toBe(4 * 11926);
    expect(report.outputBytes).toBe(4 * (2 * 9408 + 2352 + 2352 + 20));
  });

  it("leaves the network as it was, also when that fails", () => {
    const norm = new BatchNorm2D(2);
    const net = new Sequential(norm, new Conv2D(2, 2, 3));
    norm.eval();
    summary(net, [1, 2, 4, 4]);
    expectError(() => summary(net, [1, 3, 4, 4]), "SHAPE_MISMATCH", "Sequential.0 (BatchNorm2d)");
    expect([net.training, norm.training, norm.numBatchesTracked!.itemSync()]).toEqual([true, false, 0]);
    expect(net(ones([1, 2, 4, 4])).requiresGrad).toBe(true);
  });

  it("counts what is shared once, what is frozen apart, and knows several inputs", () => {
    class Twice extends Module {
      layer = new Linear(3, 3, { bias: false });
      up = new ConvTranspose2D(1, 2, 2, { stride: 2, bias: false });
      forward(a: Tensor, b: Tensor): Tensor[] {
        return [this.layer(this.layer(a)), this.up(b)];
      }
    }
    const net = new Twice();
    net.layer.requiresGrad(false);
    const report = summary(net, [[4, 3], ones([1, 1, 5, 5])]);
    expect(report.rows.map((row) => [row.name, row.outputShape, row.parameters, row.multiplyAdds])).toEqual([
      ["", null, 0, 0],
      ["layer", [4, 3], 9, 36],
      ["layer", [4, 3], 0, 36],
      ["up", [1, 2, 10, 10], 8, 200],
    ]);
    expect([report.parameters, report.trainable]).toEqual([17, 8]);
    expect(String(report)).toContain("Parameters: 17, of which 9 are frozen");
  });

  it("says what it takes", () => {
    expectError(() => summary(3 as never, [1]), "INVALID_ARGUMENT", "summary takes a module, but got 3");
    expectError(() => summary(lenet(), 3 as never), "INVALID_ARGUMENT", "the input is a shape");
    expectError(
      () => summary(lenet(), [1, 1, 28, 28], { device: 1 } as never),
      "INVALID_ARGUMENT",
      "'device'",
    );
  });
});

it("requiresGrad freezes and thaws all parameters", () => {
  const net = new Sequential(new Linear(1, 1), new Linear(1, 1));
  expect(net.requiresGrad(false)).toBe(net);
  expect(net.parameters().map((p) => p.requiresGrad)).toEqual([false, false, false, false]);
  net.requiresGrad();
  expect(net.parameters().every((p) => p.requiresGrad)).toBe(true);
  expectError(() => net.requiresGrad(0 as never), "INVALID_ARGUMENT", "the value is a boolean, but got 0");
});
