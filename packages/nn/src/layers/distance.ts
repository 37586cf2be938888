/** Similarity and distance of vectors, as layers. */
import { ownOptions, type Tensor } from "@corr2d/core";
import { checkGiven, type Signature } from "../arguments.ts";
import { type CosineOptions, cosineSimilarity, type PairwiseOptions, pairwiseDistance } from "../distance.ts";
import { Module } from "../module.ts";
import { ownerOf } from "./layer-options.ts";

const COSINE: Signature = {
  options: { dim: "number", eps: "number" },
  positional: { number: ["dim", "eps"] },
};

/** `new CosineSimilarity({ dim, eps })`: `cosineSimilarity` of two inputs as a layer. */
export class CosineSimilarity extends Module {
  static override readonly typeName: string = "CosineSimilarity";

  /** A frozen copy of what the constructor got. */
  readonly options: CosineOptions;

  constructor(options: CosineOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), COSINE, options, surplus);
    this.options = ownOptions(options);
  }

  /** The axis that the layer works along. */
  get dim(): number {
    return this.options.dim ?? 1;
  }
  /** Added to the variance, or the least that a length is taken for. */
  get eps(): number {
    return this.options.eps ?? 1e-8;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.options);
  }
}

const PAIRWISE: Signature = {
  options: { p: "number", eps: "number", keepdim: "boolean" },
  positional: { number: ["p", "eps"], boolean: ["keepdim"] },
};

/** `new PairwiseDistance({ p, eps, keepdim })`: `pairwiseDistance` of two inputs as a layer. */
export class PairwiseDistance extends Module {
  static override readonly typeName: string = "PairwiseDistance";

  /** A frozen copy of what the constructor got. */
  readonly options: PairwiseOptions;

  constructor(options: PairwiseOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), PAIRWISE, options, surplus);
    this.options = ownOptions(options);
  }

  /** Which norm: `p` of the options. */
  get norm(): number {
    return this.options.p ?? 2;
  }
  /** Added to the variance, or the least that a length is taken for. */
  get eps(): number {
    return this.options.eps ?? 1e-6;
  }
  /** Whether the axis stays, of size 1. */
  get keepdim(): boolean {
    return this.options.keepdim ?? false;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.options);
  }
}
