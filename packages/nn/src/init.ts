/**
 * Initialisers: each draws a whole tensor from PyTorch's stream and assigns it, in place of the old value.
 *
 * Fan-in and fan-out are the numbers of inputs and outputs that one unit of the layer meets.
 * Sources: Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks"
 * (Xavier); He et al. 2015, "Delving deep into rectifiers" (Kaiming). Book: Dive into Deep Learning, 5.4.
 */
import {
  Corr2dError,
  defaultGenerator,
  drawNormal,
  drawUniform,
  type Generator,
  isFloating,
  noGrad,
  scope,
  sizeOf,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { sizesText } from "./sizes.ts";

export interface DrawOptions {
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator | undefined;
}

export interface XavierOptions extends DrawOptions {
  /** Factor on the standard deviation (default 1); see `calculateGain`. */
  readonly gain?: number | undefined;
}

export interface KaimingOptions extends DrawOptions {
  /** Negative slope of the leaky ReLU behind the layer (default 0, a plain one). */
  readonly a?: number | undefined;
  /** Keep the variance of the forward pass ('fanIn', default) or of the backward pass ('fanOut'). */
  readonly mode?: "fanIn" | "fanOut" | undefined;
  /** Default 'leakyRelu'. */
  readonly nonlinearity?: Nonlinearity | undefined;
}

/** Functions that `calculateGain` knows. */
export type Nonlinearity = "linear" | "conv2d" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** The dtypes that random values have. */
type DrawnDType = Parameters<typeof drawUniform>[2];

function assignDrawn(
  target: Tensor,
  draw: (n: number, dtype: DrawnDType) => ReturnType<typeof drawUniform>,
): Tensor {
  const { dtype, shape, backend } = target;
  if (!isFloating(dtype)) {
    throw new Corr2dError(
      "DTYPE_UNSUPPORTED",
      `init: random values are floating, but the tensor is ${dtype}; use a float32 tensor`,
    );
  }
  return noGrad(() => {
    const values = draw(sizeOf(shape), dtype as DrawnDType);
    scope(() => target.assign(tensor(values, { shape, dtype, backend })));
    return target;
  });
}

/** Uniform on [low, high), default [0, 1). Returns the tensor. */
export function uniform(target: Tensor, low = 0, high = 1, options: DrawOptions = {}): Tensor {
  const generator = options.generator ?? defaultGenerator;
  return assignDrawn(target, (n, dtype) => drawUniform(generator, n, dtype, low, high));
}

/** Normal with the given mean and standard deviation, default 0 and 1. Returns the tensor. */
export function normal(target: Tensor, mean = 0, std = 1, options: DrawOptions = {}): Tensor {
  const generator = options.generator ?? defaultGenerator;
  return assignDrawn(target, (n, dtype) => drawNormal(generator, n, dtype, mean, std));
}

/** `value` everywhere. Returns the tensor. */
export function constant(target: Tensor, value: number): Tensor {
  return noGrad(() => target.assign(value));
}

export const zeros = (target: Tensor): Tensor => constant(target, 0);
export const ones = (target: Tensor): Tensor => constant(target, 1);

/**
 * Fan-in and fan-out of a weight [out, in] or [out, in/groups, kH, kW].
 * @throws SHAPE_MISMATCH for fewer than two axes.
 */
export function fans({ shape }: Tensor): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions: this one has shape " +
        sizesText(shape),
    );
  }
  const window = sizeOf(shape.slice(2));
  return { fanIn: shape[1]! * window, fanOut: shape[0]! * window };
}

/**
 * The factor by which a layer before `nonlinearity` is scaled to keep the variance.
 *
 * @param slope the negative slope of 'leakyRelu' (default 0.01).
 * @throws INVALID_ARGUMENT for a name that is not known.
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "conv2d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + slope ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `Unsupported nonlinearity ${String(nonlinearity)}: use linear, conv2d, sigmoid, tanh, relu, leakyRelu or selu`,
      );
  }
}

function kaimingStd(target: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  const { fanIn, fanOut } = fans(target);
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `Mode ${String(mode)} not supported, please use one of ['fanIn', 'fanOut']`,
    );
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === "fanIn" ? fanIn : fanOut);
}

/** Uniform with the variance gain² / fan: PyTorch's default for layers, with a = √5. Returns the tensor. */
export function kaimingUniform(target: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(target, options);
  return uniform(target, -bound, bound, options);
}

/** Normal with the variance gain² / fan. Returns the tensor. */
export function kaimingNormal(target: Tensor, options: KaimingOptions = {}): Tensor {
  return normal(target, 0, kaimingStd(target, options), options);
}

function xavierStd(target: Tensor, { gain = 1 }: XavierOptions): number {
  const { fanIn, fanOut } = fans(target);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** Uniform with the variance 2 gain² / (fanIn + fanOut). Returns the tensor. */
export function xavierUniform(target: Tensor, options: XavierOptions = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd(target, options);
  return uniform(target, -bound, bound, options);
}

/** Normal with the variance 2 gain² / (fanIn + fanOut). Returns the tensor. */
export function xavierNormal(target: Tensor, options: XavierOptions = {}): Tensor {
  return normal(target, 0, xavierStd(target, options), options);
}
