/** Dropout as layers: nothing is dropped after `eval()`. */
import type { Tensor } from "@corr2d/core";
import { alphaDropout, checkProbability, dropout, dropout1d, dropout2d } from "../dropout.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { ownerOf, refuseSurplus } from "./layer-options.ts";

abstract class DropoutLayer extends Module {
  /** With which probability something is dropped. */
  readonly p: number;

  constructor(p = 0.5, ...surplus: never[]) {
    super();
    const owner = ownerOf(this);
    checkProbability(owner, p, `; write new ${owner}(0.5)`);
    refuseSurplus(owner, "p alone", surplus);
    this.p = p;
  }

  abstract override forward(x: Tensor): Tensor;

  override extraRepr(): string {
    return `p=${pythonText(this.p)}, inplace=False`;
  }
}

/**
 * `new Dropout(p)`: in training, each value becomes 0 with probability p (default 0.5) and is divided by 1 − p
 * otherwise; after `eval()` the input itself.
 *
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1.
 */
export class Dropout extends DropoutLayer {
  static override readonly typeName: string = "Dropout";

  override forward(x: Tensor): Tensor {
    const { p, training } = this;
    return dropout(x, { p, training });
  }
}

/**
 * `new Dropout1D(p)`: as Dropout, of whole channels of [N, C, L] or [C, L].
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1; from `forward`: SHAPE_MISMATCH.
 */
export class Dropout1D extends DropoutLayer {
  static override readonly typeName: string = "Dropout1d";

  override forward(x: Tensor): Tensor {
    const { p, training } = this;
    return dropout1d(x, { p, training });
  }
}

/**
 * `new Dropout2D(p)`: as Dropout, of whole channels of [N, C, H, W]. An input [N, C, L] is taken as Dropout1D would, as in PyTorch.
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1; from `forward`: SHAPE_MISMATCH.
 */
export class Dropout2D extends DropoutLayer {
  static override readonly typeName: string = "Dropout2d";

  override forward(x: Tensor): Tensor {
    const { p, training } = this;
    return dropout2d(x, { p, training });
  }
}

/**
 * `new AlphaDropout(p)`: in training, each value becomes SELU's lower bound with probability p (default 0.5), and all are moved and
 * scaled so that mean 0 and variance 1 stay; after `eval()` the input itself.
 *
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1.
 */
export class AlphaDropout extends DropoutLayer {
  static override readonly typeName: string = "AlphaDropout";

  override forward(x: Tensor): Tensor {
    const { p, training } = this;
    return alphaDropout(x, { p, training });
  }
}
