/**
 * How a checkpoint writes what JSON lacks: as an object with one key, `$` and its kind, so `{"$number":"-0"}`. A key of the
 * caller's that begins with `$` has one more of them in the file.
 *
 * | kind | value |
 * |---|---|
 * | `$tensor` | the tensor's name in the file |
 * | `$array` | the typed array's class, and its name in the file |
 * | `$number` | `NaN`, `Infinity`, `-Infinity`, `-0` |
 * | `$bigint` | its digits |
 * | `$undefined` | `true` |
 */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Kind = "tensor" | "array" | "number" | "bigint" | "undefined";

/** How deep a tree may be. */
export const MOST_LEVELS = 100;

export const form = (kind: Kind, value: Json): Json => ({ [`$${kind}`]: value });

/** The kind and value of a form; null for an object that is none. */
export function formOf(
  object: Readonly<Record<string, unknown>>,
): readonly [kind: string, value: unknown] | null {
  const keys = Object.keys(object);
  const [key] = keys;
  return keys.length === 1 && /^\$(?!\$)/.test(key!) ? [key!.slice(1), object[key!]] : null;
}

export const escaped = (key: string): string => (key.startsWith("$") ? `$${key}` : key);
export const unescaped = (key: string): string => (key.startsWith("$") ? key.slice(1) : key);

/** A number that JSON has no text for, or another text. */
export function specialNumber(value: number): Json | null {
  if (Object.is(value, -0)) return form("number", "-0");
  return Number.isFinite(value) ? null : form("number", String(value));
}
