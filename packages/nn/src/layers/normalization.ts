/**
 * Layers that give activations mean 0 and variance 1, then a learnt scale (`weight`, at first 1) and shift (`bias`,
 * at first 0): per channel over the batch, per example over its last axes, or per group of channels.
 *
 * Sources: Ioffe & Szegedy 2015, "Batch normalization"; Ba et al. 2016, "Layer normalization"; Wu & He 2018, "Group
 * normalization". Book: Dive into Deep Learning, 8.5.
 */
import {
  addScaled,
  Corr2dError,
  describeValue,
  noGrad,
  ones,
  type Shape,
  scope,
  sizeOf,
  type Tensor,
  zeros,
} from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, invalid, named, type Signature } from "../arguments.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { Buffer, type Parameter } from "../parameter.ts";
import { pythonText } from "../python-text.ts";
import { sizesText, torchSize } from "../sizes.ts";
import { type LayerOptions, ownerOf, zeroParameter } from "./layer-options.ts";

interface Moments {
  readonly mean: Tensor;
  /** x − mean. */
  readonly centred: Tensor;
  /** Divided by the number of values, not one less. */
  readonly variance: Tensor;
}

/** Over `axes`, which keep size 1. */
function momentsOf(x: Tensor, axes: readonly number[]): Moments {
  const mean = x.mean(axes, { keepDim: true });
  const centred = x.sub(mean);
  return { mean, centred, variance: centred.square().mean(axes, { keepDim: true }) };
}

interface Affine {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
}

function affineOf(shape: Shape, affine: boolean, options: LayerOptions): Affine {
  if (!affine) return { weight: null, bias: null };
  return {
    weight: init.ones(zeroParameter(shape, options)),
    bias: zeroParameter(shape, options),
  };
}

/** (x − mean) / √(variance + eps). */
function standardize({ centred, variance }: Omit<Moments, "mean">, eps: number): Tensor {
  return centred.mul(variance.add(eps).rsqrt());
}

/** x · weight + bias, with weight and bias seen in `shape`. */
function scaleAndShift(x: Tensor, { weight, bias }: Affine, shape: Shape): Tensor {
  const scaled = weight === null ? x : x.mul(weight.reshape(shape));
  return bias === null ? scaled : scaled.add(bias.reshape(shape));
}

export interface BatchNormOptions extends LayerOptions {
  /** Added to variances (default 1e-5). */
  readonly eps?: number | undefined;
  /** Share of the newest batch in the running statistics (default 0.1); null: the mean of all batches. */
  readonly momentum?: number | null | undefined;
  /** Whether scale and shift are learnt (default true). */
  readonly affine?: boolean | undefined;
  /** Whether running statistics are kept, for `eval()` (default true). */
  readonly trackRunningStats?: boolean | undefined;
}

const BATCH_NORM: Signature = {
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

/**
 * `new BatchNorm2D(features, { eps, momentum, affine, trackRunningStats })`: per channel over batch and plane.
 *
 * Input and output [N, features, H, W]. In training the batch's own mean and variance are used, and enter the running
 * ones (the variance as n / (n − 1) of itself); after `eval()` the running ones are used. An empty batch has an empty
 * result and leaves the running statistics as they are; it counts as a batch, as in PyTorch.
 *
 * @throws INVALID_ARGUMENT from the constructor.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class BatchNorm2D extends Module {
  static override readonly typeName: string = "BatchNorm2d";

  readonly features: number;
  readonly eps: number;
  readonly momentum: number | null;
  weight: Parameter | null;
  bias: Parameter | null;
  /** [features], in state dicts `running_mean`. */
  runningMean: Buffer | null = null;
  /** [features], in state dicts `running_var`. */
  runningVar: Buffer | null = null;
  /** int32 scalar, in state dicts `num_batches_tracked`. */
  numBatchesTracked: Buffer | null = null;

  constructor(features: number, options: BatchNormOptions = {}, ...surplus: never[]) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, BATCH_NORM, options, surplus);
    named(owner, () => checkPositive("num_features", features));
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype, backend } = options;
    if (momentum !== null && typeof momentum !== "number") {
      throw invalid(`${owner}: 'momentum' is a number or null, but got ${describeValue(momentum)}`);
    }
    this.features = features;
    this.eps = eps;
    this.momentum = momentum;
    ({ weight: this.weight, bias: this.bias } = affineOf([features], affine, options));
    if (!trackRunningStats) return;
    scope(() => {
      this.runningMean = new Buffer(zeros([features], { dtype, backend }), { name: "running_mean" });
      this.runningVar = new Buffer(ones([features], { dtype, backend }), { name: "running_var" });
      const count = zeros([], { dtype: "int32", backend });
      this.numBatchesTracked = new Buffer(count, { name: "num_batches_tracked" });
    });
  }

  override forward(x: Tensor): Tensor {
    this.#check(x);
    const perChannel = [this.features, 1, 1];
    if (!this.training && this.runningMean !== null && this.runningVar !== null) {
      const centred = x.sub(this.runningMean.reshape(perChannel));
      const variance = this.runningVar.reshape(perChannel);
      return scaleAndShift(standardize({ centred, variance }, this.eps), this, perChannel);
    }
    const count = x.size / this.features;
    if (count === 1) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `Expected more than 1 value per channel when training, got input size ${torchSize(x)}`,
      );
    }
    // Of nothing there are no moments.
    const moments = count === 0 ? null : momentsOf(x, [0, 2, 3]);
    if (this.training) this.#track(moments, count);
    return scaleAndShift(moments === null ? x : standardize(moments, this.eps), this, perChannel);
  }

  #check(x: Tensor): void {
    checkTensor("forward", x);
    const { shape } = x;
    if (shape.length !== 4) {
      throw new Corr2dError("SHAPE_MISMATCH", `expected 4D input (got ${shape.length}D input)`);
    }
    if (shape[1] !== this.features) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `running_mean should contain ${shape[1]} elements not ${this.features}: the input has ${shape[1]} channels`,
      );
    }
  }

  #track(moments: Moments | null, count: number): void {
    const { runningMean, runningVar, numBatchesTracked, momentum } = this;
    if (runningMean === null || runningVar === null || numBatchesTracked === null) return;
    noGrad(() =>
      scope(() => {
        const batches = numBatchesTracked.add(1);
        numBatchesTracked.assign(batches);
        if (moments === null) return;
        const include = (running: Tensor, batch: Tensor): void => {
          const next =
            momentum === null
              ? running.add(batch.sub(running).div(batches.type(running.dtype)))
              : addScaled(running, 1 - momentum, batch, momentum);
          running.assign(next);
        };
        include(runningMean, moments.mean.reshape([this.features]));
        include(runningVar, moments.variance.reshape([this.features]).mul(count / (count - 1)));
      }),
    );
  }

  override extraRepr(): string {
    const tracks = this.runningMean !== null;
    return (
      `${this.features}, eps=${pythonText(this.eps)}, momentum=${pythonText(this.momentum)}, ` +
      `affine=${pythonText(this.weight !== null)}, track_running_stats=${pythonText(tracks)}`
    );
  }
}

export interface LayerNormOptions extends LayerOptions {
  /** Added to variances (default 1e-5). */
  readonly eps?: number | undefined;
  /** Whether scale and shift are learnt, of the normalised shape (default true). */
  readonly elementwiseAffine?: boolean | undefined;
  /** Whether there is a shift beside the scale (default true). */
  readonly bias?: boolean | undefined;
}

const LAYER_NORM: Signature = {
  options: { eps: "number", elementwiseAffine: "boolean", bias: "boolean", dtype: "any", backend: "any" },
  positional: { number: ["eps"], boolean: ["elementwiseAffine", "bias"] },
};

/** A copy of the sizes that nobody can change. */
function ownSizes(sizes: number | Shape): Shape {
  const own: number[] = [];
  for (const size of Array.isArray(sizes) ? sizes : [sizes]) {
    checkPositive("normalized_shape", size);
    own.push(size);
  }
  if (own.length > 0) return Object.freeze(own);
  throw invalid(
    "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element",
  );
}

/**
 * `new LayerNorm(normalizedShape, { eps, elementwiseAffine, bias })`: per example over its last axes.
 *
 * Input and output [*, ...normalizedShape].
 * @throws INVALID_ARGUMENT from the constructor.
 * @throws from `forward`: SHAPE_MISMATCH, with PyTorch's message.
 */
export class LayerNorm extends Module {
  static override readonly typeName: string = "LayerNorm";

  readonly normalizedShape: Shape;
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), LAYER_NORM, options, surplus);
    this.normalizedShape = named(ownerOf(this), () => ownSizes(normalizedShape));
    this.eps = options.eps ?? 1e-5;
    const affine = affineOf(this.normalizedShape, options.elementwiseAffine ?? true, options);
    this.weight = affine.weight;
    this.bias = (options.bias ?? true) ? affine.bias : null;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const { normalizedShape } = this;
    const first = x.shape.length - normalizedShape.length;
    if (first < 0 || normalizedShape.some((size, axis) => size !== x.shape[first + axis])) {
      const sizes = normalizedShape.join(", ");
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `Given normalized_shape=[${sizes}], expected input with shape [*, ${sizes}], but got input of size ` +
          sizesText(x.shape),
      );
    }
    const axes = normalizedShape.map((_, axis) => first + axis);
    return scaleAndShift(standardize(momentsOf(x, axes), this.eps), this, normalizedShape);
  }

  override extraRepr(): string {
    const { normalizedShape, eps, weight } = this;
    return `${pythonText(normalizedShape)}, eps=${pythonText(eps)}, elementwise_affine=${pythonText(weight !== null)}`;
  }
}

const GROUP_NORM: Signature = {
  options: { eps: "number", affine: "boolean", dtype: "any", backend: "any" },
  positional: { number: ["eps"], boolean: ["affine"] },
};

/**
 * `new GroupNorm(groups, channels, { eps, affine })`: per example and group of channels, over group and plane.
 *
 * Input and output [N, channels, ...]. With one channel per group it is instance normalisation.
 * @throws INVALID_ARGUMENT from the constructor, with PyTorch's message; from `forward`: SHAPE_MISMATCH.
 */
export class GroupNorm extends Module {
  static override readonly typeName: string = "GroupNorm";

  readonly groups: number;
  readonly channels: number;
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(
    groups: number,
    channels: number,
    options: Pick<BatchNormOptions, "eps" | "affine"> & LayerOptions = {},
    ...surplus: never[]
  ) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, GROUP_NORM, options, surplus);
    named(owner, () => {
      checkPositive("num_groups", groups);
      checkPositive("num_channels", channels);
      if (channels % groups === 0) return;
      throw invalid(`num_channels must be divisible by num_groups: got ${channels} and ${groups}`);
    });
    this.groups = groups;
    this.channels = channels;
    this.eps = options.eps ?? 1e-5;
    ({ weight: this.weight, bias: this.bias } = affineOf([channels], options.affine ?? true, options));
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const [batch = 0, channels, ...plane] = x.shape;
    if (channels !== this.channels) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `Expected ${this.channels} channels [N, ${this.channels}, ...], but got input of shape ${sizesText(x.shape)}`,
      );
    }
    const group = [batch, this.groups, (channels / this.groups) * sizeOf(plane)];
    // Of nothing there are no moments.
    const standard =
      x.size === 0 ? x : standardize(momentsOf(x.reshape(group), [2]), this.eps).reshape(x.shape);
    return scaleAndShift(standard, this, [channels, ...plane.map(() => 1)]);
  }

  override extraRepr(): string {
    const { groups, channels, eps, weight } = this;
    return `${groups}, ${channels}, eps=${pythonText(eps)}, affine=${pythonText(weight !== null)}`;
  }
}
