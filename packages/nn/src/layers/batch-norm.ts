/**
 * Batch normalisation: mean 0 and variance 1 per channel, over the batch.
 *
 * Source: Ioffe & Szegedy 2015, "Batch normalization". Book: Dive into Deep Learning, 8.5.
 */
import { Corr2dError, noGrad, scope, type Tensor } from "@corr2d/core";
import { checkTensor, optionsOf } from "../arguments.ts";
import { torchSize } from "../sizes.ts";
import { type LayerOptions, ownerOf, refusePlace } from "./layer-options.ts";
import { type Moments, momentsOf, scaleAndShift, standardize } from "./moments.ts";
import { RunningNorm, type RunningNormOptions, refuseRank } from "./running-norm.ts";

/** Scale and shift are learnt, and statistics kept, by default; momentum null: the mean of all batches. */
export interface BatchNormOptions extends RunningNormOptions {}

/** In training the batch's own statistics are used, and enter the running ones; after `eval()` the running ones are used. */
export abstract class BatchNorm extends RunningNorm {
  constructor(numFeatures: number, options: BatchNormOptions = {}, ...surplus: never[]) {
    const { affine = true, trackRunningStats = true } = optionsOf(options);
    super(numFeatures, options, { affine, tracks: trackRunningStats }, surplus);
  }

  override forward(x: Tensor): Tensor {
    this.#check(x);
    const { shape } = x;
    const perChannel = [this.numFeatures, ...shape.slice(2).map(() => 1)];
    if (!this.training && this.runningMean !== null && this.runningVar !== null) {
      const centred = x.sub(this.runningMean.reshape(perChannel));
      const variance = this.runningVar.reshape(perChannel);
      return scaleAndShift(standardize({ centred, variance }, this.eps), this, perChannel);
    }
    const count = x.numel() / this.numFeatures;
    if (count === 1) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `Expected more than 1 value per channel when training, got input size ${torchSize(x)}`,
      );
    }
    // Of nothing there are no moments.
    const axes = [...shape.keys()].filter((axis) => axis !== 1);
    const moments = count === 0 ? null : momentsOf(x, axes);
    if (this.training) this.#track(moments, count);
    return scaleAndShift(moments === null ? x : standardize(moments, this.eps), this, perChannel);
  }

  #check(x: Tensor): void {
    checkTensor("forward", x);
    const { shape } = x;
    this.checkRank(shape.length);
    if (shape[1] !== this.numFeatures) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `running_mean should contain ${shape[1]} elements not ${this.numFeatures}: the input has ${shape[1]} channels`,
      );
    }
  }

  #track(moments: Moments | null, count: number): void {
    const { runningMean, numBatchesTracked, momentum } = this;
    if (runningMean === null || numBatchesTracked === null) return;
    noGrad(() =>
      scope(() => {
        const batches = numBatchesTracked.add(1);
        numBatchesTracked.assign(batches);
        if (moments === null) return;
        const share = momentum ?? batches.type(runningMean.dtype).reciprocal();
        const variance = moments.variance.reshape([this.numFeatures]).mul(count / (count - 1));
        this.include(moments.mean.reshape([this.numFeatures]), variance, share);
      }),
    );
  }
}

/**
 * `new BatchNorm1D(numFeatures, { eps, momentum, affine, trackRunningStats })`: per channel over batch and length.
 *
 * Input and output [N, features] or [N, numFeatures, L]; otherwise as BatchNorm2D.
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
