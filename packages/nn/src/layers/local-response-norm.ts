/** Local response normalisation. Source: Krizhevsky et al. 2012, "ImageNet classification with deep convolutional neural networks". */
import { avgPool2d, Corr2dError, type Tensor } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, named, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { floatText } from "../python-text.ts";
import { ownerOf } from "./layer-options.ts";

export interface LocalResponseNormOptions {
  /** Factor on the mean square (default 1e-4). */
  readonly alpha?: number | undefined;
  /** Exponent (default 0.75). */
  readonly beta?: number | undefined;
  /** What is added (default 1). */
  readonly k?: number | undefined;
}

const SIGNATURE: Signature = {
  options: { alpha: "number", beta: "number", k: "number" },
  positional: { number: ["alpha", "beta", "k"] },
};

/**
 * `new LocalResponseNorm(size, { alpha, beta, k })`: x / (k + alpha · mean of x² over `size` neighbouring channels)^beta; channels
 * that are not there count as zeros.
 *
 * Input and output [N, C, ...].
 * @throws INVALID_ARGUMENT from the constructor; from `forward`: SHAPE_MISMATCH, with PyTorch's message.
 */
export class LocalResponseNorm extends Module {
  static override readonly typeName: string = "LocalResponseNorm";

  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(size: number, options: LocalResponseNormOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), SIGNATURE, options, surplus);
    named(ownerOf(this), () => checkPositive("size", size));
    this.size = size;
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.k = options.k ?? 1;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const { size } = this;
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
    return x.div(means.reshape(shape).mul(this.alpha).add(this.k).pow(this.beta));
  }

  override extraRepr(): string {
    const { size, alpha, beta, k } = this;
    return `${size}, alpha=${floatText(alpha)}, beta=${floatText(beta)}, k=${floatText(k)}`;
  }
}
