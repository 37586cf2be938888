/** Softmax and its kin along an axis, as layers. Book: Dive into Deep Learning, 4.1. */
import { Corr2dError, describeValue, logSoftmax, softmax, softmin, type Tensor } from "@corr2d/core";
import { checkTensor, invalid } from "../arguments.ts";
import { Module } from "../module.ts";
import { sizesText } from "../sizes.ts";
import { ownerOf, PlainLayer } from "./layer-options.ts";

/** @throws INVALID_ARGUMENT unless `dim` is an axis of some tensor. */
function checkDim(owner: string, dim: number): number {
  if (Number.isInteger(dim)) return dim;
  const hint = typeof dim === "object" ? `; write new ${owner}(1)` : "";
  throw invalid(`${owner}: dim is an integer, but got ${describeValue(dim)}${hint}`);
}

/** `new Softmax(dim)`: eˣ / Σ eˣ along an axis. */
export class Softmax extends Module {
  static override readonly typeName: string = "Softmax";

  /** The axis that the layer works along. */
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = checkDim(ownerOf(this), dim);
  }

  override forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** `new Softmin(dim)`: e⁻ˣ / Σ e⁻ˣ along an axis. */
export class Softmin extends Module {
  static override readonly typeName: string = "Softmin";

  /** The axis that the layer works along. */
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = checkDim(ownerOf(this), dim);
  }

  override forward(x: Tensor): Tensor {
    return softmin(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * Softmax over the channels of every cell.
 *
 * Input and output [N, C, H, W] or [C, H, W].
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's message.
 */
export class Softmax2D extends PlainLayer {
  static override readonly typeName: string = "Softmax2d";

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const rank = x.shape.length;
    if (rank === 3 || rank === 4) return softmax(x, -3);
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Softmax2d: expected input to be 3D or 4D, got ${rank}D instead: ${sizesText(x.shape)}`,
    );
  }
}

/** `new LogSoftmax(dim)`: ln(eˣ / Σ eˣ) along an axis. */
export class LogSoftmax extends Module {
  static override readonly typeName: string = "LogSoftmax";

  /** The axis that the layer works along. */
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = checkDim(ownerOf(this), dim);
  }

  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
