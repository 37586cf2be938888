/**
 * In which order samples are read: PyTorch's samplers, draw for draw. They are iterables of indices, and draw when they are
 * read, not when they are made.
 */
import {
  checkOptions,
  defaultGenerator,
  describeValue,
  drawIntegers,
  drawPermutation,
  drawUniform,
  Generator,
  isInstance,
} from "@corr2d/core";
import { checkPositive, invalid, listOf, readFrom } from "./arguments.ts";
import { drawMultinomial } from "./multinomial.ts";

/** Indices of samples, in an order of its own at each iteration. Any iterable of numbers is one. */
export interface Sampler<T = number> extends Iterable<T> {
  /** How many, where that is known. */
  readonly length?: number;
  /** What it draws from, where it was given one: a loader that is resumed sets it back. */
  readonly generator?: Generator | undefined;
}

/** What has a number of samples. */
export interface Sized {
  readonly length: number;
}

/** PyTorch's randint() draws so many at a time. */
const CHUNK = 32;

/**
 * A seed as `torch.empty((), dtype=torch.int64).random_()` draws it: a 64-bit word, of which a double holds the low 53 bits.
 * A generator that is seeded takes the low 32.
 */
export function drawSeed(generator: Generator): number {
  return drawUniform(generator, 1, "float64")[0]! * 2 ** 53;
}

function checkSource(owner: string, source: Sized): void {
  const length: unknown = readFrom(source, (given) => given.length);
  if (Number.isSafeInteger(length) && (length as number) >= 0) return;
  throw invalid(`${owner}: expected a data set, or what else has a length, but got ${describeValue(source)}`);
}

/** @throws INVALID_ARGUMENT unless it is a Generator or undefined. */
export function checkGenerator(
  owner: string,
  generator: unknown,
): asserts generator is Generator | undefined {
  if (generator === undefined || isInstance(generator, Generator)) return;
  throw invalid(`${owner}: 'generator' must be a Generator, but got ${describeValue(generator)}`);
}

/** 0, 1, … in order. */
export class SequentialSampler implements Sampler {
  /** What the indices are of. */
  readonly dataSource: Sized;

  /** @param dataSource a data set: of what is drawn only its length is asked. */
  constructor(dataSource: Sized) {
    checkSource("SequentialSampler", dataSource);
    this.dataSource = dataSource;
  }

  get length(): number {
    return this.dataSource.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

/** Options of `RandomSampler`. */
export interface RandomSamplerOptions {
  /** Whether an index may come again before all others came (default false). */
  readonly replacement?: boolean | undefined;
  /** How many indices; default: as many as there are samples. */
  readonly numSamples?: number | undefined;
  /** Default: a new one at each iteration, whose seed is drawn from the generator that `manualSeed` seeds. */
  readonly generator?: Generator | undefined;
}

/** The indices in random order; with `replacement` drawn independently. */
export class RandomSampler implements Sampler {
  /** What the indices are of. */
  readonly dataSource: Sized;
  /** Whether an index may come again. */
  readonly replacement: boolean;
  readonly generator: Generator | undefined;
  readonly #numSamples: number | undefined;

  /** @throws INVALID_ARGUMENT */
  constructor(dataSource: Sized, options: RandomSamplerOptions = {}) {
    checkSource("RandomSampler", dataSource);
    checkOptions(
      "RandomSampler",
      options,
      { replacement: "boolean", numSamples: "number", generator: "any" },
      "{ replacement: true }",
    );
    const { replacement = false, numSamples, generator } = options;
    if (numSamples !== undefined) checkPositive("RandomSampler", "numSamples", numSamples);
    checkGenerator("RandomSampler", generator);
    this.dataSource = dataSource;
    this.replacement = replacement;
    this.generator = generator;
    this.#numSamples = numSamples;
  }

  /** How many indices an epoch has. */
  get numSamples(): number {
    return this.#numSamples ?? this.dataSource.length;
  }

  get length(): number {
    return this.numSamples;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const n = this.dataSource.length;
    const generator = this.generator ?? new Generator(drawSeed(defaultGenerator));
    const { numSamples } = this;
    if (n === 0) return;
    if (this.replacement) {
      for (let left = numSamples; left > 0; left -= CHUNK) {
        yield* drawIntegers(generator, Math.min(CHUNK, left), 0, n);
      }
      return;
    }
    for (let left = numSamples; left >= n; left -= n) yield* drawPermutation(generator, n);
    // PyTorch draws this one also where nothing is left, which moves a generator that was given.
    yield* drawPermutation(generator, n).subarray(0, numSamples % n);
  }
}

/** The given indices in random order. */
export class SubsetRandomSampler implements Sampler {
  /** The places of the samples. */
  readonly indices: readonly number[];
  readonly generator: Generator | undefined;

  /**
   * @param options `generator`: default the one that `manualSeed` seeds.
   * @throws INVALID_ARGUMENT
   */
  constructor(
    indices: Iterable<number>,
    options: {
      /** Default: the one that `manualSeed` seeds. */
      readonly generator?: Generator | undefined;
    } = {},
  ) {
    checkOptions("SubsetRandomSampler", options, { generator: "any" }, "{ generator }");
    checkGenerator("SubsetRandomSampler", options.generator);
    this.indices = Object.freeze(listOf("SubsetRandomSampler", "the indices", indices));
    this.generator = options.generator;
  }

  get length(): number {
    return this.indices.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const order = drawPermutation(this.generator ?? defaultGenerator, this.indices.length);
    for (const i of order) yield this.indices[i]!;
  }
}

/** Options of `WeightedRandomSampler`. */
export interface WeightedRandomSamplerOptions {
  /** Whether an index may come again (default true). */
  readonly replacement?: boolean | undefined;
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator | undefined;
}

/** `numSamples` indices, each with a probability in proportion to its weight. */
export class WeightedRandomSampler implements Sampler {
  /** How likely each index is, up to a factor. */
  readonly weights: Float64Array;
  /** How many indices an epoch has. */
  readonly numSamples: number;
  /** Whether an index may come again. */
  readonly replacement: boolean;
  readonly generator: Generator | undefined;

  /** @throws INVALID_ARGUMENT for negative weights, none above 0, or without replacement fewer than samples. */
  constructor(weights: Iterable<number>, numSamples: number, options: WeightedRandomSamplerOptions = {}) {
    checkPositive("WeightedRandomSampler", "numSamples", numSamples);
    checkOptions(
      "WeightedRandomSampler",
      options,
      { replacement: "boolean", generator: "any" },
      "{ replacement: true }",
    );
    const { replacement = true, generator } = options;
    checkGenerator("WeightedRandomSampler", generator);
    const list = listOf("WeightedRandomSampler", "the weights", weights);
    const wrong = list.find((weight) => !(typeof weight === "number" && weight >= 0 && weight < Infinity));
    if (wrong !== undefined) {
      throw invalid(
        `WeightedRandomSampler: weights are finite numbers from 0 on, but got ${describeValue(wrong)}: ` +
          "invalid multinomial distribution",
      );
    }
    const possible = list.filter((weight) => weight > 0).length;
    const needed = replacement ? 1 : numSamples;
    if (possible < needed) {
      throw invalid(
        `WeightedRandomSampler: ${needed} different samples were asked for, but ${possible} of ${list.length} weights are above 0` +
          (replacement ? "" : "; { replacement: true } draws samples again"),
      );
    }
    this.weights = Float64Array.from(list);
    this.numSamples = numSamples;
    this.replacement = replacement;
    this.generator = generator;
  }

  get length(): number {
    return this.numSamples;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const generator = this.generator ?? defaultGenerator;
    yield* drawMultinomial(generator, this.weights, this.numSamples, this.replacement);
  }
}

/** The indices of another sampler in arrays of `batchSize`. */
export class BatchSampler implements Sampler<number[]> {
  /** In which order indices come. */
  readonly sampler: Sampler;
  /** Samples of a batch. */
  readonly batchSize: number;
  /** Whether a smaller last batch is left out. */
  readonly dropLast: boolean;

  /**
   * @param dropLast whether a last array of fewer is left out.
   * @throws INVALID_ARGUMENT
   */
  constructor(sampler: Sampler, batchSize: number, dropLast: boolean) {
    checkSampler("BatchSampler", "sampler", sampler);
    checkPositive("BatchSampler", "batch_size", batchSize);
    if (typeof dropLast !== "boolean") {
      throw invalid(`BatchSampler: drop_last should be a boolean value, but got ${describeValue(dropLast)}`);
    }
    this.sampler = sampler;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
  }

  /** @throws INVALID_ARGUMENT where the sampler does not know its own length. */
  get length(): number {
    const { length } = this.sampler;
    if (length === undefined) throw invalid("BatchSampler: the sampler has no length");
    return this.dropLast ? Math.floor(length / this.batchSize) : Math.ceil(length / this.batchSize);
  }

  *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}

/** @throws INVALID_ARGUMENT unless it is an iterable. */
export function checkSampler(
  owner: string,
  name: string,
  sampler: unknown,
): asserts sampler is Sampler<never> {
  const refused = (): Error =>
    invalid(`${owner}: '${name}' is a sampler, which is iterable, but got ${describeValue(sampler)}`);
  if (typeof sampler !== "object" || sampler === null) throw refused();
  if (typeof readFrom(sampler as Sampler, (given) => given[Symbol.iterator]) !== "function") throw refused();
}
