// Training without reading: optimisers, averages and initialisers on a backend that has no readSync.
import { defineBackend, full, ones, setBackend, type Tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { AveragedModel, BatchNorm2D, getEmaAvgFn, init, Optimizer, updateBn } from "../src/index.ts";

const { readSync: _, features, ...rest } = cpuJs();
const late = defineBackend({ ...rest, features: { ...features, syncRead: false } });
setBackend(late);

describe("on a backend that is read later", () => {
  const optimizers = Object.entries(nn as unknown as Record<string, unknown>).filter(
    ([name, value]) =>
      name !== "Optimizer" && (value as { prototype?: unknown })?.prototype instanceof Optimizer,
  ) as [string, new (params: Tensor[], options: object) => nn.Optimizer<nn.Options>][];
  it("there are nine optimisers", () => expect(optimizers.length).toBe(9));

  it.each(optimizers)("%s steps", async (_name, Kind) => {
    const p = new nn.Parameter(full([2], 3));
    const optimizer = new Kind([p], { weightDecay: 0.1, maximize: true, lr: 0.1 });
    for (let i = 0; i < 7; i++) {
      p.grad = ones([2]);
      optimizer.step();
    }
    expect((await p.data())[0]).toBeGreaterThan(2.9);
    expect(() => p.itemSync()).toThrow();
  });

  it("weights are averaged", async () => {
    const [model, average] = [new BatchNorm2D(1), new AveragedModel(new BatchNorm2D(1))];
    const moving = new AveragedModel(new BatchNorm2D(1), { avgFn: getEmaAvgFn(0.5) });
    for (const value of [1, 3, 5]) {
      init.constant(model.weight, value);
      average.updateParameters(model);
      moving.updateParameters(model);
    }
    expect(await average.module.weight.toArray()).toEqual([3]);
    expect(await moving.module.weight.toArray()).toEqual([3.5]);
    await updateBn([full([2, 1, 2, 2], 2)], average);
    expect(await average.module.runningMean.toArray()).toEqual([2]);
  });

  it("weights are initialised", async () => {
    const w = ones([3, 3]);
    for (const run of [
      () => init.orthogonal(w),
      () => init.truncNormal(w),
      () => init.sparse(w, 0.5),
      () => init.eye(w),
    ]) {
      expect(run()).toBe(w);
    }
    expect(await w.toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });
});
