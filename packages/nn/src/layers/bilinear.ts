/** A bilinear form of two inputs as a layer. */
import type { Tensor } from "@corr2d/core";
import { checkGiven, checkPositive, named, type Signature } from "../arguments.ts";
import { bilinear } from "../bilinear.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { pythonText } from "../python-text.ts";
import { ABSENT, ownerOf, zeroParameter } from "./layer-options.ts";
import type { LinearOptions } from "./linear.ts";

const SIGNATURE: Signature = {
  options: { bias: "boolean", dtype: "any", backend: "any" },
  positional: { boolean: ["bias"] },
};

/**
 * `new Bilinear(in1Features, in2Features, outFeatures, { bias })`: x₁ᵀ · weight[o] · x₂ + bias[o] for each output o.
 *
 * Inputs [..., in1Features] and [..., in2Features], output [..., outFeatures]. `weight` is [outFeatures, in1Features, in2Features],
 * `bias` [outFeatures] or null, both uniform on ±1/√in1Features at first, as PyTorch draws them.
 *
 * @throws INVALID_ARGUMENT from the constructor; from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class Bilinear extends Module {
  static override readonly typeName: string = "Bilinear";

  /** Size of the first input. */
  readonly in1Features: number;
  /** Size of the second input. */
  readonly in2Features: number;
  /** Size of the output. */
  readonly outFeatures: number;
  /** What the layer learns to multiply by. */
  weight: Parameter;
  /** [outFeatures]; null with `bias: false`. */
  bias: Parameter;

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    options: LinearOptions = {},
    ...surplus: never[]
  ) {
    super();
    checkGiven(ownerOf(this), SIGNATURE, options, surplus);
    named(ownerOf(this), () => {
      checkPositive("in1_features", in1Features);
      checkPositive("in2_features", in2Features);
      checkPositive("out_features", outFeatures);
    });
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = zeroParameter([outFeatures, in1Features, in2Features], options);
    this.bias = (options.bias ?? true) ? zeroParameter([outFeatures], options) : ABSENT;
    this.resetParameters();
  }

  /** Draws the default initialisation anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    init.uniform(this.weight, -bound, bound);
    if (this.bias !== null) init.uniform(this.bias, -bound, bound);
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures, bias } = this;
    return (
      `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}, ` +
      `bias=${pythonText(bias !== null)}`
    );
  }
}
