/** One batch from a data set: its samples, read one after the other, and collated. */
import { type Backend, describeValue, getBackend } from "@corr2d/core";
import { invalid, isThenable } from "./arguments.ts";
import { defaultCollate } from "./collate.ts";
import { checkIndex, type Dataset } from "./dataset.ts";

/** Makes a batch of samples. */
export type CollateFn<T, B> = (samples: T[]) => B | PromiseLike<B>;

export class BatchLoader<T, B> {
  readonly #dataset: Dataset<T>;
  readonly #collateFn: CollateFn<T, B> | undefined;
  /** The sample that is being read, for who reports a failure. */
  reading: number | null = null;

  constructor(dataset: Dataset<T>, collateFn: CollateFn<T, B> | undefined) {
    this.#dataset = dataset;
    this.#collateFn = collateFn;
  }

  /** Whether the tensors of batches are made by this package, each for one batch: they may be disposed. */
  get makesTensors(): boolean {
    return this.#collateFn === undefined;
  }

  /**
   * The batch, or a promise of it where samples are promises. These are awaited one by one, so that what draws random numbers
   * draws them in order; a data set that can read several at once has a method `batch`.
   */
  load(indices: readonly number[], backend: Backend | undefined): B | PromiseLike<B> {
    const { length } = this.#dataset;
    for (const index of indices) checkIndex("DataLoader: what the sampler gave", index, length);
    if (this.#collateFn === undefined && typeof this.#dataset.batch === "function") {
      return this.#dataset.batch(indices, backend ?? getBackend()) as B | PromiseLike<B>;
    }
    const samples: T[] = [];
    for (const index of indices) {
      this.reading = index;
      const sample = this.#dataset.at(index);
      if (isThenable(sample)) return this.#loadLater(indices, samples, sample as PromiseLike<T>, backend);
      samples.push(sampleAt(index, sample as T | undefined));
    }
    this.reading = null;
    return this.#collate(samples, backend);
  }

  /** The rest of a batch of which one sample is still on its way. */
  async #loadLater(
    indices: readonly number[],
    samples: T[],
    awaited: PromiseLike<T>,
    backend: Backend | undefined,
  ): Promise<B> {
    samples.push(sampleAt(this.reading!, await awaited));
    for (const index of indices.slice(samples.length)) {
      this.reading = index;
      samples.push(sampleAt(index, await this.#dataset.at(index)));
    }
    this.reading = null;
    return this.#collate(samples, backend);
  }

  #collate(samples: T[], backend: Backend | undefined): B | PromiseLike<B> {
    return this.#collateFn === undefined
      ? (defaultCollate(samples, { backend }) as B)
      : this.#collateFn(samples);
  }
}

function sampleAt<T>(index: number, sample: T | undefined): T {
  if (sample !== undefined) return sample;
  throw invalid(`DataLoader: the data set gave ${describeValue(sample)} for sample ${index}`);
}
