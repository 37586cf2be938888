/**
 * The gate for what callers give in plain JavaScript, where no compiler has looked. Options are checked by core for form,
 * names and types; here stands what to write in place of PyTorch's positional form, and whose argument it was.
 */
import { Corr2dError, checkOptions, describeValue, isList, isTensor, type OptionTypes } from "@corr2d/core";

import { setMessage } from "./module-path.ts";

export { checkTensor } from "@corr2d/core";

/** Options to read before they are checked: none of what is no record. */
export const optionsOf = <T extends object>(options: T): Partial<T> =>
  (isRecord(options) ? options : {}) as Partial<T>;

/** What an array or another iterable holds; null for what is none, a tensor's numbers and proxies that were revoked among it. */
export function itemsOf(value: unknown): unknown[] | null {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || isTensor(value))
    return null;
  try {
    if (!(Symbol.iterator in value)) return null;
  } catch {
    return null;
  }
  return [...(value as Iterable<unknown>)];
}

export function invalid(message: string): Corr2dError {
  return new Corr2dError("INVALID_ARGUMENT", message);
}

/** The options of a class or function. */
export interface Signature {
  /** What each has to be. */
  readonly options: OptionTypes;
  /** What PyTorch takes by position: for each type of value the options that it may mean, in PyTorch's order. */
  readonly positional?: { readonly [type in PositionalType]?: readonly string[] };
}
type PositionalType = "number" | "boolean" | "string" | "array" | "tensor";

/** `[1, 2]`, or the value in words. */
const listed = (value: unknown): string =>
  isList(value) && value.length <= 4
    ? `[${Array.from(value, describeValue).join(", ")}]`
    : describeValue(value);

/** A string as it is, as PyTorch's messages have it; another value in words. */
export const bare = (value: unknown): string => (typeof value === "string" ? value : describeValue(value));

/** `{ stride: 1, padding: 2 }` for the values 1 and 2, as far as it is known what they mean. */
function written({ positional = {} }: Signature, values: readonly unknown[]): string | undefined {
  const taken = new Map<readonly string[], number>();
  const entries: string[] = [];
  for (const value of values) {
    const type = isTensor(value) ? "tensor" : isList(value) ? "array" : (typeof value as PositionalType);
    const names = positional[type] ?? (type === "array" ? positional.number : undefined) ?? [];
    const next = taken.get(names) ?? 0;
    taken.set(names, next + 1);
    const name = names[next];
    if (name === undefined) break;
    entries.push(type === "tensor" ? name : `${name}: ${listed(value)}`);
  }
  return entries.length === 0 ? undefined : `{ ${entries.join(", ")} }`;
}

/**
 * Checks the options that a constructor or function got.
 *
 * @param owner what messages call it.
 * @param surplus the arguments behind the options, which PyTorch takes one by one.
 * @throws INVALID_ARGUMENT, saying what to write.
 */
export function checkGiven(
  owner: string,
  signature: Signature,
  given: unknown,
  surplus: readonly unknown[] = [],
): void {
  const isForeign = isTensor(given);
  const isObject = typeof given === "object" && given !== null && !isList(given) && !isForeign;
  if (given === undefined || isObject) {
    checkOptions(owner, given, signature.options);
    if (surplus.length === 0) return;
    const got = describeValue(surplus[0]);
    throw invalid(`${owner}: options are one object, the last argument, but got ${got} behind it`);
  }
  const hint = written(signature, [given, ...surplus]);
  if (!isForeign) checkOptions(owner, given, signature.options, hint);
  const names = Object.keys(signature.options).join(", ");
  throw invalid(
    `${owner}: options are an object of ${names}, but got a tensor${hint ? `; write ${hint}` : ""}`,
  );
}

/**
 * Runs a check that does not know whose argument it checks.
 * @throws what `check` throws, with the owner in front of the message, in place of an operation.
 */
export function named<T>(owner: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    // The operation that core names is the owner's affair.
    if (Corr2dError.isInstance(error)) setMessage(error, `${owner}: ${error.message.replace(/^\w+: /, "")}`);
    throw error;
  }
}

/** Whether `value` is an object of names and values, of any realm: no array, map, tensor or instance of a class. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || isList(value)) return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === null || Object.getPrototypeOf(prototype) === null;
  } catch {
    return false; // a proxy that was revoked
  }
}

/**
 * @param name PyTorch's name of the argument.
 * @throws INVALID_ARGUMENT unless `value` is a positive integer.
 */
export function checkPositive(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw invalid(`${name} must be a positive integer, but got ${describeValue(value)}`);
}

/** @throws INVALID_ARGUMENT unless `value` is a number. */
export function checkNumber(owner: string, name: string, value: number): void {
  if (typeof value === "number") return;
  throw invalid(`${owner}: '${name}' is a number, but got ${describeValue(value)}`);
}
