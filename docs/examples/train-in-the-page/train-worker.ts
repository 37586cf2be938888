import { manualSeed, noGrad, scope, setBackend, tensor } from "@corr2d/core";
import { cpuWasm } from "@corr2d/cpu-wasm";
import {
  accuracy,
  Conv2D,
  crossEntropy,
  Flatten,
  Linear,
  MaxPool2D,
  ReLU,
  Sequential,
  SGD,
} from "@corr2d/nn";
import { serve, type TaskRun } from "@corr2d/worker";
import { drawDigits } from "./digits.ts";

setBackend(await cpuWasm({ threads: navigator.hardwareConcurrency }));

const BATCH = 64;

interface Settings {
  readonly steps: number;
  readonly lr: number;
}

interface Progress {
  readonly step: number;
  readonly loss: number;
}

/** What the page may change on the way. */
interface Change {
  readonly lr: number;
}

const training = serve(async ({ steps, lr }: Settings, run: TaskRun<Progress, Change>) => {
  manualSeed(0);
  const net = new Sequential(
    new Conv2D(1, 6, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2D(2),
    new Conv2D(6, 16, 5),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    new Linear(16 * 5 * 5, 64),
    new ReLU(),
    new Linear(64, 10),
  );
  const optimizer = new SGD(net.parameters(), { lr, momentum: 0.9 });

  for (let step = 1; step <= steps; step++) {
    const { images, classes } = drawDigits(BATCH);
    const loss = scope(() => {
      optimizer.zeroGrad();
      const scores = net(tensor(images, { shape: [BATCH, 1, 28, 28] }));
      const value = crossEntropy(scores, tensor(classes));
      value.backward();
      optimizer.step();
      return value;
    });
    const changes = await run.report({ step, loss: await loss.item() });
    loss.dispose();
    for (const change of changes) optimizer.paramGroups[0]!.lr = change.lr;
  }

  net.eval();
  const { images, classes } = drawDigits(1000);
  const right = noGrad(() =>
    scope(() => accuracy(net(tensor(images, { shape: [1000, 1, 28, 28] })), tensor(classes))),
  );
  const kernels = await net[0].weight.data();
  return { accuracy: await right.item(), kernels };
});

export type Training = typeof training;
