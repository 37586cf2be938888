/**
 * Trains a network and tells all that the page shows of it: every step's loss, and from time to time the weights, how large the
 * gradient was that reached each layer, and how the network does. The same input gives the same numbers.
 */
import { type Backend, manualSeed, noGrad, scope, type Tensor, tensor, zeros } from "@corr2d/core";
import { DataLoader, imageDataset } from "@corr2d/data";
import { type AnyOptimizer, accuracy, Conv2D, crossEntropy, init, Linear, type Sequential } from "@corr2d/nn";
import type { TaskRun } from "@corr2d/worker";
import { OPTIMIZERS } from "../../train/optimizers.ts";
import { buildNet } from "./build.ts";
import { type DataName, type Images, loadData } from "./data.ts";
import { parseLayers } from "./layers.ts";

export const OPTIMIZER_NAMES = ["sgd", "momentum", "adam"] as const;
export type OptimizerName = (typeof OPTIMIZER_NAMES)[number];

/** How weights are drawn at first: as the layers do it, or Xavier's (Glorot and Bengio 2010), for sigmoids. */
export const INIT_NAMES = ["usual", "xavier"] as const;
export type InitName = (typeof INIT_NAMES)[number];

/** What may change while the training runs. */
export interface Rates {
  readonly lr: number;
  readonly weightDecay: number;
}

/** What the page may ask while the training runs. */
export interface Ask {
  /** Other rates, from the next step on. */
  readonly rates?: Rates;
  /** Whether the network is recorded after every step from now on, as while the reader goes step by step. */
  readonly everyStep?: boolean;
}

/** Rates from a step on (the first is 1). */
export interface RateChange extends Rates {
  readonly step: number;
}

/** What decides the numbers of a run, beside its layers. */
export interface RunSettings {
  readonly data: DataName;
  /** How many to learn from. */
  readonly images: number;
  readonly batch: number;
  readonly steps: number;
  readonly seed: number;
  readonly init: InitName;
  readonly optimizer: OptimizerName;
  /** In the order of their steps: the first one's is 1, the others are what the reader changed on the way. */
  readonly rates: readonly RateChange[];
}

export interface FitInput extends RunSettings {
  /** As in the address. */
  readonly layers: string;
  /** Where to begin, instead of drawn weights. */
  readonly weights?: Weights | undefined;
}

/** A tensor's numbers, outside any backend. */
export interface Stored {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}
export type Weights = Readonly<Record<string, Stored>>;

/** The images that the page shows, once before the first step. */
export interface DataReport {
  readonly kind: "data";
  readonly test: Images;
}

export interface StepReport extends Rates {
  readonly kind: "step";
  /** From 1. */
  readonly step: number;
  /** Of the step's batch, before the step. */
  readonly loss: number;
  readonly accuracy: number;
  /** The network after the step, if it was recorded. Told with the step, so that who stands still after a step sees it. */
  readonly snapshot: Snapshot | undefined;
}

/** Losses and accuracies without dropout, over all test images and as many of those it learns from. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** The network as it is after a step. Told by itself before the first step, and otherwise with its step. */
export interface Snapshot {
  readonly kind: "snapshot";
  readonly step: number;
  readonly weights: Weights;
  readonly train: Score;
  readonly test: Score;
  /** For each test image the class that it is taken for. */
  readonly found: Uint8Array;
  /** For each layer the root mean square of the loss's gradient by its output, in the step's batch; none before the first step. */
  readonly gradients: readonly number[];
}

export type FitReport = DataReport | StepReport | Snapshot;

/** How often in a run the network is recorded, beside the start. */
const SNAPSHOTS = 40;

async function stored(net: Sequential): Promise<Weights> {
  const entries = Object.entries(net.stateDict()).map(
    async ([name, value]) => [name, { data: (await value.data()).slice(), shape: [...value.shape] }] as const,
  );
  return Object.fromEntries(await Promise.all(entries)) as Weights;
}

export function loadWeights(net: Sequential, weights: Weights, backend: Backend): void {
  scope(() => {
    const tensors = Object.entries(weights).map(([name, { data, shape }]) => [
      name,
      tensor(data, { shape, backend, dtype: data instanceof Int32Array ? "int32" : "float32" }),
    ]);
    net.loadStateDict(Object.fromEntries(tensors));
  });
}

/** Images as the network gets them: [N, 1, 28, 28] from 0 to 1, and the classes. */
function whole({ images, classes }: Images, backend: Backend, count = classes.data.length): [Tensor, Tensor] {
  const pixels = images.shape[1]! * images.shape[2]!;
  return [
    tensor(
      Float32Array.from(images.data.subarray(0, count * pixels) as ArrayLike<number>, (value) => value / 255),
      {
        shape: [count, 1, images.shape[1]!, images.shape[2]!],
        backend,
      },
    ),
    tensor(Int32Array.from(classes.data.subarray(0, count) as ArrayLike<number>), { backend }),
  ];
}

async function scoreOf(
  net: Sequential,
  [x, y]: readonly [Tensor, Tensor],
): Promise<Score & { readonly found: Uint8Array }> {
  net.eval();
  const results = noGrad(() =>
    scope(() => {
      const scores = net(x);
      return [crossEntropy(scores, y), accuracy(scores, y), scores.argmax(1)] as const;
    }),
  );
  net.train();
  const [loss, right, found] = await Promise.all([results[0].item(), results[1].item(), results[2].data()]);
  for (const result of results) result.dispose();
  return { loss, accuracy: right, found: Uint8Array.from(found) };
}

function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum / values.length);
}

/** One step. With `watched`, also how large the gradient is that reaches each layer's output; 0 where there is nothing to learn before it. */
async function takeStep(
  net: Sequential,
  optimizer: AnyOptimizer,
  [x, y]: readonly [Tensor, Tensor],
  watched: boolean,
): Promise<Score & { readonly gradients: number[] }> {
  const results = scope(() => {
    const outputs: Tensor[] = [];
    let scores = x;
    for (const layer of net) {
      scores = layer(scores) as Tensor;
      if (watched && scores.requiresGrad) scores.retainGrad();
      outputs.push(scores);
    }
    optimizer.zeroGrad();
    const loss = crossEntropy(scores, y);
    loss.backward();
    optimizer.step();
    const gradients = watched
      ? outputs.map((output) => output.grad ?? zeros([1], { backend: x.backend }))
      : [];
    return [loss.detach(), accuracy(scores.detach(), y), ...gradients];
  });
  const [loss, right, ...gradients] = await Promise.all(results.map((result) => result.data()));
  for (const result of results) result.dispose();
  return { loss: loss![0]!, accuracy: right![0]!, gradients: gradients.map(rootMeanSquare) };
}

export async function fit(input: FitInput, run: TaskRun<FitReport, Ask>, backend: Backend): Promise<void> {
  const { seed, batch, steps } = input;
  const { train, test } = await loadData(input.data, input.images);
  const testImages = whole(test, backend);
  const trainImages = whole(train, backend, Math.min(train.classes.data.length, test.classes.data.length));
  let everyStep = false;
  /** Tells the page, and hears what rates it asks for. */
  const tell = async (report: FitReport): Promise<Rates | undefined> => {
    let rates: Rates | undefined;
    for (const ask of await run.report(report)) {
      everyStep = ask.everyStep ?? everyStep;
      rates = ask.rates ?? rates;
    }
    return rates;
  };
  await tell({ kind: "data", test });

  manualSeed(seed);
  const net = buildNet(parseLayers(input.layers) ?? [], backend);
  if (input.init === "xavier") {
    for (const layer of net) {
      if (layer instanceof Conv2D || layer instanceof Linear) init.xavierUniform(layer.weight);
    }
  }
  if (input.weights !== undefined) loadWeights(net, input.weights, backend);
  const optimizer = OPTIMIZERS[input.optimizer](net.parameters(), input.rates[0]!.lr);
  const loader = new DataLoader(imageDataset(train.images, train.classes), {
    batchSize: batch,
    shuffle: true,
  });

  const use = ({ lr, weightDecay }: Rates): void => {
    for (const group of optimizer.paramGroups) Object.assign(group, { lr, weightDecay });
  };
  const snapshot = async (step: number, gradients: readonly number[]): Promise<Snapshot> => {
    const { found: _, ...trainScore } = await scoreOf(net, trainImages);
    const { found, ...testScore } = await scoreOf(net, testImages);
    const weights = await stored(net);
    return { kind: "snapshot", step, weights, train: trainScore, test: testScore, found, gradients };
  };

  const every = Math.max(1, Math.round(steps / SNAPSHOTS));
  let step = 0;
  let asked = await tell(await snapshot(0, []));
  let plan = input.rates;
  while (step < steps) {
    for await (const [x, y] of loader) {
      step++;
      // Who changes a run that repeats changes goes on from there without them.
      if (asked !== undefined) plan = [];
      const rates = asked ?? plan.find((change) => change.step === step);
      if (rates !== undefined) use(rates);
      const isRecorded = everyStep || step % every === 0 || step === steps;
      const { gradients, ...score } = await takeStep(net, optimizer, [x, y], isRecorded);
      const { lr, weightDecay } = optimizer.paramGroups[0]!;
      const recorded = isRecorded ? await snapshot(step, gradients) : undefined;
      asked = await tell({ kind: "step", step, ...score, lr, weightDecay, snapshot: recorded });
      if (step === steps) break;
    }
  }
}
