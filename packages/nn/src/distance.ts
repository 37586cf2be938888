/** How far vectors are from each other: functions, of which the layers in layers/distance.ts and losses are made. */
import { broadcastShapes, type Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, type Signature } from "./arguments.ts";

/** Options of `cosineSimilarity`. */
export interface CosineOptions {
  /** The axis of the vectors (default 1). */
  readonly dim?: number | undefined;
  /** The least that a product of lengths is taken for (default 1e-8). */
  readonly eps?: number | undefined;
}

const COSINE: Signature = {
  options: { dim: "number", eps: "number" },
  positional: { number: ["dim", "eps"] },
};

/**
 * The cosine of the angle between vectors: x₁ · x₂ / (max(|x₁|, eps) · max(|x₂|, eps)).
 *
 * @param x1 any shape; broadcasts against the second.
 * @returns the broadcast shape without `dim`.
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, options: CosineOptions = {}): Tensor {
  checkTensor("cosineSimilarity", x1);
  checkTensor("cosineSimilarity", x2);
  checkGiven("cosineSimilarity", COSINE, options);
  const { dim = 1, eps = 1e-8 } = options;
  const shape = broadcastShapes(x1.shape, x2.shape);
  const unit = (x: Tensor): Tensor => {
    const whole = x.expand(shape);
    return whole.div(whole.norm(2, dim, true).clamp(eps));
  };
  return unit(x1).mul(unit(x2)).sum(dim);
}

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** Which norm (default 2). */
  readonly p?: number | undefined;
  /** The axis of the vectors (default 1). */
  readonly dim?: number | undefined;
  /** The least that a norm is taken for (default 1e-12). */
  readonly eps?: number | undefined;
}

const NORMALIZE: Signature = {
  options: { p: "number", dim: "number", eps: "number" },
  positional: { number: ["p", "dim", "eps"] },
};

/** x / max(‖x‖ₚ, eps) along an axis. */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  checkTensor("normalize", x);
  checkGiven("normalize", NORMALIZE, options);
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return x.div(x.norm(p, dim, true).clamp(eps));
}

/** Options of `pairwiseDistance`. */
export interface PairwiseOptions {
  /** Which norm (default 2). */
  readonly p?: number | undefined;
  /** Added to every difference, against a norm of 0 (default 1e-6). */
  readonly eps?: number | undefined;
  /** Whether the last axis stays, of size 1 (default false). */
  readonly keepdim?: boolean | undefined;
}

const PAIRWISE: Signature = {
  options: { p: "number", eps: "number", keepdim: "boolean" },
  positional: { number: ["p", "eps"], boolean: ["keepdim"] },
};

/** ‖x1 − x2 + eps‖ₚ along the last axis, broadcasting. */
export function pairwiseDistance(x1: Tensor, x2: Tensor, options: PairwiseOptions = {}): Tensor {
  checkTensor("pairwiseDistance", x1);
  checkTensor("pairwiseDistance", x2);
  checkGiven("pairwiseDistance", PAIRWISE, options);
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  return x1.sub(x2).add(eps).norm(p, -1, keepdim);
}
