/**
 * What convolutional layers share: options and their checks, parameters, the printed form.
 *
 * Weights start uniform on ±1/√fanIn, and so does the bias: PyTorch's default, drawn in its order (weight, then
 * bias), so equal seeds give equal layers.
 */
import { describeValue, type Padding, type Pair, type Single } from "@corr2d/core";
import { checkGiven, checkPositive, invalid, named, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { initializeParameter, type Parameter, uninitializedParameter } from "../parameter.ts";
import { type PrintedValue, pythonText } from "../python-text.ts";
import { ABSENT, drawParameters, type LayerOptions, ownerOf } from "./layer-options.ts";

/** `Extent` is how sizes of a window are given: a Pair over planes, a Single over one axis. */
export interface ConvolutionOptions<Extent = Pair> extends LayerOptions {
  /** Cells the window moves by (default 1). */
  readonly stride?: Extent | undefined;
  /** Distance between the input cells that neighbouring kernel cells meet (default 1). */
  readonly dilation?: Extent | undefined;
  /** Blocks of channels that do not see each other (default 1). */
  readonly groups?: number | undefined;
  /** Whether a bias per output channel is learnt (default true). */
  readonly bias?: boolean | undefined;
}

/** The options of the layers that correlate. */
export const CORRELATING: Signature = {
  options: {
    stride: "any",
    padding: "any",
    dilation: "any",
    groups: "number",
    bias: "boolean",
    paddingMode: "any",
    dtype: "any",
    backend: "any",
  },
  positional: { number: ["stride", "padding", "dilation", "groups"], boolean: ["bias"], string: ["padding"] },
};

/** The options of the transposed ones. */
export const TRANSPOSED: Signature = {
  options: {
    stride: "any",
    padding: "any",
    outputPadding: "any",
    groups: "number",
    bias: "boolean",
    dilation: "any",
    dtype: "any",
    backend: "any",
  },
  positional: { number: ["stride", "padding", "outputPadding", "groups", "dilation"], boolean: ["bias"] },
};

/** Where the cells around the input come from. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

const PADDING_MODES: readonly PaddingMode[] = ["zeros", "reflect", "replicate", "circular"];

/** @throws INVALID_ARGUMENT, with PyTorch's message. */
export function checkPaddingMode(paddingMode: PaddingMode): void {
  if (PADDING_MODES.includes(paddingMode)) return;
  throw invalid(
    `padding_mode must be one of {${PADDING_MODES.map((mode) => `'${mode}'`).join(", ")}}, but got ` +
      `padding_mode=${describeValue(paddingMode)}`,
  );
}

function checkDivisible(name: string, channels: number, groups: number): void {
  if (channels % groups === 0) return;
  throw invalid(`${name} must be divisible by groups: got ${name}=${channels} and groups=${groups}`);
}

/** What the options of a window come to: numbers for each axis, frozen. */
export interface WindowForm<Sizes extends readonly number[] = readonly number[]> {
  sizes(name: string, value: Pair | Single): Sizes;
  padding(value: Padding | Single): Convolution["padding"];
}

/** `Sizes` is how the layer keeps the sizes of its window: one or two numbers. */
export abstract class Convolution<Sizes extends readonly number[] = readonly number[]> extends Module {
  /** 0 in a lazy layer that has not seen its first input. */
  inChannels = 0;
  /** Channels of the output. */
  readonly outChannels: number;
  /** The window's size. */
  readonly kernelSize: Sizes;
  /** Cells the window moves by. */
  readonly stride: Sizes;
  /** In two directions also of four sides. */
  readonly padding: Sizes | readonly number[] | "valid" | "same";
  /** Distance between neighbouring cells of the window. */
  readonly dilation: Sizes;
  /** Blocks of channels that do not see each other. */
  readonly groups: number;
  /** Rows and columns added at the bottom and right. */
  readonly outputPadding: Sizes;
  /** What the cells around the input show. */
  readonly paddingMode: PaddingMode;
  /** What the layer learns to multiply by. */
  weight: Parameter;
  /** [outChannels]; null with `bias: false`. */
  bias: Parameter;

  /** Leaves input channels and parameters to `initialize`. */
  constructor(
    signature: Signature,
    form: WindowForm<Sizes>,
    inChannels: number,
    outChannels: number,
    kernelSize: Pair | Single,
    options: ConvolutionOptions<Pair | Single> & {
      readonly padding?: Padding | Single | undefined;
      readonly outputPadding?: Pair | Single | undefined;
      readonly paddingMode?: PaddingMode | undefined;
    },
    surplus: readonly unknown[],
  ) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, signature, options, surplus);
    const { stride = 1, padding = 0, dilation = 1, groups = 1, outputPadding = 0 } = options;
    const own = named(owner, () => {
      checkPositive("groups", groups);
      if (inChannels !== 0) checkPositive("in_channels", inChannels);
      checkPositive("out_channels", outChannels);
      checkDivisible("in_channels", inChannels, groups);
      checkDivisible("out_channels", outChannels, groups);
      return {
        kernelSize: form.sizes("kernel_size", kernelSize),
        stride: form.sizes("stride", stride),
        padding: form.padding(padding),
        dilation: form.sizes("dilation", dilation),
        outputPadding: form.sizes("output_padding", outputPadding),
      };
    });
    this.outChannels = outChannels;
    this.kernelSize = own.kernelSize;
    this.stride = own.stride;
    this.padding = own.padding;
    this.dilation = own.dilation;
    this.groups = groups;
    this.outputPadding = own.outputPadding;
    this.paddingMode = options.paddingMode ?? "zeros";
    this.weight = uninitializedParameter(this.typeName);
    this.bias = (options.bias ?? true) ? uninitializedParameter(this.typeName) : ABSENT;
  }

  /** Whether the weight goes the other way: input and output channels exchanged. */
  get transposed(): boolean {
    return false;
  }

  /** [out, in/groups, …kernelSize], or in a transposed layer [in, out/groups, …kernelSize]. */
  protected abstract weightShape(inChannels: number): number[];

  /** Gives the parameters shapes, and draws them. */
  protected initialize(inChannels: number, options: LayerOptions): void {
    checkPositive("in_channels", inChannels);
    checkDivisible("in_channels", inChannels, this.groups);
    this.inChannels = inChannels;
    initializeParameter(this.weight, this.weightShape(inChannels), options);
    if (this.bias !== null) initializeParameter(this.bias, [this.outChannels], options);
    this.resetParameters();
  }

  /** Draws the default initialisation anew. */
  resetParameters(): void {
    drawParameters(this.weight, this.bias);
  }

  override extraRepr(): string {
    const { padding, dilation, outputPadding, groups, paddingMode } = this;
    const options: [name: string, value: PrintedValue, isDefault: boolean][] = [
      ["kernel_size", this.kernelSize, false],
      ["stride", this.stride, false],
      ["padding", padding, typeof padding !== "string" && padding.every((n) => n === 0)],
      ["dilation", dilation, dilation.every((n) => n === 1)],
      ["output_padding", outputPadding, outputPadding.every((n) => n === 0)],
      ["groups", groups, groups === 1],
      ["bias", false, this.bias !== null],
      ["padding_mode", paddingMode, paddingMode === "zeros"],
    ];
    const shown = options.filter(([, , isDefault]) => !isDefault);
    const texts = shown.map(([name, value]) => `${name}=${pythonText(value)}`);
    return [this.inChannels, this.outChannels, ...texts].join(", ");
  }
}
