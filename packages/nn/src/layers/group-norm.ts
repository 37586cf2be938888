/** Group normalisation as a layer. */
import { Corr2dError, type Tensor } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, invalid, named, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { groupNorm } from "../norms/group-norm.ts";
import type { Parameter } from "../parameter.ts";
import { pythonText } from "../python-text.ts";
import { sizesText } from "../sizes.ts";
import { affineOf, type LayerOptions, ownerOf } from "./layer-options.ts";
import type { RunningNormOptions } from "./running-norm.ts";

const GROUP_NORM: Signature = {
  options: { eps: "number", affine: "boolean", dtype: "any", backend: "any" },
  positional: { number: ["eps"], boolean: ["affine"] },
};

/**
 * `new GroupNorm(numGroups, numChannels, { eps, affine })`: per example and group of channels, over group and plane.
 *
 * Input and output [N, numChannels, ...]. With one channel per group it is instance normalisation.
 * @throws INVALID_ARGUMENT from the constructor, with PyTorch's message; from `forward`: SHAPE_MISMATCH.
 */
export class GroupNorm extends Module {
  static override readonly typeName: string = "GroupNorm";

  /** Groups of channels. */
  readonly numGroups: number;
  /** Channels of the input. */
  readonly numChannels: number;
  /** Added to the variance, or the least that a length is taken for. */
  readonly eps: number;
  /** [channels]; null with `affine: false`. */
  weight: Parameter;
  /** [channels]; null with `affine: false`. */
  bias: Parameter;

  constructor(
    numGroups: number,
    numChannels: number,
    options: Pick<RunningNormOptions, "eps" | "affine"> & LayerOptions = {},
    ...surplus: never[]
  ) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, GROUP_NORM, options, surplus);
    named(owner, () => {
      checkPositive("num_groups", numGroups);
      checkPositive("num_channels", numChannels);
      if (numChannels % numGroups === 0) return;
      throw invalid(`num_channels must be divisible by num_groups: got ${numChannels} and ${numGroups}`);
    });
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = options.eps ?? 1e-5;
    ({ weight: this.weight, bias: this.bias } = affineOf([numChannels], options.affine ?? true, options));
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const channels = x.shape[1];
    if (channels !== this.numChannels) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `Expected ${this.numChannels} channels [N, ${this.numChannels}, ...], but got input of shape ${sizesText(x.shape)}`,
      );
    }
    const { weight, bias, eps } = this;
    return groupNorm(x, this.numGroups, { weight, bias, eps });
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps, weight } = this;
    return `${numGroups}, ${numChannels}, eps=${pythonText(eps)}, affine=${pythonText(weight !== null)}`;
  }
}
