/** The gate for what callers give in plain JavaScript: what several files of the package ask of it. */
import { Corr2dError, describeValue, isTensor } from "@corr2d/core";

export function invalid(message: string): Corr2dError {
  return new Corr2dError("INVALID_ARGUMENT", message);
}

/** @throws INVALID_ARGUMENT unless `value` is a positive integer, in PyTorch's words. */
export function checkPositive(owner: string, name: string, value: unknown): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return;
  throw invalid(`${owner}: ${name} should be a positive integer value, but got ${describeValue(value)}`);
}

/** @throws INVALID_ARGUMENT unless `value` is a function. */
export function checkFunction(owner: string, name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw invalid(`${owner}: '${name}' is a function, but got ${describeValue(value)}`);
}

/**
 * The items of an array or another iterable.
 * @throws INVALID_ARGUMENT for what is none, tensors and proxies that were revoked among it.
 */
export function listOf<T>(owner: string, name: string, value: Iterable<T>): T[] {
  const refused = (): Corr2dError =>
    invalid(`${owner}: ${name} are an array or another iterable, but got ${describeValue(value)}`);
  if (typeof value !== "object" || value === null || isTensor(value)) throw refused();
  if (typeof readFrom(value, (list) => list[Symbol.iterator]) !== "function") throw refused();
  return [...value];
}

/**
 * What `read` gets from a value of the caller's; undefined where there is nothing to read from: of null, or of a proxy that was
 * revoked. What the caller's own code throws comes through.
 */
export function readFrom<T, R>(value: T, read: (value: T) => R): R | undefined {
  try {
    return read(value);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Whether it is a promise, or the like. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    return typeof (value as Partial<PromiseLike<unknown>>).then === "function";
  } catch {
    return false; // what cannot be asked is none
  }
}
