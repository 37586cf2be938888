/** Fully connected layers. Book: Dive into Deep Learning, 3.5 and 5.1. */
import { Corr2dError, isUninitialized, linear, type Tensor } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, named, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { initializeParameter, type Parameter, uninitializedParameter } from "../parameter.ts";
import { pythonText } from "../python-text.ts";
import { ABSENT, drawParameters, type LayerOptions, ownerOf, refusePlace } from "./layer-options.ts";

/** Options of `Linear`. */
export interface LinearOptions extends LayerOptions {
  /** Whether a bias per output is learnt (default true). */
  readonly bias?: boolean | undefined;
}

const SIGNATURE: Signature = {
  options: { bias: "boolean", dtype: "any", backend: "any" },
  positional: { boolean: ["bias"] },
};

/**
 * `new Linear(inFeatures, outFeatures, { bias })`: x · weightᵀ + bias.
 *
 * Input [..., inFeatures], output [..., outFeatures]. `weight` is [outFeatures, inFeatures], `bias` [outFeatures] or
 * null, both uniform on ±1/√inFeatures at first, as PyTorch draws them.
 *
 * @throws INVALID_ARGUMENT from the constructor for sizes that are not positive integers.
 * @throws from `forward`: SHAPE_MISMATCH with PyTorch's message, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export class Linear extends Module {
  static override readonly typeName: string = "Linear";

  /** 0 in a lazy layer that has not seen its first input. */
  inFeatures = 0;
  /** Size of the output. */
  readonly outFeatures: number;
  /** What the layer learns to multiply by. */
  weight: Parameter;
  /** [outFeatures]; null with `bias: false`. */
  bias: Parameter;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), SIGNATURE, options, surplus);
    named(ownerOf(this), () => checkPositive("out_features", outFeatures));
    this.outFeatures = outFeatures;
    this.weight = uninitializedParameter(this.typeName);
    this.bias = (options.bias ?? true) ? uninitializedParameter(this.typeName) : ABSENT;
    this.start(inFeatures, options);
  }

  /** Makes the parameters at once; a lazy layer waits. */
  protected start(inFeatures: number, options: LayerOptions): void {
    named(ownerOf(this), () => this.initialize(inFeatures, options));
  }

  /** Gives the parameters shapes, and draws them. */
  protected initialize(inFeatures: number, options: LayerOptions): void {
    checkPositive("in_features", inFeatures);
    this.inFeatures = inFeatures;
    initializeParameter(this.weight, [this.outFeatures, inFeatures], options);
    if (this.bias !== null) initializeParameter(this.bias, [this.outFeatures], options);
    this.resetParameters();
  }

  /** Draws the default initialisation anew. */
  resetParameters(): void {
    drawParameters(this.weight, this.bias);
  }

  override forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { inFeatures, outFeatures, bias } = this;
    return `in_features=${inFeatures}, out_features=${outFeatures}, bias=${pythonText(bias !== null)}`;
  }
}

/**
 * `new LazyLinear(outFeatures, { bias })`: a Linear that takes the number of its inputs, its dtype and its backend from
 * its first input, or its parameters from a state dict. An optimiser may have them before.
 *
 * @throws as Linear; INVALID_ARGUMENT when values of parameters are used before the first input.
 */
export class LazyLinear extends Linear {
  constructor(
    outFeatures: number,
    options: Omit<LinearOptions, "dtype" | "backend"> = {},
    ...surplus: never[]
  ) {
    super(0, outFeatures, options, ...surplus);
  }

  override get typeName(): string {
    return this.inFeatures === 0 ? "LazyLinear" : "Linear";
  }

  protected override start(_: number, options: LayerOptions): void {
    refusePlace(ownerOf(this), options);
  }

  override forward(x: Tensor): Tensor {
    if (this.inFeatures === 0) {
      checkTensor("forward", x);
      const features = x.shape.at(-1);
      if (features === undefined) {
        throw new Corr2dError("SHAPE_MISMATCH", "LazyLinear expects at least one axis, but got a scalar");
      }
      if (isUninitialized(this.weight)) this.initialize(features, { dtype: x.dtype, backend: x.backend });
      else this.inFeatures = this.weight.shape[1]!; // A state dict has given it one.
    }
    return super.forward(x);
  }
}
