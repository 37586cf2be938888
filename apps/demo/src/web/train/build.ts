/** From the reader's list to a network of the library, and what each of its layers makes of one image. */
import { type Backend, Corr2dError, noGrad, scope, type Tensor, tensor, zeros } from "@corr2d/core";
import {
  AvgPool2D,
  BatchNorm1D,
  BatchNorm2D,
  Conv2D,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  MaxPool2D,
  type Module,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
} from "@corr2d/nn";
import { SIDE } from "../../train/pen.ts";
import type { Layer } from "./layers.ts";

export const CLASSES = 10;

/** An image, as the first layer gets it. */
export const IMAGE_SHAPE: readonly number[] = [1, SIDE, SIDE];

/** @param input the shape that reaches the layer, without the batch: it says how many channels or features come in. */
function makeLayer(layer: Layer, input: readonly number[], backend: Backend): Module {
  switch (layer.kind) {
    case "conv": {
      const { channels, kernel, padding, stride } = layer;
      return new Conv2D(input[0]!, channels, kernel, { padding, stride, backend });
    }
    case "max":
      return new MaxPool2D(layer.kernel, { stride: layer.stride });
    case "avg":
      return new AvgPool2D(layer.kernel, { stride: layer.stride });
    case "linear":
      return new Linear(input.at(-1)!, layer.features, { backend });
    case "norm":
      return input.length === 1
        ? new BatchNorm1D(input[0]!, { backend })
        : new BatchNorm2D(input[0]!, { backend });
    case "dropout":
      return new Dropout(layer.p);
    case "relu":
      return new ReLU();
    case "sigmoid":
      return new Sigmoid();
    case "tanh":
      return new Tanh();
    case "flatten":
      return new Flatten();
  }
}

export interface BuiltLayer {
  readonly module: Module;
  /** Without the batch. */
  readonly input: readonly number[];
  readonly output: readonly number[];
}

export interface Built {
  /** Up to the layer that does not fit. */
  readonly layers: readonly BuiltLayer[];
  /** What the library says: of the layer after those, or of the result, which the loss cannot take. */
  readonly error: Corr2dError | undefined;
  /** What comes out, where every layer fits and that is not one number for each class. */
  readonly wrongOutput: readonly number[] | undefined;
}

export const fits = ({ error, wrongOutput }: Built): boolean =>
  error === undefined && wrongOutput === undefined;

function libraryError(act: () => void): Corr2dError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!Corr2dError.isInstance(error)) throw error;
    return error;
  }
}

/** Builds layer by layer, each for what the one before gives, and tries each on an image of zeros. Weights are drawn in this order. */
export function build(layers: readonly Layer[], backend: Backend): Built {
  const built: BuiltLayer[] = [];
  let error: Corr2dError | undefined;
  let wrongOutput: readonly number[] | undefined;
  scope(() => {
    let x: Tensor = zeros([1, ...IMAGE_SHAPE], { backend });
    const add = (layer: Layer): void => {
      const input = x.shape.slice(1);
      const module = makeLayer(layer, input, backend).eval();
      x = noGrad(() => module(x));
      built.push({ module, input, output: x.shape.slice(1) });
    };
    error = libraryError(() => {
      for (const layer of layers) add(layer);
      const output = x.shape.slice(1);
      if (output.length === 1 && output[0] === CLASSES) return;
      wrongOutput = output;
      // The loss takes more numbers than there are classes.
      crossEntropy(x, tensor([CLASSES - 1], { dtype: "int32", backend }));
    });
  });
  return { layers: built, error, wrongOutput };
}

/** @throws what the library says of layers that do not fit, or SHAPE_MISMATCH where only the number of outputs is wrong. */
export function netOf({ layers, error, wrongOutput }: Built): Sequential {
  if (error !== undefined) throw error;
  if (wrongOutput !== undefined) {
    const given = wrongOutput.join(" × ");
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `the network gives ${given} numbers, but there are ${CLASSES} classes: its last layer must give one number for each`,
    );
  }
  return new Sequential(layers.map(({ module }) => module));
}

/**
 * A network to train.
 * @throws as `netOf`.
 */
export function buildNet(layers: readonly Layer[], backend: Backend): Sequential {
  return netOf(build(layers, backend)).train();
}
