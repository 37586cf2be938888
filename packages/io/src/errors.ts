/** Errors of this package, and what values are that they are about. */
import { Corr2dError, isList } from "@corr2d/core";

/** A file that is not what it should be. @param name what messages call the file. */
export function damaged(name: string, why: string, cause?: unknown): Corr2dError {
  return new Corr2dError("FILE_INVALID", `${name}: ${why}`, {}, cause === undefined ? undefined : { cause });
}

export function invalid(message: string, cause?: unknown): Corr2dError {
  return new Corr2dError("INVALID_ARGUMENT", message, {}, cause === undefined ? undefined : { cause });
}

/** Whether `value` is an object of names and values, of any realm: no array, tensor or instance of a class. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || isList(value)) return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === null || Object.getPrototypeOf(prototype) === null;
  } catch {
    return false; // a proxy that was revoked
  }
}

/** Whether `value` has a method `name`. False of what refuses to be asked: a proxy that was revoked. */
export function hasMethod(value: unknown, name: string | symbol): boolean {
  try {
    return typeof (value as Record<string | symbol, unknown>)[name] === "function";
  } catch {
    return false;
  }
}

/** Whether a text can be written as UTF-8: no half of a surrogate pair is alone. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);
