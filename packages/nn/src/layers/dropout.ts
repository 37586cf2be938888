/** Dropout. Source: Srivastava et al. 2014, "Dropout". Book: Dive into Deep Learning, 5.6. */
import { bernoulli, describeValue, type Tensor } from "@corr2d/core";
import { checkTensor, invalid } from "../arguments.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { ownerOf, refuseSurplus } from "./layer-options.ts";

/**
 * `new Dropout(p)`: in training, each value becomes 0 with probability p (default 0.5) and is divided by 1 − p
 * otherwise; after `eval()` the input itself. The draws are PyTorch's.
 *
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1.
 */
export class Dropout extends Module {
  static override readonly typeName: string = "Dropout";

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
    const { p } = this;
    if (!this.training || p === 0) return x;
    // Nothing survives, and 0 / 0 would be NaN.
    if (p === 1) return x.mul(0);
    const mask = bernoulli(x.shape, 1 - p, { dtype: x.dtype, backend: x.backend });
    return x.mul(mask.div(1 - p));
  }

  override extraRepr(): string {
    return `p=${pythonText(this.p)}, inplace=False`;
  }
}
