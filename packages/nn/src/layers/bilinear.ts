/** A bilinear form of two inputs as a layer. */
import { Corr2dError, type Tensor } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, named, type Signature } from "../arguments.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { pythonText } from "../python-text.ts";
import { sameSizes, sizesText } from "../sizes.ts";
import { ownerOf, zeroParameter } from "./layer-options.ts";
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

  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

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
    this.bias = (options.bias ?? true) ? zeroParameter([outFeatures], options) : null;
    this.resetParameters();
  }

  /** Draws the default initialisation anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    init.uniform(this.weight, -bound, bound);
    if (this.bias !== null) init.uniform(this.bias, -bound, bound);
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    checkTensor("forward", input1);
    checkTensor("forward", input2);
    const { in1Features, in2Features, outFeatures, weight, bias } = this;
    const lead = input1.shape.slice(0, -1);
    for (const [name, x, features] of [
      ["input1", input1, in1Features],
      ["input2", input2, in2Features],
    ] as const) {
      if (x.shape.at(-1) === features && sameSizes(x.shape.slice(0, -1), lead)) continue;
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `bilinear(): inputs have one shape but for their last axes, ${in1Features} and ${in2Features}: got ` +
          `${sizesText(input1.shape)} and ${sizesText(input2.shape)} (${name} does not fit)`,
      );
    }
    const rows = input1.numel() / in1Features;
    // [rows, out · in2]: each row of the first input times all matrices at once.
    const left = input1
      .reshape([rows, in1Features])
      .matmul(weight.permute([1, 0, 2]).reshape([in1Features, outFeatures * in2Features]));
    const products = left
      .reshape([rows, outFeatures, in2Features])
      .mul(input2.reshape([rows, 1, in2Features]))
      .sum(2);
    const out = products.reshape([...lead, outFeatures]);
    return bias === null ? out : out.add(bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures, bias } = this;
    return (
      `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}, ` +
      `bias=${pythonText(bias !== null)}`
    );
  }
}
