/**
 * Recalled, on real images: vanishing gradients and initialisation. Dive into Deep Learning, 5.4.
 *
 * Ten hidden layers of 100 units. On its way back a gradient is multiplied by the weights of each layer and by the slope of
 * its activation, which is at most 1/4 for a sigmoid: with small weights hardly anything reaches the first layer, and the net
 * learns nothing. Weights whose variance follows the size of the layer keep it (Xavier), also through rectifiers, which let
 * half of it through (Kaiming).
 */
import { type Backend, manualSeed, type Tensor } from "@corr2d/core";
import { DataLoader } from "@corr2d/data";
import { crossEntropy, Flatten, init, Linear, type Module, ReLU, Sequential, SGD, Sigmoid } from "@corr2d/nn";
import type { Comparison } from "../chapter/comparison.ts";
import { firstImages, fit, type Images, linearLayers, measure, type RealImages } from "./fit.ts";

export interface DeepNet {
  readonly activation: "sigmoid" | "ReLU";
  readonly weights: string;
  /** Norm of the loss's gradient by the weights of each layer, the first one first, before training. */
  readonly gradients: readonly number[];
  /** On the test images, after training. */
  readonly testAccuracy: number;
}

export interface VanishingGradients {
  readonly images: number;
  readonly batch: number;
  readonly lr: number;
  readonly epochs: number;
  readonly nets: readonly DeepNet[];
}

const HIDDEN_LAYERS = 10;
const UNITS = 100;
const SETTINGS = { images: 12_800, batch: 128, lr: 0.1, epochs: 1 } as const;

type Draw = (weight: Tensor) => Tensor;
const small: Draw = (weight) => init.normal(weight, 0, 0.01);
const xavier: Draw = (weight) => init.xavierNormal(weight);
const kaiming: Draw = (weight) => init.kaimingNormal(weight, { nonlinearity: "relu" });
const large: Draw = (weight) => init.normal(weight, 0, 1);

const NETS: readonly (readonly [DeepNet["activation"], weights: string, draw: Draw])[] = [
  ["sigmoid", "N(0, 0.01²)", small],
  ["sigmoid", "Xavier", xavier],
  ["ReLU", "N(0, 0.01²)", small],
  ["ReLU", "N(0, 1)", large],
  ["ReLU", "Xavier", xavier],
  ["ReLU", "Kaiming", kaiming],
];

function deepNet(activation: DeepNet["activation"], draw: Draw, backend: Backend): Module {
  const layers: Module[] = [new Flatten()];
  for (let i = 0; i < HIDDEN_LAYERS; i++) {
    layers.push(new Linear(i === 0 ? 784 : UNITS, UNITS, { backend }));
    layers.push(activation === "sigmoid" ? new Sigmoid() : new ReLU());
  }
  layers.push(new Linear(UNITS, 10, { backend }));
  const net = new Sequential(...layers);
  for (const { weight, bias } of linearLayers(net)) {
    draw(weight);
    init.zeros(bias!);
  }
  return net;
}

/** ‖∂loss/∂W‖ per layer, for the first batch. Squares of what has vanished do not fit in float32, so they are added here. */
async function gradientNorms(net: Module, images: Images, backend: Backend): Promise<number[]> {
  for await (const [pixels, classes] of new DataLoader(images, { batchSize: SETTINGS.batch, backend })) {
    crossEntropy(net(pixels) as Tensor, classes).backward();
    break;
  }
  const norms: number[] = [];
  for (const { weight } of linearLayers(net)) norms.push(Math.hypot(...(await weight.grad!.data())));
  return norms;
}

export async function vanishingGradients(
  images: RealImages,
  backend: Backend,
  seed = 0,
): Promise<VanishingGradients> {
  const some = firstImages(images.train, SETTINGS.images);
  const nets: DeepNet[] = [];
  for (const [activation, weights, draw] of NETS) {
    manualSeed(seed);
    const net = deepNet(activation, draw, backend);
    const gradients = await gradientNorms(net, some, backend);
    const optimizer = new SGD(net.parameters(), { lr: SETTINGS.lr });
    await fit(net, optimizer, some, { ...SETTINGS, backend });
    const { accuracy } = await measure(net, images.test as Images, backend);
    nets.push({ activation, weights, gradients, testAccuracy: accuracy });
  }
  return { ...SETTINGS, images: some.length, nets };
}

/** What became of the gradient on its way to the first layer. */
export function fate({ gradients }: DeepNet): "vanished" | "kept" | "exploded" {
  const first = gradients[0]!;
  if (first < 1e-4) return "vanished";
  return first < 100 ? "kept" : "exploded";
}

const FATES = ["vanished", "vanished", "vanished", "exploded", "kept", "kept"] as const;

export function compareVanishingGradients({ nets }: VanishingGradients): Comparison[] {
  return nets.map((net, i) => ({
    what: `at the first layer, ${net.activation}, ${net.weights}`,
    source: "theory",
    expected: FATES[i]!,
    computed: fate(net),
  }));
}
