/**
 * Example 7 of the chapter step by step, and the surface that it walks on. Dive into Deep Learning, 7.2.4.
 *
 * The same layer, loss and update as src/chapter/learn-kernel.ts, but every step is kept. The surface is computed in
 * one call: a kernel for every point of the plane, as output channels of one correlation.
 */
import { type Backend, corr2d, noGrad, scope, type Tensor, tensor } from "@corr2d/core";
import { Conv2D } from "@corr2d/nn";
import { bandImage, edgeKernel } from "../../chapter/edge-detection.ts";
import { VIEW, type Weights } from "./state.ts";

export interface Descent {
  /** Before each step, and after the last. */
  readonly weights: readonly Weights[];
  /** Of these weights. */
  readonly losses: readonly number[];
  readonly image: number[][];
  readonly target: number[][];
  /** What each of these kernels makes of the image. */
  readonly predictions: readonly number[][][];
}

export async function computeDescent(
  backend: Backend,
  start: Weights,
  rate: number,
  steps: number,
): Promise<Descent> {
  const conv = new Conv2D(1, 1, [1, 2], { bias: false, backend });
  noGrad(() => conv.weight.assign([[[[...start]]]]));
  const image = bandImage(backend);
  const x = image.reshape([1, 1, 6, 8]);
  const y = corr2d(image, edgeKernel(backend)).reshape([1, 1, 6, 7]);

  const weights: Promise<ArrayLike<number>>[] = [];
  const kept: { loss: Tensor; prediction: Tensor }[] = [];
  for (let step = 0; step <= steps; step++) {
    weights.push(conv.weight.data());
    const result = scope(() => {
      const prediction = conv(x);
      const loss = prediction.sub(y).pow(2).sum();
      conv.zeroGrad();
      loss.backward();
      noGrad(() => conv.weight.assign(conv.weight.sub(conv.weight.grad!.mul(rate))));
      return [loss, prediction.detach()];
    });
    kept.push({ loss: result[0]!, prediction: result[1]! });
  }
  return {
    weights: (await Promise.all(weights)).map((pair) => [pair[0]!, pair[1]!]),
    losses: await Promise.all(kept.map(({ loss }) => loss.item())),
    image: (await image.toArray()) as number[][],
    target: (await y.slice(0, 0).toArray()) as number[][],
    predictions: await Promise.all(
      kept.map(async ({ prediction }) => (await prediction.slice(0, 0).toArray()) as number[][]),
    ),
  };
}

/** Losses on a square grid over VIEW, row by row from the top. */
export interface Surface {
  readonly side: number;
  readonly losses: Float32Array;
}

export async function computeSurface(backend: Backend, side = 81): Promise<Surface> {
  const kernels = new Float32Array(side * side * 2);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = 2 * (row * side + column);
      kernels[at] = VIEW.left + ((VIEW.right - VIEW.left) * column) / (side - 1);
      kernels[at + 1] = VIEW.top + ((VIEW.bottom - VIEW.top) * row) / (side - 1);
    }
  }
  const losses = scope(() => {
    const image = bandImage(backend);
    const k = tensor(kernels, { backend, shape: [side * side, 1, 1, 2] });
    const y = corr2d(image, edgeKernel(backend));
    const predictions = corr2d(image.reshape([1, 6, 8]), k);
    return predictions.sub(y).square().sum([1, 2]);
  });
  return { side, losses: Float32Array.from(await losses.data()) };
}
