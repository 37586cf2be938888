/**
 * Recalled: linear regression. Dive into Deep Learning, 3.1 to 3.5.
 *
 * Data are made from known weights w and bias b with a little noise, y = X w + b + ε; minibatch gradient descent on
 * the squared error finds them again.
 */
import { type Backend, manualSeed, randn, randperm, scope, tensor } from "@corr2d/core";
import { Linear, mseLoss, SGD } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";

export interface LinearRegression {
  /** Mean squared error over all examples, after each epoch. */
  readonly losses: number[];
  readonly weight: number[];
  readonly bias: number;
}

const TRUE_WEIGHT = [2, -3.4];
const TRUE_BIAS = 4.2;

export async function linearRegression(backend: Backend, seed = 0): Promise<LinearRegression> {
  const examples = 1000;
  const batchSize = 10;
  const epochs = 3;

  manualSeed(seed);
  const x = randn([examples, 2], { backend });
  const noise = randn([examples, 1], { backend }).mul(0.01);
  const y = x
    .matmul(tensor(TRUE_WEIGHT, { backend }).reshape([2, 1]))
    .add(TRUE_BIAS)
    .add(noise);

  const net = new Linear(2, 1, { backend });
  const optimizer = new SGD(net.parameters(), { lr: 0.03 });

  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = randperm(examples, { backend });
    for (let start = 0; start < examples; start += batchSize) {
      scope(() => {
        const batch = order.slice([start, start + batchSize]);
        const loss = mseLoss(net(x.indexSelect(0, batch)), y.indexSelect(0, batch));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      });
    }
    losses.push(await mseLoss(net(x), y).item());
  }
  return { losses, weight: [...(await net.weight.data())], bias: await net.bias.item() };
}

export function compareLinearRegression({ weight, bias }: LinearRegression): Comparison[] {
  return [
    { what: "w", source: "theory", expected: TRUE_WEIGHT, computed: weight, within: 0.01 },
    { what: "b", source: "theory", expected: TRUE_BIAS, computed: bias, within: 0.01 },
  ];
}
