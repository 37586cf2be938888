/**
 * The networks of the training steps beside LeNet, as data that every peer builds from: what is trained on Fashion-MNIST with
 * 32 and 64 channels, and ResNet-8, the smallest of CIFAR's (the image network of Banbury et al. 2021, "MLPerf Tiny benchmark").
 */
import { sizeOf } from "./workload.ts";

export type NetworkName = "channels-32-64" | "resnet-8";

/** Convolutions are square, padded so that stride 1 keeps the size; without a bias where a normalisation follows. */
export type NetworkLayer =
  | {
      readonly layer: "convolution";
      readonly from: number;
      readonly to: number;
      readonly kernel: number;
      readonly stride: number;
      readonly bias: boolean;
    }
  | { readonly layer: "batch-norm"; readonly channels: number }
  | { readonly layer: "relu" }
  /** Of 2×2. */
  | { readonly layer: "max-pool" }
  /** Of each plane: [N, C, H, W] to [N, C]. */
  | { readonly layer: "mean" }
  /** Of all but the first axis. */
  | { readonly layer: "linear"; readonly from: number; readonly to: number }
  /** y + x, or y + shortcut(x), where y = body(x). */
  | {
      readonly layer: "residual";
      readonly body: readonly NetworkLayer[];
      readonly shortcut: readonly NetworkLayer[];
    };

export interface Network {
  readonly layers: readonly NetworkLayer[];
  /** Of one image: channels, height, width. */
  readonly image: readonly [channels: number, height: number, width: number];
  readonly optimiser: "adam" | "momentum";
}

/** One training step: forward, cross-entropy, backward, optimiser. */
export interface NetworkTask {
  readonly kind: "network-step";
  readonly network: NetworkName;
  readonly batch: number;
}

/**
 * Adam's divisor is kept from 0 by more than its default of 1e-8: where a gradient is all but 0, the first step is that of its
 * sign, and rounding would decide it.
 */
export const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-4 } as const;
export const MOMENTUM = { learningRate: 0.1, momentum: 0.9 } as const;

const convolution = (from: number, to: number, kernel = 3, stride = 1, bias = false): NetworkLayer => ({
  layer: "convolution",
  from,
  to,
  kernel,
  stride,
  bias,
});
const normalised = (from: number, to: number, kernel = 3, stride = 1): NetworkLayer[] => [
  convolution(from, to, kernel, stride),
  { layer: "batch-norm", channels: to },
];
const RELU: NetworkLayer = { layer: "relu" };
const POOL: NetworkLayer = { layer: "max-pool" };

/** Two convolutions around which the input goes, by a 1×1 where it changes its size. */
const block = (from: number, to: number, stride: number): NetworkLayer[] => [
  {
    layer: "residual",
    body: [...normalised(from, to, 3, stride), RELU, ...normalised(to, to)],
    shortcut: stride === 1 ? [] : normalised(from, to, 1, stride),
  },
  RELU,
];

export const NETWORKS: Readonly<Record<NetworkName, Network>> = {
  "channels-32-64": {
    layers: [
      ...[convolution(1, 32, 3, 1, true), RELU, POOL],
      ...[convolution(32, 64, 3, 1, true), RELU, POOL],
      ...[{ layer: "linear", from: 64 * 7 * 7, to: 128 } as const, RELU],
      { layer: "linear", from: 128, to: 10 },
    ],
    image: [1, 28, 28],
    optimiser: "adam",
  },
  "resnet-8": {
    layers: [
      ...[...normalised(3, 16), RELU],
      ...[...block(16, 16, 1), ...block(16, 32, 2), ...block(32, 64, 2)],
      ...[{ layer: "mean" } as const, { layer: "linear", from: 64, to: 10 } as const],
    ],
    image: [3, 32, 32],
    optimiser: "momentum",
  },
};

/** A parameter: its shape, and the number of terms in the sums that it is part of (0: a scale or a shift). */
export interface NetworkParameter {
  readonly shape: readonly number[];
  readonly terms: number;
  /** What scales start from; weights are drawn, and the rest is 0. */
  readonly start: number;
}

/** The parameters of layers in the order in which every peer lists them. */
export function networkParameters(layers: readonly NetworkLayer[]): NetworkParameter[] {
  return layers.flatMap((own): NetworkParameter[] => {
    const weight = (shape: readonly number[]): NetworkParameter => ({
      shape,
      terms: sizeOf(shape.slice(1)),
      start: 0,
    });
    const perChannel = (channels: number, start = 0): NetworkParameter => ({
      shape: [channels],
      terms: 0,
      start,
    });
    switch (own.layer) {
      case "convolution":
        return [
          weight([own.to, own.from, own.kernel, own.kernel]),
          ...(own.bias ? [perChannel(own.to)] : []),
        ];
      case "linear":
        return [weight([own.to, own.from]), perChannel(own.to)];
      case "batch-norm":
        return [perChannel(own.channels, 1), perChannel(own.channels)];
      case "residual":
        return [...networkParameters(own.body), ...networkParameters(own.shortcut)];
      default:
        return [];
    }
  });
}

/** Multiply-adds of one image in a step: forwards, towards the weights and towards the inputs. */
export function networkMacs({ layers, image }: Network): number {
  let cells = image[1] * image[2];
  let first = true;
  const along = (list: readonly NetworkLayer[]): number =>
    list.reduce((total, own) => {
      switch (own.layer) {
        case "convolution": {
          cells /= own.stride ** 2;
          const macs = cells * own.to * own.from * own.kernel ** 2;
          // Towards its input the first layer has no gradient.
          const ways = first ? 2 : 3;
          first = false;
          return total + ways * macs;
        }
        case "max-pool":
          cells /= 4;
          return total;
        case "mean":
          cells = 1;
          return total;
        case "linear":
          return total + 3 * own.from * own.to;
        case "residual": {
          const before = cells;
          const body = along(own.body);
          const after = cells;
          cells = before;
          const shortcut = along(own.shortcut);
          cells = after;
          return total + body + shortcut;
        }
        default:
          return total;
      }
    }, 0);
  return along(layers);
}
