/**
 * What batch and instance normalisation share: options, running statistics, and the lazy forms. A subclass says of which axes
 * the moments are.
 */
import { Corr2dError, describeValue, isUninitialized, ones, scope, type Tensor, zeros } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, invalid, named, type Signature } from "../arguments.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import {
  type Buffer,
  initializeBuffer,
  initializeParameter,
  type Parameter,
  uninitializedBuffer,
  uninitializedParameter,
} from "../parameter.ts";
import { pythonText } from "../python-text.ts";
import { type LayerOptions, ownerOf } from "./layer-options.ts";

/** Options of layers that normalise by running statistics. */
export interface RunningNormOptions extends LayerOptions {
  /** Added to variances (default 1e-5). */
  readonly eps?: number | undefined;
  /** Share of the newest batch in the running statistics (default 0.1); null: see the layer. */
  readonly momentum?: number | null | undefined;
  /** Whether scale and shift are learnt. */
  readonly affine?: boolean | undefined;
  /** Whether running statistics are kept, for `eval()`. */
  readonly trackRunningStats?: boolean | undefined;
}

const SIGNATURE: Signature = {
  options: {
    eps: "number",
    momentum: "any",
    affine: "boolean",
    trackRunningStats: "boolean",
    dtype: "any",
    backend: "any",
  },
  positional: { number: ["eps", "momentum"], boolean: ["affine", "trackRunningStats"] },
};

export abstract class RunningNorm extends Module {
  /** 0 in a lazy layer that has not seen its first input. */
  numFeatures = 0;
  /** Added to the variance, or the least that a length is taken for. */
  readonly eps: number;
  /** The share of a batch in the running statistics; null for their plain average. */
  readonly momentum: number | null;
  /** What the layer learns to multiply by. */
  weight: Parameter | null;
  /** What the layer learns to add; null without. */
  bias: Parameter | null;
  /** [features], in state dicts `running_mean`. */
  runningMean: Buffer | null = null;
  /** [features], in state dicts `running_var`. */
  runningVar: Buffer | null = null;
  /** int32 scalar, in state dicts `num_batches_tracked`. */
  numBatchesTracked: Buffer | null = null;

  constructor(
    numFeatures: number,
    options: RunningNormOptions,
    { affine, tracks }: { readonly affine: boolean; readonly tracks: boolean },
    surplus: readonly unknown[],
  ) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, SIGNATURE, options, surplus);
    const { eps = 1e-5, momentum = 0.1 } = options;
    if (momentum !== null && typeof momentum !== "number") {
      throw invalid(`${owner}: 'momentum' is a number or null, but got ${describeValue(momentum)}`);
    }
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? uninitializedParameter(this.typeName) : null;
    this.bias = affine ? uninitializedParameter(this.typeName) : null;
    if (tracks) {
      this.runningMean = uninitializedBuffer(this.typeName, { name: "running_mean" });
      this.runningVar = uninitializedBuffer(this.typeName, { name: "running_var" });
      this.numBatchesTracked = uninitializedBuffer(this.typeName, { name: "num_batches_tracked" });
    }
    this.start(numFeatures, options);
  }

  /** Makes parameters and buffers at once; a lazy layer waits. */
  protected start(numFeatures: number, options: LayerOptions): void {
    named(ownerOf(this), () => this.initialize(numFeatures, options));
  }

  /** Gives parameters and buffers their first values; those that a state dict has given them stay. */
  protected initialize(numFeatures: number, { dtype, backend }: LayerOptions): void {
    checkPositive("num_features", numFeatures);
    this.numFeatures = numFeatures;
    const { weight, bias, runningMean, runningVar, numBatchesTracked } = this;
    scope(() => {
      if (weight !== null && isUninitialized(weight)) {
        initializeParameter(weight, [numFeatures], { dtype, backend });
        init.ones(weight);
      }
      if (bias !== null) initializeParameter(bias, [numFeatures], { dtype, backend });
      if (runningMean !== null) initializeBuffer(runningMean, () => zeros([numFeatures], { dtype, backend }));
      if (runningVar !== null) initializeBuffer(runningVar, () => ones([numFeatures], { dtype, backend }));
      if (numBatchesTracked !== null) {
        initializeBuffer(numBatchesTracked, () => zeros([], { dtype: "int32", backend }));
      }
    });
  }

  /** In a lazy layer: takes the number of features from its first input, or from what a state dict has given it. */
  protected adopt(x: Tensor): void {
    if (this.numFeatures !== 0) return;
    checkTensor("forward", x);
    this.checkRank(x.shape.length);
    const channels = x.shape[1]!;
    const known = [this.weight, this.runningMean].find(
      (tensor) => tensor !== null && !isUninitialized(tensor),
    );
    this.initialize(known?.shape[0] ?? channels, { dtype: x.dtype, backend: x.backend });
  }

  /** @throws SHAPE_MISMATCH unless inputs of so many axes are this layer's. */
  protected abstract checkRank(rank: number): void;

  override extraRepr(): string {
    const tracks = this.runningMean !== null;
    return (
      `${this.numFeatures}, eps=${pythonText(this.eps)}, momentum=${pythonText(this.momentum)}, ` +
      `affine=${pythonText(this.weight !== null)}, track_running_stats=${pythonText(tracks)}`
    );
  }
}

/** @throws SHAPE_MISMATCH */
export function refuseRank(expected: string, rank: number): never {
  throw new Corr2dError("SHAPE_MISMATCH", `expected ${expected} input (got ${rank}D input)`);
}
