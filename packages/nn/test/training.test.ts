// LeNet trained from a seed: PyTorch's losses at every step and parameters at the end; memory that stays bounded.
import { manualSeed, randint, randn, scope, setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import {
  AvgPool2D,
  Conv2D,
  crossEntropy,
  Flatten,
  Linear,
  MaxPool2D,
  Parameter,
  ReLU,
  Sequential,
  SGD,
  Sigmoid,
} from "../src/index.ts";
import goldens from "./fixtures/training.json" with { type: "json" };

const backend = cpuJs();
beforeAll(() => setBackend(backend));

function lenet(activation: string, pool: string): Sequential {
  const act = () => (activation === "ReLU" ? new ReLU() : new Sigmoid());
  const down = () =>
    pool === "MaxPool2D" ? new MaxPool2D(2, { stride: 2 }) : new AvgPool2D(2, { stride: 2 });
  return new Sequential(
    ...[new Conv2D(1, 6, 5, { padding: 2 }), act(), down()],
    ...[new Conv2D(6, 16, 5), act(), down(), new Flatten()],
    ...[new Linear(400, 120), act(), new Linear(120, 84), act(), new Linear(84, 10)],
  );
}

describe("LeNet from seed 0", () => {
  it.each(goldens.cases)("$activation, $pool, $options", ({ activation, pool, options, losses, after }) => {
    manualSeed(0);
    const net = lenet(activation, pool);
    const images = randn([8, 1, 28, 28]);
    const targets = randint(0, 10, [8]);
    const optimizer = new SGD(net.parameters(), options);
    const seen = losses.map(() =>
      scope(() => {
        optimizer.zeroGrad();
        const loss = crossEntropy(net(images), targets);
        loss.backward();
        optimizer.step();
        return loss.itemSync();
      }),
    );
    // Rounding grows from step to step, and past a loss of 5 it grows fast.
    seen.forEach((loss, i) => {
      expect(Math.abs(loss - losses[i]!), `step ${i}: ${loss}, PyTorch ${losses[i]}`).toBeLessThan(2e-4);
    });
    expect(seen[0]).toBeCloseTo(losses[0]!, 6);
    for (const [name, p] of net.namedParameters()) {
      const [sum, total] = (after as Record<string, number[]>)[name]!;
      const data = Array.from(p.dataSync());
      expect(Math.abs(data.reduce((a, b) => a + b, 0) - sum!), name).toBeLessThan(1e-3 * total!);
      expect(Math.abs(data.reduce((a, b) => a + Math.abs(b), 0) - total!), name).toBeLessThan(1e-3 * total!);
    }
  });
});

describe("memory", () => {
  it("stays bounded over 500 steps with nothing disposed, and returns to its start", () => {
    manualSeed(0);
    const net = new Sequential(
      new Conv2D(1, 2, 3),
      new nn.BatchNorm2D(2),
      new ReLU(),
      new nn.Dropout(0.2),
      new Flatten(),
      new Linear(32, 3),
    );
    const x = randn([4, 1, 6, 6]);
    const targets = randint(0, 3, [4]);
    const optimizer = new SGD(net.parameters(), { lr: 0.01, momentum: 0.9, weightDecay: 1e-4 });
    const step = () =>
      scope(() => {
        optimizer.zeroGrad();
        crossEntropy(net(x), targets).backward();
        optimizer.step();
      });
    for (let i = 0; i < 3; i++) step();
    const before = backend.stats!();
    for (let i = 0; i < 500; i++) step();
    const { liveHandles, liveBytes } = backend.stats!();
    expect({ liveHandles, liveBytes }).toEqual({
      liveHandles: before.liveHandles,
      liveBytes: before.liveBytes,
    });
  });

  it("of a network that is built inside a scope outlives it", () => {
    const net = scope(() => {
      const made = new Sequential(new Linear(2, 2), new nn.BatchNorm2D(2));
      expect(made.parameters().every((p) => !p.isDisposed)).toBe(true);
      return { made };
    });
    for (const t of [...net.made.parameters(), ...net.made.buffers()]) expect(t.isDisposed).toBe(false);
    expect(scope(() => new Parameter(randn([2]))).isDisposed).toBe(false);
  });
});
