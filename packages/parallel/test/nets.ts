/** A small network with everything that has to be averaged, and data for it. */
import { type Backend, manualSeed, noGrad, randint, randn, scope, type Tensor } from "@corr2d/core";
import {
  BatchNorm2D,
  Conv2D,
  crossEntropy,
  Flatten,
  Linear,
  MaxPool2D,
  type Module,
  Sequential,
  Sigmoid,
} from "@corr2d/nn";

export interface Data {
  readonly images: Tensor;
  readonly classes: Tensor;
}

export function makeNet(backend: Backend, { norm = false } = {}): Sequential {
  return new Sequential(
    new Conv2D(1, 4, 3, { padding: 1, backend }),
    ...(norm ? [new BatchNorm2D(4, { backend })] : []),
    new Sigmoid(),
    new MaxPool2D(2),
    new Flatten(),
    new Linear(64, 5, { backend }),
  );
}

export function makeData(backend: Backend, count: number, seed: number): Data {
  manualSeed(seed);
  return { images: randn([count, 1, 8, 8], { backend }), classes: randint(0, 5, [count], { backend }) };
}

/** The part of the data that is a rank's. */
export function shareOf({ images, classes }: Data, rank: number, size: number): Data {
  const count = images.size(0);
  const range = `${Math.floor((count * rank) / size)}:${Math.floor((count * (rank + 1)) / size)}`;
  return { images: images.slice(range), classes: classes.slice(range) };
}

export function backward(net: Module, { images, classes }: Data, factor = 1): number {
  return scope(() => {
    const loss = crossEntropy(net(images) as Tensor, classes).mul(factor);
    loss.backward();
    return loss.itemSync();
  });
}

export const gradientsOf = (net: Module): Promise<Float32Array[]> =>
  Promise.all(net.parameters().map(async ({ grad }) => (await grad!.data()) as Float32Array));

export const valuesOf = (net: Module): Promise<Float32Array[]> =>
  Promise.all([...net.parameters(), ...net.buffers()].map(async (one) => (await one.data()) as Float32Array));

/** Plain gradient descent. */
export function descend(net: Module, lr: number): void {
  noGrad(() =>
    scope(() => {
      for (const parameter of net.parameters()) {
        if (parameter.grad !== null) parameter.assign(parameter.sub(parameter.grad.mul(lr)));
        parameter.grad = null;
      }
    }),
  );
}

/** The largest |a − b| as a share of the largest |b|. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [far, large] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    far = Math.max(far, Math.abs(a[i]! - b[i]!));
    large = Math.max(large, Math.abs(b[i]!));
  }
  return far / large;
}
