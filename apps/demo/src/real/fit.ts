/** What the recalled chapters on real images share: the data, the loop over epochs and batches, and the measuring. */
import { type Backend, scope, type Tensor } from "@corr2d/core";
import { DataLoader, type Dataset, type ImageDataset, Subset } from "@corr2d/data";
import { type AnyOptimizer, crossEntropy, Linear, type Module } from "@corr2d/nn";
import { MNIST } from "../chapter/lenet.ts";
import { evaluate } from "../train/evaluate.ts";

export interface RealImages {
  readonly train: ImageDataset;
  readonly test: ImageDataset;
}

/** Images [1, 28, 28] and their classes. */
export type Images = Dataset<[Tensor, Tensor]>;

export interface Measured {
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
}

/** The first `count` images, or as many as there are. */
export function firstImages(images: ImageDataset, count: number): Images {
  const indices = Array.from({ length: Math.min(count, images.length) }, (_, i) => i);
  return new Subset(images as Images, indices);
}

/** Those with weights, the first one first. */
export function linearLayers(net: Module): Linear[] {
  return [...net.modules()].filter((layer): layer is Linear => layer instanceof Linear);
}

/** Minibatch gradient descent on the cross-entropy: `epochs` times through all images, each time in a new order. */
export async function fit(
  net: Module,
  optimizer: AnyOptimizer,
  images: Images,
  { epochs, batch, backend }: { epochs: number; batch: number; backend: Backend },
): Promise<void> {
  const loader = new DataLoader(images, { batchSize: batch, shuffle: true, backend });
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const [pixels, classes] of loader) {
      scope(() => {
        optimizer.zeroGrad();
        crossEntropy(net(pixels) as Tensor, classes).backward();
        optimizer.step();
      });
    }
  }
}

/** Loss and accuracy on images, the net in use. */
export async function measure(
  net: Module,
  images: Images,
  backend: Backend,
): Promise<{ loss: number; accuracy: number }> {
  return evaluate(net, new DataLoader(images, { batchSize: 1000, backend }), MNIST.classes);
}

/** On the images that it learnt from, and on those that it never saw: what lies between is overfitting. */
export async function measureBoth(
  net: Module,
  train: Images,
  test: Images,
  backend: Backend,
): Promise<Measured> {
  const seen = await measure(net, train, backend);
  const unseen = await measure(net, test, backend);
  return {
    trainLoss: seen.loss,
    trainAccuracy: seen.accuracy,
    testLoss: unseen.loss,
    testAccuracy: unseen.accuracy,
  };
}
