/**
 * What a data set is: a number of samples, and a sample for each index.
 *
 * PyTorch's `__len__` and `__getitem__` are `length` and `at`, which JavaScript's own arrays have: an array of samples is a
 * data set, as a list is one in PyTorch.
 */
import { type Backend, Corr2dError, describeValue } from "@corr2d/core";
import { invalid, listOf, readFrom } from "./arguments.ts";

/** Samples by index. An array is one. */
export interface Dataset<T> {
  /** How many samples there are: `len(dataset)`. */
  readonly length: number;
  /** The sample at `index`, from 0: `dataset[index]`. May be a promise; a loader over it is then read by `for await`. */
  at(index: number): T | PromiseLike<T> | undefined;
  /**
   * Optional: what the samples at `indices` are as one batch, made at once, for loaders without a `collateFn`. Its tensors are
   * made for this call: the loader that asked disposes them.
   */
  batch?(indices: readonly number[], backend: Backend): unknown;
}

/** The type of a data set's samples. */
export type SampleOf<D> = D extends { at(index: number): infer R } ? Exclude<Awaited<R>, undefined> : never;

function hasForm(value: unknown, needsAt: boolean): value is Dataset<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { length, at } =
    readFrom(value as Partial<Dataset<unknown>>, ({ length, at }) => ({ length, at })) ?? {};
  return Number.isSafeInteger(length) && length! >= 0 && (typeof at === "function" || !needsAt);
}

/** @throws INVALID_ARGUMENT unless `dataset` has a length and, where samples are read here, `at`. */
export function checkDataset(
  owner: string,
  dataset: unknown,
  needsAt = true,
): asserts dataset is Dataset<unknown> {
  if (hasForm(dataset, needsAt)) return;
  const form = needsAt
    ? "has a 'length' and a method 'at(index)', as arrays have"
    : "has a 'length', also where its samples are loaded in workers";
  throw invalid(`${owner}: a data set ${form}, but got ${describeValue(dataset)}`);
}

/**
 * An index of a data set.
 * @throws INDEX_OUT_OF_RANGE unless it is one.
 */
export function checkIndex(owner: string, index: unknown, length: number): asserts index is number {
  if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < length) return;
  throw new Corr2dError(
    "INDEX_OUT_OF_RANGE",
    `${owner}: index ${describeValue(index)} is out of range for a data set of ${length} samples`,
    { index, length },
  );
}

/** Where `at(index)` reads: negative indices count from the end, as in arrays. */
export function positionOf(owner: string, index: unknown, length: number): number {
  const position = Number.isInteger(index) && (index as number) < 0 ? (index as number) + length : index;
  checkIndex(owner, position, length);
  return position;
}

/** Where `batch(indices)` reads. @throws INVALID_ARGUMENT, INDEX_OUT_OF_RANGE. */
export const positionsOf = (owner: string, indices: Iterable<number>, length: number): number[] =>
  listOf(owner, "indices", indices).map((index) => positionOf(owner, index, length));
