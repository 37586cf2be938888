/**
 * Losses of probabilities and of the parameters of distributions, as functions of tensors.
 *
 * Sources: Kullback & Leibler 1951, "On information and sufficiency"; Nix & Weigend 1994, "Estimating the mean and variance of the
 * target probability distribution".
 */
import { binaryCrossEntropyOf, Corr2dError, type Tensor, where } from "@corr2d/core";
import { bare, checkGiven, checkTensor, invalid, type Signature } from "./arguments.ts";
import { type BceOptions, checkFactor, checkLoss, type LossOptions, NO_OPTIONS, reduce } from "./losses.ts";
import { sameSizes, torchSize } from "./sizes.ts";

export const BCE_OF_PROBABILITIES: Signature = {
  options: { weight: "any", reduction: "any" },
  positional: { tensor: ["weight"], string: ["reduction"] },
};

/**
 * Binary cross-entropy of probabilities, −t · ln x − (1 − t) · ln(1 − x), with logarithms of −100 at least. Of logits
 * `binaryCrossEntropyWithLogits` is the better one.
 *
 * @param input probabilities, any shape: what lies outside 0 to 1 is not looked for, and gives NaN.
 * @param target probabilities, of the input's shape and dtype.
 * @throws SHAPE_MISMATCH, with PyTorch's message.
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  options: Omit<BceOptions, "posWeight"> = NO_OPTIONS,
): Tensor {
  checkLoss("binaryCrossEntropy", BCE_OF_PROBABILITIES, input, target, options);
  if (!sameSizes(input.shape, target.shape)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Using a target size (${torchSize(target)}) that is different to the input size (${torchSize(input)}) is deprecated. Please ` +
        "ensure they have the same size.",
    );
  }
  const { weight } = options;
  checkFactor("binaryCrossEntropy", "weight", weight);
  const loss = binaryCrossEntropyOf(input, target);
  return reduce(weight ? loss.mul(weight) : loss, options);
}

/** Options of `klDiv`. */
export interface KlDivOptions {
  /** Default 'mean', over all elements; 'batchmean', the sum divided by the batch, is the divergence of its definition. */
  readonly reduction?: LossOptions["reduction"] | "batchmean";
  /** Whether the target is given as logarithms (default false). */
  readonly logTarget?: boolean | undefined;
}

export const KL_DIV: Signature = {
  options: { reduction: "any", logTarget: "boolean" },
  positional: { string: ["reduction"], boolean: ["logTarget"] },
};

/**
 * The Kullback–Leibler divergence of target from input, t · (ln t − x).
 *
 * @param input logarithms of probabilities, any shape.
 * @param target probabilities (or their logarithms) of the same shape.
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = NO_OPTIONS): Tensor {
  checkLoss("klDiv", KL_DIV, input, target, options);
  const { reduction = "mean", logTarget = false } = options;
  let loss: Tensor;
  if (logTarget) loss = target.exp().mul(target.sub(input));
  else {
    const positive = where(target.gt(0), target, 1);
    // 0 · ln 0 is 0, and a negative probability has no logarithm.
    const own = where(target.eq(0), 0, where(target.lt(0), Number.NaN, target.mul(positive.log())));
    loss = own.sub(target.mul(input));
  }
  if (reduction !== "batchmean") return reduce(loss, { reduction });
  return loss.sum().div(input.shape[0] ?? 1);
}

/** Options of `poissonNllLoss`. */
export interface PoissonNllOptions extends LossOptions {
  /** Whether the input is the logarithm of the expectation (default true). */
  readonly logInput?: boolean | undefined;
  /** Whether Stirling's approximation of ln(target!) is added (default false). */
  readonly full?: boolean | undefined;
  /** Added to the expectation in its logarithm, where `logInput` is false (default 1e-8). */
  readonly eps?: number | undefined;
}

export const POISSON: Signature = {
  options: { logInput: "boolean", full: "boolean", eps: "number", reduction: "any" },
  positional: { boolean: ["logInput", "full"], number: ["eps"], string: ["reduction"] },
};

/**
 * The negative log-likelihood of counts under a Poisson distribution, e^x − t · x.
 *
 * @param input logarithms of expectations (or expectations), any shape.
 * @param target counts of the same shape and dtype.
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  options: PoissonNllOptions = NO_OPTIONS,
): Tensor {
  checkLoss("poissonNllLoss", POISSON, input, target, options);
  const { logInput = true, full = false, eps = 1e-8 } = options;
  const loss = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
  if (!full) return reduce(loss, options);
  const many = target.gt(1);
  const safe = where(many, target, 1);
  const stirling = safe
    .mul(safe.log())
    .sub(safe)
    .add(
      safe
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
  return reduce(loss.add(where(many, stirling, 0)), options);
}

/** Options of `gaussianNllLoss`. */
export interface GaussianNllOptions extends LossOptions {
  /** Whether the constant ln(2π)/2 is added (default false). */
  readonly full?: boolean | undefined;
  /** The least that a variance is taken for (default 1e-6). */
  readonly eps?: number | undefined;
}

export const GAUSSIAN: Signature = {
  options: { full: "boolean", eps: "number", reduction: "any" },
  positional: { boolean: ["full"], number: ["eps"], string: ["reduction"] },
};

/**
 * The negative log-likelihood under a normal distribution, (ln v + (x − t)² / v) / 2.
 *
 * @param input expectations, any shape.
 * @param target of the same shape.
 * @param variance of the same shape, or with 1 for the last size, or without the last axis: then it holds for the whole of it.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT.
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianNllOptions = NO_OPTIONS,
): Tensor {
  checkLoss("gaussianNllLoss", GAUSSIAN, input, target, NO_OPTIONS);
  checkTensor("gaussianNllLoss", variance);
  checkGiven("gaussianNllLoss", GAUSSIAN, options);
  const { full = false, eps = 1e-6 } = options;
  const { shape } = input;
  const lead = shape.slice(0, -1);
  let spread = variance;
  if (!sameSizes(variance.shape, shape)) {
    if (sameSizes(variance.shape, lead)) spread = variance.unsqueeze(-1);
    else if (!(variance.shape.at(-1) === 1 && sameSizes(variance.shape.slice(0, -1), lead))) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `var is of incorrect size: ${torchSize(variance)} for an input of ${torchSize(input)}`,
      );
    }
  }
  if (!(eps > 0)) throw invalid(`gaussianNllLoss: eps must be positive, but got ${bare(eps)}`);
  // As in PyTorch, a variance that was raised to eps passes its gradient on.
  const raised = spread.add(spread.clamp(eps).sub(spread).detach());
  const loss = raised.log().add(input.sub(target).square().div(raised)).mul(0.5);
  return reduce(full ? loss.add(0.5 * Math.log(2 * Math.PI)) : loss, options);
}
