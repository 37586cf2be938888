/** Pooling layers. Book: Dive into Deep Learning, 7.5. */
import {
  type AvgPoolOptions,
  avgPool2d,
  maxPool2d,
  type Pair,
  type PoolOptions,
  type Tensor,
} from "@corr2d/core";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";

/**
 * `new MaxPool2D(kernelSize, { stride, padding, dilation, ceilMode })`: the largest value of each window; the stride
 * defaults to the window's size.
 *
 * Input [N, C, H, W] or [C, H, W]; padding never wins, NaN does.
 * @throws from `forward`: SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export class MaxPool2D extends Module {
  static override readonly typeName: string = "MaxPool2d";

  readonly kernelSize: Pair;
  readonly options: PoolOptions;

  constructor(kernelSize: Pair, options: PoolOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = Object.freeze({ ...options });
  }

  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride = this.kernelSize, padding = 0, dilation = 1, ceilMode = false } = this.options;
    return (
      `kernel_size=${pythonText(this.kernelSize)}, stride=${pythonText(stride)}, padding=${pythonText(padding)}, ` +
      `dilation=${pythonText(dilation)}, ceil_mode=${pythonText(ceilMode)}`
    );
  }
}

/**
 * `new AvgPool2D(kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride })`: the mean of each
 * window; the stride defaults to the window's size.
 *
 * Input [N, C, H, W] or [C, H, W].
 * @throws from `forward`: SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export class AvgPool2D extends Module {
  static override readonly typeName: string = "AvgPool2d";

  readonly kernelSize: Pair;
  readonly options: AvgPoolOptions;

  constructor(kernelSize: Pair, options: AvgPoolOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = Object.freeze({ ...options });
  }

  override forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride = this.kernelSize, padding = 0 } = this.options;
    return `kernel_size=${pythonText(this.kernelSize)}, stride=${pythonText(stride)}, padding=${pythonText(padding)}`;
  }
}
