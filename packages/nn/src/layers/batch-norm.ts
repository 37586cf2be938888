/** Batch normalisation as layers. */
import { Corr2dError, noGrad, scope, type Tensor, type TensorDType } from "@corr2d/core";
import { checkTensor, optionsOf } from "../arguments.ts";
import { batchNorm } from "../norms/batch-norm.ts";
import type { Buffer, Parameter } from "../parameter.ts";
import { type LayerOptions, ownerOf, refusePlace } from "./layer-options.ts";
import { RunningNorm, type RunningNormOptions, refuseRank } from "./running-norm.ts";

/** Scale and shift are learnt, and statistics kept, by default; momentum null: the mean of all batches. */
export interface BatchNormOptions extends RunningNormOptions {}

/** In training the batch's own statistics are used, and enter the running ones; after `eval()` the running ones are used. */
export abstract class BatchNorm extends RunningNorm {
  /** [numFeatures]; null with `affine: false`. */
  declare weight: Parameter;
  /** [numFeatures]; null with `affine: false`. */
  declare bias: Parameter;
  /** [numFeatures], in state dicts `running_mean`; null with `trackRunningStats: false`. */
  declare runningMean: Buffer;
  /** [numFeatures], in state dicts `running_var`; null with `trackRunningStats: false`. */
  declare runningVar: Buffer;
  /** int32 scalar, in state dicts `num_batches_tracked`; null with `trackRunningStats: false`. */
  declare numBatchesTracked: Buffer;

  constructor(numFeatures: number, options: BatchNormOptions = {}, ...surplus: never[]) {
    const { affine = true, trackRunningStats = true } = optionsOf(options);
    super(numFeatures, options, { affine, tracks: trackRunningStats }, surplus);
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    this.checkRank(x.dim());
    const channels = x.shape[1];
    if (channels !== this.numFeatures) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `running_mean should contain ${channels} elements not ${this.numFeatures}: the input has ${channels} channels`,
      );
    }
    const { weight, bias, eps, runningMean, runningVar, momentum } = this;
    const training = this.training || runningMean === null;
    const counts = this.training ? this.numBatchesTracked : null;
    const y = batchNorm(x, runningMean, runningVar, {
      weight,
      bias,
      training,
      momentum: momentum ?? shareOfNext(counts, x.dtype),
      eps,
    });
    if (counts !== null) noGrad(() => scope(() => void counts.assign(counts.add(1))));
    return y;
  }
}

/** What the batch after these has in the mean of all of them. */
function shareOfNext(counts: Tensor | null, dtype: TensorDType): number | Tensor {
  return counts === null ? 0 : noGrad(() => counts.add(1).type(dtype).reciprocal());
}

/**
 * `new BatchNorm1D(numFeatures, { eps, momentum, affine, trackRunningStats })`: per channel over batch and length.
 *
 * Input and output [N, numFeatures] or [N, numFeatures, L]; otherwise as BatchNorm2D.
 * @throws as BatchNorm2D.
 */
export class BatchNorm1D extends BatchNorm {
  static override readonly typeName: string = "BatchNorm1d";

  protected override checkRank(rank: number): void {
    if (rank !== 2 && rank !== 3) refuseRank("2D or 3D", rank);
  }
}

/**
 * `new BatchNorm2D(numFeatures, { eps, momentum, affine, trackRunningStats })`: per channel over batch and plane.
 *
 * Input and output [N, numFeatures, H, W]. In training the batch's own mean and variance are used, and enter the running
 * ones (the variance as n / (n − 1) of itself); after `eval()` the running ones are used. An empty batch has an empty
 * result and leaves the running statistics as they are; it counts as a batch, as in PyTorch.
 *
 * @throws INVALID_ARGUMENT from the constructor.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class BatchNorm2D extends BatchNorm {
  static override readonly typeName: string = "BatchNorm2d";

  protected override checkRank(rank: number): void {
    if (rank !== 4) refuseRank("4D", rank);
  }
}

/** Options of lazy layers: dtype and backend are the first input's. */
type LazyOptions = Omit<BatchNormOptions, "dtype" | "backend">;

/**
 * `new LazyBatchNorm1D(options)`: a BatchNorm1D that takes the number of its features, its dtype and its backend from its first
 * input, or its values from a state dict. An optimiser may have its parameters before.
 *
 * @throws as BatchNorm1D; INVALID_ARGUMENT when values of parameters are used before the first input.
 */
export class LazyBatchNorm1D extends BatchNorm1D {
  constructor(options: LazyOptions = {}, ...surplus: never[]) {
    super(0, options, ...surplus);
  }

  override get typeName(): string {
    return this.numFeatures === 0 ? "LazyBatchNorm1d" : "BatchNorm1d";
  }

  protected override start(_: number, options: LayerOptions): void {
    refusePlace(ownerOf(this), options);
  }

  override forward(x: Tensor): Tensor {
    this.adopt(x);
    return super.forward(x);
  }
}

/** `new LazyBatchNorm2D(options)`: as LazyBatchNorm1D, a BatchNorm2D. */
export class LazyBatchNorm2D extends BatchNorm2D {
  constructor(options: LazyOptions = {}, ...surplus: never[]) {
    super(0, options, ...surplus);
  }

  override get typeName(): string {
    return this.numFeatures === 0 ? "LazyBatchNorm2d" : "BatchNorm2d";
  }

  protected override start(_: number, options: LayerOptions): void {
    refusePlace(ownerOf(this), options);
  }

  override forward(x: Tensor): Tensor {
    this.adopt(x);
    return super.forward(x);
  }
}
