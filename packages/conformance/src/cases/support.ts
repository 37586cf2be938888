/** What most cases share: the dtypes, the variants of a composite, and reading a result to compare it. */
import { arrayOf, type CompleteBackend, type DType, type TypedArray } from "@corr2d/core";
import type { Context, Member } from "../case.ts";
import { check, type Expected, expectValues } from "../compare.ts";

export const FLOATS: readonly DType[] = ["float32", "float64"];
export const DTYPES: readonly DType[] = ["float32", "float64", "int32"];

/** Numbers as an array of `dtype`. */
export function arrayFrom(dtype: DType, values: ArrayLike<number>): TypedArray {
  const out = arrayOf(dtype, values.length);
  out.set(values);
  return out;
}

/** Reads a result and compares it. */
export async function expectHandle(
  backend: CompleteBackend,
  what: string,
  handle: unknown,
  expected: Expected,
  shape: readonly number[],
  dtype: DType,
): Promise<void> {
  const actual = await backend.read(handle, expected.values.length, dtype);
  check(
    actual.constructor === arrayOf(dtype, 0).constructor,
    `${what}: read gave a ${actual.constructor.name} for ${dtype}`,
  );
  expectValues(what, actual, expected, shape);
}

/**
 * The backends that must agree on a composite: the one under test and, where that one is native, core's
 * composition of its primitives.
 */
export function variants(
  { backend, composed, native }: Context,
  member: Member,
): readonly (readonly [label: string, backend: CompleteBackend])[] {
  if (!native.includes(member)) return [["composed", composed]];
  return [
    ["native", backend],
    ["composed", composed],
  ];
}

/** `2x3x1`, for ids. */
export function formatSizes(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join("x");
}
