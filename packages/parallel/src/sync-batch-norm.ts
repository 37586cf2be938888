/**
 * Batch normalisation over the batches of all ranks: `torch.nn.SyncBatchNorm`.
 *
 * The sums over all ranks are an operation of the graph, whose gradient is the sum of all ranks' gradients. Forward and backward wait
 * for nobody, so these sums block the thread (docs/decisions/0014-sums-that-block.md).
 */
import {
  Corr2dError,
  CustomFunction,
  cat,
  checkTensor,
  describeValue,
  type FunctionContext,
  type FunctionGradients,
  noGrad,
  scope,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { BatchNorm1D, BatchNorm2D, type BatchNormOptions, Module } from "@corr2d/nn";
import { checkCollective, invalid } from "./arguments.ts";
import type { Collective } from "./collective.ts";

/** A collective that can block. */
type Blocking = Collective & { readonly allReduceSync: NonNullable<Collective["allReduceSync"]> };

/** The elementwise sums over all ranks. */
class AllReduce extends CustomFunction {
  static override forward(context: FunctionContext, x: Tensor, collective: Blocking): Tensor {
    context.collective = collective;
    const values = x.dataSync();
    collective.allReduceSync(values);
    const { shape, dtype, backend } = x;
    return tensor(values, { shape, dtype, backend });
  }

  static override backward(context: FunctionContext, gradient: Tensor): FunctionGradients {
    return [AllReduce.apply(gradient, context.collective as Blocking), null];
  }
}

/** @throws INVALID_ARGUMENT for what is no collective, or cannot block. */
function checkBlocking(owner: string, collective: unknown): asserts collective is Blocking {
  checkCollective(owner, collective);
  if (collective.allReduceSync === undefined) {
    throw invalid(
      `${owner}: the collective '${collective.name}' cannot sum while a thread is blocked, which forward and backward need`,
    );
  }
}

/**
 * `new SyncBatchNorm(numFeatures, collective, { eps, momentum, affine, trackRunningStats })`: BatchNorm of any rank from 2 on, whose
 * moments in training are those of the batches of all ranks. All ranks call it, in the same order, forward and backward. In use
 * (`eval()`) each rank is on its own.
 *
 * @throws as BatchNorm2D; INVALID_ARGUMENT for a collective that cannot block; from `forward` and `backward`:
 *   SYNC_READ_UNSUPPORTED on a backend that cannot read at once, and what the collective throws.
 */
export class SyncBatchNorm extends BatchNorm2D {
  static override readonly typeName: string = "SyncBatchNorm";
  /** The ranks whose batches are normalised together. */
  readonly collective: Collective;

  constructor(numFeatures: number, collective: Collective, options: BatchNormOptions = {}) {
    checkBlocking("SyncBatchNorm", collective);
    super(numFeatures, options);
    this.collective = collective;
  }

  /**
   * Replaces every BatchNorm1D and BatchNorm2D in a network by a SyncBatchNorm with the same parameters, buffers and settings.
   * @returns the network, or what replaces it.
   * @throws as the constructor; INVALID_ARGUMENT for lazy layers that have not seen an input.
   */
  static convertSyncBatchnorm<M extends Module>(module: M, collective: Collective): M {
    if (!(module instanceof Module)) {
      throw invalid(`convertSyncBatchnorm: expected a module, but got ${describeValue(module)}`);
    }
    checkBlocking("convertSyncBatchnorm", collective);
    return converted(module, collective, new Map()) as M;
  }

  protected override checkRank(rank: number): void {
    if (rank >= 2) return;
    throw new Corr2dError("SHAPE_MISMATCH", `expected at least 2D input (got ${rank}D input)`);
  }

  override forward(x: Tensor): Tensor {
    const isOwn = this.collective.size === 1 || !(this.training || this.runningMean === null);
    return isOwn ? super.forward(x) : this.#forwardOfAll(x);
  }

  #forwardOfAll(x: Tensor): Tensor {
    checkTensor("forward", x);
    this.checkRank(x.dim());
    const { collective, eps, weight, bias } = this;
    const channels = x.shape[1]!;
    if (channels !== this.numFeatures) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `running_mean should contain ${channels} elements not ${this.numFeatures}: the input has ${channels} channels`,
      );
    }
    const blocking = collective as Blocking;
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const perChannel = x.shape.map((_, axis) => (axis === 1 ? channels : 1));
    const own = x.numel() / channels;
    const sums = AllReduce.apply(
      cat([x.sum(axes), tensor([own], { dtype: x.dtype, backend: x.backend })]),
      blocking,
    );
    const count = sums.slice(`${channels}:`).detach();
    const mean = sums.slice(`:${channels}`).div(count);
    const centred = x.sub(mean.reshape(perChannel));
    const variance = AllReduce.apply(centred.square().sum(axes), blocking).div(count);
    this.#track(mean.detach(), variance.detach(), count);
    const rstd = variance.add(eps).rsqrt();
    const scale = weight === null ? rstd : rstd.mul(weight);
    const scaled = centred.mul(scale.reshape(perChannel));
    return bias === null ? scaled : scaled.add(bias.reshape(perChannel));
  }

  /** Lets the batch's moments enter the running ones, the variance as n / (n − 1) of itself. */
  #track(mean: Tensor, variance: Tensor, count: Tensor): void {
    const { runningMean, runningVar, numBatchesTracked: counts, momentum } = this;
    if (!this.training || runningMean === null) return;
    noGrad(() =>
      scope(() => {
        counts.assign(counts.add(1));
        const share = momentum ?? counts.type(mean.dtype).reciprocal();
        const enter = (running: Tensor, newest: Tensor): void =>
          void running.assign(running.add(newest.sub(running).mul(share)));
        enter(runningMean, mean);
        enter(runningVar, variance.mul(count.div(count.sub(1))));
      }),
    );
  }
}

function converted(module: Module, collective: Collective, known: Map<Module, Module>): Module {
  const before = known.get(module);
  if (before !== undefined) return before;
  if (
    module instanceof BatchNorm1D ||
    (module instanceof BatchNorm2D && !(module instanceof SyncBatchNorm))
  ) {
    const own = synced(module, collective);
    known.set(module, own);
    return own;
  }
  known.set(module, module);
  replaceIn(module, (child) => converted(child, collective, known));
  return module;
}

/** Replaces the modules among the properties of a module, and in the arrays and plain objects there. */
function replaceIn(holder: object, replace: (module: Module) => Module): void {
  const own = holder as Record<string, unknown>;
  for (const key of Object.keys(own)) {
    const value = own[key];
    if (value instanceof Module) {
      const other = replace(value);
      if (other !== value) own[key] = other;
    } else if (Array.isArray(value) || (typeof value === "object" && value !== null && isPlain(value))) {
      replaceIn(value, replace);
    }
  }
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

function synced(module: BatchNorm1D | BatchNorm2D, collective: Collective): SyncBatchNorm {
  const { numFeatures, eps, momentum, weight, bias, runningMean, runningVar, numBatchesTracked } = module;
  if (numFeatures === 0) {
    throw invalid(
      `convertSyncBatchnorm: a ${module.typeName} does not know its features yet: call the network with a batch before`,
    );
  }
  const options = { eps, momentum, affine: weight !== null, trackRunningStats: runningMean !== null };
  const place = weight ?? runningMean;
  const own = new SyncBatchNorm(numFeatures, collective, {
    ...options,
    ...(place === null ? {} : { dtype: place.dtype as "float32" | "float64", backend: place.backend }),
  });
  Object.assign(own, { weight, bias, runningMean, runningVar, numBatchesTracked });
  own.train(module.training);
  return own;
}
