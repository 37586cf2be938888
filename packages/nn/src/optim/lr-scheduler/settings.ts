/** Checks of what schedules are told. */
import { describeValue, isList } from "@corr2d/core";
import { invalid } from "../../arguments.ts";
import type { AnyOptimizer } from "./scheduler.ts";

/** @throws INVALID_ARGUMENT unless `value` is a number above 0. */
export function checkAboveZero(owner: string, name: string, value: unknown): void {
  if (typeof value === "number" && value > 0) return;
  throw invalid(`${owner}: '${name}' is a number above 0, but got ${describeValue(value)}`);
}

/** One for all groups, or a list with one for each. */
export type PerGroup<T> = T | readonly T[];

/**
 * What was given for all groups or each, as a list.
 * @throws INVALID_ARGUMENT, with PyTorch's message.
 */
export function perGroup(name: string, { paramGroups }: AnyOptimizer, given: PerGroup<number>): number[] {
  const values: readonly unknown[] = isList(given)
    ? Array.from(given as readonly unknown[])
    : paramGroups.map(() => given);
  if (values.length !== paramGroups.length) {
    throw invalid(
      `${name} must have the same length as optimizer.paramGroups. ${name} has ${values.length} values, ` +
        `paramGroups has ${paramGroups.length}.`,
    );
  }
  for (const value of values) {
    if (typeof value === "number") continue;
    throw invalid(
      `${name} is a number, or an array with one for each group, but got ${describeValue(value)}`,
    );
  }
  return values as number[];
}
