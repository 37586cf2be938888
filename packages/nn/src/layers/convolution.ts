/**
 * What Conv2D and ConvTranspose2D share: options and their checks, parameters, the printed form.
 *
 * Weights start uniform on ±1/√fanIn, and so does the bias: PyTorch's default, drawn in its order (weight, then
 * bias), so equal seeds give equal layers.
 */
import { type Padding, type Pair, toPair } from "@corr2d/core";
import { checkGiven, checkPositive, invalid, named, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { initializeParameter, type Parameter, uninitializedParameter } from "../parameter.ts";
import { type PrintedValue, pythonText } from "../python-text.ts";
import { drawParameters, type LayerOptions, ownerOf } from "./layer-options.ts";

export interface ConvolutionOptions extends LayerOptions {
  /** Cells the window moves by (default 1). */
  readonly stride?: Pair | undefined;
  /** Distance between the input cells that neighbouring kernel cells meet (default 1). */
  readonly dilation?: Pair | undefined;
  /** Blocks of channels that do not see each other (default 1). */
  readonly groups?: number | undefined;
  /** Whether a bias per output channel is learnt (default true). */
  readonly bias?: boolean | undefined;
}

/** Where the cells around the input come from. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

function checkDivisible(name: string, channels: number, groups: number): void {
  if (channels % groups === 0) return;
  throw invalid(`${name} must be divisible by groups: got ${name}=${channels} and groups=${groups}`);
}

const ownPair = (name: string, value: Pair): readonly [number, number] => Object.freeze(toPair(name, value));

/** A copy of a padding, with the numbers of both directions; core checks the words and the four sides. */
function ownPadding(padding: Padding): Exclude<Padding, number> {
  if (typeof padding === "string") return padding;
  return Array.isArray(padding) && padding.length === 4
    ? Object.freeze([...padding] as [number, number, number, number])
    : ownPair("padding", padding as Pair);
}

export abstract class Convolution extends Module {
  /** 0 in a lazy layer that has not seen its first input. */
  inChannels = 0;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Exclude<Padding, number>;
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly outputPadding: readonly [number, number];
  readonly paddingMode: PaddingMode;
  weight: Parameter;
  /** [outChannels], or null. */
  bias: Parameter | null;

  /** Leaves input channels and parameters to `initialize`. */
  constructor(
    signature: Signature,
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: ConvolutionOptions & {
      readonly padding?: Padding | undefined;
      readonly outputPadding?: Pair | undefined;
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
        kernelSize: ownPair("kernel_size", kernelSize),
        stride: ownPair("stride", stride),
        padding: ownPadding(padding),
        dilation: ownPair("dilation", dilation),
        outputPadding: ownPair("output_padding", outputPadding),
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
    this.bias = (options.bias ?? true) ? uninitializedParameter(this.typeName) : null;
  }

  /** [out, in/groups, kH, kW], or in the transposed layer [in, out/groups, kH, kW]. */
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
