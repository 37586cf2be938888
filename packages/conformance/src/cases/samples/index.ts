/** Samples of every member, and what most cases do with them. */
import { type CompleteBackend, type DType, isFloating, type TypedArray } from "@corr2d/core";
import { type Case, requiring } from "../../case.ts";
import type { Expected } from "../../compare.ts";
import { sizeOf } from "../../oracle/arrays.ts";
import { DTYPES, expectHandle } from "../support.ts";
import { composites, pairSamples } from "./composites.ts";
import { floatPrimitives, primitives } from "./primitives.ts";
import { type Sample, sampleOf } from "./sample.ts";

export type { Sample } from "./sample.ts";

/** Every sample of a dtype. */
export function samplesOf(dtype: DType): readonly Sample[] {
  const calls = primitives(dtype).map((call) => sampleOf(dtype, call));
  if (!isFloating(dtype)) return calls;
  const more = [...floatPrimitives(dtype), ...composites(dtype)].map((call) => sampleOf(dtype, call));
  return [...calls, ...more, ...pairSamples(dtype)];
}

/** `corr2d`, `corr2d/float64`: for ids. */
export const nameOf = ({ name, dtype }: Sample): string => (dtype === "float32" ? name : `${name}/${dtype}`);

/** A case per sample. */
export function perSample(make: (sample: Sample) => Case): readonly Case[] {
  return DTYPES.flatMap((dtype) =>
    samplesOf(dtype).map((sample) => {
      const made = make(sample);
      return { ...made, requires: [...(made.requires ?? []), ...(requiring(dtype).requires ?? [])] };
    }),
  );
}

/** Uploads operands and makes the call. */
export const runOn = (
  sample: Sample,
  backend: CompleteBackend,
  operands: readonly TypedArray[],
): readonly unknown[] =>
  sample.run(
    backend,
    operands.map((data) => backend.upload(data)),
  );

/** Reads the results of a call. */
export const readResults = (
  sample: Sample,
  backend: CompleteBackend,
  results: readonly unknown[],
): Promise<TypedArray[]> =>
  Promise.all(sample.results.map(({ shape, dtype }, i) => backend.read(results[i], sizeOf(shape), dtype)));

/** Reads the results of a call and compares them. */
export async function expectResults(
  sample: Sample,
  backend: CompleteBackend,
  what: string,
  results: readonly unknown[],
  expected: readonly Expected[],
): Promise<void> {
  for (const [i, { shape, dtype }] of sample.results.entries()) {
    await expectHandle(backend, `${sample.name}, ${what}: `, results[i], expected[i]!, shape, dtype);
  }
}
