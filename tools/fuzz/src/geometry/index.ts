/** All operations, ordinary and with huge numbers, as one kind of case each. */
import type { Backend } from "@corr2d/core";
import * as fc from "fast-check";
import { binary, choice, unary } from "./elementwise.ts";
import { indexing, oneHots } from "./indexing.ts";
import { movement } from "./movement.ts";
import type { Operation } from "./operation.ts";
import { product } from "./products.ts";
import { reduction, softmax } from "./reductions.ts";
import { adaptive, correlation, pool, transposed } from "./windows.ts";

/** The operations whose arguments are sizes and steps: the only ones that can be huge. */
const measured = (wide: boolean): Operation<unknown>[] => [
  correlation(wide),
  transposed(wide),
  pool(wide),
  adaptive(wide),
  movement(wide),
  indexing(wide),
  oneHots(wide),
];

export const ordinary: readonly Operation<unknown>[] = [
  ...measured(false),
  product,
  unary,
  binary,
  choice,
  reduction,
  softmax,
];
export const wide: readonly Operation<unknown>[] = measured(true);

export interface GeometryCase {
  readonly operation: string;
  readonly given: unknown;
}

export const casesOf = (operations: readonly Operation<unknown>[]): fc.Arbitrary<GeometryCase> =>
  fc.oneof(...operations.map(({ name, cases }) => fc.record({ operation: fc.constant(name), given: cases })));

export function runCase(
  operations: readonly Operation<unknown>[],
  { operation, given }: GeometryCase,
  backend: Backend,
): void {
  operations.find(({ name }) => name === operation)!.run(given, backend);
}
