/** What every test of bad input asserts: the stable code, and a part of the message. */
import { expect } from "vitest";
import { Corr2dError, type ErrorCode } from "../src/index.ts";

export function expectError(fn: () => unknown, code: ErrorCode, text: string): void {
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
  }
  expect(Corr2dError.isInstance(thrown), `expected a Corr2dError, got ${String(thrown)}`).toBe(true);
  const { code: actual, message } = thrown as Corr2dError;
  expect({ code: actual, message }).toEqual({ code, message: expect.stringContaining(text) });
}
