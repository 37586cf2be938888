/** The transposed convolution as a layer. Book: Dive into Deep Learning, 14.10. */
import {
  type ConvTransposeOptions,
  convTranspose2d,
  convTransposeWindow,
  type Pair,
  type Tensor,
} from "@corr2d/core";
import { Convolution, type ConvolutionOptions } from "./convolution.ts";

export interface ConvTranspose2DOptions
  extends ConvolutionOptions,
    Pick<ConvTransposeOptions, "padding" | "outputPadding"> {}

/**
 * `new ConvTranspose2D(inChannels, outChannels, kernelSize, { stride, padding, outputPadding, groups, bias, dilation })`.
 *
 * Input [N, inChannels, H, W] or [inChannels, H, W]; the output's height is
 * (H − 1) · stride − padding + dilation · (kH − 1) + outputPadding + 1. `weight` is
 * [inChannels, outChannels/groups, kH, kW], `bias` [outChannels] or null.
 *
 * @throws INVALID_ARGUMENT from the constructor, with PyTorch's messages, for options that no input could fit.
 * @throws from `forward`: SHAPE_MISMATCH, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export class ConvTranspose2D extends Convolution {
  static override readonly typeName: string = "ConvTranspose2d";

  readonly #geometry: ConvTransposeOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: ConvTranspose2DOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options);
    const { stride, dilation, groups } = this;
    const { padding = 0, outputPadding = 0 } = options;
    this.#geometry = { stride, padding, outputPadding, dilation, groups };
    // A plane whose result is larger than the padding cut off, and no image of it: core then judges the options alone.
    const enough = 1 + 2 * Math.max(...[padding].flat());
    convTransposeWindow([0, inChannels, enough, enough], this.weightShape(inChannels), this.#geometry);
    this.initialize(inChannels, options);
  }

  protected override weightShape(inChannels: number): number[] {
    return [inChannels, this.outChannels / this.groups, ...this.kernelSize];
  }

  override forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, { ...this.#geometry, bias: this.bias });
  }
}
