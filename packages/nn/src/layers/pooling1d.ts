/** Pooling layers over one axis. */
import {
  type AvgPool1dOptions,
  avgPool1d,
  type MaxPool1dOptions,
  maxPool1d,
  ownOptions,
  poolWindow,
  type Single,
  type Tensor,
  toSingle,
} from "@corr2d/core";
import { checkGiven, named, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { ownerOf } from "./layer-options.ts";

const MAX: Signature = {
  options: { stride: "any", padding: "any", dilation: "any", ceilMode: "boolean" },
  positional: { number: ["stride", "padding", "dilation"], boolean: ["ceilMode"] },
};

const AVERAGE: Signature = {
  options: { stride: "any", padding: "any", ceilMode: "boolean", countIncludePad: "boolean" },
  positional: { number: ["stride", "padding"], boolean: ["ceilMode", "countIncludePad"] },
};

/**
 * A layer's own copy of the window's length, once core has judged it and the options, on no image of the shortest line.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
function checkWindow(owner: string, kernelSize: Single, options: MaxPool1dOptions): Single {
  named(owner, () => {
    const kernel = toSingle("kernel_size", kernelSize);
    const dilation = toSingle("dilation", options.dilation ?? 1);
    const stride = options.stride === undefined ? undefined : toSingle("stride", options.stride);
    poolWindow([0, 1, 1, Math.max(1, dilation * (kernel - 1) + 1)], [1, kernel], {
      ...(stride !== undefined && { stride: [1, stride] }),
      padding: [0, toSingle("padding", options.padding ?? 0)],
      dilation: [1, dilation],
      ceilMode: options.ceilMode,
    });
  });
  return typeof kernelSize === "number" ? kernelSize : Object.freeze([kernelSize[0]] as const);
}

/**
 * `new MaxPool1D(kernelSize, { stride, padding, dilation, ceilMode })`: the largest value of each window; the stride
 * defaults to the window's size.
 *
 * Input [N, C, L] or [C, L]; padding never wins, NaN does.
 * @throws INVALID_ARGUMENT from the constructor, with PyTorch's messages, for options that no input could fit.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class MaxPool1D extends Module {
  static override readonly typeName: string = "MaxPool1d";

  /** The window's size. */
  readonly kernelSize: Single;
  /** A frozen copy of what the constructor got. */
  readonly options: MaxPool1dOptions;

  constructor(kernelSize: Single, options: MaxPool1dOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), MAX, options, surplus);
    this.kernelSize = checkWindow(ownerOf(this), kernelSize, options);
    this.options = ownOptions(options);
  }

  /** Cells the window moves by. */
  get stride(): Single {
    return this.options.stride ?? this.kernelSize;
  }
  /** Cells around the input. */
  get padding(): Single {
    return this.options.padding ?? 0;
  }
  /** Distance between neighbouring cells of the window. */
  get dilation(): Single {
    return this.options.dilation ?? 1;
  }
  /** Whether the size of the output is rounded up. */
  get ceilMode(): boolean {
    return this.options.ceilMode ?? false;
  }

  override forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return (
      `kernel_size=${pythonText(kernelSize)}, stride=${pythonText(stride)}, padding=${pythonText(padding)}, ` +
      `dilation=${pythonText(dilation)}, ceil_mode=${pythonText(ceilMode)}`
    );
  }
}

/** A number as the tuple that PyTorch keeps of it. */
const tuple = (value: Single): string => pythonText([toSingle("value", value)]);

/**
 * `new AvgPool1D(kernelSize, { stride, padding, ceilMode, countIncludePad })`: the mean of each window; the stride
 * defaults to the window's size.
 *
 * Input [N, C, L] or [C, L].
 * @throws INVALID_ARGUMENT from the constructor, with PyTorch's messages, for options that no input could fit.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class AvgPool1D extends Module {
  static override readonly typeName: string = "AvgPool1d";

  /** The window's size. */
  readonly kernelSize: Single;
  /** A frozen copy of what the constructor got. */
  readonly options: AvgPool1dOptions;

  constructor(kernelSize: Single, options: AvgPool1dOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), AVERAGE, options, surplus);
    this.kernelSize = checkWindow(ownerOf(this), kernelSize, options);
    this.options = ownOptions(options);
  }

  /** Cells the window moves by. */
  get stride(): Single {
    return this.options.stride ?? this.kernelSize;
  }
  /** Cells around the input. */
  get padding(): Single {
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

  override forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${tuple(kernelSize)}, stride=${tuple(stride)}, padding=${tuple(padding)}`;
  }
}
