/** The transposed convolution as a layer. Book: Dive into Deep Learning, 14.10. */
import {
  type ConvTransposeOptions,
  convTranspose2d,
  convTransposeWindow,
  ownOptions,
  type Pair,
  type Tensor,
} from "@corr2d/core";
import { named } from "../arguments.ts";
import { Convolution, type ConvolutionOptions, TRANSPOSED } from "./convolution.ts";
import { ownerOf } from "./layer-options.ts";
import { outputPaddingFor } from "./output-size.ts";
import { PLANE } from "./window-form.ts";

/** Options of `convTranspose2d`. */
export interface ConvTranspose2DOptions
  extends ConvolutionOptions,
    Pick<ConvTransposeOptions, "padding" | "outputPadding"> {}

// As in Conv2D.
const optionsOfLayers = new WeakMap<
  ConvTranspose2D,
  ConvTransposeOptions & { readonly bias: Tensor | null }
>();

/** What `convTranspose2d` gets: the same object as long as the layer is as it was. */
function optionsOf(layer: ConvTranspose2D): ConvTransposeOptions & { readonly bias: Tensor | null } {
  const known = optionsOfLayers.get(layer);
  const { stride, outputPadding, dilation, groups, bias } = layer;
  const padding = layer.padding as readonly [number, number];
  const isSame =
    known?.bias === bias &&
    known.stride === stride &&
    known.padding === padding &&
    known.outputPadding === outputPadding &&
    known.dilation === dilation &&
    known.groups === groups;
  if (isSame) return known;
  const options = ownOptions({ stride, padding, outputPadding, dilation, groups, bias });
  optionsOfLayers.set(layer, options);
  return options;
}

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
export class ConvTranspose2D extends Convolution<readonly [number, number]> {
  static override readonly typeName: string = "ConvTranspose2d";

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: ConvTranspose2DOptions = {},
    ...surplus: never[]
  ) {
    super(TRANSPOSED, PLANE, inChannels, outChannels, kernelSize, options, surplus);
    const { stride, dilation, groups, outputPadding } = this;
    const padding = this.padding as readonly [number, number];
    const geometry = { stride, padding, outputPadding, dilation, groups };
    named(ownerOf(this), () => {
      // A plane whose result is larger than the padding cut off, and no image of it: core then judges the options alone.
      const enough = 1 + 2 * Math.max(...padding);
      convTransposeWindow([0, inChannels, enough, enough], this.weightShape(inChannels), geometry);
      this.initialize(inChannels, options);
    });
  }

  protected override weightShape(inChannels: number): number[] {
    return [inChannels, this.outChannels / this.groups, ...this.kernelSize];
  }

  override get transposed(): boolean {
    return true;
  }

  /**
   * @param outputSize [height, width] of the output, or with batch and channels in front: in place of `outputPadding`, as several
   *   sizes become one in a convolution.
   */
  override forward(x: Tensor, outputSize?: readonly number[] | null): Tensor {
    const options = optionsOf(this);
    if (outputSize === undefined || outputSize === null) return convTranspose2d(x, this.weight, options);
    const [height, width] = outputPaddingFor(this, x, outputSize);
    return convTranspose2d(x, this.weight, { ...options, outputPadding: [height!, width!] });
  }
}
