/** Pooling layers. Book: Dive into Deep Learning, 7.5. */
import {
  type AvgPoolOptions,
  avgPool2d,
  describeValue,
  maxPool2d,
  ownOptions,
  type Pair,
  type PoolOptions,
  poolWindow,
  type Tensor,
  toPair,
} from "@corr2d/core";
import { checkGiven, invalid, named, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { ownerOf } from "./layer-options.ts";

const MAX: Signature = {
  options: { stride: "any", padding: "any", dilation: "any", ceilMode: "boolean" },
  positional: { number: ["stride", "padding", "dilation"], boolean: ["ceilMode"] },
};

const AVERAGE: Signature = {
  options: {
    stride: "any",
    padding: "any",
    ceilMode: "boolean",
    countIncludePad: "boolean",
    divisorOverride: "any",
    dilation: "any",
  },
  positional: {
    number: ["stride", "padding", "divisorOverride"],
    boolean: ["ceilMode", "countIncludePad"],
  },
};

/**
 * A layer's own copy of the window's size, once core has judged it and the options, on no image of the smallest plane.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
function checkWindow(owner: string, kernelSize: Pair, options: PoolOptions): Pair {
  const kernel = named(owner, () => {
    const pair = toPair("kernel_size", kernelSize);
    const dilation = toPair("dilation", options.dilation ?? 1);
    const smallest = pair.map((size, axis) => Math.max(1, dilation[axis]! * (size - 1) + 1));
    poolWindow([0, 1, ...smallest], pair, options);
    return pair;
  });
  return typeof kernelSize === "number" ? kernelSize : Object.freeze(kernel);
}

/**
 * `new MaxPool2D(kernelSize, { stride, padding, dilation, ceilMode })`: the largest value of each window; the stride
 * defaults to the window's size.
 *
 * Input [N, C, H, W] or [C, H, W]; padding never wins, NaN does.
 * @throws INVALID_ARGUMENT from the constructor, with PyTorch's messages, for options that no input could fit.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class MaxPool2D extends Module {
  static override readonly typeName: string = "MaxPool2d";

  /** The window's size. */
  readonly kernelSize: Pair;
  /** A frozen copy of what the constructor got. */
  readonly options: PoolOptions;

  constructor(kernelSize: Pair, options: PoolOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), MAX, options, surplus);
    this.kernelSize = checkWindow(ownerOf(this), kernelSize, options);
    this.options = ownOptions(options);
  }

  /** Cells the window moves by. */
  get stride(): Pair {
    return this.options.stride ?? this.kernelSize;
  }
  /** Cells around the input. */
  get padding(): NonNullable<PoolOptions["padding"]> {
    return this.options.padding ?? 0;
  }
  /** Distance between neighbouring cells of the window. */
  get dilation(): Pair {
    return this.options.dilation ?? 1;
  }
  /** Whether the size of the output is rounded up. */
  get ceilMode(): boolean {
    return this.options.ceilMode ?? false;
  }

  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return (
      `kernel_size=${pythonText(kernelSize)}, stride=${pythonText(stride)}, padding=${pythonText(padding)}, ` +
      `dilation=${pythonText(dilation)}, ceil_mode=${pythonText(ceilMode)}`
    );
  }
}

/**
 * `new AvgPool2D(kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride })`: the mean of each
 * window; the stride defaults to the window's size.
 *
 * Input [N, C, H, W] or [C, H, W].
 * @throws INVALID_ARGUMENT from the constructor, with PyTorch's messages, for options that no input could fit.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class AvgPool2D extends Module {
  static override readonly typeName: string = "AvgPool2d";

  /** The window's size. */
  readonly kernelSize: Pair;
  /** A frozen copy of what the constructor got. */
  readonly options: AvgPoolOptions;

  constructor(kernelSize: Pair, options: AvgPoolOptions = {}, ...surplus: never[]) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, AVERAGE, options, surplus);
    this.kernelSize = checkWindow(owner, kernelSize, options);
    const { divisorOverride = null } = options;
    if (divisorOverride !== null && (typeof divisorOverride !== "number" || divisorOverride === 0)) {
      const got = describeValue(divisorOverride);
      throw invalid(`${owner}: divisor must be not zero: got divisorOverride=${got}`);
    }
    this.options = ownOptions(options);
  }

  /** Cells the window moves by. */
  get stride(): Pair {
    return this.options.stride ?? this.kernelSize;
  }
  /** Cells around the input. */
  get padding(): NonNullable<PoolOptions["padding"]> {
    return this.options.padding ?? 0;
  }
  /** Whether the size of the output is rounded up. */
  get ceilMode(): boolean {
    return this.options.ceilMode ?? false;
  }
  /** Whether cells of the padding count in the divisor. */
  get countIncludePad(): boolean {
    return this.options.countIncludePad ?? true;
  }
  /** What is divided by instead of the number of cells; null for that. */
  get divisorOverride(): number | null {
    return this.options.divisorOverride ?? null;
  }

  override forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${pythonText(kernelSize)}, stride=${pythonText(stride)}, padding=${pythonText(padding)}`;
  }
}
