/** The loaders of the goldens, which `scripts/goldens/make_loader.py` wrote. */
import { readFileSync } from "node:fs";
import { defaultGenerator, drawUniform, Generator } from "@corr2d/core";
import {
  BatchSampler,
  DataLoader,
  type Dataset,
  RandomSampler,
  type Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from "@corr2d/data";
import { numbers, type Sample } from "./numbers.ts";

type Spec = readonly [kind: string, args: readonly unknown[], options: Record<string, unknown>];

export interface LoaderSpec {
  readonly n: number;
  readonly noisy?: boolean;
  readonly sampler?: Spec;
  readonly batchSampler?: Spec;
  readonly generator?: string;
  readonly numWorkers?: number;
  readonly [option: string]: unknown;
}

export interface LoaderCase {
  readonly name: string;
  readonly seed: number;
  readonly generators: Readonly<Record<string, number>>;
  readonly loaders: Readonly<Record<string, LoaderSpec>>;
  readonly steps: readonly { readonly read: string; readonly most?: number; readonly batches: Sample[][] }[];
  readonly after: readonly number[][];
}

export interface SplitCase {
  readonly seed: number;
  readonly n: number;
  readonly lengths: number[];
  readonly generator?: number;
  readonly parts: number[][];
  readonly after: number[];
}

export const goldens = JSON.parse(readFileSync(new URL("fixtures/loader.json", import.meta.url), "utf8")) as {
  readonly loaders: readonly LoaderCase[];
  readonly splits: readonly SplitCase[];
};

type Generators = ReadonlyMap<string, Generator>;

const withGenerator = (options: Record<string, unknown>, generators: Generators): Record<string, unknown> =>
  typeof options.generator === "string"
    ? { ...options, generator: generators.get(options.generator) }
    : options;

function samplerOf(
  source: Dataset<Sample>,
  [kind, args, given]: Spec,
  generators: Generators,
): Sampler<never> {
  const options = withGenerator(given, generators);
  const [first, second] = args as [number[], number];
  switch (kind) {
    case "SequentialSampler":
      return new SequentialSampler(source) as Sampler<never>;
    case "RandomSampler":
      return new RandomSampler(source, options) as Sampler<never>;
    case "SubsetRandomSampler":
      return new SubsetRandomSampler(first, options) as Sampler<never>;
    case "WeightedRandomSampler":
      return new WeightedRandomSampler(first, second, options) as Sampler<never>;
    default: {
      const [inner, size, dropLast] = args as [Spec, number, boolean];
      return new BatchSampler(samplerOf(source, inner, generators), size, dropLast) as Sampler<never>;
    }
  }
}

export function loaderOf(
  spec: LoaderSpec,
  generators: Generators,
  more: Record<string, unknown> = {},
): DataLoader<Sample, Sample[]> {
  const { n, noisy, sampler, batchSampler, numWorkers, ...options } = spec;
  const source = numbers(n, noisy);
  return new DataLoader<Sample, Sample[]>(source, {
    ...(numWorkers ? { numWorkers } : { collateFn: (samples: Sample[]) => samples }),
    ...withGenerator(options, generators),
    ...(sampler && { sampler: samplerOf(source, sampler, generators) }),
    ...(batchSampler && { batchSampler: samplerOf(source, batchSampler, generators) }),
    ...more,
  });
}

export const generatorsOf = (seeds: Readonly<Record<string, number>>): Map<string, Generator> =>
  new Map(Object.entries(seeds).map(([name, seed]) => [name, new Generator(seed)]));

/** What each generator draws next, the default one first. */
export const after = (generators: Generators): number[][] =>
  [defaultGenerator, ...generators.values()].map((generator) => [...drawUniform(generator, 2, "float32")]);
