/** Data sets made of others: parts of one, several behind each other, and the samples of one changed. */
import {
  type Backend,
  checkOptions,
  defaultGenerator,
  describeValue,
  drawPermutation,
  type Generator,
  isList,
} from "@corr2d/core";
import { checkFunction, invalid, isThenable, listOf } from "./arguments.ts";
import { checkDataset, checkIndex, type Dataset, positionOf } from "./dataset.ts";

/** The samples of `dataset` at `indices`, in that order: `torch.utils.data.Subset`. */
export class Subset<T> implements Dataset<T> {
  /** What samples come from. */
  readonly dataset: Dataset<T>;
  /** The places of the samples. */
  readonly indices: Int32Array;
  /** There where the whole data set has one. */
  readonly batch?: (indices: readonly number[], backend: Backend) => unknown;

  /** @throws INVALID_ARGUMENT; INDEX_OUT_OF_RANGE for an index that the data set does not have. */
  constructor(dataset: Dataset<T>, indices: Iterable<number>) {
    checkDataset("Subset", dataset);
    this.dataset = dataset;
    const list = listOf("Subset", "the indices", indices);
    for (const index of list) checkIndex("Subset", index, dataset.length);
    this.indices = Int32Array.from(list);
    if (typeof dataset.batch === "function") {
      this.batch = (rows, backend) =>
        dataset.batch!(
          rows.map((row) => this.#indexOf(row)),
          backend,
        );
    }
  }

  get length(): number {
    return this.indices.length;
  }

  at(index: number): T | PromiseLike<T> | undefined {
    return this.dataset.at(this.#indexOf(index));
  }

  #indexOf(index: number): number {
    return this.indices[positionOf("Subset", index, this.length)]!;
  }
}

/** The samples of several data sets, one after the other: `torch.utils.data.ConcatDataset`. */
export class ConcatDataset<T> implements Dataset<T> {
  /** What is put together, in order. */
  readonly datasets: readonly Dataset<T>[];
  /** Where each data set ends. */
  readonly cumulativeSizes: readonly number[];
  readonly length: number;

  /** @throws INVALID_ARGUMENT unless it is at least one data set. */
  constructor(datasets: Iterable<Dataset<T>>) {
    this.datasets = listOf("ConcatDataset", "the data sets", datasets);
    if (this.datasets.length === 0) throw invalid("ConcatDataset: datasets should not be an empty iterable");
    for (const dataset of this.datasets) checkDataset("ConcatDataset", dataset);
    let end = 0;
    this.cumulativeSizes = this.datasets.map(({ length }) => {
      end += length;
      return end;
    });
    this.length = end;
  }

  at(index: number): T | PromiseLike<T> | undefined {
    const position = positionOf("ConcatDataset", index, this.length);
    const which = this.cumulativeSizes.findIndex((end) => position < end);
    const start = which === 0 ? 0 : this.cumulativeSizes[which - 1]!;
    return this.datasets[which]!.at(position - start);
  }
}

/** The samples of `dataset`, each changed by `transform` whenever it is read: the `transform` of torchvision's data sets. */
export class MapDataset<T, U> implements Dataset<U> {
  /** What samples come from. */
  readonly dataset: Dataset<T>;
  /** What a sample is turned into. */
  readonly transform: (sample: T) => U | PromiseLike<U>;

  /** @throws INVALID_ARGUMENT */
  constructor(dataset: Dataset<T>, transform: (sample: T) => U | PromiseLike<U>) {
    checkDataset("MapDataset", dataset);
    checkFunction("MapDataset", "transform", transform);
    this.dataset = dataset;
    this.transform = transform;
  }

  get length(): number {
    return this.dataset.length;
  }

  at(index: number): U | PromiseLike<U> {
    const sample = this.dataset.at(positionOf("MapDataset", index, this.length)) as T | PromiseLike<T>;
    return isThenable(sample) ? sample.then(this.transform) : this.transform(sample);
  }
}

/**
 * Numbers of samples for shares of `total`, as PyTorch rounds them.
 * @throws INVALID_ARGUMENT unless the lengths are such numbers, or add up to 1.
 */
function lengthsOf(total: number, lengths: readonly number[]): number[] {
  if (!isList(lengths) || !lengths.every((n) => typeof n === "number" && n >= 0)) {
    throw invalid(
      `randomSplit: lengths are an array of numbers of samples, or of shares, but got ${describeValue(lengths)}`,
    );
  }
  const sum = lengths.reduce((a, b) => a + b, 0);
  let whole = [...lengths];
  // As Python's math.isclose(sum, 1).
  if (sum <= 1 && Math.abs(sum - 1) <= 1e-9) {
    whole = lengths.map((share) => Math.floor(total * share));
    const remainder = total - whole.reduce((a, b) => a + b, 0);
    for (let i = 0; i < remainder; i++) whole[i % whole.length]! += 1;
  }
  if (whole.every(Number.isInteger) && whole.reduce((a, b) => a + b, 0) === total) return whole;
  throw invalid(
    `randomSplit: Sum of input lengths does not equal the length of the input dataset: [${lengths.join(", ")}] for ` +
      `${total} samples; shares have to add up to 1`,
  );
}

/**
 * The data set in random parts, none of which share samples: `torch.utils.data.random_split`, with PyTorch's order.
 *
 * @param lengths how many samples each part has, or which share of them (adding up to 1).
 * @param options `generator`: default the one that `manualSeed` seeds.
 * @throws INVALID_ARGUMENT
 */
export function randomSplit<T>(
  dataset: Dataset<T>,
  lengths: readonly number[],
  options: {
    /** Default: the generator that `manualSeed` seeds. */
    readonly generator?: Generator | undefined;
  } = {},
): Subset<T>[] {
  checkDataset("randomSplit", dataset);
  checkOptions("randomSplit", options, { generator: "any" });
  const whole = lengthsOf(dataset.length, lengths);
  const order = drawPermutation(options.generator ?? defaultGenerator, dataset.length);
  let end = 0;
  return whole.map((length) => {
    end += length;
    return new Subset(dataset, order.subarray(end - length, end));
  });
}
