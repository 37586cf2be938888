/** Batches of a data set, epoch after epoch: `torch.utils.data.DataLoader`, with PyTorch's order seed for seed. */
import {
  type Backend,
  Corr2dError,
  checkOptions,
  defaultGenerator,
  describeValue,
  type Generator,
  getRngState,
  isBackend,
  type OptionTypes,
  setRngState,
} from "@corr2d/core";
import { checkFunction, checkPositive, invalid, isThenable } from "./arguments.ts";
import type { Collated } from "./collate.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { takeBack } from "./lent.ts";
import { BatchLoader, type CollateFn } from "./load-batch.ts";
import { checkState, type LoaderState } from "./loader-state.ts";
import { Order } from "./order.ts";
import {
  BatchSampler,
  checkGenerator,
  checkSampler,
  drawSeed,
  RandomSampler,
  type Sampler,
  SequentialSampler,
} from "./samplers.ts";

export interface DataLoaderOptions<T, B> {
  /** Samples in a batch (default 1). */
  readonly batchSize?: number | undefined;
  /** Whether each epoch has an order of its own (default false). */
  readonly shuffle?: boolean | undefined;
  /** The order of the samples, instead of `shuffle`: any iterable of indices. */
  readonly sampler?: Sampler | undefined;
  /** The samples of each batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: Sampler<readonly number[]> | undefined;
  /** Whether a last batch of fewer samples is left out (default false). */
  readonly dropLast?: boolean | undefined;
  /** What makes a batch of samples (default `defaultCollate`). Its tensors are the caller's, who may dispose them. */
  readonly collateFn?: CollateFn<T, B> | undefined;
  /** What orders and seeds are drawn from; default: the one that `manualSeed` seeds. */
  readonly generator?: Generator | undefined;
  /** Where batches go; default: the one given to `setBackend`. */
  readonly backend?: Backend | undefined;
}

const OPTIONS: OptionTypes = {
  batchSize: "any",
  shuffle: "boolean",
  sampler: "any",
  batchSampler: "any",
  dropLast: "boolean",
  collateFn: "any",
  generator: "any",
  backend: "any",
};

/** One iteration, as far as it went. */
interface Epoch {
  readonly baseSeed: number;
  readonly order: Order<readonly number[]>;
  /** Batches handed out. */
  batches: number;
}

/**
 * Batches of a data set. Each iteration is an epoch: `for (const [x, y] of loader)` where the samples are in memory, and
 * `for await` always.
 *
 * A batch is lent to the loop's body: when the next one is asked for, its tensors are disposed. `keep(x)` keeps one; a batch
 * that the loop was left with (`break`, `const [first] = loader`) stays. What a `collateFn` made is never disposed.
 */
export class DataLoader<T, B = Collated<T>> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: Dataset<T>;
  readonly sampler: Sampler;
  readonly batchSampler: Sampler<readonly number[]>;
  readonly generator: Generator | undefined;
  readonly #backend: Backend | undefined;
  readonly #loader: BatchLoader<T, B>;
  readonly #lends: boolean;
  /** What samplers may draw from: the default generator, then those that were given. */
  readonly #watched: readonly Generator[];
  #epoch: Epoch | null = null;
  #resumed: LoaderState | null = null;

  /**
   * @param dataset `length` and `at(index)`: one of this package's, an array of samples, an object of your own.
   * @throws INVALID_ARGUMENT
   */
  constructor(dataset: Dataset<T>, options: DataLoaderOptions<T, B> = {}) {
    checkDataset("DataLoader", dataset);
    checkOptions("DataLoader", options, OPTIONS, "{ batchSize: 64 }");
    const { batchSize = 1, shuffle = false, sampler, batchSampler, dropLast = false } = options;
    const { collateFn, generator, backend } = options;
    checkGenerator("DataLoader", generator);
    if (collateFn !== undefined) checkFunction("DataLoader", "collateFn", collateFn);
    if (backend !== undefined && !isBackend(backend)) {
      throw invalid(`DataLoader: 'backend' is a backend, such as cpuJs(), but got ${describeValue(backend)}`);
    }
    if (sampler !== undefined && options.shuffle) {
      throw invalid("DataLoader: sampler option is mutually exclusive with shuffle");
    }
    this.dataset = dataset;
    this.generator = generator;
    if (batchSampler !== undefined) {
      if (options.batchSize !== undefined || shuffle || sampler !== undefined || dropLast) {
        throw invalid(
          "DataLoader: batchSampler option is mutually exclusive with batchSize, shuffle, sampler, and dropLast",
        );
      }
      checkSampler("DataLoader", "batchSampler", batchSampler);
      this.sampler = new SequentialSampler(dataset);
      this.batchSampler = batchSampler;
    } else {
      checkPositive("DataLoader", "batchSize", batchSize);
      if (sampler !== undefined) checkSampler("DataLoader", "sampler", sampler);
      this.sampler =
        sampler ?? (shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset));
      this.batchSampler = new BatchSampler(this.sampler, batchSize, dropLast);
    }
    this.#backend = backend;
    this.#loader = new BatchLoader(dataset, collateFn);
    this.#lends = collateFn === undefined;
    const given = [generator, this.sampler.generator, generatorOf(this.batchSampler)];
    this.#watched = [...new Set([defaultGenerator, ...given.filter((one) => one !== undefined)])];
  }

  /**
   * Batches in an epoch.
   * @throws INVALID_ARGUMENT where the sampler does not know its own length.
   */
  get length(): number {
    const { length } = this.batchSampler;
    if (length !== undefined) return length;
    throw invalid("DataLoader: the batchSampler has no length");
  }

  /** Begins an epoch. @throws INVALID_ARGUMENT where a sample is a promise: write `for await`. */
  [Symbol.iterator](): IterableIterator<B> {
    return this.#iterate(this.#begin());
  }

  /** Begins an epoch. */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    return this.#iterateLater(this.#begin());
  }

  /**
   * How far the last iteration went, as plain data. The batch that the loop's body has counts as done. What is drawn from
   * the default generator needs its own state beside this: `getRngState()`.
   */
  stateDict(): LoaderState {
    if (this.#resumed !== null) return this.#resumed;
    const epoch = this.#epoch;
    return {
      epoch: epoch && { baseSeed: epoch.baseSeed, batches: epoch.batches, order: epoch.order.state() },
      generators: this.#watched.slice(1).map((generator) => getRngState(generator)),
      workers: [],
    };
  }

  /**
   * Makes the next iteration go on where `state` was taken, without loading the batches before it; the generators that this
   * loader and its samplers were given are set. Set the default generator too: `setRngState(state)`.
   * @throws STATE_DICT when the state is none, or is of a loader with other generators or workers.
   */
  loadStateDict(state: LoaderState): void {
    checkState(state, this.#watched.length - 1, 0);
    for (const [i, one] of state.generators.entries()) setRngState(one, this.#watched[i + 1]!);
    this.#resumed = state;
    this.#epoch = null;
  }

  #begin(): Epoch {
    const resumed = this.#resumed?.epoch;
    this.#resumed = null;
    if (resumed) {
      const { order } = Order.resume(this.batchSampler, this.#watched, resumed.order, resumed.batches);
      this.#epoch = { baseSeed: resumed.baseSeed, order, batches: resumed.batches };
    } else {
      const order = new Order(this.batchSampler, this.#watched);
      // PyTorch draws it for unshuffled loaders too, and before the sampler's.
      const baseSeed = drawSeed(this.generator ?? defaultGenerator);
      this.#epoch = { baseSeed, order, batches: 0 };
    }
    return this.#epoch;
  }

  /** The next batch of an epoch; null at its end. */
  #next(epoch: Epoch): B | PromiseLike<B> | null {
    const indices = epoch.order.next();
    if (indices !== null) return this.#loader.load(indices, this.#backend);
    if (this.#epoch === epoch) this.#epoch = null;
    return null;
  }

  *#iterate(epoch: Epoch): IterableIterator<B> {
    for (;;) {
      const batch = this.#next(epoch);
      if (batch === null) return;
      if (isThenable(batch)) {
        batch.then(undefined, () => {}); // its failure is no one's concern
        throw new Corr2dError(
          "ASYNC_CALLBACK",
          "DataLoader: the data set (or collateFn) gave a promise: read the loader by 'for await (const batch of loader)'",
        );
      }
      epoch.batches++;
      yield batch as B;
      if (this.#lends) takeBack(batch);
    }
  }

  async *#iterateLater(epoch: Epoch): AsyncIterableIterator<B> {
    for (;;) {
      const next = this.#next(epoch);
      if (next === null) return;
      const batch = isThenable(next) ? await next : next;
      epoch.batches++;
      yield batch;
      if (this.#lends) takeBack(batch);
    }
  }
}

/** A generator that a sampler, or the one in it, was given. */
function generatorOf(sampler: Sampler<unknown>): Generator | undefined {
  return sampler.generator ?? (sampler as Partial<BatchSampler>).sampler?.generator;
}
