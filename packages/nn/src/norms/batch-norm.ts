/**
 * Batch normalisation: mean 0 and variance 1 per channel, over the batch.
 *
 * Source: Ioffe & Szegedy 2015, "Batch normalization". Book: Dive into Deep Learning, 8.5.
 */
import { Corr2dError, type Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, invalid, type Signature } from "../arguments.ts";
import { torchSize } from "../sizes.ts";
import {
  checkMomentum,
  checkOptional,
  checkPerChannel,
  include,
  normalize,
  normalizeBy,
  type RunningOptions,
  scaleAndShift,
} from "./moments.ts";

/** Options of `batchNorm`. */
export interface BatchNormFunctionOptions extends RunningOptions {
  /** Whether the batch's own statistics are used, and enter the running ones (default false). */
  readonly training?: boolean | undefined;
}

const SIGNATURE: Signature = {
  options: { weight: "any", bias: "any", training: "boolean", momentum: "any", eps: "number" },
  positional: { tensor: ["weight", "bias"], boolean: ["training"], number: ["momentum", "eps"] },
};

/** With fewer, channels are laid out as rows first: backends work along those. */
const FEW_CELLS = 8;

/**
 * Normalises each channel of x over batch and plane: with the batch's own moments in training, with the running ones otherwise.
 *
 * @param x [N, C, ...]
 * @param runningMean [C] or null; assigned in training.
 * @param runningVar [C] or null; takes in the variance as n / (n − 1) of itself.
 * @param options `weight` and `bias` [C], `training`, `momentum`, `eps`.
 * @returns x's shape; of an empty batch an empty one, which leaves the running statistics as they are.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormFunctionOptions = {},
): Tensor {
  const owner = "batchNorm";
  checkTensor(owner, x);
  checkGiven(owner, SIGNATURE, options);
  const { weight, bias, training = false, momentum = 0.1, eps = 1e-5 } = options;
  checkOptional(owner, { runningMean, runningVar, weight, bias });
  checkMomentum(owner, momentum);
  const { shape } = x;
  const channels = shape[1] ?? 0;
  checkPerChannel(owner, channels, { running_mean: runningMean, running_var: runningVar, weight, bias });
  const perChannel = [channels, ...shape.slice(2).map(() => 1)];
  if (!training) {
    if (!runningMean || !runningVar) {
      const name = runningMean ? "running_var" : "running_mean";
      throw invalid(`${owner}: ${name} must be defined in evaluation mode`);
    }
    return normalizeBy(x, { mean: runningMean, variance: runningVar }, options, eps, perChannel);
  }
  const count = channels === 0 ? 0 : x.numel() / channels;
  if (count === 1) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Expected more than 1 value per channel when training, got input size ${torchSize(x)}`,
    );
  }
  // Of nothing there are no moments.
  if (count === 0) return scaleAndShift(x, options, perChannel);
  const use = (moments: Tensor): void => {
    include(runningMean, momentum, () => moments.slice(0));
    include(runningVar, momentum, () => moments.slice(1).mul(count / (count - 1)));
  };
  const batch = shape[0]!;
  const cells = count / batch;
  if (cells >= FEW_CELLS) {
    const size = { outer: batch, groups: channels, inner: cells, channels, cells };
    return normalize(x, options, size, eps, perChannel, use);
  }
  const rows = x.reshape([batch, channels, cells]).transpose(0, 1);
  const size = { outer: 1, groups: channels, inner: count, channels, cells: count };
  return normalize(rows, options, size, eps, [channels, 1, 1], use).transpose(0, 1).reshape(shape);
}
