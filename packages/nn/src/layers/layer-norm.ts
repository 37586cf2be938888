/** Layer normalisation as layers. */
import type { Shape, Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, named, type Signature } from "../arguments.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { layerNorm, ownSizes, rmsNorm } from "../norms/layer-norm.ts";
import type { Parameter } from "../parameter.ts";
import { pythonText } from "../python-text.ts";
import { ABSENT, affineOf, type LayerOptions, ownerOf, zeroParameter } from "./layer-options.ts";

/** Options of `LayerNorm`. */
export interface LayerNormOptions extends LayerOptions {
  /** Added to variances (default 1e-5). */
  readonly eps?: number | undefined;
  /** Whether scale and shift are learnt, of the normalised shape (default true). */
  readonly elementwiseAffine?: boolean | undefined;
  /** Whether there is a shift beside the scale (default true). */
  readonly bias?: boolean | undefined;
}

const LAYER_NORM: Signature = {
  options: { eps: "number", elementwiseAffine: "boolean", bias: "boolean", dtype: "any", backend: "any" },
  positional: { number: ["eps"], boolean: ["elementwiseAffine", "bias"] },
};

/**
 * `new LayerNorm(normalizedShape, { eps, elementwiseAffine, bias })`: per example over its last axes.
 *
 * Input and output [*, ...normalizedShape].
 * @throws INVALID_ARGUMENT from the constructor.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's message.
 */
export class LayerNorm extends Module {
  static override readonly typeName: string = "LayerNorm";

  /** Sizes of the last axes, over which the layer normalises. */
  readonly normalizedShape: Shape;
  /** Added to the variance, or the least that a length is taken for. */
  readonly eps: number;
  /** Of the normalised shape; null with `elementwiseAffine: false`. */
  weight: Parameter;
  /** Of the normalised shape; null with `elementwiseAffine: false`, and with `bias: false`. */
  bias: Parameter;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), LAYER_NORM, options, surplus);
    this.normalizedShape = named(ownerOf(this), () => ownSizes(normalizedShape));
    this.eps = options.eps ?? 1e-5;
    const affine = affineOf(this.normalizedShape, options.elementwiseAffine ?? true, options);
    this.weight = affine.weight;
    this.bias = (options.bias ?? true) ? affine.bias : ABSENT;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const { normalizedShape, weight, bias, eps } = this;
    return layerNorm(x, normalizedShape, { weight, bias, eps });
  }

  override extraRepr(): string {
    const { normalizedShape, eps, weight } = this;
    return `${pythonText(normalizedShape)}, eps=${pythonText(eps)}, elementwise_affine=${pythonText(weight !== null)}`;
  }
}

/** Options of `rmsNorm`. */
export interface RMSNormOptions extends LayerOptions {
  /** Added to mean squares (default: the distance from 1 to the next number of the input's dtype). */
  readonly eps?: number | null | undefined;
  /** Whether a scale is learnt, of the normalised shape (default true). */
  readonly elementwiseAffine?: boolean | undefined;
}

const RMS_NORM: Signature = {
  options: { eps: "any", elementwiseAffine: "boolean", dtype: "any", backend: "any" },
  positional: { number: ["eps"], boolean: ["elementwiseAffine"] },
};

/**
 * `new RMSNorm(normalizedShape, { eps, elementwiseAffine })`: x / √(mean of x² + eps) per example over its last axes, then a learnt
 * scale.
 *
 * Input and output [*, ...normalizedShape].
 * @throws INVALID_ARGUMENT from the constructor.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's message.
 */
export class RMSNorm extends Module {
  static override readonly typeName: string = "RMSNorm";

  /** Sizes of the last axes, over which the layer normalises. */
  readonly normalizedShape: Shape;
  /** Added to the variance, or the least that a length is taken for. */
  readonly eps: number | null;
  /** Of the normalised shape; null with `elementwiseAffine: false`. */
  weight: Parameter;

  constructor(normalizedShape: number | Shape, options: RMSNormOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), RMS_NORM, options, surplus);
    this.normalizedShape = named(ownerOf(this), () => ownSizes(normalizedShape));
    this.eps = options.eps ?? null;
    const affine = options.elementwiseAffine ?? true;
    this.weight = affine ? init.ones(zeroParameter(this.normalizedShape, options)) : ABSENT;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const { normalizedShape, weight, eps } = this;
    return rmsNorm(x, normalizedShape, { weight, eps });
  }

  override extraRepr(): string {
    const { normalizedShape, eps, weight } = this;
    return `${pythonText(normalizedShape)}, eps=${pythonText(eps)}, elementwise_affine=${pythonText(weight !== null)}`;
  }
}
