/**
 * The gate for what callers give in plain JavaScript, where no compiler has looked: options by form, name and type, and
 * a text for any value that cannot fail itself.
 */
import { didYouMean } from "./did-you-mean.ts";
import { Corr2dError } from "./errors.ts";

/** What an option has to be: a type, one of some words, or anything (its reader checks it). */
export type OptionType = "number" | "boolean" | "function" | "any" | readonly string[];

/** The options of a function, each with what it has to be. `undefined` is always allowed. */
export type OptionTypes = Readonly<Record<string, OptionType>>;

/** Any value in a few words, for messages; never fails and never runs the value's own code. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`;
    case "bigint":
      return `the BigInt ${value}n`;
    case "symbol":
      return "a symbol";
    case "function":
      return "a function";
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) return "null";
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
    if (ArrayBuffer.isView(value)) return `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
  } catch {
    // A revoked proxy has no form at all.
  }
  return "an object";
}

/** `Array.isArray`, which throws for a proxy that was revoked. */
// biome-ignore lint/suspicious/noExplicitAny: as Array.isArray has it
export function isList(value: unknown): value is any[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** `instanceof`, which throws for a proxy that was revoked. */
export function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** Whether a value can hold options by name: an object that is none of the language's or the library's own kinds. */
export function isRecord(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  try {
    return Object.prototype.toString.call(value) === "[object Object]";
  } catch {
    return false; // a revoked proxy
  }
}

/** What `ownOptions` made. */
const own = new WeakSet<object>();

/**
 * Checks an options object: undefined or an object, with known names, of the right types.
 *
 * @param owner what the message calls the function or class.
 * @param known its options.
 * @param hint what to write instead of a value that is no object, where something is likely: `{ stride: 2 }`.
 * @throws INVALID_ARGUMENT
 */
export function checkOptions(owner: string, options: unknown, known: OptionTypes, hint?: string): void {
  if (options === undefined || own.has(options as object)) return;
  if (!isRecord(options)) {
    const names = Object.keys(known).join(", ");
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${owner}: options are an object of ${names}, but got ${describeValue(options)}` +
        (hint === undefined ? "" : `; write ${hint}`),
    );
  }
  for (const name in options) {
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (type === undefined) {
      const names = Object.keys(known);
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `${owner}: unknown option '${name}'${didYouMean(name, names)}; the options are ${names.join(", ")}`,
      );
    }
    if (type !== "any") checkType(owner, name, (options as Record<string, unknown>)[name], type);
  }
}

function checkType(owner: string, name: string, value: unknown, type: OptionType): void {
  if (value === undefined) return;
  if (typeof type === "string") {
    if (typeof value === type) return;
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${owner}: '${name}' is a ${type}, but got ${describeValue(value)}`,
    );
  }
  if (type.includes(value as string)) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${owner}: '${name}' is one of '${type.join("', '")}', but got ${describeValue(value)}`,
  );
}

/**
 * A frozen copy of options that were checked, arrays in them copied and frozen too: what a layer keeps. Operations
 * recognise it by identity and then need not check or compute again; the caller's own objects they read anew each time.
 */
export function ownOptions<T extends object>(options: T): Readonly<T> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    copy[name] = Array.isArray(value) ? Object.freeze([...value]) : value;
  }
  const frozen = Object.freeze(copy) as T;
  own.add(frozen);
  return frozen;
}

/** Whether `ownOptions` made this object. */
export const isOwnOptions = (options: object): boolean => own.has(options);
