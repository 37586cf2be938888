/** Local response normalisation. Source: Krizhevsky et al. 2012, "ImageNet classification with deep convolutional neural networks". */
import { avgPool2d, Corr2dError, type Tensor } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, named, type Signature } from "../arguments.ts";

/** Options of `localResponseNorm`. */
export interface LocalResponseNormOptions {
  /** Factor on the mean square (default 1e-4). */
  readonly alpha?: number | undefined;
  /** Exponent (default 0.75). */
  readonly beta?: number | undefined;
  /** What is added (default 1). */
  readonly k?: number | undefined;
}

/** Of the function, and of the layer. */
export const LOCAL_RESPONSE_NORM: Signature = {
  options: { alpha: "number", beta: "number", k: "number" },
  positional: { number: ["alpha", "beta", "k"] },
};

/**
 * x / (k + alpha · mean of x² over `size` neighbouring channels)^beta; channels that are not there count as zeros.
 *
 * @param x [N, C, ...]
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's message.
 */
export function localResponseNorm(x: Tensor, size: number, options: LocalResponseNormOptions = {}): Tensor {
  const owner = "localResponseNorm";
  checkTensor(owner, x);
  checkGiven(owner, LOCAL_RESPONSE_NORM, options);
  named(owner, () => checkPositive("size", size));
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  const { shape } = x;
  if (shape.length < 3) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Expected 3D or higher dimensionality input (got ${shape.length} dimensions)`,
    );
  }
  if (x.numel() === 0) return x;
  const [batch, channels] = shape as readonly [number, number];
  const squares = x.square().reshape([batch, 1, channels, x.numel() / (batch * channels)]);
  const means = avgPool2d(squares, [size, 1], { stride: 1, padding: [size >> 1, (size - 1) >> 1, 0, 0] });
  return x.div(means.reshape(shape).mul(alpha).add(k).pow(beta));
}
