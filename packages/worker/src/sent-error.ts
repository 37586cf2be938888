/** Errors on their way from the worker to the page, where a Corr2dError is one again, with its code. */
import { Corr2dError, describeValue, type ErrorCode } from "@corr2d/core";
import type { SentError } from "./messages.ts";

export function toSent(error: unknown): SentError {
  const isError = error instanceof Error || Corr2dError.isInstance(error);
  if (!isError) {
    const message = typeof error === "string" ? error : describeValue(error);
    return { name: "Error", message, stack: undefined, code: undefined, details: undefined };
  }
  const { name, message, stack } = error;
  if (!Corr2dError.isInstance(error)) return { name, message, stack, code: undefined, details: undefined };
  return { name, message, stack, code: error.code, details: sendable(error.details) };
}

/** Details that cannot be copied stay behind. */
function sendable(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  try {
    return structuredClone(details);
  } catch {
    return undefined;
  }
}

export function fromSent({ name, message, stack, code, details }: SentError): Error {
  if (name === "AbortError") return new DOMException(message, name);
  const error =
    code === undefined ? new Error(message) : new Corr2dError(code as ErrorCode, message, { ...details });
  if (code === undefined) Object.defineProperty(error, "name", { value: name, configurable: true });
  // Where it happened, which is not where it is thrown again.
  if (stack !== undefined) error.stack = `${stack}\n    in the worker`;
  return error;
}

/** What a run that was cancelled rejects with, on both sides: what the platform's own functions reject with. */
export function cancelled(): DOMException {
  return new DOMException("the run was cancelled", "AbortError");
}
