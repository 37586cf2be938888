/** Losses as layers: each calls the function of its name, with the options that it was made with. */
import { ownOptions, type Tensor } from "@corr2d/core";
import { checkGiven, type Signature } from "../arguments.ts";
import {
  CROSS_ENTROPY,
  type CrossEntropyOptions,
  crossEntropy,
  NLL,
  type NllOptions,
  nllLoss,
} from "../cross-entropy.ts";
import {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  MARGIN,
  type MarginOptions,
  marginRankingLoss,
  TRIPLET,
  type TripletOptions,
  tripletMarginLoss,
} from "../distance-losses.ts";
import {
  BCE,
  type BceOptions,
  binaryCrossEntropyWithLogits,
  checkFactor,
  HUBER,
  type HuberOptions,
  huberLoss,
  type LossOptions,
  l1Loss,
  mseLoss,
  PLAIN,
  type Reduction,
  reductionOf,
  SMOOTH_L1,
  type SmoothL1Options,
  smoothL1Loss,
} from "../losses.ts";
import { Module } from "../module.ts";
import { Buffer } from "../parameter.ts";
import {
  BCE_OF_PROBABILITIES,
  binaryCrossEntropy,
  GAUSSIAN,
  type GaussianNllOptions,
  gaussianNllLoss,
  KL_DIV,
  type KlDivOptions,
  klDiv,
  POISSON,
  type PoissonNllOptions,
  poissonNllLoss,
} from "../probability-losses.ts";
import { ownerOf } from "./layer-options.ts";

/** A loss whose options are no tensors. */
abstract class Loss<Options extends object> extends Module {
  /** A frozen copy of what the constructor got. */
  readonly options: Readonly<Options>;

  constructor(signature: Signature, options: Options, surplus: readonly unknown[]) {
    super();
    checkGiven(ownerOf(this), signature, options, surplus);
    const { reduction } = options as KlDivOptions;
    if (!(signature === KL_DIV && reduction === "batchmean")) reductionOf({ reduction } as LossOptions);
    this.options = ownOptions(options);
  }

  /** What is made of the losses of all elements. */
  get reduction(): Reduction | "batchmean" {
    return (this.options as KlDivOptions).reduction ?? "mean";
  }
}

/** `new MSELoss(options)`: `mseLoss` as a layer. */
export class MSELoss extends Loss<LossOptions> {
  static override readonly typeName: string = "MSELoss";

  constructor(options: LossOptions = {}, ...surplus: never[]) {
    super(PLAIN, options, surplus);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/** `new L1Loss(options)`: `l1Loss` as a layer. */
export class L1Loss extends Loss<LossOptions> {
  static override readonly typeName: string = "L1Loss";

  constructor(options: LossOptions = {}, ...surplus: never[]) {
    super(PLAIN, options, surplus);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** `new HuberLoss(options)`: `huberLoss` as a layer. */
export class HuberLoss extends Loss<HuberOptions> {
  static override readonly typeName: string = "HuberLoss";

  constructor(options: HuberOptions = {}, ...surplus: never[]) {
    super(HUBER, options, surplus);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/** `new SmoothL1Loss(options)`: `smoothL1Loss` as a layer. */
export class SmoothL1Loss extends Loss<SmoothL1Options> {
  static override readonly typeName: string = "SmoothL1Loss";

  constructor(options: SmoothL1Options = {}, ...surplus: never[]) {
    super(SMOOTH_L1, options, surplus);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/** `new KLDivLoss(options)`: `klDiv` as a layer. */
export class KLDivLoss extends Loss<KlDivOptions> {
  static override readonly typeName: string = "KLDivLoss";

  constructor(options: KlDivOptions = {}, ...surplus: never[]) {
    super(KL_DIV, options, surplus);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}

/** `new PoissonNLLLoss(options)`: `poissonNllLoss` as a layer. */
export class PoissonNLLLoss extends Loss<PoissonNllOptions> {
  static override readonly typeName: string = "PoissonNLLLoss";

  constructor(options: PoissonNllOptions = {}, ...surplus: never[]) {
    super(POISSON, options, surplus);
  }

  override forward(logInput: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(logInput, target, this.options);
  }
}

/** `new GaussianNLLLoss(options)`: `gaussianNllLoss` as a layer. */
export class GaussianNLLLoss extends Loss<GaussianNllOptions> {
  static override readonly typeName: string = "GaussianNLLLoss";

  constructor(options: GaussianNllOptions = {}, ...surplus: never[]) {
    super(GAUSSIAN, options, surplus);
  }

  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/** `new CosineEmbeddingLoss(options)`: `cosineEmbeddingLoss` as a layer. */
export class CosineEmbeddingLoss extends Loss<MarginOptions> {
  static override readonly typeName: string = "CosineEmbeddingLoss";

  constructor(options: MarginOptions = {}, ...surplus: never[]) {
    super(MARGIN, options, surplus);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/** `new MarginRankingLoss(options)`: `marginRankingLoss` as a layer. */
export class MarginRankingLoss extends Loss<MarginOptions> {
  static override readonly typeName: string = "MarginRankingLoss";

  constructor(options: MarginOptions = {}, ...surplus: never[]) {
    super(MARGIN, options, surplus);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}

/** `new HingeEmbeddingLoss(options)`: `hingeEmbeddingLoss` as a layer. */
export class HingeEmbeddingLoss extends Loss<MarginOptions> {
  static override readonly typeName: string = "HingeEmbeddingLoss";

  constructor(options: MarginOptions = {}, ...surplus: never[]) {
    super(MARGIN, options, surplus);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/** `new TripletMarginLoss(options)`: `tripletMarginLoss` as a layer. */
export class TripletMarginLoss extends Loss<TripletOptions> {
  static override readonly typeName: string = "TripletMarginLoss";

  constructor(options: TripletOptions = {}, ...surplus: never[]) {
    super(TRIPLET, options, surplus);
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** The buffer that a loss keeps a factor in. */
function factorOf(owner: string, name: string, key: string, value: Tensor | null | undefined): Buffer | null {
  checkFactor(owner, name, value);
  return value ? new Buffer(value, { name: key }) : null;
}

/** A loss with a factor per class or element, in state dicts `weight`. */
abstract class WeightedLoss<Options extends NllOptions> extends Module {
  /** A factor per class or element; null for none. */
  readonly weight: Buffer | null;
  /** A frozen copy of the options that are no tensors. */
  readonly options: Readonly<Omit<Options, "weight" | "posWeight">>;

  constructor(signature: Signature, options: Options, surplus: readonly unknown[]) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, signature, options, surplus);
    const { weight, posWeight: _, ...rest } = options as Options & BceOptions;
    reductionOf(rest as LossOptions);
    this.weight = factorOf(owner, "weight", "weight", weight);
    this.options = ownOptions(rest) as unknown as typeof this.options;
  }

  /** What is made of the losses of all elements. */
  get reduction(): Reduction {
    return (this.options as LossOptions).reduction ?? "mean";
  }
}

/** `new CrossEntropyLoss(options)`: `crossEntropy` as a layer. */
export class CrossEntropyLoss extends WeightedLoss<CrossEntropyOptions> {
  static override readonly typeName: string = "CrossEntropyLoss";

  constructor(options: CrossEntropyOptions = {}, ...surplus: never[]) {
    super(CROSS_ENTROPY, options, surplus);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/** `new NLLLoss(options)`: `nllLoss` as a layer. */
export class NLLLoss extends WeightedLoss<NllOptions> {
  static override readonly typeName: string = "NLLLoss";

  constructor(options: NllOptions = {}, ...surplus: never[]) {
    super(NLL, options, surplus);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/** `new BCELoss(options)`: `binaryCrossEntropy` as a layer. */
export class BCELoss extends WeightedLoss<Omit<BceOptions, "posWeight">> {
  static override readonly typeName: string = "BCELoss";

  constructor(options: Omit<BceOptions, "posWeight"> = {}, ...surplus: never[]) {
    super(BCE_OF_PROBABILITIES, options, surplus);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/** `new BCEWithLogitsLoss(options)`: `binaryCrossEntropyWithLogits` as a layer; `posWeight` is `pos_weight` in state dicts. */
export class BCEWithLogitsLoss extends WeightedLoss<BceOptions> {
  static override readonly typeName: string = "BCEWithLogitsLoss";

  /** A factor per class for its positive examples; null for none. */
  readonly posWeight: Buffer | null;

  constructor(options: BceOptions = {}, ...surplus: never[]) {
    super(BCE, options, surplus);
    this.posWeight = factorOf(ownerOf(this), "posWeight", "pos_weight", options.posWeight);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, posWeight, options } = this;
    return binaryCrossEntropyWithLogits(input, target, { ...options, weight, posWeight });
  }
}
