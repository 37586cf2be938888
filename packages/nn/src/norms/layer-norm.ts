/**
 * Layer normalisation, of each example over its last axes, and the form of it that divides by the root of the mean square alone.
 *
 * Sources: Ba et al. 2016, "Layer normalization"; Zhang & Sennrich 2019, "Root mean square layer normalization".
 */
import {
  Corr2dError,
  DTYPES,
  describeValue,
  isFloating,
  isList,
  type Shape,
  sizeOf,
  type Tensor,
} from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, invalid, named, type Signature } from "../arguments.ts";
import { sameSizes, sizesText } from "../sizes.ts";
import { type AffineOptions, checkOptional, normalize, scaleAndShift } from "./moments.ts";

const LAYER_NORM: Signature = {
  options: { weight: "any", bias: "any", eps: "number" },
  positional: { tensor: ["weight", "bias"], number: ["eps"] },
};

const RMS_NORM: Signature = {
  options: { weight: "any", eps: "any" },
  positional: { tensor: ["weight"], number: ["eps"] },
};

/**
 * A copy of the sizes that nobody can change.
 * @throws INVALID_ARGUMENT, with PyTorch's message.
 */
export function ownSizes(sizes: number | Shape): Shape {
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
 * @throws SHAPE_MISMATCH, with PyTorch's messages, also unless weight and bias have them.
 */
function axesOf(x: Tensor, normalizedShape: Shape, affine: AffineOptions): number[] {
  const sizes = normalizedShape.join(", ");
  const first = x.dim() - normalizedShape.length;
  if (first < 0 || !sameSizes(x.shape.slice(first), normalizedShape)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Given normalized_shape=[${sizes}], expected input with shape [*, ${sizes}], but got input of size ` +
        sizesText(x.shape),
    );
  }
  for (const name of ["weight", "bias"] as const) {
    const tensor = affine[name];
    if (!tensor || sameSizes(tensor.shape, normalizedShape)) continue;
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ${sizesText(tensor.shape)} and ` +
        `normalized_shape = [${sizes}]`,
    );
  }
  return normalizedShape.map((_, axis) => first + axis);
}

/**
 * Normalises each example over its last axes.
 *
 * @param x [*, ...normalizedShape]
 * @param normalizedShape a number, or several.
 * @param options `weight` and `bias` of the normalised shape, `eps`.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export function layerNorm(x: Tensor, normalizedShape: number | Shape, options: AffineOptions = {}): Tensor {
  const owner = "layerNorm";
  checkTensor(owner, x);
  checkGiven(owner, LAYER_NORM, options);
  const { weight, bias, eps = 1e-5 } = options;
  checkOptional(owner, { weight, bias });
  const sizes = named(owner, () => ownSizes(normalizedShape));
  axesOf(x, sizes, options);
  if (x.numel() === 0) return scaleAndShift(x, options, sizes);
  const inner = sizeOf(sizes);
  const size = { outer: 1, groups: x.numel() / inner, inner, channels: inner, cells: 1 };
  return normalize(x, options, size, eps, sizes);
}

/** Options of `rmsNorm`. */
export interface RmsNormFunctionOptions extends Pick<AffineOptions, "weight"> {
  /** Added to mean squares (default: the distance from 1 to the next number of the input's dtype). */
  readonly eps?: number | null | undefined;
}

/**
 * x / √(mean of x² + eps) per example over its last axes.
 *
 * @param x [*, ...normalizedShape]
 * @param options `weight` of the normalised shape, `eps`.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED.
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  options: RmsNormFunctionOptions = {},
): Tensor {
  const owner = "rmsNorm";
  checkTensor(owner, x);
  checkGiven(owner, RMS_NORM, options);
  const { weight } = options;
  checkOptional(owner, { weight });
  const sizes = named(owner, () => ownSizes(normalizedShape));
  const axes = axesOf(x, sizes, { weight });
  const eps = options.eps ?? epsilonOf(owner, x);
  if (typeof eps !== "number")
    throw invalid(`${owner}: 'eps' is a number or null, but got ${describeValue(eps)}`);
  return scaleAndShift(x.mul(x.square().mean(axes, true).add(eps).rsqrt()), { weight }, sizes);
}

/** @throws DTYPE_UNSUPPORTED for whole numbers. */
function epsilonOf(owner: string, { dtype }: Tensor): number {
  if (isFloating(dtype)) return DTYPES[dtype].epsilon;
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    `${owner} is not implemented for ${dtype} tensors; cast to floating point first with .float()`,
  );
}
