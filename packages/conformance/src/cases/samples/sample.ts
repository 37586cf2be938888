/**
 * A sample: one call of a member with operands of some size, as data. What the cases on order, failure, determinism and
 * memory (§2, §10, §11) do, they do with every sample.
 */
import {
  type CompleteBackend,
  type DType,
  isFloating,
  type OperationName,
  type TypedArray,
} from "@corr2d/core";
import type { Expected } from "../../compare.ts";

import { sizeOf } from "../../oracle/arrays.ts";
import type { Random } from "../../random.ts";
import { arrayFrom } from "../support.ts";
import { wideIntegers } from "../values.ts";

type Shape = readonly number[];

/** A value's sizes and dtype. */
export interface Kind {
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface Sample {
  /** The member or the op, and what is special about it: `exp`, `corr2d-strided`. */
  readonly name: string;
  readonly member: OperationName;
  readonly dtype: DType;
  readonly operands: readonly Kind[];
  readonly results: readonly Kind[];
  /** Operands for the call. */
  draw(random: Random): readonly TypedArray[];
  /** The call. */
  run(backend: CompleteBackend, operands: readonly unknown[]): readonly unknown[];
  /** What it must give. */
  expected(operands: readonly TypedArray[]): readonly Expected[];
}

/** A sample as it is written: one result, and kinds of the sample's dtype unless they say otherwise. */
export interface Call {
  readonly name: string;
  readonly member: OperationName;
  readonly operands: readonly (Shape | Kind)[];
  readonly result: Shape | Kind;
  readonly run: (backend: CompleteBackend, ...operands: unknown[]) => unknown;
  readonly expected: (...operands: TypedArray[]) => Expected;
  /** The int32 operands that are no numbers but indices, or conditions, lie below this. */
  readonly below?: number;
  /** Floating operands lie between −this and this (default 1). */
  readonly range?: number;
}

export const int32 = (shape: Shape): Kind => ({ shape, dtype: "int32" });

/** Elements from −`range` to `range`, or any int32. */
export function elementsOf(random: Random, { shape, dtype }: Kind, range = 1): TypedArray {
  const size = sizeOf(shape);
  return !isFloating(dtype) ? wideIntegers(random, size) : random.reals(dtype, size, -range, range);
}

/** A call as a sample. */
export function sampleOf(
  dtype: DType,
  { name, member, operands, result, run, expected, below, range }: Call,
): Sample {
  const kindOf = (value: Shape | Kind): Kind => ("dtype" in value ? value : { shape: value, dtype });
  return {
    name,
    member,
    dtype,
    operands: operands.map(kindOf),
    results: [kindOf(result)],
    draw: (random) =>
      operands.map((operand) =>
        "dtype" in operand
          ? random.integers("int32", sizeOf(operand.shape), 0, below! - 1)
          : elementsOf(random, kindOf(operand), range),
      ),
    run: (backend, handles) => [run(backend, ...handles)],
    expected: (data) => [expected(...data)],
  };
}

/** An operand that is the same number throughout. */
export const constant = (dtype: DType, size: number, value: number): TypedArray =>
  arrayFrom(dtype, new Float64Array(size).fill(value));
