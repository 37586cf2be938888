/** Layers that follow one another: convolutions, activations, pools. */
import type { Planes, Size } from "../arrays.ts";
import { resizeKernel } from "../resize-arrays.ts";

export const ACTIVATIONS = ["relu", "sigmoid", "tanh"] as const;
export const POOLS = ["max", "avg"] as const;
export const LAYER_KINDS = ["conv", ...ACTIVATIONS, ...POOLS] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

export interface ConvLayer {
  readonly kind: "conv";
  /** [O, C, h, w] */
  readonly kernel: readonly Planes[];
  readonly stride: Size;
  readonly padding: Size;
}

export interface ActivationLayer {
  readonly kind: (typeof ACTIVATIONS)[number];
}

export interface PoolLayer {
  readonly kind: (typeof POOLS)[number];
  readonly size: Size;
  readonly stride: Size;
  readonly padding: Size;
}

export type ChainLayer = ConvLayer | ActivationLayer | PoolLayer;

export const MOST_LAYERS = 4;

export const isPool = (layer: ChainLayer): layer is PoolLayer => layer.kind === "max" || layer.kind === "avg";

const DEFAULT_KERNEL: readonly Planes[] = [
  [
    [
      [0, 1],
      [2, 3],
    ],
  ],
];

/** A layer as it is first chosen: a pool as wide as its steps are long, as PyTorch has it. */
export function newLayer(kind: LayerKind): ChainLayer {
  if (kind === "conv") return { kind, kernel: DEFAULT_KERNEL, stride: [1, 1], padding: [0, 0] };
  if (kind === "max" || kind === "avg") return { kind, size: [2, 2], stride: [2, 2], padding: [0, 0] };
  return { kind };
}

/** The layers with kernels of as many channels as arrive at them. */
export function fitted(channels: number, layers: readonly ChainLayer[]): readonly ChainLayer[] {
  let arriving = channels;
  return layers.map((layer) => {
    if (layer.kind !== "conv") return layer;
    const [block] = layer.kernel;
    const size = [block![0]!.length, block![0]![0]!.length] as const;
    const kernel = resizeKernel(layer.kernel, [layer.kernel.length, arriving, ...size]);
    arriving = kernel.length;
    return { ...layer, kernel };
  });
}
