/**
 * Recalled: weight decay. Dive into Deep Learning, 3.7.
 *
 * With 200 inputs and only 20 examples a linear model learns the noise by heart: no training error, large weights, poor
 * predictions. Adding λ/2 ‖w‖² to the loss pulls every weight towards zero a little at each step, w ← (1 − lr λ) w − lr g,
 * and the model predicts better.
 */
import { type Backend, manualSeed, noGrad, ones, randn, scope, type Tensor, tensor } from "@corr2d/core";
import { Linear, mseLoss, Parameter, SGD } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";

export interface WeightDecayRun {
  readonly lambda: number;
  readonly trainLoss: number;
  /** Mean squared error on examples that were not trained on. */
  readonly validationLoss: number;
  /** ‖w‖. */
  readonly weightNorm: number;
}

export interface WeightDecay {
  readonly runs: readonly WeightDecayRun[];
  /** One weight, from 1, with gradients 1, 2, 3, learning rate 0.1 and λ = 0.1. */
  readonly trace: number[];
}

const INPUTS = 200;

async function trainWith(
  lambda: number,
  train: Data,
  validation: Data,
  seed: number,
): Promise<WeightDecayRun> {
  manualSeed(seed);
  const net = new Linear(INPUTS, 1, { backend: train.x.backend });
  // Only the weights decay: a bias does not overfit.
  const optimizer = new SGD([{ params: [net.weight], weightDecay: lambda }, { params: [net.bias] }], {
    lr: 0.003,
  });
  for (let step = 0; step < 400; step++) {
    scope(() => {
      optimizer.zeroGrad();
      mseLoss(net(train.x), train.y).backward();
      optimizer.step();
    });
  }
  return {
    lambda,
    trainLoss: await mseLoss(net(train.x), train.y).item(),
    validationLoss: await mseLoss(net(validation.x), validation.y).item(),
    weightNorm: await net.weight.norm().item(),
  };
}

interface Data {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** The book's data: y = 0.05 + Σ 0.01 x + ε. */
function makeData(examples: number, backend: Backend): Data {
  const x = randn([examples, INPUTS], { backend });
  const weights = ones([INPUTS, 1], { backend }).mul(0.01);
  return {
    x,
    y: x
      .matmul(weights)
      .add(0.05)
      .add(randn([examples, 1], { backend }).mul(0.01)),
  };
}

async function traceOneWeight(backend: Backend): Promise<number[]> {
  const weight = new Parameter(tensor([1], { backend }));
  const optimizer = new SGD([weight], { lr: 0.1, weightDecay: 0.1 });
  const trace: number[] = [];
  for (const gradient of [1, 2, 3]) {
    weight.grad = tensor([gradient], { backend });
    noGrad(() => optimizer.step());
    trace.push(await weight.item());
  }
  return trace;
}

export async function weightDecay(backend: Backend, seed = 0): Promise<WeightDecay> {
  manualSeed(seed);
  const train = makeData(20, backend);
  const validation = makeData(100, backend);
  return {
    runs: [await trainWith(0, train, validation, seed), await trainWith(3, train, validation, seed)],
    trace: await traceOneWeight(backend),
  };
}

export function compareWeightDecay({ runs, trace }: WeightDecay): Comparison[] {
  const [without, with3] = runs as [WeightDecayRun, WeightDecayRun];
  const smaller = (a: number, b: number): string => (a < b ? "smaller" : "not smaller");
  return [
    {
      what: "‖w‖ with decay",
      source: "theory",
      expected: "smaller",
      computed: smaller(with3.weightNorm, without.weightNorm),
    },
    {
      what: "validation loss with decay",
      source: "theory",
      expected: "smaller",
      computed: smaller(with3.validationLoss, without.validationLoss),
    },
    {
      what: "one weight, three steps",
      source: "PyTorch",
      expected: [0.89, 0.6811, 0.374289],
      computed: trace,
      digits: 6,
    },
  ];
}
