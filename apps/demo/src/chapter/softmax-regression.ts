/**
 * Recalled: softmax regression. Dive into Deep Learning, 4.1 to 4.5.
 *
 * One linear layer gives a score per class, softmax turns scores into probabilities, and cross-entropy is the surprise
 * at the true class. Three clouds of points in the plane are told apart. A net that knows nothing (all weights zero)
 * is surprised by ln 3 = 1.0986; with respect to the scores, the gradient is probability minus truth.
 */
import {
  type Backend,
  manualSeed,
  noGrad,
  oneHot,
  randn,
  scope,
  softmax,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { crossEntropy, init, Linear, SGD } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";

export interface SoftmaxRegression {
  readonly initialLoss: number;
  /** Largest difference between the gradient by the scores and (probability − truth) / examples. */
  readonly gradientError: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** Share of rows whose largest score is at the target. */
export function accuracy(scores: Tensor, targets: Tensor): Tensor {
  return scores.argmax(1).eq(targets).float().mean();
}

/** 100 points around each of three centres: x [300, 2] and the class of each, int32 [300]. */
function threeClouds(backend: Backend): { x: Tensor; targets: Tensor } {
  const classes = Int32Array.from({ length: 300 }, (_, i) => i % 3);
  const targets = tensor(classes, { backend });
  const centres = tensor(
    [
      [0, 3],
      [-3, -2],
      [3, -2],
    ],
    { backend },
  );
  return { x: randn([300, 2], { backend }).mul(0.7).add(centres.indexSelect(0, targets)), targets };
}

export async function softmaxRegression(backend: Backend, seed = 0): Promise<SoftmaxRegression> {
  manualSeed(seed);
  const { x, targets } = threeClouds(backend);
  const net = new Linear(2, 3, { backend });
  noGrad(() => {
    init.zeros(net.weight);
    init.zeros(net.bias);
  });

  const scores = net(x);
  scores.retainGrad();
  const initial = crossEntropy(scores, targets);
  initial.backward();
  const byHand = softmax(scores.detach(), 1).sub(oneHot(targets, 3).float()).div(300);
  const gradientError = await scores.grad!.sub(byHand).abs().amax().item();

  const optimizer = new SGD(net.parameters(), { lr: 0.5 });
  for (let step = 0; step < 100; step++) {
    scope(() => {
      optimizer.zeroGrad();
      crossEntropy(net(x), targets).backward();
      optimizer.step();
    });
  }
  const final = net(x);
  return {
    initialLoss: await initial.item(),
    gradientError,
    loss: await crossEntropy(final, targets).item(),
    accuracy: await accuracy(final, targets).item(),
  };
}

export function compareSoftmaxRegression(result: SoftmaxRegression): Comparison[] {
  return [
    {
      what: "loss before training, ln 3",
      source: "theory",
      expected: Math.log(3),
      computed: result.initialLoss,
      digits: 4,
    },
    {
      what: "gradient − (softmax − truth)",
      source: "theory",
      expected: 0,
      computed: result.gradientError,
      within: 1e-7,
    },
    {
      what: "accuracy after training",
      source: "theory",
      expected: 1,
      computed: result.accuracy,
      within: 0.02,
    },
  ];
}
