/** What a loader is told, checked. */
import {
  type Backend,
  checkOptions,
  describeValue,
  type Generator,
  isBackend,
  type OptionTypes,
} from "@corr2d/core";
import { checkFunction, checkPositive, invalid } from "./arguments.ts";
import { checkDataset } from "./dataset.ts";
import type { CollateFn } from "./load-batch.ts";
import type { WorkerLike } from "./prefetch/remote-worker.ts";
import {
  BatchSampler,
  checkGenerator,
  checkSampler,
  RandomSampler,
  type Sampler,
  SequentialSampler,
  type Sized,
} from "./samplers.ts";

/** Options of `DataLoader`. */
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
  /** How many workers read batches ahead (default 0: batches are read here when they are asked for). */
  readonly numWorkers?: number | undefined;
  /**
   * Starts a worker whose module calls `serve` with the same data set:
   * `() => new Worker(new URL("./loader-worker.js", import.meta.url), { type: "module" })`.
   */
  readonly worker?: (() => WorkerLike) | undefined;
  /** How many batches each worker reads ahead (default 2). */
  readonly prefetchFactor?: number | undefined;
  /** Whether workers stay from one epoch to the next, until `close` (default false: new ones for each). */
  readonly persistentWorkers?: boolean | undefined;
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
  numWorkers: "any",
  worker: "any",
  prefetchFactor: "any",
  persistentWorkers: "boolean",
};

/** @throws INVALID_ARGUMENT */
export function checkLoaderOptions<T, B>(dataset: unknown, options: DataLoaderOptions<T, B>): void {
  checkOptions("DataLoader", options, OPTIONS, "{ batchSize: 64 }");
  const { collateFn, generator, backend, numWorkers = 0, worker, prefetchFactor } = options;
  if (!Number.isSafeInteger(numWorkers) || numWorkers < 0) {
    throw invalid(
      `DataLoader: numWorkers is a number of workers, or 0, but got ${describeValue(numWorkers)}`,
    );
  }
  checkDataset("DataLoader", dataset, numWorkers === 0);
  checkGenerator("DataLoader", generator);
  if (collateFn !== undefined) checkFunction("DataLoader", "collateFn", collateFn);
  if (backend !== undefined && !isBackend(backend)) {
    throw invalid(`DataLoader: 'backend' is a backend, such as cpuJs(), but got ${describeValue(backend)}`);
  }
  if (numWorkers === 0) {
    const { persistentWorkers } = options;
    if (worker === undefined && prefetchFactor === undefined && !persistentWorkers) return;
    throw invalid("DataLoader: worker, prefetchFactor and persistentWorkers are for numWorkers: 1 or more");
  }
  if (worker === undefined) {
    throw invalid(
      "DataLoader: numWorkers needs worker: () => new Worker(new URL('./loader-worker.js', import.meta.url), " +
        "{ type: 'module' }), where loader-worker.js calls serve(dataset)",
    );
  }
  checkFunction("DataLoader", "worker", worker);
  if (prefetchFactor !== undefined) checkPositive("DataLoader", "prefetchFactor", prefetchFactor);
  if (collateFn !== undefined) {
    throw invalid(
      "DataLoader: functions cannot be sent to workers: call serve(dataset, { collateFn }) there",
    );
  }
}

/**
 * The samplers of a loader: of samples, and of batches.
 * @throws INVALID_ARGUMENT
 */
export function samplersOf<T, B>(
  dataset: Sized,
  options: DataLoaderOptions<T, B>,
): [sampler: Sampler, batchSampler: Sampler<readonly number[]>] {
  const { batchSize = 1, shuffle = false, sampler, batchSampler, dropLast = false, generator } = options;
  if (batchSampler !== undefined) {
    if (options.batchSize !== undefined || shuffle || sampler !== undefined || dropLast) {
      throw invalid(
        "DataLoader: batchSampler option is mutually exclusive with batchSize, shuffle, sampler, and dropLast",
      );
    }
    checkSampler("DataLoader", "batchSampler", batchSampler);
    return [new SequentialSampler(dataset), batchSampler];
  }
  if (sampler !== undefined && shuffle) {
    throw invalid("DataLoader: sampler option is mutually exclusive with shuffle");
  }
  checkPositive("DataLoader", "batchSize", batchSize);
  if (sampler !== undefined) checkSampler("DataLoader", "sampler", sampler);
  const samples =
    sampler ?? (shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset));
  return [samples, new BatchSampler(samples, batchSize, dropLast)];
}

/** A generator that a sampler, or the one in it, was given. */
export function generatorOf(sampler: Sampler<unknown>): Generator | undefined {
  return sampler.generator ?? (sampler as Partial<BatchSampler>).sampler?.generator;
}
