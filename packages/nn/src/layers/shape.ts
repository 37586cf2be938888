/** Layers without parameters that only pass values on. */
import type { Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
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

  readonly startDim: number;
  readonly endDim: number;

  constructor(
    options: { readonly startDim?: number | undefined; readonly endDim?: number | undefined } = {},
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
