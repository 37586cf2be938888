/**
 * Cross-entropy and the negative log-likelihood of classes, with all of PyTorch's options.
 *
 * A target is either an int32 tensor of classes, [N, d1, …] for an input [N, C, d1, …], or a floating tensor of
 * probabilities of the input's shape. Means of weighted losses divide by the sum of the weights used.
 * Book: Dive into Deep Learning, 4.1. Source of label smoothing: Szegedy et al. 2016, "Rethinking the Inception
 * architecture for computer vision", section 7.
 */
import { boundsOf, Corr2dError, isFloating, logSoftmax, type Tensor, where } from "@corr2d/core";
import { invalid, type Signature } from "./arguments.ts";
import { checkFactor, checkLoss, type LossOptions, NO_OPTIONS, reductionOf } from "./losses.ts";
import { sameSizes, sizesText } from "./sizes.ts";

/** Options of `nllLoss`. */
export interface NllOptions extends LossOptions {
  /** A factor per class, [C]. */
  readonly weight?: Tensor | null | undefined;
  /** Elements of this class count for nothing (default −100). */
  readonly ignoreIndex?: number | undefined;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends NllOptions {
  /** The part of each target's probability that is spread evenly over all classes (default 0). */
  readonly labelSmoothing?: number | undefined;
}

const POSITIONAL: Signature["positional"] = {
  tensor: ["weight"],
  number: ["ignoreIndex"],
  string: ["reduction"],
};
export const NLL: Signature = {
  options: { weight: "any", ignoreIndex: "number", reduction: "any" },
  positional: POSITIONAL,
};
export const CROSS_ENTROPY: Signature = {
  options: { weight: "any", ignoreIndex: "number", reduction: "any", labelSmoothing: "number" },
  positional: POSITIONAL,
};

const classAxis = (input: Tensor): 0 | 1 => (input.shape.length === 1 ? 0 : 1);
const classCount = (input: Tensor): number => input.shape[classAxis(input)] ?? 1;

function checkClasses(input: Tensor, target: Tensor): void {
  if (target.dtype !== "int32") {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `expected scalar type int32 but found ${target.dtype}: targets are classes as an int32 tensor, or probabilities of ` +
        `the input's shape ${sizesText(input.shape)}`,
    );
  }
  const { shape } = input;
  const got = target.shape;
  const expected = shape.filter((_, axis) => axis !== classAxis(input));
  if (sameSizes(got, expected)) return;
  let message = `Expected target size ${sizesText(expected)}, got ${sizesText(got)}`;
  if (shape.length < 2) {
    message = `size mismatch (got input: ${sizesText(shape)}, target: ${sizesText(got)})`;
  } else if (got.length > 0 && got[0] !== shape[0]) {
    message = `Expected input batch_size (${shape[0]}) to match target batch_size (${got[0]}).`;
  } else if (shape.length === 2) {
    message = `0D or 1D target tensor expected, multi-target not supported: input ${sizesText(shape)}, target ${sizesText(got)}`;
  }
  throw new Corr2dError("SHAPE_MISMATCH", message);
}

function checkWeight(weight: Tensor | null, classes: number): void {
  if (weight === null || (weight.shape.length === 1 && weight.numel() === classes)) return;
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ` +
      sizesText(weight.shape),
  );
}

/**
 * Whether some element may be of class `ignoreIndex`, once all that is known of the target is right: core knows the bounds
 * of classes that the caller gave; others are read where the backend reads at once. Else `gather` judges.
 * @throws INDEX_OUT_OF_RANGE, with PyTorch's message.
 */
function mayIgnore(target: Tensor, classes: number, ignoreIndex: number): boolean {
  const isWrong = (value: number): boolean => value !== ignoreIndex && (value < 0 || value >= classes);
  const refuse = (value: number): never => {
    throw new Corr2dError(
      "INDEX_OUT_OF_RANGE",
      `Target ${value} is out of bounds. There are ${classes} classes, 0 to ${classes - 1}`,
      { index: value, length: classes },
    );
  };
  const bounds = boundsOf(target);
  if (bounds !== null) {
    if (bounds.min >= 0 && bounds.max < classes)
      return bounds.min <= ignoreIndex && ignoreIndex <= bounds.max;
    if (bounds.attained && isWrong(bounds.min)) refuse(bounds.min);
    if (bounds.attained && isWrong(bounds.max)) refuse(bounds.max);
  }
  if (target.backend.readSync === undefined) return true;
  const values = target.dataSync();
  for (let i = 0; i < values.length; i++) if (isWrong(values[i]!)) refuse(values[i]!);
  return values.includes(ignoreIndex);
}

/** The class axis' weights in the rank of the input. */
function alongClasses(weight: Tensor, input: Tensor): Tensor {
  return weight.reshape(input.shape.map((_, axis) => (axis === classAxis(input) ? weight.numel() : 1)));
}

/** Σ of the negated scores, their mean by `divisor`, or the negated scores themselves. */
function reduceScores(scores: Tensor, divisor: Tensor | number, options: LossOptions): Tensor {
  const reduction = reductionOf(options);
  if (reduction === "none") return scores.neg();
  const total = scores.sum();
  if (reduction === "sum") return total.neg();
  return typeof divisor === "number" ? total.div(-divisor) : total.div(divisor.neg());
}

/** The loss of classes from log-probabilities, `smoothing` of it spread over all classes. */
function lossOfClasses(
  logProbabilities: Tensor,
  target: Tensor,
  options: NllOptions,
  smoothing: number,
): Tensor {
  const { weight = null, ignoreIndex = -100 } = options;
  const axis = classAxis(logProbabilities);
  const classes = classCount(logProbabilities);
  checkClasses(logProbabilities, target);
  checkWeight(weight, classes);

  const counted = mayIgnore(target, classes, ignoreIndex) ? target.ne(ignoreIndex) : null;
  // `where`, not a product with the mask: ignored elements may be infinite.
  const masked = (x: Tensor): Tensor => (counted === null ? x : where(counted, x, 0));
  const picks = masked(target);
  const weights =
    weight === null ? null : masked(weight.indexSelect(0, picks.flatten()).reshape(target.shape));

  let scores = logProbabilities.gather(axis, picks.unsqueeze(axis)).squeeze(axis);
  if (weights !== null) scores = scores.mul(weights);
  if (smoothing > 0) {
    const all =
      weight === null ? logProbabilities : logProbabilities.mul(alongClasses(weight, logProbabilities));
    scores = scores.mul(1 - smoothing).add(all.sum(axis).mul(smoothing / classes));
  }
  const divisor = weights?.sum() ?? counted?.sum().type(logProbabilities.dtype) ?? target.numel();
  return reduceScores(masked(scores), divisor, options);
}

/** The cross-entropy of probabilities. */
function lossOfProbabilities(
  logProbabilities: Tensor,
  target: Tensor,
  options: CrossEntropyOptions,
  smoothing: number,
): Tensor {
  const { weight = null, ignoreIndex = -100 } = options;
  const classes = classCount(logProbabilities);
  if (!isFloating(target.dtype)) {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `Expected floating point type for target with class probabilities, got ${target.dtype}: classes have the input's shape ` +
        `${sizesText(logProbabilities.shape)} without its class axis`,
    );
  }
  if (ignoreIndex >= 0) {
    throw invalid(`ignore_index is not supported for floating point target: got ${ignoreIndex}`);
  }
  checkWeight(weight, classes);
  const probabilities = smoothing > 0 ? target.mul(1 - smoothing).add(smoothing / classes) : target;
  const products = logProbabilities.mul(probabilities);
  const weighted = weight === null ? products : products.mul(alongClasses(weight, products));
  const scores = weighted.sum(classAxis(logProbabilities));
  return reduceScores(scores, scores.numel(), options);
}

/**
 * The negative log-likelihood −weight[t] · x[t].
 *
 * @param input log-probabilities, [N, C], [N, C, d1, …] or [C].
 * @param target int32 classes, [N], [N, d1, …] or [].
 * @returns a scalar; with reduction 'none' the target's shape.
 * @throws SHAPE_MISMATCH, DTYPE_MISMATCH, INDEX_OUT_OF_RANGE (on a backend that works later: when the result is read).
 */
export function nllLoss(input: Tensor, target: Tensor, options: NllOptions = NO_OPTIONS): Tensor {
  checkLoss("nllLoss", NLL, input, target, options);
  checkFactor("nllLoss", "weight", options.weight);
  return lossOfClasses(input, target, options, 0);
}

/**
 * The cross-entropy −Σ p · ln softmax(x) of logits x and targets p.
 *
 * @param input logits, [N, C], [N, C, d1, …] or [C].
 * @param target int32 classes, [N], [N, d1, …] or []; or probabilities of the input's shape.
 * @returns a scalar; with reduction 'none' the input's shape without the class axis.
 * @throws SHAPE_MISMATCH, DTYPE_MISMATCH, INVALID_ARGUMENT; INDEX_OUT_OF_RANGE for a class out of bounds (on a backend
 *   that works later: when the result is read).
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  options: CrossEntropyOptions = NO_OPTIONS,
): Tensor {
  checkLoss("crossEntropy", CROSS_ENTROPY, input, target, options);
  checkFactor("crossEntropy", "weight", options.weight);
  const { labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw invalid(`label_smoothing must be between 0.0 and 1.0. Got: ${labelSmoothing}`);
  }
  const logProbabilities = logSoftmax(input, classAxis(input));
  const loss = sameSizes(target.shape, input.shape) ? lossOfProbabilities : lossOfClasses;
  return loss(logProbabilities, target, options, labelSmoothing);
}
