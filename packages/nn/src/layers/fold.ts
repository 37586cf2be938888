/** Patches as columns and back, as layers. */
import { fold, ownOptions, type Pair, type Tensor, toPair, type UnfoldOptions, unfold } from "@corr2d/core";
import { checkGiven, named, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { ownerOf } from "./layer-options.ts";

const SIGNATURE: Signature = {
  options: { dilation: "any", padding: "any", stride: "any" },
  positional: { number: ["dilation", "padding", "stride"] },
};

function ownPair(owner: string, name: string, value: Pair): Pair {
  const pair = named(owner, () => toPair(name, value));
  return typeof value === "number" ? value : Object.freeze(pair);
}

function ownWindow(owner: string, options: UnfoldOptions, surplus: readonly unknown[]): UnfoldOptions {
  checkGiven(owner, SIGNATURE, options, surplus);
  for (const name of ["dilation", "padding", "stride"] as const) {
    const value = options[name];
    if (value !== undefined) named(owner, () => toPair(name, value));
  }
  return ownOptions(options);
}

/** A layer of windows, which it keeps as options of core's. */
abstract class Windows extends Module {
  /** The window's size. */
  readonly kernelSize: Pair;
  /** A frozen copy of what the constructor got. */
  readonly options: UnfoldOptions;

  constructor(kernelSize: Pair, options: UnfoldOptions, surplus: readonly unknown[]) {
    super();
    const owner = ownerOf(this);
    this.options = ownWindow(owner, options, surplus);
    this.kernelSize = ownPair(owner, "kernel_size", kernelSize);
  }

  /** Distance between neighbouring cells of the window. */
  get dilation(): Pair {
    return this.options.dilation ?? 1;
  }
  /** Cells around the input. */
  get padding(): Pair {
    return this.options.padding ?? 0;
  }
  /** Cells the window moves by. */
  get stride(): Pair {
    return this.options.stride ?? 1;
  }

  override extraRepr(): string {
    const { kernelSize, dilation, padding, stride } = this;
    return (
      `kernel_size=${pythonText(kernelSize)}, dilation=${pythonText(dilation)}, padding=${pythonText(padding)}, ` +
      `stride=${pythonText(stride)}`
    );
  }
}

/**
 * `new Unfold(kernelSize, { dilation, padding, stride })`: the patches of the input as columns.
 *
 * Input [N, C, H, W] or [C, H, W]; output [N, C · kH · kW, L] or [C · kH · kW, L].
 * @throws INVALID_ARGUMENT; from `forward` also SHAPE_MISMATCH.
 */
export class Unfold extends Windows {
  static override readonly typeName: string = "Unfold";

  constructor(kernelSize: Pair, options: UnfoldOptions = {}, ...surplus: never[]) {
    super(kernelSize, options, surplus);
  }

  override forward(x: Tensor): Tensor {
    return unfold(x, this.kernelSize, this.options);
  }
}

/**
 * `new Fold(outputSize, kernelSize, { dilation, padding, stride })`: columns added back to planes of outputSize.
 *
 * Input [N, C · kH · kW, L] or [C · kH · kW, L]; output [N, C, H, W] or [C, H, W].
 * @throws INVALID_ARGUMENT; from `forward` also SHAPE_MISMATCH, with PyTorch's messages.
 */
export class Fold extends Windows {
  static override readonly typeName: string = "Fold";

  /** Size of the planes of the output. */
  readonly outputSize: Pair;

  constructor(outputSize: Pair, kernelSize: Pair, options: UnfoldOptions = {}, ...surplus: never[]) {
    super(kernelSize, options, surplus);
    this.outputSize = ownPair(ownerOf(this), "output_size", outputSize);
  }

  override forward(x: Tensor): Tensor {
    return fold(x, this.outputSize, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}, ${super.extraRepr()}`;
  }
}
