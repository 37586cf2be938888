/** Instance normalisation as layers. */
import { Corr2dError, type Tensor } from "@corr2d/core";
import { checkTensor, optionsOf } from "../arguments.ts";
import { instanceNorm } from "../norms/instance-norm.ts";
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
    this.checkRank(x.dim());
    const channelAxis = x.dim() - this.planeAxes - 1;
    const channels = x.shape[channelAxis];
    if (channels !== this.numFeatures) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `expected input's size at dim=${channelAxis} to match num_features (${this.numFeatures}), but got: ${channels}.`,
      );
    }
    const { weight, bias, eps, runningMean, runningVar, momentum } = this;
    const y = instanceNorm(channelAxis === 0 ? x.unsqueeze(0) : x, {
      runningMean,
      runningVar,
      weight,
      bias,
      useInputStats: this.training || runningMean === null,
      momentum: momentum ?? 0,
      eps,
    });
    return channelAxis === 0 ? y.squeeze(0) : y;
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
