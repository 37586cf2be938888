/** Convolutional layers: `corr2d` with a learnt kernel and bias. Book: Dive into Deep Learning, 7.2–7.4. */
import {
  Corr2dError,
  type Corr2dOptions,
  corr2d,
  corr2dWindow,
  isUninitialized,
  ownOptions,
  type Padding,
  type PadOptions,
  type Pair,
  pad,
  type Tensor,
} from "@corr2d/core";
import { checkTensor, named } from "../arguments.ts";
import { sizesText } from "../sizes.ts";
import {
  CORRELATING,
  Convolution,
  type ConvolutionOptions,
  checkPaddingMode,
  type PaddingMode,
} from "./convolution.ts";
import { type LayerOptions, ownerOf, refusePlace } from "./layer-options.ts";
import { PLANE } from "./window-form.ts";

/** Options of `Conv2D`. */
export interface Conv2DOptions extends ConvolutionOptions {
  /** Cells around the input (default 0): per direction, per side, 'valid' (none) or 'same'. */
  readonly padding?: Padding | undefined;
  /** What these cells show (default 'zeros'). */
  readonly paddingMode?: PaddingMode | undefined;
}

/** How `pad` makes the cells around the input; core recognises the objects. */
const PAD_OPTIONS: { readonly [mode in PaddingMode]?: PadOptions } = {
  reflect: /* @__PURE__ */ ownOptions<PadOptions>({ mode: "reflect" }),
  replicate: /* @__PURE__ */ ownOptions<PadOptions>({ mode: "replicate" }),
  circular: /* @__PURE__ */ ownOptions<PadOptions>({ mode: "circular" }),
};

// Not a property: what a plain object holds is the module's, and the bias would be there twice.
const optionsOfLayers = new WeakMap<Conv2D, Corr2dOptions & { readonly bias: Tensor | null }>();

/** What `corr2d` gets: the same object as long as the layer is as it was, so that core recognises it and keeps the geometry. */
function optionsOf(layer: Conv2D): Corr2dOptions & { readonly bias: Tensor | null } {
  const known = optionsOfLayers.get(layer);
  const { stride, dilation, groups, bias } = layer;
  const padding = layer.border === null ? (layer.padding as Exclude<Padding, number>) : 0;
  // Programs that came from PyTorch set conv.stride: readonly is a word of TypeScript's.
  const isSame =
    known?.bias === bias &&
    known.stride === stride &&
    known.padding === padding &&
    known.dilation === dilation &&
    known.groups === groups;
  if (isSame) return known;
  const options = ownOptions({ stride, padding, dilation, groups, bias });
  optionsOfLayers.set(layer, options);
  return options;
}

/**
 * `new Conv2D(inChannels, outChannels, kernelSize, { stride, padding, dilation, groups, bias, paddingMode })`.
 *
 * Input [N, inChannels, H, W] or [inChannels, H, W]; output [N, outChannels, oH, oW] or [outChannels, oH, oW] with
 * oH = ⌊(H + padding − dilation · (kH − 1) − 1) / stride⌋ + 1. `weight` is [outChannels, inChannels/groups, kH, kW],
 * `bias` [outChannels] or null.
 *
 * @throws INVALID_ARGUMENT from the constructor, with PyTorch's messages, for options that no input could fit.
 * @throws from `forward`: SHAPE_MISMATCH, DTYPE_MISMATCH, BACKEND_MISMATCH, INVALID_ARGUMENT (a reflection that does
 *   not fit the input).
 */
export class Conv2D extends Convolution<readonly [number, number]> {
  static override readonly typeName: string = "Conv2d";

  /** Cells that `pad` adds first: [left, right, top, bottom]; null where `corr2d` pads with zeros itself. @internal */
  readonly border: readonly number[] | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: Conv2DOptions = {},
    ...surplus: never[]
  ) {
    super(CORRELATING, PLANE, inChannels, outChannels, kernelSize, options, surplus);
    const { stride, dilation, groups, paddingMode } = this;
    const padding = this.padding as Exclude<Padding, number>;
    // A lazy layer's number of channels is not known; any multiple of the groups shows what else is wrong.
    const channels = inChannels === 0 ? groups : inChannels;
    const geometry = { stride, padding, dilation, groups };
    // The smallest plane that the kernel fits on, and no image of it: core then judges the options alone.
    const smallest = this.kernelSize.map((kernel, axis) => this.dilation[axis]! * (kernel - 1) + 1);
    const [height, width] = named(ownerOf(this), () => {
      const window = corr2dWindow([0, channels, ...smallest], this.weightShape(channels), geometry);
      checkPaddingMode(paddingMode);
      return window.axes;
    });
    this.border =
      paddingMode === "zeros"
        ? null
        : Object.freeze([width.before, width.after, height.before, height.after]);
    this.start(inChannels, options);
  }

  protected override weightShape(inChannels: number): number[] {
    return [this.outChannels, inChannels / this.groups, ...this.kernelSize];
  }

  /** Makes the parameters at once; a lazy layer waits. */
  protected start(inChannels: number, options: LayerOptions): void {
    named(ownerOf(this), () => this.initialize(inChannels, options));
  }

  override forward(x: Tensor): Tensor {
    const { border, paddingMode } = this;
    const around = border === null ? x : pad(x, border, PAD_OPTIONS[paddingMode]);
    return corr2d(around, this.weight, optionsOf(this));
  }
}

/**
 * `new LazyConv2D(outChannels, kernelSize, options)`: a Conv2D that takes the number of its input channels, its dtype
 * and its backend from its first input, or its parameters from a state dict. An optimiser may have them before.
 *
 * @throws as Conv2D; INVALID_ARGUMENT when values of parameters are used before the first input.
 */
export class LazyConv2D extends Conv2D {
  constructor(
    outChannels: number,
    kernelSize: Pair,
    options: Omit<Conv2DOptions, "dtype" | "backend"> = {},
    ...surplus: never[]
  ) {
    super(0, outChannels, kernelSize, options, ...surplus);
  }

  override get typeName(): string {
    return this.inChannels === 0 ? "LazyConv2d" : "Conv2d";
  }

  protected override start(_: number, options: LayerOptions): void {
    refusePlace(ownerOf(this), options);
  }

  override forward(x: Tensor): Tensor {
    if (this.inChannels === 0) {
      checkTensor("forward", x);
      const channels = x.shape.at(-3);
      if (channels === undefined || x.shape.length > 4) {
        throw new Corr2dError(
          "SHAPE_MISMATCH",
          `Expected 3D (unbatched) or 4D (batched) input to LazyConv2d, but got input of size: ${sizesText(x.shape)}`,
        );
      }
      if (isUninitialized(this.weight)) this.initialize(channels, { dtype: x.dtype, backend: x.backend });
      else this.inChannels = this.weight.shape[1]! * this.groups; // A state dict has given it one.
    }
    return super.forward(x);
  }
}
