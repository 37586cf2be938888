/**
 * Recalled: the multilayer perceptron. Dive into Deep Learning, 5.1 and 5.2.
 *
 * No straight line separates the four points of exclusive or, so a linear model cannot do better than a coin: its
 * best loss is ln 2 = 0.6931. One hidden layer with a nonlinear activation solves it.
 */
import { type Backend, manualSeed, scope, tensor } from "@corr2d/core";
import { crossEntropy, Linear, type Module, Sequential, SGD, Tanh } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";

export interface MultilayerPerceptron {
  readonly linearLoss: number;
  readonly loss: number;
  /** For the points (0,0), (0,1), (1,0), (1,1). */
  readonly predictions: number[];
}

export async function multilayerPerceptron(backend: Backend, seed = 0): Promise<MultilayerPerceptron> {
  const x = tensor(
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    { backend },
  );
  const targets = tensor([0, 1, 1, 0], { dtype: "int32", backend });

  const train = (net: Module, steps: number): void => {
    const optimizer = new SGD(net.parameters(), { lr: 0.5 });
    for (let step = 0; step < steps; step++) {
      scope(() => {
        optimizer.zeroGrad();
        crossEntropy(net(x), targets).backward();
        optimizer.step();
      });
    }
  };

  manualSeed(seed);
  const linear = new Linear(2, 2, { backend });
  const mlp = new Sequential(new Linear(2, 8, { backend }), new Tanh(), new Linear(8, 2, { backend }));
  train(linear, 300);
  train(mlp, 500);

  const scores = mlp(x);
  return {
    linearLoss: await crossEntropy(linear(x), targets).item(),
    loss: await crossEntropy(scores, targets).item(),
    predictions: [...(await scores.argmax(1).data())],
  };
}

export function compareMultilayerPerceptron({ linearLoss, predictions }: MultilayerPerceptron): Comparison[] {
  return [
    {
      what: "best loss of a linear model, ln 2",
      source: "theory",
      expected: Math.log(2),
      computed: linearLoss,
      digits: 4,
    },
    {
      what: "exclusive or, by the perceptron",
      source: "theory",
      expected: [0, 1, 1, 0],
      computed: predictions,
    },
  ];
}
