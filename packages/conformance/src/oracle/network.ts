/**
 * The oracle's small convolutional network, trained in float64: correlation with bias, tanh, average pooling, a
 * linear layer, cross-entropy, gradient descent. Its gradients are finite differences, so nothing here shares a
 * line of reasoning with automatic differentiation.
 */
import { corr2dWindow, poolWindow } from "@corr2d/core";
import { gradient } from "./differences.ts";
import { logSoftmax } from "./rows.ts";
import { avgPool2d, corr2dBias } from "./windows.ts";

/** Images `[4, 1, 6, 6]`, 2 feature maps by a 3 × 3 kernel, pooled to 3 × 3, 3 classes. */
export const NETWORK = {
  images: [4, 1, 6, 6],
  kernel: [2, 1, 3, 3],
  bias: [2],
  weight: [18, 3],
  offset: [3],
  targets: [0, 2, 1, 2],
  steps: 20,
  learningRate: 0.3,
} as const;

export interface Parameters {
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
  readonly weight: Float64Array;
  readonly offset: Float64Array;
}

const window = corr2dWindow([4, 1, 6, 6], [2, 1, 3, 3], { padding: 1 });
const pooling = poolWindow([4, 2, 6, 6], 2);
const average = { countIncludePad: true, divisorOverride: null };

/** Mean cross-entropy of the network on the images. */
function networkLoss(images: Float64Array, parameters: readonly Float64Array[]): number {
  const [kernel, bias, weight, offset] = parameters as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const maps = Array.from(corr2dBias(images, kernel, bias, window, "float64").values, Math.tanh);
  const features = avgPool2d(maps, pooling, average, "float64").values;
  const scores: number[] = [];
  for (let n = 0; n < 4; n++) {
    for (let c = 0; c < 3; c++) {
      let score = offset[c]!;
      for (let i = 0; i < 18; i++) score += features[n * 18 + i]! * weight[i * 3 + c]!;
      scores.push(score);
    }
  }
  const logs = logSoftmax(scores, 4, 3, 1, "float64").values;
  return NETWORK.targets.reduce<number>((loss, target, n) => loss - logs[n * 3 + target]! / 4, 0);
}

/** The loss before each step, and the parameters after the last. */
export function trainNetwork(
  images: Float64Array,
  start: Parameters,
): { readonly losses: readonly number[]; readonly parameters: readonly Float64Array[] } {
  let parameters: readonly Float64Array[] = [start.kernel, start.bias, start.weight, start.offset];
  const losses: number[] = [];
  for (let step = 0; step < NETWORK.steps; step++) {
    const loss = (...at: readonly Float64Array[]): number => networkLoss(images, at);
    losses.push(loss(...parameters));
    const gradients = parameters.map((_, i) => gradient(loss, parameters, i));
    parameters = parameters.map((values, i) =>
      values.map((value, at) => value - NETWORK.learningRate * gradients[i]![at]!),
    );
  }
  return { losses, parameters };
}
