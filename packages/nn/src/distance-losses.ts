/**
 * Losses that move things together or apart, as functions of tensors.
 *
 * Sources: Hadsell et al. 2006, "Dimensionality reduction by learning an invariant mapping"; Schroff et al. 2015, "FaceNet"; Balntas
 * et al. 2016, "Learning local feature descriptors with triplets and shallow convolutional neural networks".
 */
import { Corr2dError, type Tensor, where } from "@corr2d/core";
import { checkGiven, checkTensor, type Signature } from "./arguments.ts";
import { pairwiseDistance } from "./distance.ts";
import { type LossOptions, NO_OPTIONS, reduce } from "./losses.ts";
import { sizesText, torchSize } from "./sizes.ts";

/** Options of losses with a margin. */
export interface MarginOptions extends LossOptions {
  /** How far apart is far enough. */
  readonly margin?: number | undefined;
}

export const MARGIN: Signature = {
  options: { margin: "number", reduction: "any" },
  positional: { number: ["margin"], string: ["reduction"] },
};

function check(loss: string, signature: Signature, tensors: readonly Tensor[], options: object): void {
  for (const tensor of tensors) checkTensor(loss, tensor);
  checkGiven(loss, signature, options);
}

/**
 * 1 − cos of pairs that belong together (target 1), max(0, cos − margin) of those that do not (target −1).
 *
 * @param input1 [N, D] or [D]
 * @param input2 of the same shape.
 * @param target 1 and −1, [N] or [].
 * @param options `margin`, default 0.
 * @throws SHAPE_MISMATCH, with PyTorch's messages.
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = NO_OPTIONS,
): Tensor {
  check("cosineEmbeddingLoss", MARGIN, [input1, input2, target], options);
  const { margin = 0 } = options;
  const rank = target.shape.length;
  if (rank > 1) {
    throw new Corr2dError("SHAPE_MISMATCH", "0D or 1D target tensor expected, multi-target not supported");
  }
  if (input1.shape.length !== rank + 1 || input2.shape.length !== rank + 1) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${rank}D target tensor expects ${rank + 1}D input tensors, but found inputs with sizes ${sizesText(input1.shape)} and ` +
        `${sizesText(input2.shape)}.`,
    );
  }
  const squares = (x: Tensor): Tensor => x.square().sum(rank).add(1e-12);
  const cosine = input1
    .mul(input2)
    .sum(rank)
    .div(squares(input1).mul(squares(input2)).sqrt());
  const together = cosine.neg().add(1);
  const apart = cosine.sub(margin).clamp(0);
  const loss = where(target.eq(1), together, where(target.eq(-1), apart, 0));
  return reduce(loss, options);
}

/**
 * max(0, −target · (first − second) + margin): of two scores the first should be the larger where target is 1, the second where it
 * is −1.
 *
 * @param options `margin`, default 0.
 * @throws SHAPE_MISMATCH, with PyTorch's message.
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = NO_OPTIONS,
): Tensor {
  check("marginRankingLoss", MARGIN, [input1, input2, target], options);
  const ranks = [input1, input2, target].map(({ shape }) => shape.length);
  if (ranks[0] !== ranks[1] || ranks[0] !== ranks[2]) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${torchSize(input1)}, ` +
        `input2: ${torchSize(input2)}, target: ${torchSize(target)} `,
    );
  }
  const lead = input1.sub(input2).mul(target.type(input1.dtype));
  return reduce(
    lead
      .neg()
      .add(options.margin ?? 0)
      .clamp(0),
    options,
  );
}

/**
 * The input where target is 1, max(0, margin − input) where it is −1: of distances, say.
 *
 * @param target 1 and −1, of the input's shape.
 * @param options `margin`, default 1.
 */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  options: MarginOptions = NO_OPTIONS,
): Tensor {
  check("hingeEmbeddingLoss", MARGIN, [input, target], options);
  const apart = input
    .neg()
    .add(options.margin ?? 1)
    .clamp(0);
  // As PyTorch has it: what is neither 1 nor −1 counts for both.
  const loss = where(target.ne(1), apart, 0).add(where(target.ne(-1), input, 0));
  return reduce(loss, options);
}

/** Options of `tripletMarginLoss`. */
export interface TripletOptions extends MarginOptions {
  /** Which norm (default 2). */
  readonly p?: number | undefined;
  /** Added to every difference, against a norm of 0 (default 1e-6). */
  readonly eps?: number | undefined;
  /** Whether the negative is held against the positive where it is closer to that (default false). */
  readonly swap?: boolean | undefined;
}

export const TRIPLET: Signature = {
  options: { margin: "number", p: "number", eps: "number", swap: "boolean", reduction: "any" },
  positional: { number: ["margin", "p", "eps"], boolean: ["swap"], string: ["reduction"] },
};

/**
 * max(0, |anchor − positive| − |anchor − negative| + margin), distances along the last axis.
 *
 * @param anchor [N, D] or [D]; positive and negative the same.
 * @param options `margin`, default 1.
 * @throws SHAPE_MISMATCH, with PyTorch's message.
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletOptions = NO_OPTIONS,
): Tensor {
  check("tripletMarginLoss", TRIPLET, [anchor, positive, negative], options);
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = options;
  const ranks = [anchor, positive, negative].map(({ shape }) => shape.length);
  if (ranks[0] !== ranks[1] || ranks[0] !== ranks[2]) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor " +
        `${ranks[0]}D, positive ${ranks[1]}D, and negative ${ranks[2]}D inputs`,
    );
  }
  const near = pairwiseDistance(anchor, positive, { p, eps });
  const far = pairwiseDistance(anchor, negative, { p, eps });
  const farthest = swap ? far.minimum(pairwiseDistance(positive, negative, { p, eps })) : far;
  return reduce(near.sub(farthest).add(margin).clamp(0), options);
}
