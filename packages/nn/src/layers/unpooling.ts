/** Maximum pooling undone, as layers. */
import {
  type MaxUnpool1dOptions,
  type MaxUnpoolOptions,
  maxUnpool1d,
  maxUnpool2d,
  type Pair,
  type Single,
  type Tensor,
} from "@corr2d/core";
import { checkGiven, invalid, named, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { sizesText } from "../sizes.ts";
import { ownerOf } from "./layer-options.ts";
import { LINE, PLANE } from "./window-form.ts";

const SIGNATURE: Signature = {
  options: { stride: "any", padding: "any" },
  positional: { number: ["stride", "padding"] },
};

interface UnpoolingOptions<Extent> {
  /** Default: the kernel's size. */
  readonly stride?: Extent | undefined;
  /** Cells around the pool's input (default 0). */
  readonly padding?: Extent | undefined;
}

abstract class MaxUnpooling<Sizes extends readonly number[]> extends Module {
  /** The window's size. */
  readonly kernelSize: Sizes;
  /** Cells the window moves by. */
  readonly stride: Sizes;
  /** Cells around the input. */
  readonly padding: Sizes;

  constructor(
    sizesOf: (name: string, value: Pair | Single) => Sizes,
    kernelSize: Pair | Single,
    options: UnpoolingOptions<Pair | Single>,
    surplus: readonly unknown[],
  ) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, SIGNATURE, options, surplus);
    const own = (name: string, value: Pair | Single, least: number): Sizes => {
      const sizes = named(owner, () => sizesOf(name, value));
      if (sizes.every((n) => n >= least)) return sizes;
      const what = least === 0 ? "from 0 on" : "positive";
      throw invalid(`${owner}: ${name} is made of integers, ${what}, but got ${sizesText(sizes)}`);
    };
    this.kernelSize = own("kernel_size", kernelSize, 1);
    this.stride = own("stride", options.stride ?? kernelSize, 1);
    this.padding = own("padding", options.padding ?? 0, 0);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${pythonText(kernelSize)}, stride=${pythonText(stride)}, padding=${pythonText(padding)}`;
  }
}

/**
 * `new MaxUnpool2D(kernelSize, { stride, padding })`: what a maximum pool gave back in the cells that it came from, and zeros
 * elsewhere, as `maxUnpool2d`.
 *
 * Called with values and indices, [N, C, H, W] or [C, H, W], as `maxPool2dWithIndices` gives them, and where several sizes become
 * one in the pool with the size of its input: `unpool(values, indices, x.shape)`.
 * @throws INVALID_ARGUMENT from the constructor; from `forward` as maxUnpool2d.
 */
export class MaxUnpool2D extends MaxUnpooling<readonly [number, number]> {
  static override readonly typeName: string = "MaxUnpool2d";

  constructor(kernelSize: Pair, options: Omit<MaxUnpoolOptions, "outputSize"> = {}, ...surplus: never[]) {
    super(PLANE.sizes, kernelSize, options, surplus);
  }

  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    const { kernelSize, stride, padding } = this;
    return maxUnpool2d(x, indices, kernelSize, { stride, padding, outputSize });
  }
}

/**
 * `new MaxUnpool1D(kernelSize, { stride, padding })`: as MaxUnpool2D, over one axis: [N, C, L] or [C, L].
 * @throws as MaxUnpool2D.
 */
export class MaxUnpool1D extends MaxUnpooling<readonly [number]> {
  static override readonly typeName: string = "MaxUnpool1d";

  constructor(kernelSize: Single, options: Omit<MaxUnpool1dOptions, "outputSize"> = {}, ...surplus: never[]) {
    super(LINE.sizes, kernelSize, options, surplus);
  }

  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    const { kernelSize, stride, padding } = this;
    return maxUnpool1d(x, indices, kernelSize, { stride, padding, outputSize });
  }
}
