/** What the tests share. */
import { Corr2dError, type ErrorCode, isTensor, type Tensor } from "@corr2d/core";
import { expect } from "vitest";

export function expectCoded(error: unknown, code: ErrorCode, text: string): void {
  expect(Corr2dError.isInstance(error), `expected a Corr2dError, got ${String(error)}`).toBe(true);
  const { code: actual, message } = error as Corr2dError;
  expect({ code: actual, message }).toEqual({ code, message: expect.stringContaining(text) });
}

/** Asserts the stable code and a part of the message. */
export function expectError(fn: () => unknown, code: ErrorCode, text: string): void {
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
  }
  expectCoded(thrown, code, text);
}

/** The same of a promise. */
export async function expectRejected(
  promise: Promise<unknown>,
  code: ErrorCode,
  text: string,
): Promise<void> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expectCoded(outcome, code, text);
}

/** Tensors in arrays and records as nested numbers. */
export function plain(value: unknown): unknown {
  if (isTensor(value)) return (value as Tensor).toArraySync();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}
