/** Batches of a data set, epoch after epoch: `torch.utils.data.DataLoader`, with PyTorch's order seed for seed. */
import {
  type Backend,
  Corr2dError,
  defaultGenerator,
  type Generator,
  getRngState,
  setRngState,
} from "@corr2d/core";
import { invalid, isThenable } from "./arguments.ts";
import type { Collated } from "./collate.ts";
import type { Dataset } from "./dataset.ts";
import { takeBack } from "./lent.ts";
import { BatchLoader } from "./load-batch.ts";
import { checkLoaderOptions, type DataLoaderOptions, generatorOf, samplersOf } from "./loader-options.ts";
import { checkState, type LoaderState } from "./loader-state.ts";
import { Order } from "./order.ts";
import { Crew } from "./prefetch/crew.ts";
import { unpacked } from "./prefetch/sent-batch.ts";
import { drawSeed, type Sampler, type Sized } from "./samplers.ts";

/** One iteration, as far as it went. */
interface Epoch {
  readonly baseSeed: number;
  readonly order: Order<readonly number[]>;
  /** Batches handed out. */
  batches: number;
  /** Batches pulled from the order and not handed out: what workers read ahead. */
  readonly ahead: (readonly number[])[];
  /** Where the workers' generators begin, if not at the base seed. */
  readonly workers: LoaderState["workers"];
}

/**
 * Batches of a data set. Each iteration is an epoch: `for (const [x, y] of loader)` where the samples are in memory, and
 * `for await` always.
 *
 * A batch is lent to the loop's body: when the next one is asked for, its tensors are disposed. `keep(x)` keeps one; a batch
 * that the loop was left with (`break`, `const [first] = loader`) stays. What a `collateFn` made is never disposed.
 */
export class DataLoader<T, B = Collated<T>> implements Iterable<B>, AsyncIterable<B> {
  /** What samples come from. */
  readonly dataset: Dataset<T> | Sized;
  /** In which order indices come. */
  readonly sampler: Sampler;
  /** Which indices make a batch. */
  readonly batchSampler: Sampler<readonly number[]>;
  /** Where random numbers come from. */
  readonly generator: Generator | undefined;
  /** Workers that load samples. */
  readonly numWorkers: number;
  /** Batches that are loaded ahead, per worker. */
  readonly prefetchFactor: number;
  /** Whether workers outlive an epoch. */
  readonly persistentWorkers: boolean;
  readonly #backend: Backend | undefined;
  readonly #loader: BatchLoader<T, B>;
  /** Null where batches are read here. */
  readonly #crew: Crew | null;
  /** What samplers may draw from: the default generator, then those that were given. */
  readonly #watched: readonly Generator[];
  #epoch: Epoch | null = null;
  #resumed: LoaderState | null = null;

  /**
   * @param dataset `length` and `at(index)`: one of this package's, an array of samples, an object of your own. With workers,
   *   which have the samples, an object with the `length` alone will do.
   * @throws INVALID_ARGUMENT
   */
  constructor(dataset: Dataset<T> | Sized, options: DataLoaderOptions<T, B> = {}) {
    checkLoaderOptions(dataset, options);
    const { collateFn, generator, backend, worker, numWorkers = 0 } = options;
    this.dataset = dataset;
    [this.sampler, this.batchSampler] = samplersOf(dataset, options);
    this.generator = generator;
    this.numWorkers = numWorkers;
    this.prefetchFactor = options.prefetchFactor ?? 2;
    this.persistentWorkers = options.persistentWorkers ?? false;
    this.#backend = backend;
    this.#loader = new BatchLoader(dataset as Dataset<T>, collateFn);
    this.#crew = worker === undefined ? null : new Crew(worker, numWorkers, dataset.length);
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

  /**
   * Begins an epoch.
   * @throws INVALID_ARGUMENT with workers; ASYNC_CALLBACK, when it is read, where a sample is a promise: write `for await`.
   */
  [Symbol.iterator](): IterableIterator<B> {
    if (this.#crew !== null)
      throw invalid("DataLoader: what workers read comes later: write for await (const batch of loader)");
    return this.#iterate(this.#begin());
  }

  /**
   * Begins an epoch. What comes can be an error: the data set's own; SAMPLE_FAILED and WORKER_LOST with workers, which read for
   * one loop at a time: a loop that was under way ends with WORKER_LOST.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    const epoch = this.#begin();
    if (this.#crew === null) return this.#iterateLater(epoch);
    // As PyTorch does when an epoch begins, which draws the order's seed now.
    while (epoch.ahead.length < this.numWorkers * this.prefetchFactor && this.#pull(epoch) !== null);
    return this.#iterateAhead(epoch, this.#crew);
  }

  /** Ends workers that stayed. */
  close(): void {
    this.#crew?.dismiss();
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
      workers: [...(this.#crew?.random ?? [])],
    };
  }

  /**
   * Makes the next iteration go on where `state` was taken, without loading the batches before it; the generators that this
   * loader and its samplers were given are set. Set the default generator too: `setRngState(state)`.
   * @throws STATE_DICT when the state is none, or is of a loader with other generators or workers.
   */
  loadStateDict(state: LoaderState): void {
    checkState(state, this.#watched.length - 1, this.numWorkers);
    for (const [i, one] of state.generators.entries()) setRngState(one, this.#watched[i + 1]!);
    this.#crew?.dismiss();
    this.#resumed = state;
    this.#epoch = null;
  }

  #begin(): Epoch {
    const resumed = this.#resumed;
    this.#resumed = null;
    const workers = resumed?.workers ?? [];
    if (resumed?.epoch) {
      const { baseSeed, batches } = resumed.epoch;
      const { order, ahead } = Order.resume(this.batchSampler, this.#watched, resumed.epoch.order, batches);
      this.#epoch = { baseSeed, order, batches, ahead, workers };
    } else {
      const order = new Order(this.batchSampler, this.#watched);
      // PyTorch draws it for unshuffled loaders too, and before the sampler's; not for workers that are there already.
      const goOn = workers.length > 0 || (this.#crew?.random.length ?? 0) > 0;
      const baseSeed = goOn ? 0 : drawSeed(this.generator ?? defaultGenerator);
      this.#epoch = { baseSeed, order, batches: 0, ahead: [], workers };
    }
    return this.#epoch;
  }

  /** Puts the next batch of indices behind those that are ahead; null where there is none. */
  #pull(epoch: Epoch): readonly number[] | null {
    const indices = epoch.order.next();
    if (indices !== null) epoch.ahead.push(indices);
    return indices;
  }

  #end(epoch: Epoch): void {
    if (this.#epoch === epoch) this.#epoch = null;
  }

  *#iterate(epoch: Epoch): IterableIterator<B> {
    for (let indices = epoch.order.next(); indices !== null; indices = epoch.order.next()) {
      const batch = this.#loader.load(indices, this.#backend);
      if (isThenable(batch)) {
        batch.then(undefined, () => {}); // its failure is no one's concern
        throw new Corr2dError(
          "ASYNC_CALLBACK",
          "DataLoader: the data set (or collateFn) gave a promise: read the loader by 'for await (const batch of loader)'",
        );
      }
      epoch.batches++;
      yield batch as B;
      if (this.#loader.makesTensors) takeBack(batch);
    }
    this.#end(epoch);
  }

  async *#iterateLater(epoch: Epoch): AsyncIterableIterator<B> {
    for (let indices = epoch.order.next(); indices !== null; indices = epoch.order.next()) {
      const loaded = this.#loader.load(indices, this.#backend);
      const batch = isThenable(loaded) ? await loaded : loaded;
      epoch.batches++;
      yield batch as B;
      if (this.#loader.makesTensors) takeBack(batch);
    }
    this.#end(epoch);
  }

  async *#iterateAhead(epoch: Epoch, crew: Crew): AsyncIterableIterator<B> {
    let whole = false;
    const number = crew.open();
    try {
      await crew.prepare(number, epoch.baseSeed, epoch.workers);
      for (const [i, indices] of epoch.ahead.entries()) crew.ask(number, epoch.batches + i, indices);
      while (epoch.ahead.length > 0) {
        const batch = unpacked(await this.#take(epoch, crew, number), this.#backend);
        yield batch as B;
        takeBack(batch);
      }
      whole = true;
      this.#end(epoch);
    } finally {
      const isBroken = !whole && crew.isLost;
      if (crew.isCurrent(number) && (!this.persistentWorkers || isBroken)) crew.dismiss();
    }
  }

  /** The batch that is next, for which the workers get another to read, also where it failed: as PyTorch's do. */
  async #take(epoch: Epoch, crew: Crew, number: number): Promise<Awaited<ReturnType<Crew["take"]>>> {
    const taken = crew.take(number, epoch.batches);
    await taken.then(undefined, () => {});
    const next = crew.isCurrent(number) ? this.#pull(epoch) : null;
    if (next !== null) crew.ask(number, epoch.batches + epoch.ahead.length - 1, next);
    const batch = await taken;
    epoch.ahead.shift();
    epoch.batches++;
    return batch;
  }
}
