/**
 * What every consumer of the matrix runs: ten steps of a small convolutional network, and what came of it. The numbers are
 * the same everywhere, or something is wrong.
 */
import { type Backend, manualSeed, rand, randint, scope, setBackend } from "@corr2d/core";
import { Conv2D, crossEntropy, Flatten, Linear, MaxPool2D, ReLU, Sequential, SGD } from "@corr2d/nn";

export interface Outcome {
  readonly losses: readonly number[];
  readonly threads: unknown;
  readonly why: unknown;
}

export async function train(backend: Backend): Promise<Outcome> {
  setBackend(backend);
  manualSeed(0);
  const net = new Sequential(
    new Conv2D(1, 4, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    new Linear(4 * 8 * 8, 10),
  );
  const optimizer = new SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
  // Centred and scaled, as images are for training: without, ten steps do not halve the loss.
  const images = rand([16, 1, 16, 16]).sub(0.5).div(0.25);
  const classes = randint(0, 10, [16]);
  const losses: number[] = [];
  for (let step = 0; step < 10; step++) {
    const loss = scope(() => {
      optimizer.zeroGrad();
      const value = crossEntropy(net(images), classes);
      value.backward();
      optimizer.step();
      return value;
    });
    losses.push(await loss.item());
  }
  const { features } = backend;
  return { losses, threads: features.threads, why: features.threadsReason };
}
