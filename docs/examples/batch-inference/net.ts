/** The program that builds the network, and what it says of images: workers load the weights into it. */
import { readFile } from "node:fs/promises";
import { noGrad, scope, stack, type Tensor, tensor } from "@corr2d/core";
import { Conv2D, Flatten, Linear, MaxPool2D, ReLU, Sequential } from "@corr2d/nn";
import { PNG } from "pngjs";

export const SIDE = 28;

export const makeNet = (): Sequential =>
  new Sequential(
    new Conv2D(1, 8, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2D(2),
    new Conv2D(8, 16, 5),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    new Linear(400, 10),
  );

/** What a worker says of one image. */
export interface Prediction {
  readonly path: string;
  readonly label: number;
  readonly probability: number;
}

/** A PNG of 28×28 as a tensor of (1, 28, 28), from 0 to 1. */
async function readImage(path: string): Promise<Tensor> {
  const { width, height, data } = PNG.sync.read(await readFile(path));
  if (width !== SIDE || height !== SIDE)
    throw new Error(`${path}: ${width}×${height}, and should be ${SIDE}×${SIDE}`);
  const grey = Float32Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i]! / 255);
  return tensor(grey).reshape(1, SIDE, SIDE);
}

export async function predict(net: Sequential, paths: readonly string[]): Promise<Prediction[]> {
  const images = await Promise.all(paths.map(readImage));
  const best = noGrad(() =>
    scope(() => {
      const scores = net(stack(images)) as Tensor;
      const { values, indices } = scores.softmax(1).max(1);
      return { values, indices };
    }),
  );
  const [probabilities, labels] = [await best.values.data(), await best.indices.data()];
  return paths.map((path, i) => ({ path, label: labels[i]!, probability: probabilities[i]! }));
}
