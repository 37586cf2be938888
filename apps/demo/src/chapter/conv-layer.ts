/**
 * Example 4. Dive into Deep Learning, 7.2.2 "Convolutional Layers".
 *
 * The layer is written by hand: a kernel drawn at random, a bias that starts at zero, and a forward pass that
 * correlates and adds. Because every operation is differentiable, that is all it takes to train it; even the book's
 * double loop can be trained (its third exercise), with the same gradient.
 */
import {
  type Backend,
  corr2d,
  manualSeed,
  noGrad,
  rand,
  type Shape,
  scope,
  type Tensor,
  zeros,
} from "@corr2d/core";
import { Module, Parameter } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";
import { corr2dByHand } from "./cross-correlation.ts";
import { bandImage, edgeKernel } from "./edge-detection.ts";

/** The book's own layer, on 2-D tensors. */
export class HandmadeConv2D extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;

  constructor(kernelSize: Shape, backend: Backend) {
    super();
    this.weight = new Parameter(rand(kernelSize, { backend }));
    this.bias = new Parameter(zeros([1], { backend }));
  }

  forward(x: Tensor): Tensor {
    return corr2d(x, this.weight).add(this.bias);
  }
}

export interface ConvLayer {
  /** As drawn: what PyTorch's torch.rand gives for the seed. */
  readonly initialWeight: number[];
  readonly initialBias: number;
  /** Of the loss by the weight, before training: through corr2d and through the book's double loop. */
  readonly gradient: number[];
  readonly gradientByHand: number[];
  readonly steps: number;
  readonly lossBefore: number;
  readonly lossAfter: number;
  readonly weight: number[];
  readonly bias: number;
}

const LEARNING_RATE = 1e-2;
const STEPS = 100;

/** Trains the layer to turn the band image of example 5 into its edges. */
export async function convLayer(backend: Backend, seed = 0): Promise<ConvLayer> {
  manualSeed(seed);
  const layer = new HandmadeConv2D([1, 2], backend);
  const x = bandImage(backend);
  const y = corr2d(x, edgeKernel(backend));

  const loss = (prediction: Tensor): Tensor => prediction.sub(y).square().sum();
  const initialWeight = [...(await layer.weight.data())];
  const initialBias = await layer.bias.item();
  const lossBefore = await loss(layer(x)).item();

  loss(layer(x)).backward();
  const gradient = [...(await layer.weight.grad!.data())];
  layer.zeroGrad();
  loss(corr2dByHand(x, layer.weight).add(layer.bias)).backward();
  const gradientByHand = [...(await layer.weight.grad!.data())];

  for (let step = 0; step < STEPS; step++) {
    scope(() => {
      layer.zeroGrad();
      loss(layer(x)).backward();
      noGrad(() => {
        for (const parameter of layer.parameters()) {
          parameter.assign(parameter.sub(parameter.grad!.mul(LEARNING_RATE)));
        }
      });
    });
  }

  return {
    initialWeight,
    initialBias,
    gradient,
    gradientByHand,
    steps: STEPS,
    lossBefore,
    lossAfter: await loss(layer(x)).item(),
    weight: [...(await layer.weight.data())],
    bias: await layer.bias.item(),
  };
}

/** The edge kernel is the only one that makes the loss zero, so training must find it. */
export function compareConvLayer({ gradient, gradientByHand, weight, bias }: ConvLayer): Comparison[] {
  return [
    {
      what: "gradient, untrained",
      source: "loop",
      expected: gradientByHand,
      computed: gradient,
      within: 1e-3,
    },
    { what: "weight after training", source: "theory", expected: [1, -1], computed: weight, within: 1e-3 },
    { what: "bias after training", source: "theory", expected: 0, computed: bias, within: 1e-3 },
  ];
}
