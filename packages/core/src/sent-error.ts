/** Errors on their way between threads, where a copy loses its class, its code and its details. */
import { Corr2dError, type ErrorCode } from "./errors.ts";
import { describeValue, isRecord } from "./options.ts";

// Every host has it, and core's types are those of none.
declare function structuredClone<T>(value: T): T;

/** An error as `postMessage` can send it. */
export interface SentError {
  /** Empty for what was thrown and is no error. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a Corr2dError. */
  readonly code: ErrorCode | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What was thrown, as it can be sent to another thread; details that cannot be copied stay behind. */
export function toSentError(thrown: unknown): SentError {
  try {
    const own = Corr2dError.isInstance(thrown);
    if (own || thrown instanceof Error) {
      const { name, message, stack } = thrown;
      return {
        name: String(name),
        message: String(message),
        stack: stack === undefined ? undefined : String(stack),
        code: own ? thrown.code : undefined,
        details: own ? copyOf(thrown.details) : {},
      };
    }
  } catch {
    // Anybody may have put anything there: symbols, proxies that were revoked.
  }
  const message = typeof thrown === "string" ? thrown : describeValue(thrown);
  return { name: "", message, stack: undefined, code: undefined, details: {} };
}

function copyOf(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return structuredClone(details);
  } catch {
    return {};
  }
}

const isTextOrMissing = (value: unknown): boolean => value === undefined || typeof value === "string";

/**
 * The error as it was, as far as it came over. Its stack says where it happened, which is not where it is thrown again.
 * @throws INVALID_ARGUMENT for what `toSentError` did not make.
 */
export function fromSentError(sent: SentError): Error {
  const { name, message, stack, code, details }: Partial<SentError> = isRecord(sent) ? sent : {};
  const isSent =
    typeof name === "string" && typeof message === "string" && [stack, code].every(isTextOrMissing);
  if (!isSent || !isRecord(details)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `fromSentError: expected what toSentError gives, but got ${describeValue(sent)}`,
    );
  }
  const error = code === undefined ? new Error(message) : new Corr2dError(code, message, { ...details });
  if (code === undefined && name !== "") {
    Object.defineProperty(error, "name", { value: name, configurable: true });
  }
  if (stack !== undefined) error.stack = `${stack}\n    in a worker`;
  return error;
}
