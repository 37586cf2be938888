/**
 * Dropout: of values, of whole channels, and in the form that keeps mean and variance after SELU. The draws are PyTorch's.
 *
 * Sources: Srivastava et al. 2014, "Dropout"; Tompson et al. 2015, "Efficient object localization using convolutional networks";
 * Klambauer et al. 2017, "Self-normalizing neural networks". Book: Dive into Deep Learning, 5.6.
 */
import { bernoulli, Corr2dError, describeValue, type Shape, type Tensor } from "@corr2d/core";
import { checkTensor, invalid } from "../arguments.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { sizesText } from "../sizes.ts";
import { ownerOf, refuseSurplus } from "./layer-options.ts";

abstract class DropoutLayer extends Module {
  readonly p: number;

  constructor(p = 0.5, ...surplus: never[]) {
    super();
    const owner = ownerOf(this);
    if (typeof p !== "number" || !(p >= 0 && p <= 1)) {
      const hint = typeof p === "object" ? `; write new ${owner}(0.5)` : "";
      const got = describeValue(p);
      throw invalid(`${owner}: dropout probability has to be between 0 and 1, but got ${got}${hint}`);
    }
    refuseSurplus(owner, "p alone", surplus);
    this.p = p;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    this.checkRank(x.shape);
    if (!this.training || this.p === 0) return x;
    // Nothing survives, and 0 / 0 would be NaN.
    return this.p === 1 ? x.mul(0) : this.drop(x);
  }

  /** @throws SHAPE_MISMATCH unless inputs of this shape are the layer's. */
  protected checkRank(_: Shape): void {}

  /** What training makes of x, for 0 < p < 1. */
  protected abstract drop(x: Tensor): Tensor;

  override extraRepr(): string {
    return `p=${pythonText(this.p)}, inplace=False`;
  }
}

/** 1 where something survives. */
const survivors = (x: Tensor, shape: Shape, p: number): Tensor =>
  bernoulli(shape, 1 - p, { dtype: x.dtype, backend: x.backend });

/**
 * `new Dropout(p)`: in training, each value becomes 0 with probability p (default 0.5) and is divided by 1 − p
 * otherwise; after `eval()` the input itself.
 *
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1.
 */
export class Dropout extends DropoutLayer {
  static override readonly typeName: string = "Dropout";

  protected override drop(x: Tensor): Tensor {
    return x.mul(survivors(x, x.shape, this.p).div(1 - this.p));
  }
}

/** Dropout of channels, of which `lead` axes tell. */
const dropChannels = (x: Tensor, lead: number, p: number): Tensor =>
  x.mul(survivors(x, [...x.shape.slice(0, lead), ...x.shape.slice(lead).map(() => 1)], p).div(1 - p));

function refuseRank(layer: string, expected: string, shape: Shape): never {
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `${layer}: Expected ${expected} input, but received a ${shape.length}D input: ${sizesText(shape)}`,
  );
}

/**
 * `new Dropout1D(p)`: as Dropout, of whole channels of [N, C, L] or [C, L].
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1; from `forward`: SHAPE_MISMATCH.
 */
export class Dropout1D extends DropoutLayer {
  static override readonly typeName: string = "Dropout1d";

  protected override checkRank(shape: Shape): void {
    if (shape.length !== 2 && shape.length !== 3) refuseRank("dropout1d", "2D or 3D", shape);
  }

  protected override drop(x: Tensor): Tensor {
    return dropChannels(x, x.shape.length - 1, this.p);
  }
}

/**
 * `new Dropout2D(p)`: as Dropout, of whole channels of [N, C, H, W]. An input [N, C, L] is taken as Dropout1D would, as in PyTorch.
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1; from `forward`: SHAPE_MISMATCH.
 */
export class Dropout2D extends DropoutLayer {
  static override readonly typeName: string = "Dropout2d";

  protected override checkRank(shape: Shape): void {
    if (shape.length !== 3 && shape.length !== 4) refuseRank("dropout2d", "3D or 4D", shape);
  }

  protected override drop(x: Tensor): Tensor {
    return dropChannels(x, 2, this.p);
  }
}

/** What SELU tends to, negated: scale · alpha. */
const SATURATION = 1.7580993408473766;

/**
 * `new AlphaDropout(p)`: in training, each value becomes SELU's lower bound with probability p (default 0.5), and all are moved and
 * scaled so that mean 0 and variance 1 stay; after `eval()` the input itself.
 *
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1.
 */
export class AlphaDropout extends DropoutLayer {
  static override readonly typeName: string = "AlphaDropout";

  protected override drop(x: Tensor): Tensor {
    const { p } = this;
    const scale = 1 / Math.sqrt((SATURATION * SATURATION * p + 1) * (1 - p));
    const kept = survivors(x, x.shape, p);
    const shift = kept
      .sub(1)
      .mul(SATURATION * scale)
      .add(SATURATION * scale * p);
    return x.mul(kept.mul(scale)).add(shift);
  }
}
