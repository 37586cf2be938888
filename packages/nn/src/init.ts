/**
 * Initialisers: each draws a whole tensor from PyTorch's stream and assigns it, in place of the old value.
 *
 * Fan-in and fan-out are the numbers of inputs and outputs that one unit of the layer meets.
 * Sources: Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks"
 * (Xavier); He et al. 2015, "Delving deep into rectifiers" (Kaiming). Book: Dive into Deep Learning, 5.4.
 */
import { Corr2dError, drawNormal, drawUniform, noGrad, sizeOf, type Tensor } from "@corr2d/core";
import { bare, checkGiven, checkNumber, checkTensor, type Signature } from "./arguments.ts";
import { assignDrawn, DRAW, type DrawOptions } from "./init/draw.ts";
import { sizesText } from "./sizes.ts";

export type { DrawOptions } from "./init/draw.ts";
export { type DiracOptions, dirac, eye } from "./init/identity.ts";
export { type OrthogonalOptions, orthogonal } from "./init/orthogonal.ts";
export { type SparseOptions, sparse } from "./init/sparse.ts";
export { type TruncNormalOptions, truncNormal } from "./init/trunc-normal.ts";

/** Options of `uniform`. */
export interface UniformOptions extends DrawOptions {
  /** The least value (default 0). */
  readonly a?: number | undefined;
  /** The bound above (default 1). */
  readonly b?: number | undefined;
}

/** Options of `normal`. */
export interface NormalOptions extends DrawOptions {
  /** Default 0. */
  readonly mean?: number | undefined;
  /** The standard deviation (default 1). */
  readonly std?: number | undefined;
}

/** Options of `xavierUniform` and `xavierNormal`. */
export interface XavierOptions extends DrawOptions {
  /** Factor on the standard deviation (default 1); see `calculateGain`. */
  readonly gain?: number | undefined;
}

/** Options of `kaimingUniform` and `kaimingNormal`. */
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

const UNIFORM: Signature = { options: { a: "number", b: "number", generator: "any" } };
const NORMAL: Signature = { options: { mean: "number", std: "number", generator: "any" } };
const XAVIER: Signature = {
  options: { gain: "number", generator: "any" },
  positional: { number: ["gain"] },
};
const KAIMING: Signature = {
  options: { a: "number", mode: "any", nonlinearity: "any", generator: "any" },
  positional: { number: ["a"], string: ["mode", "nonlinearity"] },
};

/** The two forms of arguments: an object with names, or the two numbers in their place and then options. */
type UniformArguments =
  | readonly [options: UniformOptions]
  | readonly [a?: number, b?: number, options?: DrawOptions];
type NormalArguments =
  | readonly [options: NormalOptions]
  | readonly [mean?: number, std?: number, options?: DrawOptions];

/** What was given in either form, by name. */
function drawArguments<O extends DrawOptions>(
  owner: string,
  signature: Signature,
  names: readonly [string, string],
  args: readonly unknown[],
): O {
  const [first, second, options, ...surplus] = args;
  if (typeof first === "object") {
    checkGiven(owner, signature, first, args.slice(1));
    return first as O;
  }
  checkGiven(owner, DRAW, options, surplus);
  const given = { ...(options as DrawOptions | undefined), [names[0]]: first, [names[1]]: second };
  checkGiven(owner, signature, given);
  return given as unknown as O;
}

/** Uniform on [a, b), default [0, 1): `uniform(w, a, b)` or `uniform(w, { a, b })`. Returns the tensor. */
export function uniform<T extends Tensor>(tensor: T, ...args: UniformArguments): T {
  const options = drawArguments<UniformOptions>("init.uniform", UNIFORM, ["a", "b"], args);
  const { a = 0, b = 1 } = options;
  return assignDrawn("init.uniform", tensor, options, (generator, n, dtype) =>
    drawUniform(generator, n, dtype, a, b),
  );
}

/**
 * Normal, by default of mean 0 and standard deviation 1: `normal(w, mean, std)` or `normal(w, { mean, std })`. Returns the
 * tensor.
 */
export function normal<T extends Tensor>(tensor: T, ...args: NormalArguments): T {
  const options = drawArguments<NormalOptions>("init.normal", NORMAL, ["mean", "std"], args);
  const { mean = 0, std = 1 } = options;
  return assignDrawn("init.normal", tensor, options, (generator, n, dtype) =>
    drawNormal(generator, n, dtype, mean, std),
  );
}

/** `val` everywhere. Returns the tensor. */
export function constant<T extends Tensor>(tensor: T, val: number): T {
  checkTensor("init.constant", tensor);
  checkNumber("init.constant", "val", val);
  return noGrad(() => tensor.assign(val));
}

/** 0 everywhere. Returns the tensor. */
export const zeros = <T extends Tensor>(tensor: T): T => constant(tensor, 0);
/** 1 everywhere. Returns the tensor. */
export const ones = <T extends Tensor>(tensor: T): T => constant(tensor, 1);

/**
 * Fan-in and fan-out of a weight [out, in] or [out, in/groups, kH, kW].
 * @throws SHAPE_MISMATCH for fewer than two axes.
 */
export function fans(tensor: Tensor): { fanIn: number; fanOut: number } {
  checkTensor("init.fans", tensor);
  const { shape } = tensor;
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
 * @param param the negative slope of 'leakyRelu' (default 0.01).
 * @throws INVALID_ARGUMENT for a name that is not known.
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  checkNumber("init.calculateGain", "param", param);
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
      return Math.sqrt(2 / (1 + param ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `Unsupported nonlinearity ${bare(nonlinearity)}: use linear, conv2d, sigmoid, tanh, relu, leakyRelu or selu`,
      );
  }
}

function kaimingStd(owner: string, target: Tensor, options: KaimingOptions): number {
  checkGiven(owner, KAIMING, options);
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  const { fanIn, fanOut } = fans(target);
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `Mode ${bare(mode)} not supported, please use one of ['fanIn', 'fanOut']`,
    );
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === "fanIn" ? fanIn : fanOut);
}

/** Uniform with the variance gain² / fan: PyTorch's default for layers, with a = √5. Returns the tensor. */
export function kaimingUniform<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  const bound = Math.sqrt(3) * kaimingStd("init.kaimingUniform", tensor, options);
  return uniform(tensor, { a: -bound, b: bound, generator: options.generator });
}

/** Normal with the variance gain² / fan. Returns the tensor. */
export function kaimingNormal<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  const std = kaimingStd("init.kaimingNormal", tensor, options);
  return normal(tensor, { std, generator: options.generator });
}

function xavierStd(owner: string, target: Tensor, options: XavierOptions): number {
  checkGiven(owner, XAVIER, options);
  const { gain = 1 } = options;
  const { fanIn, fanOut } = fans(target);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** Uniform with the variance 2 gain² / (fanIn + fanOut). Returns the tensor. */
export function xavierUniform<T extends Tensor>(tensor: T, options: XavierOptions = {}): T {
  const bound = Math.sqrt(3) * xavierStd("init.xavierUniform", tensor, options);
  return uniform(tensor, { a: -bound, b: bound, generator: options.generator });
}

/** Normal with the variance 2 gain² / (fanIn + fanOut). Returns the tensor. */
export function xavierNormal<T extends Tensor>(tensor: T, options: XavierOptions = {}): T {
  const std = xavierStd("init.xavierNormal", tensor, options);
  return normal(tensor, { std, generator: options.generator });
}
