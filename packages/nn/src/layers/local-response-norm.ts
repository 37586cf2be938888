/** Local response normalisation as a layer. */
import type { Tensor } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, named } from "../arguments.ts";
import { Module } from "../module.ts";
import {
  LOCAL_RESPONSE_NORM,
  type LocalResponseNormOptions,
  localResponseNorm,
} from "../norms/local-response-norm.ts";
import { floatText } from "../python-text.ts";
import { ownerOf } from "./layer-options.ts";

/**
 * `new LocalResponseNorm(size, { alpha, beta, k })`: x / (k + alpha · mean of x² over `size` neighbouring channels)^beta; channels
 * that are not there count as zeros.
 *
 * Input and output [N, C, ...].
 * @throws INVALID_ARGUMENT from the constructor; from `forward`: SHAPE_MISMATCH, with PyTorch's message.
 */
export class LocalResponseNorm extends Module {
  static override readonly typeName: string = "LocalResponseNorm";

  /** Channels, or sizes, that the layer works over. */
  readonly size: number;
  /** The factor alpha. */
  readonly alpha: number;
  /** The factor or exponent beta. */
  readonly beta: number;
  /** Added before the power is taken. */
  readonly k: number;

  constructor(size: number, options: LocalResponseNormOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), LOCAL_RESPONSE_NORM, options, surplus);
    named(ownerOf(this), () => checkPositive("size", size));
    this.size = size;
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.k = options.k ?? 1;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const { size, alpha, beta, k } = this;
    return localResponseNorm(x, size, { alpha, beta, k });
  }

  override extraRepr(): string {
    const { size, alpha, beta, k } = this;
    return `${size}, alpha=${floatText(alpha)}, beta=${floatText(beta)}, k=${floatText(k)}`;
  }
}
