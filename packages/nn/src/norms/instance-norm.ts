/**
 * Instance normalisation: mean 0 and variance 1 per channel of each example.
 *
 * Source: Ulyanov et al. 2016, "Instance normalization: the missing ingredient for fast stylization".
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

/** Options of `instanceNorm`. */
export interface InstanceNormFunctionOptions extends RunningOptions {
  /** [C]: what takes in the mean over the batch of the examples' means. */
  readonly runningMean?: Tensor | null | undefined;
  /** [C]: what takes in that of the variances, as n / (n − 1) of themselves. */
  readonly runningVar?: Tensor | null | undefined;
  /** Whether the examples' own statistics are used, and enter the running ones (default true). */
  readonly useInputStats?: boolean | undefined;
}

const SIGNATURE: Signature = {
  options: {
    runningMean: "any",
    runningVar: "any",
    weight: "any",
    bias: "any",
    useInputStats: "boolean",
    momentum: "any",
    eps: "number",
  },
  positional: {
    tensor: ["runningMean", "runningVar", "weight", "bias"],
    boolean: ["useInputStats"],
    number: ["momentum", "eps"],
  },
};

/**
 * Normalises each channel of each example over its plane.
 *
 * @param x [N, C, ...]
 * @param options `weight`, `bias`, `runningMean` and `runningVar` [C]; `useInputStats`, `momentum`, `eps`.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export function instanceNorm(x: Tensor, options: InstanceNormFunctionOptions = {}): Tensor {
  const owner = "instanceNorm";
  checkTensor(owner, x);
  checkGiven(owner, SIGNATURE, options);
  const { runningMean, runningVar, weight, bias, useInputStats = true, momentum = 0.1, eps = 1e-5 } = options;
  checkOptional(owner, { runningMean, runningVar, weight, bias });
  checkMomentum(owner, momentum);
  const { shape } = x;
  const [channels = 0, ...plane] = shape.slice(1);
  checkPerChannel(owner, channels, { running_mean: runningMean, running_var: runningVar, weight, bias });
  const perChannel = [channels, ...plane.map(() => 1)];
  if (!useInputStats) {
    if (!runningMean || !runningVar) {
      throw invalid(
        `${owner}: Expected running_mean and running_var to be defined when use_input_stats is false`,
      );
    }
    return normalizeBy(x, { mean: runningMean, variance: runningVar }, options, eps, perChannel);
  }
  const cells = plane.reduce((a, b) => a * b, 1);
  if (cells === 1) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Expected more than 1 spatial element when training, got input size ${torchSize(x)}`,
    );
  }
  // Of nothing there are no moments.
  if (x.numel() === 0) return scaleAndShift(x, options, perChannel);
  const overBatch = (moment: Tensor): Tensor => moment.reshape([-1, channels]).mean(0);
  const size = { outer: 1, groups: x.numel() / cells, inner: cells, channels, cells };
  return normalize(x, options, size, eps, perChannel, (moments) => {
    include(runningMean, momentum, () => overBatch(moments.slice(0)));
    include(runningVar, momentum, () => overBatch(moments.slice(1)).mul(cells / (cells - 1)));
  });
}
