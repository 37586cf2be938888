/** From the reader's list to a network of the library, and what each of its layers makes of one image. */
import { type Backend, Corr2dError, noGrad, scope, tensor, zeros } from "@corr2d/core";
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
import { nextTask } from "../compute/next-task.ts";
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
function* building(layers: readonly Layer[], backend: Backend): Generator<undefined, Built> {
  const built: BuiltLayer[] = [];
  let output = IMAGE_SHAPE;
  let wrongOutput: readonly number[] | undefined;
  for (const layer of layers) {
    const input = output;
    const error = libraryError(() => {
      const module = makeLayer(layer, input, backend).eval();
      output = scope(() => noGrad(() => module(zeros([1, ...input], { backend }))).shape.slice(1));
      built.push({ module, input, output });
    });
    if (error !== undefined) return { layers: built, error, wrongOutput };
    yield;
  }
  const error = libraryError(() => {
    if (output.length === 1 && output[0] === CLASSES) return;
    wrongOutput = output;
    // The loss takes more numbers than there are classes.
    const target = [CLASSES - 1];
    scope(() =>
      crossEntropy(zeros([1, ...output], { backend }), tensor(target, { dtype: "int32", backend })),
    );
  });
  return { layers: built, error, wrongOutput };
}

/** Builds all at once. */
export function build(layers: readonly Layer[], backend: Backend): Built {
  const pieces = building(layers, backend);
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** Builds each layer in a task of its own: drawing the weights of a large one takes time. */
export async function buildInPieces(layers: readonly Layer[], backend: Backend): Promise<Built> {
  const pieces = building(layers, backend);
  for (;;) {
    await nextTask();
    const { done, value } = pieces.next();
    if (done) return value;
  }
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
