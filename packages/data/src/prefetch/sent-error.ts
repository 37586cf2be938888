/** Errors between threads, where an error loses its code and its class. */
import { Corr2dError, describeValue, type ErrorCode } from "@corr2d/core";

export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: ErrorCode | undefined;
}

export function sendable(error: unknown): SentError {
  if (!(error instanceof Error)) {
    return { name: "", message: describeValue(error), stack: undefined, code: undefined };
  }
  const { name, message, stack } = error;
  return {
    name: String(name),
    message: String(message),
    stack: stack === undefined ? undefined : String(stack),
    code: Corr2dError.isInstance(error) ? error.code : undefined,
  };
}

/** As it was, as far as it came over. */
export function received({ name, message, stack, code }: SentError): Error {
  const error = code === undefined ? new Error(message) : new Corr2dError(code, message);
  if (code === undefined && name !== "") Object.assign(error, { name });
  if (stack !== undefined) error.stack = stack;
  return error;
}

export const textOf = ({ name, message }: SentError): string =>
  name === "" ? message : `${name}: ${message}`;
