/**
 * Recalled, on real images: softmax regression and the multilayer perceptron. Dive into Deep Learning, 4.4, 4.5 and 5.2.
 *
 * The images are flattened to 784 numbers. Softmax regression has one linear layer from them to ten scores; the
 * perceptron has 256 hidden units with rectifiers between. Learning rate 0.1 and batches of 256, as the book has them.
 */
import { type Backend, manualSeed } from "@corr2d/core";
import { Flatten, Linear, type Module, ReLU, Sequential, SGD } from "@corr2d/nn";
import type { Comparison } from "../chapter/comparison.ts";
import { fit, type Images, type Measured, measure, measureBoth, type RealImages } from "./fit.ts";

export interface TrainedClassifier extends Measured {
  readonly batch: number;
  readonly lr: number;
  /** On the test images, before training. */
  readonly initialLoss: number;
  /** On the test images, after each epoch. */
  readonly testAccuracies: number[];
}

const LR = 0.1;
const BATCH = 256;
export const SOFTMAX_EPOCHS = 10;
/** The book has ten. */
export const MLP_EPOCHS = 5;

async function train(
  make: () => Module,
  epochs: number,
  images: RealImages,
  backend: Backend,
  seed: number,
): Promise<TrainedClassifier> {
  manualSeed(seed);
  const net = make();
  const optimizer = new SGD(net.parameters(), { lr: LR });
  const [seen, unseen] = [images.train as Images, images.test as Images];
  const { loss: initialLoss } = await measure(net, unseen, backend);
  const testAccuracies: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    await fit(net, optimizer, seen, { epochs: 1, batch: BATCH, backend });
    testAccuracies.push((await measure(net, unseen, backend)).accuracy);
  }
  const measured = await measureBoth(net, seen, unseen, backend);
  return { batch: BATCH, lr: LR, initialLoss, testAccuracies, ...measured };
}

export function softmaxOnImages(images: RealImages, backend: Backend, seed = 0): Promise<TrainedClassifier> {
  const make = (): Module => new Sequential(new Flatten(), new Linear(784, 10, { backend }));
  return train(make, SOFTMAX_EPOCHS, images, backend, seed);
}

export function mlpOnImages(images: RealImages, backend: Backend, seed = 0): Promise<TrainedClassifier> {
  const make = (): Module =>
    new Sequential(
      new Flatten(),
      new Linear(784, 256, { backend }),
      new ReLU(),
      new Linear(256, 10, { backend }),
    );
  return train(make, MLP_EPOCHS, images, backend, seed);
}

export function compareClassifier({ initialLoss, trainLoss }: TrainedClassifier): Comparison[] {
  return [
    {
      what: "loss before training, ln 10",
      source: "theory",
      expected: Math.log(10),
      computed: initialLoss,
      within: 0.15,
    },
    {
      what: "loss after training",
      source: "theory",
      expected: "smaller",
      computed: trainLoss < initialLoss ? "smaller" : "not smaller",
    },
  ];
}

/** What the book's first edition asserts in code after training on Fashion-MNIST; the later one draws curves. */
export function compareWithBook({ trainLoss, trainAccuracy, testAccuracy }: TrainedClassifier): Comparison[] {
  const bound = (what: string, value: number, holds: boolean, expected: string): Comparison => ({
    what: `${what} ${value.toFixed(3)}`,
    source: "book",
    expected,
    computed: holds ? expected : `not ${expected}`,
  });
  return [
    bound("training loss", trainLoss, trainLoss < 0.5, "below 0.5"),
    bound("training accuracy", trainAccuracy, trainAccuracy > 0.7, "above 0.7"),
    bound("test accuracy", testAccuracy, testAccuracy > 0.7, "above 0.7"),
  ];
}
