/**
 * Loss functions, as functions of tensors.
 *
 * `reduction` is 'mean' (default), 'sum' or 'none'. Book: Dive into Deep Learning, 3.1 (squared error) and 4.1
 * (cross-entropy). Sources: Huber 1964, "Robust estimation of a location parameter"; Szegedy et al. 2016,
 * "Rethinking the Inception architecture" (label smoothing).
 */
import { Corr2dError, describeValue, isTensor, softplus, type Tensor } from "@corr2d/core";
import { bare, checkGiven, checkTensor, invalid, type Signature } from "./arguments.ts";
import { sameSizes, torchSize } from "./sizes.ts";

// Every JavaScript host has it; the language's own types do not name it.
declare const console: { warn(message: string): void };

/** What is made of the losses of all elements. */
export type Reduction = "mean" | "sum" | "none";

/** Options of every loss. */
export interface LossOptions {
  /** Default 'mean': the mean over all elements, or what the function's own text says. */
  readonly reduction?: Reduction | undefined;
}

/** What a loss has where it was given no options. */
export const NO_OPTIONS: object = /* @__PURE__ */ Object.freeze({});

/**
 * Checks what a loss got.
 * @throws INVALID_ARGUMENT, DUPLICATE_CORE.
 */
export function checkLoss(
  name: string,
  signature: Signature,
  input: Tensor,
  target: Tensor,
  options: object,
): void {
  checkTensor(name, input);
  checkTensor(name, target);
  if (options !== NO_OPTIONS) checkGiven(name, signature, options);
}

/** @throws INVALID_ARGUMENT unless a factor is a tensor, or none. */
export function checkFactor(loss: string, name: string, value: unknown): void {
  if (value === undefined || value === null || isTensor(value)) return;
  throw invalid(`${loss}: '${name}' is a tensor or null, but got ${describeValue(value)}`);
}

/** The reduction asked for, checked. */
export function reductionOf({ reduction = "mean" }: LossOptions): Reduction {
  if (reduction === "mean" || reduction === "sum" || reduction === "none") return reduction;
  throw invalid(`${bare(reduction)} is not a valid value for reduction: use 'mean', 'sum' or 'none'`);
}

export const PLAIN: Signature = { options: { reduction: "any" }, positional: { string: ["reduction"] } };
export const HUBER: Signature = {
  options: { reduction: "any", delta: "number" },
  positional: { string: ["reduction"], number: ["delta"] },
};
export const SMOOTH_L1: Signature = {
  options: { reduction: "any", beta: "number" },
  positional: { string: ["reduction"], number: ["beta"] },
};
export const BCE: Signature = {
  options: { weight: "any", reduction: "any", posWeight: "any" },
  positional: { tensor: ["weight", "posWeight"], string: ["reduction"] },
};

/** A loss of elements, reduced as asked for. */
export function reduce(loss: Tensor, options: LossOptions): Tensor {
  const reduction = reductionOf(options);
  return reduction === "none" ? loss : loss[reduction]();
}

/** Options of `huberLoss`. */
export interface HuberOptions extends LossOptions {
  /** Where the loss turns from squared to linear (default 1). */
  readonly delta?: number | undefined;
}

/** Options of `smoothL1Loss`. */
export interface SmoothL1Options extends LossOptions {
  /** Where the loss turns from squared to linear (default 1). */
  readonly beta?: number | undefined;
}

const warnedFrom = new Set<string>();

/** input − target. Sizes that differ broadcast, which is rarely meant: PyTorch's warning, once per place in the program. */
function difference(input: Tensor, target: Tensor): Tensor {
  if (!sameSizes(input.shape, target.shape)) {
    const place = new Error().stack ?? "";
    if (!warnedFrom.has(place)) {
      warnedFrom.add(place);
      console.warn(
        `Using a target size (${torchSize(target)}) that is different to the input size (${torchSize(input)}). This will ` +
          "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
      );
    }
  }
  return input.sub(target);
}

/**
 * The squared error (input − target)².
 *
 * @param input any shape
 * @param target of the same shape; others broadcast with a warning.
 */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = NO_OPTIONS): Tensor {
  checkLoss("mseLoss", PLAIN, input, target, options);
  return reduce(difference(input, target).square(), options);
}

/** The absolute error |input − target|; parameters as `mseLoss`. */
export function l1Loss(input: Tensor, target: Tensor, options: LossOptions = NO_OPTIONS): Tensor {
  checkLoss("l1Loss", PLAIN, input, target, options);
  return reduce(difference(input, target).abs(), options);
}

/** Huber's loss of e ≥ 0: e²/2 up to delta, then delta · (e − delta/2). No branch, so an infinite error gives no NaN. */
function huber(error: Tensor, delta: number): Tensor {
  const quadratic = error.clamp(null, delta);
  return error.sub(quadratic.mul(0.5)).mul(quadratic);
}

/**
 * Squared (halved) where |input − target| ≤ delta, linear beyond; parameters as `mseLoss`.
 *
 * @param options `delta`, default 1.
 * @throws INVALID_ARGUMENT for a delta that is not positive.
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberOptions = NO_OPTIONS): Tensor {
  checkLoss("huberLoss", HUBER, input, target, options);
  const { delta = 1 } = options;
  if (!(delta > 0)) throw invalid(`huber_loss does not support non-positive values for delta: got ${delta}`);
  return reduce(huber(difference(input, target).abs(), delta), options);
}

/**
 * `huberLoss` divided by beta, its delta; for beta 0 the absolute error.
 *
 * @param options `beta`, default 1.
 * @throws INVALID_ARGUMENT for a negative beta.
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1Options = NO_OPTIONS): Tensor {
  checkLoss("smoothL1Loss", SMOOTH_L1, input, target, options);
  const { beta = 1 } = options;
  if (!(beta >= 0)) throw invalid(`smooth_l1_loss does not support negative values for beta: got ${beta}`);
  const error = difference(input, target).abs();
  return reduce(beta === 0 ? error : huber(error, beta).div(beta), options);
}

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BceOptions extends LossOptions {
  /** Factor on each element's loss; broadcasts against the input. */
  readonly weight?: Tensor | null | undefined;
  /** Factor on the loss of positive targets; broadcasts against the input. */
  readonly posWeight?: Tensor | null | undefined;
}

/**
 * Binary cross-entropy of σ(input), −t · ln σ(x) − (1 − t) · ln(1 − σ(x)), computed without overflow.
 *
 * @param input logits, any shape.
 * @param target probabilities, of the input's shape and dtype.
 * @throws SHAPE_MISMATCH, with PyTorch's message.
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: BceOptions = NO_OPTIONS,
): Tensor {
  checkLoss("binaryCrossEntropyWithLogits", BCE, input, target, options);
  if (!sameSizes(input.shape, target.shape)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Target size (${torchSize(target)}) must be the same as input size (${torchSize(input)})`,
    );
  }
  const { weight, posWeight } = options;
  checkFactor("binaryCrossEntropyWithLogits", "weight", weight);
  checkFactor("binaryCrossEntropyWithLogits", "posWeight", posWeight);
  // −ln σ(x) = softplus(−x), and −ln(1 − σ(x)) = x + softplus(−x).
  const logistic = softplus(input.neg());
  const positive = posWeight ? target.mul(posWeight.sub(1)).add(1).mul(logistic) : logistic;
  const loss = input.mul(target.neg().add(1)).add(positive);
  return reduce(weight ? loss.mul(weight) : loss, options);
}
