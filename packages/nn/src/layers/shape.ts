/** Layers without parameters that only pass values on. */
import { Corr2dError, describeValue, isList, type Shape, type Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, invalid, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { sizesText } from "../sizes.ts";
import { ownerOf } from "./layer-options.ts";

/** The input itself. */
export class Identity extends Module {
  static override readonly typeName: string = "Identity";

  override forward(x: Tensor): Tensor {
    return x;
  }
}

const FLATTEN: Signature = {
  options: { startDim: "number", endDim: "number" },
  positional: { number: ["startDim", "endDim"] },
};

/** `new Flatten({ startDim, endDim })`: the axes from startDim (default 1) to endDim (default −1) as one. */
export class Flatten extends Module {
  static override readonly typeName: string = "Flatten";

  /** The first axis that is merged. */
  readonly startDim: number;
  /** The last axis that is merged. */
  readonly endDim: number;

  constructor(
    options: {
      /** The first axis that is merged (default 1). */
      readonly startDim?: number | undefined;
      /** The last axis that is merged (default −1). */
      readonly endDim?: number | undefined;
    } = {},
    ...surplus: never[]
  ) {
    super();
    checkGiven(ownerOf(this), FLATTEN, options, surplus);
    this.startDim = options.startDim ?? 1;
    this.endDim = options.endDim ?? -1;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    return x.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/**
 * `new Unflatten(dim, unflattenedSize)`: one axis as several, of which one size may be −1.
 * @throws INVALID_ARGUMENT; from `forward` also SHAPE_MISMATCH where the sizes do not fit.
 */
export class Unflatten extends Module {
  static override readonly typeName: string = "Unflatten";

  /** The axis that the layer works along. */
  readonly dim: number;
  /** The sizes that the axis is cut into. */
  readonly unflattenedSize: Shape;

  constructor(dim: number, unflattenedSize: Shape) {
    super();
    const owner = ownerOf(this);
    if (!Number.isInteger(dim)) throw invalid(`${owner}: dim is an integer, but got ${describeValue(dim)}`);
    const isShape = isList(unflattenedSize) && unflattenedSize.length > 0;
    if (!isShape || !Array.from(unflattenedSize).every((n) => Number.isInteger(n))) {
      throw invalid(
        `${owner}: unflattened_size must be an array of integers, but got ${describeValue(unflattenedSize)}`,
      );
    }
    this.dim = dim;
    this.unflattenedSize = Object.freeze([...unflattenedSize]);
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const { shape } = x;
    const { dim, unflattenedSize } = this;
    const axis = dim < 0 ? dim + shape.length : dim;
    const size = shape[axis];
    if (size === undefined) {
      throw invalid(
        `Dimension out of range (expected to be in range of [${-shape.length}, ${shape.length - 1}], but got ${dim})`,
      );
    }
    const known = unflattenedSize.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
    const open = unflattenedSize.filter((n) => n === -1).length;
    const missing = size / known;
    if (open > 1 || known < 0 || (open === 0 ? known !== size : !Number.isInteger(missing))) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `unflatten: Provided sizes ${sizesText(unflattenedSize)} don't multiply up to the size of dim ${axis} (${size}) in the ` +
          "input tensor",
      );
    }
    const sizes = unflattenedSize.map((n) => (n === -1 ? missing : n));
    return x.reshape([...shape.slice(0, axis), ...sizes, ...shape.slice(axis + 1)]);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonText(this.unflattenedSize)}`;
  }
}
