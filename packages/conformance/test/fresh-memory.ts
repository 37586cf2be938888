/**
 * "Nothing foreign": a backend of plain arrays, each operation of which runs on two backends beneath, in memory that holds
 * nothing but copies of its operands and, everywhere else, a pattern: another one in each. A result whose bits depend on
 * the pattern depends on memory that is not its operands'; whatever else changes in the memory was written by mistake.
 */
import {
  type Backend,
  type DType,
  type OperationArguments,
  type OperationName,
  resultsOf,
  type TypedArray,
} from "@corr2d/core";
import { test } from "vitest";
import {
  handlesOf,
  mapOperands,
  type Operation,
  operationsOf,
  resultFrom,
  withMembers,
} from "../src/handles.ts";
import { createSuite, type SuiteOptions } from "../src/suite.ts";

/** A signalling NaN, which no sum and no product hides, and as a float a number that is larger than most. */
export const PATTERNS: readonly [number, number] = [0x7fbadbad, 0x4640e400];

/** A backend that computes at once, in memory that the test has filled. */
export interface PatternedBackend {
  readonly backend: Backend;
  /**
   * After each operation, when nothing is alive: fills what was handed out with the pattern again.
   * @throws Error when something was written beside it.
   */
  renew(): void;
}

interface Value {
  readonly data: TypedArray;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: TypedArray): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Runs an operation on copies of its operands; gives its results. */
function runOn(
  { backend, renew }: PatternedBackend,
  name: OperationName,
  args: readonly unknown[],
): TypedArray[] {
  const alive = new Map<unknown, unknown>();
  try {
    const copies = mapOperands(name, args, (handle) => {
      if (!alive.has(handle)) alive.set(handle, backend.upload((handle as Value).data));
      return alive.get(handle);
    });
    const results = handlesOf(name, (backend[name] as Operation)(...copies));
    for (const result of results) alive.set(result, result);
    return resultsOf(name, args as OperationArguments<typeof name>).map(({ size, dtype }, i) =>
      backend.readSync!(results[i], size, dtype),
    );
  } finally {
    for (const handle of alive.values()) backend.free(handle);
    renew();
  }
}

/** The backend over two of one kind, which differ in their patterns alone. It frees nothing, and is never closed. */
export function onFreshMemory(first: PatternedBackend, second: PatternedBackend): Backend {
  const copy = (handle: unknown, into?: TypedArray): TypedArray => {
    const { data } = handle as Value;
    if (into === undefined) return data.slice();
    into.set(data);
    return into;
  };
  const members: Record<string, unknown> = {
    upload: (data: TypedArray): Value => ({ data: data.slice() }),
    read: async (handle: unknown, _size: number, _dtype: DType, into?: TypedArray) => copy(handle, into),
    readSync: (handle: unknown, _size: number, _dtype: DType, into?: TypedArray) => copy(handle, into),
    free() {},
    stats: undefined,
    close: undefined,
  };
  for (const name of operationsOf(first.backend)) {
    members[name] = (...args: unknown[]): unknown => {
      const results = runOn(first, name, args);
      const others = runOn(second, name, args);
      results.forEach((data, i) => {
        if (bytesOf(data).equals(bytesOf(others[i]!))) return;
        const at = data.findIndex((value, at) => !Object.is(value, others[i]![at]));
        throw new Error(
          `${name}: element ${at} of result ${i} depends on memory that is not its operands': ` +
            `${data[at]} or ${others[i]![at]}`,
        );
      });
      return resultFrom(
        name,
        results.map((data): Value => ({ data })),
      );
    };
  }
  return withMembers(first.backend, members);
}

/** Declares a test for each case of the suite, run so. (Not again through the validating wrapper: it looks at no memory.) */
export function nothingForeign(
  first: PatternedBackend,
  second: PatternedBackend,
  options: Pick<SuiteOptions, "filter"> = {},
): void {
  const suite = createSuite(() => onFreshMemory(first, second), options);
  for (const { clause, id, run } of suite.entries) {
    if (id.startsWith("validated/")) continue;
    test(`${clause} ${id}`, async ({ skip }) => {
      const outcome = await run();
      if (outcome.status === "failed") throw outcome.error;
      if (outcome.status === "skipped") skip(outcome.reason);
    });
  }
}
