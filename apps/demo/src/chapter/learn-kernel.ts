/**
 * Example 7. Dive into Deep Learning, 7.2.4 "Learning a Kernel".
 *
 * Given the band image X and its edges Y, gradient descent finds the kernel: a convolutional layer without bias
 * predicts, the loss is the sum of the squared errors, and each step moves the weights against the gradient. The
 * book's printed run is one of three fixed starts here; a fourth is PyTorch's own initialisation for the seed.
 */
import { type Backend, corr2d, manualSeed, noGrad, scope } from "@corr2d/core";
import { Conv2D } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";
import { bandImage, edgeKernel } from "./edge-detection.ts";

export interface LearnOptions {
  /** Weights to start from; null (default) for the layer's own initialisation. */
  readonly start?: readonly [number, number] | null;
  /** Learning rate (default 3e-2). */
  readonly lr?: number;
  /** Default 10. */
  readonly steps?: number;
  /** Of the layer's own initialisation (default 0). */
  readonly seed?: number;
}

export interface LearntKernel {
  readonly start: number[];
  readonly lr: number;
  /** After every second step, as the book prints it: the loss that the step started from. */
  readonly losses: readonly { readonly epoch: number; readonly loss: number }[];
  readonly kernel: number[];
}

export async function learnKernel(backend: Backend, options: LearnOptions = {}): Promise<LearntKernel> {
  const { start = null, lr = 3e-2, steps = 10, seed = 0 } = options;

  // A layer with one input channel, one output channel and a kernel of 1 × 2. It works on four dimensions: examples
  // in the batch, channels, height, width.
  manualSeed(seed);
  const conv = new Conv2D(1, 1, [1, 2], { bias: false, backend });
  if (start !== null) noGrad(() => conv.weight.assign([[[[...start]]]]));
  const initial = [...(await conv.weight.data())];

  const image = bandImage(backend);
  const x = image.reshape([1, 1, 6, 8]);
  const y = corr2d(image, edgeKernel(backend)).reshape([1, 1, 6, 7]);

  const losses: { epoch: number; loss: number }[] = [];
  for (let i = 0; i < steps; i++) {
    const total = scope(() => {
      const prediction = conv(x);
      const loss = prediction.sub(y).pow(2).sum();
      conv.zeroGrad();
      loss.backward();
      // The update is not part of what is learnt from: no gradient through it.
      noGrad(() => conv.weight.assign(conv.weight.sub(conv.weight.grad!.mul(lr))));
      return loss;
    });
    if ((i + 1) % 2 === 0) losses.push({ epoch: i + 1, loss: await total.item() });
  }
  return { start: initial, lr, losses, kernel: [...(await conv.weight.data())] };
}

/** The book's printed run, and two more starts, all with lr 3e-2 and 10 steps. */
export const KNOWN_RUNS: readonly {
  readonly start: readonly [number, number];
  readonly source: "book" | "PyTorch";
  readonly losses: readonly number[];
  readonly kernel: readonly number[];
}[] = [
  {
    start: [0.3087, 0.6875],
    source: "book",
    losses: [16.481, 5.069, 1.794, 0.688, 0.274],
    kernel: [1.0398, -0.9328],
  },
  {
    start: [0, 0],
    source: "PyTorch",
    losses: [4.915, 0.825, 0.138, 0.023, 0.004],
    kernel: [0.9885, -0.9885],
  },
  {
    start: [0.5, 0.5],
    source: "PyTorch",
    losses: [14.515, 4.757, 1.749, 0.683, 0.274],
    kernel: [1.0422, -0.9348],
  },
];

/** A run against the known one from the same start; nothing when none is known. */
export function compareLearntKernel({ start, lr, losses, kernel }: LearntKernel): Comparison[] {
  const known = KNOWN_RUNS.find((run) => run.start.every((weight, i) => Math.fround(weight) === start[i]));
  if (known === undefined || lr !== 3e-2 || losses.length !== 5) return [];
  return [
    {
      what: `losses from [${known.start.join(", ")}]`,
      source: known.source,
      expected: [...known.losses],
      computed: losses.map(({ loss }) => loss),
      digits: 3,
    },
    {
      what: `kernel from [${known.start.join(", ")}]`,
      source: known.source,
      expected: [...known.kernel],
      computed: kernel,
      digits: 4,
    },
  ];
}
