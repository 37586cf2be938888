/**
 * Training on many ranks as on one: `torch.nn.parallel.DistributedDataParallel`. Each rank has the network and a share of the
 * batch; gradients are averaged before the step, so that all ranks take the same one.
 *
 * PyTorch starts the averaging from within `backward`, which waits for nobody here: it is a call of its own, `await ddp.reduce()`.
 */
import { checkOptions, describeValue, isUninitialized, noGrad, scope, type Tensor } from "@corr2d/core";
import { Module } from "@corr2d/nn";
import { checkCollective, invalid } from "./arguments.ts";
import { type Bucket, fillBucket, makeBuckets, type Place, partOf, tensorAt } from "./buckets.ts";
import type { Collective } from "./collective.ts";
import { compareRanks, placeOf } from "./compare-ranks.ts";

/** Options of `DistributedDataParallel.create`. */
export interface DistributedDataParallelOptions {
  /** Whether `reduce` gives buffers, such as running statistics, the values of rank 0 (default true). */
  readonly broadcastBuffers?: boolean | undefined;
  /** How much is averaged in one call, in MiB (default 25). */
  readonly bucketCapMb?: number | undefined;
  /**
   * Whether a parameter may have a gradient on some ranks only (default false: INVALID_ARGUMENT). It counts as 0 on the others. One
   * without a gradient on every rank stays without.
   */
  readonly findUnusedParameters?: boolean | undefined;
}

/** The options, with their defaults. */
interface Settings {
  readonly broadcastBuffers: boolean;
  readonly bucketCapMb: number;
  readonly findUnusedParameters: boolean;
}

const OPTIONS = {
  broadcastBuffers: "boolean",
  bucketCapMb: "number",
  findUnusedParameters: "boolean",
} as const;

/** What the constructor is given by `create` alone. */
const CREATED = Symbol("created");

/**
 * `await DistributedDataParallel.create(net, collective)`: a module that computes what `net` does, and averages gradients.
 *
 * ```ts
 * loss.backward();
 * await ddp.reduce();
 * optimizer.step();
 * ```
 *
 * The average is of the ranks' gradients, as PyTorch's is. It is that of the whole batch where the loss is a mean and all ranks have
 * as many samples; otherwise multiply a rank's loss by its samples · size / all samples.
 */
export class DistributedDataParallel<M extends Module = Module> extends Module {
  /** The network that was given. */
  readonly module: M;
  /** The ranks that share the training. */
  readonly collective: Collective;
  readonly #settings: Settings;
  /** Made anew when other parameters are to be trained. */
  #gradients: { readonly parameters: readonly Tensor[]; readonly buckets: readonly Bucket[] } | null = null;
  #withoutSync = 0;

  /** @internal */
  constructor(created: symbol, module: M, collective: Collective, settings: Settings) {
    if (created !== CREATED) {
      throw invalid(
        "DistributedDataParallel: write await DistributedDataParallel.create(net, collective), which gets rank 0's values first",
      );
    }
    super();
    this.module = module;
    this.collective = collective;
    this.#settings = settings;
  }

  /**
   * Wraps a network: compares versions, backends, builds and parameters of all ranks, and gives parameters and buffers the values of
   * rank 0.
   *
   * @throws RANKS_DIFFER, on all ranks; INVALID_ARGUMENT for a network without parameters to train, or with lazy layers that have not
   *   seen an input; what the collective throws.
   */
  static async create<M extends Module>(
    module: M,
    collective: Collective,
    options: DistributedDataParallelOptions = {},
  ): Promise<DistributedDataParallel<M>> {
    const owner = "DistributedDataParallel";
    if (!(module instanceof Module))
      throw invalid(`${owner}: expected a module, but got ${describeValue(module)}`);
    checkCollective(owner, collective);
    checkOptions(owner, options, OPTIONS, "{ findUnusedParameters: true }");
    const { broadcastBuffers = true, bucketCapMb = 25, findUnusedParameters = false } = options;
    if (!(bucketCapMb > 0)) {
      throw invalid(`${owner}: 'bucketCapMb' is above 0, but got ${describeValue(bucketCapMb)}`);
    }
    const state = stateOf(module);
    const lazy = state.find(([, one]) => isUninitialized(one));
    if (lazy !== undefined) {
      throw invalid(
        `${owner}: '${lazy[0]}' has no value yet: call the network with a batch (or a dummy one) before it is wrapped`,
      );
    }
    if (!module.parameters().some(({ requiresGrad }) => requiresGrad)) {
      throw invalid(
        `${owner} is not needed when a module doesn't have any parameter that requires a gradient`,
      );
    }
    const facts = Object.fromEntries(state.map(([name, one]) => [`'${name}'`, textOf(one)]));
    const { backend } = state[0]![1];
    await compareRanks(collective, { ...placeOf(backend), ...facts });
    await broadcastTensors(collective, state);
    return new DistributedDataParallel(CREATED, module, collective, {
      broadcastBuffers,
      bucketCapMb,
      findUnusedParameters,
    });
  }

  override forward(...inputs: Parameters<M["forward"]>): ReturnType<M["forward"]> {
    return this.module(...inputs) as ReturnType<M["forward"]>;
  }

  /**
   * Replaces each gradient by its average over all ranks, and buffers by those of rank 0: between `backward` and `step`, on every
   * rank. Nothing is changed when it fails.
   *
   * @throws INVALID_ARGUMENT, on every rank, where a parameter has a gradient on some ranks only; what the collective throws.
   */
  async reduce(): Promise<void> {
    if (this.#withoutSync > 0 || this.collective.size === 1) return;
    const buckets = this.#gradientBuckets();
    const sums: Promise<void>[] = [];
    for (const bucket of buckets) {
      await fillGradients(bucket);
      sums.push(this.collective.allReduce(bucket.values)); // the next is filled meanwhile
    }
    await Promise.all(sums);
    this.#checkUsed(buckets);
    for (const bucket of buckets) takeAverages(bucket, this.collective.size);
    if (this.#settings.broadcastBuffers) await broadcastTensors(this.collective, this.module.namedBuffers());
  }

  /**
   * Runs `fn`, in which `reduce` does nothing: gradients of several batches add up on each rank, and the first `reduce` afterwards
   * averages the sums.
   * @returns what `fn` gives.
   */
  async noSync<T>(fn: () => T | Promise<T>): Promise<T> {
    if (typeof fn !== "function") throw invalid(`noSync takes a function, but got ${describeValue(fn)}`);
    this.#withoutSync++;
    try {
      return await fn();
    } finally {
      this.#withoutSync--;
    }
  }

  protected override remake(): Module {
    throw invalid("a DistributedDataParallel has no clone: clone its 'module', and wrap that");
  }

  /** In the reverse of the parameters' order, which is that in which gradients come. */
  #gradientBuckets(): readonly Bucket[] {
    const trained = this.module.namedParameters().filter(([, { requiresGrad }]) => requiresGrad);
    const parameters = trained.map(([, parameter]) => parameter);
    const known = this.#gradients;
    const isKnown =
      known !== null &&
      known.parameters.length === parameters.length &&
      parameters.every((parameter, i) => parameter === known.parameters[i]);
    if (isKnown) return known.buckets;
    const buckets = makeBuckets(trained.reverse(), this.#settings.bucketCapMb * 2 ** 20, 1);
    this.#gradients = { parameters, buckets };
    return buckets;
  }

  /** @throws INVALID_ARGUMENT where a gradient is there on some ranks only: all ranks see the same counts. */
  #checkUsed(buckets: readonly Bucket[]): void {
    if (this.#settings.findUnusedParameters) return;
    const { size, rank } = this.collective;
    const partial = buckets.flatMap(({ places, extra }) =>
      places.flatMap(({ name, tensor }, i) => {
        const count = extra[i]!;
        const own = tensor.grad === null ? "none" : "one";
        return count === 0 || count === size
          ? []
          : [`'${name}' (on ${count} of ${size}; rank ${rank} has ${own})`];
      }),
    );
    if (partial.length === 0) return;
    throw invalid(
      `reduce: parameters have a gradient on some ranks only: ${partial.join(", ")}. Let the forward of every rank use them, or ` +
        "take 0 for those that are missing: { findUnusedParameters: true }",
    );
  }
}

/** Parameters and buffers, by name. */
const stateOf = (module: Module): [name: string, tensor: Tensor][] => [
  ...module.namedParameters(),
  ...module.namedBuffers(),
];

const textOf = ({ dtype, shape }: Tensor): string => `${dtype} [${shape.join(", ")}]`;

/** Gives tensors the values of rank 0, where they are other ones. */
async function broadcastTensors(
  collective: Collective,
  tensors: readonly (readonly [name: string, tensor: Tensor])[],
): Promise<void> {
  if (collective.size === 1) return;
  for (const bucket of makeBuckets(tensors, Infinity, 0)) {
    await fillBucket(bucket);
    await collective.broadcast(bucket.values);
    if (collective.rank === 0) continue;
    noGrad(() =>
      scope(() => bucket.places.forEach((place) => void place.tensor.assign(tensorAt(bucket, place)))),
    );
  }
}

/** Gradients side by side, zeros where there is none, and behind them 1 or 0: whether there is one. */
async function fillGradients(bucket: Bucket): Promise<void> {
  const fill = async (place: Place, i: number): Promise<void> => {
    const { grad } = place.tensor;
    bucket.extra[i] = grad === null ? 0 : 1;
    if (grad === null) partOf(bucket, place).fill(0);
    else await grad.data({ into: partOf(bucket, place) });
  };
  await Promise.all(bucket.places.map(fill));
}

/** Divides sums by how many ranks there are, and makes gradients of them. */
function takeAverages(bucket: Bucket, size: number): void {
  const { values, places, extra } = bucket;
  const end = values.length - extra.length;
  for (let i = 0; i < end; i++) values[i]! /= size;
  noGrad(() =>
    scope(() => {
      for (const [i, place] of places.entries()) {
        if (extra[i] !== 0) place.tensor.grad = tensorAt(bucket, place);
      }
    }),
  );
}
