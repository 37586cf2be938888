// Averages of weights against PyTorch (scripts/goldens/make_averages.py).
import { manualSeed, noGrad, randn, setBackend, type Tensor, tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import {
  AveragedModel,
  BatchNorm2D,
  Conv2D,
  Flatten,
  getEmaAvgFn,
  getSwaAvgFn,
  InstanceNorm2D,
  Linear,
  mseLoss,
  ReLU,
  Sequential,
  SGD,
  updateBn,
} from "../src/index.ts";
import goldens from "./fixtures/averages.json" with { type: "json" };
import { expectClose, expectError, type Values } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

const makeNet = () =>
  new Sequential(new Conv2D(1, 2, 3), new BatchNorm2D(2), new ReLU(), new Flatten(), new Linear(8, 2));

describe("averages over a training as PyTorch has them", () => {
  it.each(goldens.cases)("decay $decay, of buffers $useBuffers", async ({ decay, useBuffers, ...golden }) => {
    manualSeed(0);
    const net = makeNet();
    const images = randn([4, 6, 1, 4, 4]);
    const targets = randn([4, 6, 2]);
    const batch = (t: Tensor, i: number) => t.slice(i % 4);
    const options = decay === null ? { useBuffers } : { useBuffers, avgFn: getEmaAvgFn(decay) };
    let average = new AveragedModel(makeNet(), options);
    const optimizer = new SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
    for (let i = 0; i < 8; i++) {
      optimizer.zeroGrad();
      mseLoss(net(batch(images, i)), batch(targets, i)).backward();
      optimizer.step();
      if (i < 3) continue;
      average.updateParameters(net);
      if (i !== 5) continue;
      // Onwards from a state dict.
      const saved = average.stateDict();
      average = new AveragedModel(makeNet(), options);
      average.loadStateDict(saved);
    }
    const state = average.stateDict();
    for (const [name, values] of Object.entries(golden.state)) expectClose(state[name]!, values, 3e-6);
    if (!useBuffers) expect(Object.keys(state)).toEqual(Object.keys(golden.state));
    average.eval();
    expectClose(average(batch(images, 0)), golden.output, 1e-5);
    async function* inTime() {
      yield batch(images, 0);
      yield [batch(images, 1), batch(targets, 1)];
      yield batch(images, 2);
    }
    await updateBn(inTime(), average);
    const updated = average.stateDict();
    for (const [name, values] of Object.entries(golden.updated as Record<string, Values>)) {
      expectClose(updated[name]!, values, 3e-6);
    }
    expect([average.training, average.module[1].momentum]).toEqual([false, 0.1]);
  });
});

it("updateBn leaves other layers' statistics alone", async () => {
  const [batch, instance] = [
    new BatchNorm2D(1),
    new InstanceNorm2D(1, { trackRunningStats: true, momentum: null }),
  ];
  noGrad(() => instance.runningMean!.assign(7));
  await updateBn([randn([2, 1, 3, 3])], new Sequential(batch, instance));
  expect(instance.runningMean!.itemSync()).toBe(7);
  expect(batch.numBatchesTracked!.itemSync()).toBe(1);
});

describe("averaged models", () => {
  const net = () => new Sequential(new Linear(2, 1));

  it("print as PyTorch's, and start from the first values they are given", () => {
    const average = new AveragedModel(net());
    expect(String(average)).toBe(
      "AveragedModel(\n  (module): Sequential(\n    (0): Linear(in_features=2, out_features=1, bias=True)\n  )\n)",
    );
    const model = net();
    average.updateParameters(model);
    expect(average.parameters()[0]!.dataSync()).toEqual(model.parameters()[0]!.dataSync());
    expect(average.nAveraged.itemSync()).toBe(1);
  });

  it("take a function of one's own", () => {
    const counts: Tensor[] = [];
    const average = new AveragedModel(net(), {
      avgFn: (old, value, count) => {
        counts.push(count.add(0));
        return old.maximum(value);
      },
    });
    average.updateParameters(net());
    average.updateParameters(net());
    expect(counts.map(({ dtype }) => dtype)).toEqual(new Array(4).fill("float32"));
  });

  it("live through updates in bounded memory", () => {
    const backend = cpuJs();
    const make = () => new Sequential(new Linear(4, 2, { backend }));
    const model = make();
    const average = new AveragedModel(make());
    for (let i = 0; i < 3; i++) average.updateParameters(model);
    const before = backend.stats!();
    for (let i = 0; i < 100; i++) average.updateParameters(model);
    expect(backend.stats!()).toEqual(before);
  });

  it("reject what they cannot average", async () => {
    const model = net();
    const average = new AveragedModel(model);
    const own = "updateParameters: '0.weight' is the average's own: give it the model that is trained";
    expectError(() => average.updateParameters(average.module), "INVALID_ARGUMENT", own);
    const other = "the model has other parameters or buffers";
    expectError(() => new AveragedModel(net()).updateParameters(makeNet()), "INVALID_ARGUMENT", other);
    expectError(() => new AveragedModel(3 as never), "INVALID_ARGUMENT", "expected a module, but got 3");
    for (const decay of [-0.1, 1.5, Number.NaN]) {
      const text = `Invalid decay value ${decay} provided. Please provide a value in [0,1] range.`;
      expectError(() => getEmaAvgFn(decay), "INVALID_ARGUMENT", text);
    }
    const mean = getSwaAvgFn()(tensor([1]), tensor([4]), tensor(2));
    expect(mean.itemSync()).toBe(2);
    const layer = new BatchNorm2D(1);
    await expect(updateBn([3 as never], layer)).rejects.toThrow("updateBn: expected a tensor, but got 3");
    expect([layer.momentum, layer.training]).toEqual([0.1, true]);
    await expect(updateBn([], 3 as never)).rejects.toThrow("updateBn: expected a module, but got 3");
    await expect(updateBn(3 as never, layer)).rejects.toThrow(
      "updateBn: batches are an array or what can be",
    );
    await updateBn([3 as never], net()); // nothing to compute
  });
});
