/**
 * Layer normalisation, of each example over its last axes, and the form of it that divides by the root of the mean square alone.
 *
 * Sources: Ba et al. 2016, "Layer normalization"; Zhang & Sennrich 2019, "Root mean square layer normalization".
 */
import { Corr2dError, isList, type Shape, type Tensor } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, invalid, named, type Signature } from "../arguments.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { pythonText } from "../python-text.ts";
import { sizesText } from "../sizes.ts";
import { type LayerOptions, ownerOf, zeroParameter } from "./layer-options.ts";
import { affineOf, momentsOf, scaleAndShift, standardize } from "./moments.ts";

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

/** A copy of the sizes that nobody can change. */
function ownSizes(sizes: number | Shape): Shape {
  const own: number[] = [];
  for (const size of isList(sizes) ? sizes : [sizes]) {
    checkPositive("normalized_shape", size);
    own.push(size);
  }
  if (own.length > 0) return Object.freeze(own);
  throw invalid(
    "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element",
  );
}

/**
 * The last axes of x, which have these sizes.
 * @throws SHAPE_MISMATCH, with PyTorch's message.
 */
function axesOf(x: Tensor, normalizedShape: Shape): number[] {
  const first = x.shape.length - normalizedShape.length;
  if (first < 0 || normalizedShape.some((size, axis) => size !== x.shape[first + axis])) {
    const sizes = normalizedShape.join(", ");
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Given normalized_shape=[${sizes}], expected input with shape [*, ${sizes}], but got input of size ` +
        sizesText(x.shape),
    );
  }
  return normalizedShape.map((_, axis) => first + axis);
}

/**
 * `new LayerNorm(normalizedShape, { eps, elementwiseAffine, bias })`: per example over its last axes.
 *
 * Input and output [*, ...normalizedShape].
 * @throws INVALID_ARGUMENT from the constructor.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's message.
 */
export class LayerNorm extends Module {
  static override readonly typeName: string = "LayerNorm";

  readonly normalizedShape: Shape;
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), LAYER_NORM, options, surplus);
    this.normalizedShape = named(ownerOf(this), () => ownSizes(normalizedShape));
    this.eps = options.eps ?? 1e-5;
    const affine = affineOf(this.normalizedShape, options.elementwiseAffine ?? true, options);
    this.weight = affine.weight;
    this.bias = (options.bias ?? true) ? affine.bias : null;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const { normalizedShape } = this;
    const axes = axesOf(x, normalizedShape);
    return scaleAndShift(standardize(momentsOf(x, axes), this.eps), this, normalizedShape);
  }

  override extraRepr(): string {
    const { normalizedShape, eps, weight } = this;
    return `${pythonText(normalizedShape)}, eps=${pythonText(eps)}, elementwise_affine=${pythonText(weight !== null)}`;
  }
}

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

  readonly normalizedShape: Shape;
  readonly eps: number | null;
  weight: Parameter | null;

  constructor(normalizedShape: number | Shape, options: RMSNormOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), RMS_NORM, options, surplus);
    this.normalizedShape = named(ownerOf(this), () => ownSizes(normalizedShape));
    this.eps = options.eps ?? null;
    const affine = options.elementwiseAffine ?? true;
    this.weight = affine ? init.ones(zeroParameter(this.normalizedShape, options)) : null;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const axes = axesOf(x, this.normalizedShape);
    const eps = this.eps ?? (x.dtype === "float64" ? Number.EPSILON : 2 ** -23);
    const standard = x.mul(x.square().mean(axes, true).add(eps).rsqrt());
    return this.weight === null ? standard : standard.mul(this.weight);
  }

  override extraRepr(): string {
    const { normalizedShape, eps, weight } = this;
    return `${pythonText(normalizedShape)}, eps=${pythonText(eps)}, elementwise_affine=${pythonText(weight !== null)}`;
  }
}
