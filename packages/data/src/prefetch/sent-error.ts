/** Errors between threads, where an error loses its code and its class. */
import { Corr2dError, describeValue, type ErrorCode } from "@corr2d/core";

export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: ErrorCode | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

export function sendable(error: unknown): SentError {
  if (!(error instanceof Error)) {
    return { name: "", message: describeValue(error), stack: undefined, code: undefined, details: {} };
  }
  const { name, message, stack } = error;
  const own = Corr2dError.isInstance(error);
  return {
    name: String(name),
    message: String(message),
    stack: stack === undefined ? undefined : String(stack),
    code: own ? error.code : undefined,
    details: own ? copyOf(error.details) : {},
  };
}

/** Details that cannot be sent stay behind. */
function copyOf(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return structuredClone(details);
  } catch {
    return {};
  }
}

/** As it was, as far as it came over. */
export function received({ name, message, stack, code, details }: SentError): Error {
  const error = code === undefined ? new Error(message) : new Corr2dError(code, message, { ...details });
  if (code === undefined && name !== "") Object.assign(error, { name });
  if (stack !== undefined) error.stack = stack;
  return error;
}

export const textOf = ({ name, message }: SentError): string =>
  name === "" ? message : `${name}: ${message}`;
