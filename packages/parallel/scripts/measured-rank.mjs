// A rank of measure.mjs: LeNet on its share of a batch. Tells how long a step takes, and what of it is what.
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { manualSeed, randint, randn, scope, setBackend } from "@corr2d/core";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { AvgPool2D, Conv2D, crossEntropy, Flatten, Linear, Sequential, SGD, Sigmoid } from "@corr2d/nn";
import { DistributedDataParallel } from "@corr2d/parallel";
import { threads } from "@corr2d/parallel/threads";

const { batch, steps, warmUp } = workerData;
setBackend(await cpuWasm());
const collective = threads();
manualSeed(0);
const own = batch / collective.size;
const [images, classes] = [randn([own, 1, 28, 28]), randint(0, 10, [own])];
const net = new Sequential(
  new Conv2D(1, 6, 5, { padding: 2 }),
  new Sigmoid(),
  new AvgPool2D(2),
  new Conv2D(6, 16, 5),
  new Sigmoid(),
  new AvgPool2D(2),
  new Flatten(),
  new Linear(400, 120),
  new Sigmoid(),
  new Linear(120, 84),
  new Sigmoid(),
  new Linear(84, 10),
);
const optimizer = new SGD(net.parameters(), { lr: 0.1 });
const ddp = await DistributedDataParallel.create(net, collective);

/** What this thread has had of a processor, in milliseconds, where Linux tells: also on a machine that others use. */
function onProcessor() {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

const times = { step: [], compute: [], wait: [], reduce: [], update: [] };
let before = 0;
for (let i = 0; i < warmUp + steps; i++) {
  if (i === warmUp) before = onProcessor();
  const start = performance.now();
  scope(() => {
    optimizer.zeroGrad();
    crossEntropy(ddp(images), classes).backward();
  });
  const computed = performance.now();
  await collective.barrier(); // so that what one rank waits for the other is told apart
  const together = performance.now();
  await ddp.reduce();
  const reduced = performance.now();
  scope(() => optimizer.step());
  const end = performance.now();
  if (i < warmUp) continue;
  times.step.push(end - start);
  times.compute.push(computed - start);
  times.wait.push(together - computed);
  times.reduce.push(reduced - together);
  times.update.push(end - reduced);
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const processor = (onProcessor() - before) / steps;
const parts = Object.entries(times).map(([name, values]) => [name, median(values)]);
const medians = { ...Object.fromEntries(parts), processor };
if (collective.rank === 0) parentPort.postMessage(medians);
await collective.close();
