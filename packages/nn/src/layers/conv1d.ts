/** Convolutional layers over one axis: windows of height one. */
import {
  type Conv1dOptions as Conv1dGeometry,
  type ConvTranspose1dOptions as ConvTranspose1dGeometry,
  conv1d,
  convTranspose1d,
  convTransposeWindow,
  corr2dWindow,
  pad,
  type Single,
  type Tensor,
} from "@corr2d/core";
import { named } from "../arguments.ts";
import {
  CORRELATING,
  Convolution,
  type ConvolutionOptions,
  checkPaddingMode,
  type PaddingMode,
  TRANSPOSED,
} from "./convolution.ts";
import { ownerOf } from "./layer-options.ts";
import { outputPaddingFor } from "./output-size.ts";
import { LINE } from "./window-form.ts";

/** Options of `conv1d`. */
export interface Conv1DOptions extends ConvolutionOptions<Single>, Pick<Conv1dGeometry, "padding"> {
  /** What the cells around the input show (default 'zeros'). */
  readonly paddingMode?: PaddingMode | undefined;
}

/** A number as that of a plane of height one. */
const beside = (rest: number, [n]: readonly [number]): readonly [number, number] => [rest, n];

/**
 * `new Conv1D(inChannels, outChannels, kernelSize, { stride, padding, dilation, groups, bias, paddingMode })`.
 *
 * Input [N, inChannels, L] or [inChannels, L]; output [N, outChannels, oL] or [outChannels, oL] with
 * oL = ⌊(L + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1. `weight` is [outChannels, inChannels/groups, kernelSize],
 * `bias` [outChannels] or null.
 *
 * @throws INVALID_ARGUMENT from the constructor, with PyTorch's messages, for options that no input could fit.
 * @throws from `forward`: SHAPE_MISMATCH, DTYPE_MISMATCH, BACKEND_MISMATCH, INVALID_ARGUMENT (a reflection that does
 *   not fit the input).
 */
export class Conv1D extends Convolution<readonly [number]> {
  static override readonly typeName: string = "Conv1d";

  /** Cells that `pad` adds first, [left, right]; null where `conv1d` pads with zeros itself. @internal */
  readonly border: readonly [number, number] | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    options: Conv1DOptions = {},
    ...surplus: never[]
  ) {
    super(CORRELATING, LINE, inChannels, outChannels, kernelSize, options, surplus);
    const { stride, dilation, groups, paddingMode } = this;
    const padding = this.padding as readonly [number] | "valid" | "same";
    this.border = named(ownerOf(this), () => {
      // The shortest line that the kernel fits on, of no image: core then judges the options alone.
      const [kernel] = this.kernelSize;
      const plane = [0, inChannels, 1, dilation[0] * (kernel - 1) + 1];
      const { axes } = corr2dWindow(plane, [outChannels, inChannels / groups, 1, kernel], {
        stride: beside(1, stride),
        padding: typeof padding === "string" ? padding : beside(0, padding),
        dilation: beside(1, dilation),
        groups,
      });
      checkPaddingMode(paddingMode);
      this.initialize(inChannels, options);
      return paddingMode === "zeros" ? null : Object.freeze([axes[1].before, axes[1].after] as const);
    });
  }

  protected override weightShape(inChannels: number): number[] {
    return [this.outChannels, inChannels / this.groups, ...this.kernelSize];
  }

  override forward(x: Tensor): Tensor {
    const { stride, dilation, groups, bias, paddingMode } = this;
    const padding = this.border === null ? (this.padding as Conv1dGeometry["padding"]) : 0;
    const around = this.border === null ? x : pad(x, this.border, { mode: paddingMode });
    return conv1d(around, this.weight, { stride, padding, dilation, groups, bias });
  }
}

/** Options of `ConvTranspose1D`. */
export interface ConvTranspose1DOptions
  extends ConvolutionOptions<Single>,
    Pick<ConvTranspose1dGeometry, "padding" | "outputPadding"> {}

/**
 * `new ConvTranspose1D(inChannels, outChannels, kernelSize, { stride, padding, outputPadding, groups, bias, dilation })`.
 *
 * Input [N, inChannels, L] or [inChannels, L]; the output's length is
 * (L − 1) · stride − 2 · padding + dilation · (kernelSize − 1) + outputPadding + 1. `weight` is
 * [inChannels, outChannels/groups, kernelSize], `bias` [outChannels] or null.
 *
 * @throws as ConvTranspose2D.
 */
export class ConvTranspose1D extends Convolution<readonly [number]> {
  static override readonly typeName: string = "ConvTranspose1d";

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    options: ConvTranspose1DOptions = {},
    ...surplus: never[]
  ) {
    super(TRANSPOSED, LINE, inChannels, outChannels, kernelSize, options, surplus);
    const { stride, outputPadding, dilation, groups } = this;
    const padding = this.padding as readonly [number];
    named(ownerOf(this), () => {
      // A line whose result is longer than the padding cuts off, of no image: core then judges the options alone.
      const kernel = [inChannels, outChannels / groups, 1, ...this.kernelSize];
      convTransposeWindow([0, inChannels, 1, 1 + 2 * Math.max(0, padding[0])], kernel, {
        stride: beside(1, stride),
        padding: beside(0, padding),
        outputPadding: beside(0, outputPadding),
        dilation: beside(1, dilation),
        groups,
      });
      this.initialize(inChannels, options);
    });
  }

  override get transposed(): boolean {
    return true;
  }

  protected override weightShape(inChannels: number): number[] {
    return [inChannels, this.outChannels / this.groups, ...this.kernelSize];
  }

  /** @param outputSize [length] of the output, or with batch and channels in front: in place of `outputPadding`. */
  override forward(x: Tensor, outputSize?: readonly number[] | null): Tensor {
    const { stride, dilation, groups, bias } = this;
    const padding = this.padding as readonly [number];
    const outputPadding = (
      outputSize === undefined || outputSize === null
        ? this.outputPadding
        : outputPaddingFor(this, x, outputSize)
    ) as readonly [number];
    return convTranspose1d(x, this.weight, { stride, padding, outputPadding, dilation, groups, bias });
  }
}
