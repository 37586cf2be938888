/**
 * Recalled, on real images: weight decay and dropout. Dive into Deep Learning, 3.7 and 5.6.
 *
 * Both are for models that learn more than the data say. So there are few images: a model that is trained on them long enough
 * knows each by heart, its loss on them near zero, while its loss on others is large. What lies between the two losses is
 * overfitting, and both narrow it.
 */
import { type Backend, manualSeed } from "@corr2d/core";
import { Dropout, Flatten, Linear, type Module, ReLU, Sequential, SGD } from "@corr2d/nn";
import type { Comparison } from "../chapter/comparison.ts";
import {
  firstImages,
  fit,
  type Images,
  linearLayers,
  type Measured,
  measureBoth,
  type RealImages,
} from "./fit.ts";

export interface RegularizedRun extends Measured {
  /** λ of weight decay, p of dropout. */
  readonly strength: number;
  /** testLoss − trainLoss. */
  readonly gap: number;
  /** ‖w‖ over the weights of all layers. */
  readonly weightNorm: number;
}

export interface Regularization {
  readonly images: number;
  readonly batch: number;
  readonly lr: number;
  readonly epochs: number;
  /** The first one without. */
  readonly runs: readonly RegularizedRun[];
}

type Settings = Omit<Regularization, "runs">;

const DECAY: Settings = { images: 200, batch: 200, lr: 0.2, epochs: 500 };
const LAMBDAS = [0, 0.01, 0.03] as const;
const DROPOUT: Settings = { images: 1000, batch: 50, lr: 0.1, epochs: 50 };
const DROPPED = [0, 0.5] as const;

async function trainFew(
  net: Module,
  strength: number,
  lambda: number,
  { images: count, batch, lr, epochs }: Settings,
  images: RealImages,
  backend: Backend,
): Promise<RegularizedRun> {
  const layers = linearLayers(net);
  // Only the weights decay: a bias does not overfit.
  const optimizer = new SGD(
    [
      { params: layers.map(({ weight }) => weight), weightDecay: lambda },
      { params: layers.map(({ bias }) => bias!) },
    ],
    { lr },
  );
  const few = firstImages(images.train, count);
  await fit(net, optimizer, few, { epochs, batch, backend });
  const measured = await measureBoth(net, few, images.test as Images, backend);
  const norms = await Promise.all(layers.map(({ weight }) => weight.norm().item()));
  return {
    strength,
    ...measured,
    gap: measured.testLoss - measured.trainLoss,
    weightNorm: Math.hypot(...norms),
  };
}

/** Softmax regression on 200 images, all of them in each step. */
export async function weightDecayOnImages(
  images: RealImages,
  backend: Backend,
  seed = 0,
): Promise<Regularization> {
  const runs: RegularizedRun[] = [];
  for (const lambda of LAMBDAS) {
    manualSeed(seed);
    const net = new Sequential(new Flatten(), new Linear(784, 10, { backend }));
    runs.push(await trainFew(net, lambda, lambda, DECAY, images, backend));
  }
  return { ...DECAY, images: Math.min(DECAY.images, images.train.length), runs };
}

/** The book's perceptron with two hidden layers of 256, each dropped with p, on 1,000 images. */
export async function dropoutOnImages(
  images: RealImages,
  backend: Backend,
  seed = 0,
): Promise<Regularization> {
  const runs: RegularizedRun[] = [];
  for (const p of DROPPED) {
    manualSeed(seed);
    const net = new Sequential(
      new Flatten(),
      new Linear(784, 256, { backend }),
      new ReLU(),
      new Dropout(p),
      new Linear(256, 256, { backend }),
      new ReLU(),
      new Dropout(p),
      new Linear(256, 10, { backend }),
    );
    runs.push(await trainFew(net, p, 0, DROPOUT, images, backend));
  }
  return { ...DROPOUT, images: Math.min(DROPOUT.images, images.train.length), runs };
}

const smaller = (what: string, source: Comparison["source"], value: number, than: number): Comparison => ({
  what,
  source,
  expected: "smaller",
  computed: value < than ? "smaller" : "not smaller",
});

/** What decay does on any images. */
export function compareWeightDecayOnImages({ runs }: Regularization): Comparison[] {
  const [without, ...decayed] = runs as [RegularizedRun, ...RegularizedRun[]];
  return decayed.map(({ strength, weightNorm }) =>
    smaller(`‖w‖, ${strength}`, "theory", weightNorm, without.weightNorm),
  );
}

/** What both are for. Images that are told apart easily need neither, so this is known for Fashion-MNIST alone. */
export function compareOverfitting({ runs }: Regularization): Comparison[] {
  const [without, ...others] = runs as [RegularizedRun, ...RegularizedRun[]];
  return others.flatMap(({ strength, gap, testLoss }) => [
    smaller(`gap of the losses, ${strength}`, "theory", gap, without.gap),
    smaller(`loss on the test images, ${strength}`, "theory", testLoss, without.testLoss),
  ]);
}
