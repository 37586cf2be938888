/**
 * Instance normalisation: mean 0 and variance 1 per channel of each example.
 *
 * Source: Ulyanov et al. 2016, "Instance normalization: the missing ingredient for fast stylization".
 */
import { Corr2dError, type Tensor } from "@corr2d/core";
import { checkTensor, optionsOf } from "../arguments.ts";
import { torchSize } from "../sizes.ts";
import { momentsOf, scaleAndShift, standardize } from "./moments.ts";
import { RunningNorm, type RunningNormOptions, refuseRank } from "./running-norm.ts";

/** No scale and shift, and no running statistics, by default; momentum null leaves the statistics as they are. */
export interface InstanceNormOptions extends RunningNormOptions {}

abstract class InstanceNorm extends RunningNorm {
  constructor(numFeatures: number, options: InstanceNormOptions = {}, ...surplus: never[]) {
    const { affine = false, trackRunningStats = false } = optionsOf(options);
    super(numFeatures, options, { affine, tracks: trackRunningStats }, surplus);
  }

  /** The number of axes behind the channels. */
  protected abstract get planeAxes(): number;

  protected override checkRank(rank: number): void {
    const { planeAxes } = this;
    if (rank !== planeAxes + 1 && rank !== planeAxes + 2) {
      refuseRank(`${planeAxes + 1}D or ${planeAxes + 2}D`, rank);
    }
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const { shape } = x;
    this.checkRank(shape.length);
    const { numFeatures, planeAxes, runningMean, runningVar } = this;
    const channelAxis = shape.length - planeAxes - 1;
    if (shape[channelAxis] !== numFeatures) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `expected input's size at dim=${channelAxis} to match num_features (${numFeatures}), but got: ${shape[channelAxis]}.`,
      );
    }
    const plane = shape.slice(channelAxis + 1);
    const perChannel = [numFeatures, ...plane.map(() => 1)];
    if (!this.training && runningMean !== null && runningVar !== null) {
      const centred = x.sub(runningMean.reshape(perChannel));
      const variance = runningVar.reshape(perChannel);
      return scaleAndShift(standardize({ centred, variance }, this.eps), this, perChannel);
    }
    const cells = plane.reduce((a, b) => a * b, 1);
    if (this.training && cells === 1) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `Expected more than 1 spatial element when training, got input size ${torchSize(x)}`,
      );
    }
    // Of nothing there are no moments.
    if (x.numel() === 0) return scaleAndShift(x, this, perChannel);
    const moments = momentsOf(
      x,
      plane.map((_, axis) => channelAxis + 1 + axis),
    );
    if (this.training && runningMean !== null) {
      const overBatch = (t: Tensor): Tensor => t.detach().reshape([-1, numFeatures]).mean(0);
      const variance = overBatch(moments.variance).mul(cells / (cells - 1));
      this.include(overBatch(moments.mean), variance, this.momentum ?? 0);
    }
    return scaleAndShift(standardize(moments, this.eps), this, perChannel);
  }
}

/**
 * `new InstanceNorm1D(numFeatures, { eps, momentum, affine, trackRunningStats })`: per example and channel, over the length.
 *
 * Input and output [N, numFeatures, L] or [numFeatures, L]; otherwise as InstanceNorm2D.
 * @throws as InstanceNorm2D.
 */
export class InstanceNorm1D extends InstanceNorm {
  static override readonly typeName: string = "InstanceNorm1d";

  protected override get planeAxes(): number {
    return 1;
  }
}

/**
 * `new InstanceNorm2D(numFeatures, { eps, momentum, affine, trackRunningStats })`: per example and channel, over the plane.
 *
 * Input and output [N, numFeatures, H, W] or [numFeatures, H, W]. Running statistics, where they are kept, are the batch's means.
 * @throws INVALID_ARGUMENT from the constructor.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class InstanceNorm2D extends InstanceNorm {
  static override readonly typeName: string = "InstanceNorm2d";

  protected override get planeAxes(): number {
    return 2;
  }
}
