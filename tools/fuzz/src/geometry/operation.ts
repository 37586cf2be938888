/** What a geometry case is, and the parts that all of them are made of. */
import { createRandom, type Expected, exactly, expectValues } from "@corr2d/conformance/oracle";
import { type Backend, Corr2dError, type DType, type Tensor, type TypedArray, tensor } from "@corr2d/core";
import * as fc from "fast-check";

/** An operation: how its cases are drawn, as plain data that shrinks and prints, and how one is tried. */
export interface Operation<Case> {
  readonly name: string;
  readonly cases: fc.Arbitrary<Case>;
  /** @throws Error where a result is wrong, or a refusal is none or not due. */
  run(given: Case, backend: Backend): void;
}

export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((size, n) => size * n, 1);

/** A size, where 0 and 1 come often. */
export const size = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.integer({ min: 0, max: Math.min(1, max) }) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max }) },
  );

/** The same without 0. */
export const length = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

export const shape = (maxRank: number, maxSize = 5): fc.Arbitrary<number[]> =>
  fc.array(size(maxSize), { maxLength: maxRank });

/** Numbers that int32 arithmetic goes wrong with, as an argument that is a few cells at most otherwise. */
export const huge: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(
    2 ** 29,
    2 ** 30,
    2 ** 31 - 2,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 31 + 1,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 32 + 1,
    2 ** 53 - 1,
    2 ** 53,
    2 ** 63,
  ),
  fc.integer({ min: 2 ** 29, max: 2 ** 33 }),
);

/** Values of an operand: a seed, so that what shrinks is the geometry. */
export interface Values {
  readonly seed: number;
  /** Small integers, whose sums are exact; fractions; or integers among which NaN, ±∞ and −0 lie. */
  readonly kind: "integers" | "reals" | "special";
}

export const values: fc.Arbitrary<Values> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  kind: fc.constantFrom("integers", "reals", "special"),
});

const SPECIAL: readonly number[] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0];

/** @param salt tells the operands of a case apart. */
export function numbers(
  { seed, kind }: Values,
  salt: number,
  count: number,
  dtype: DType = "float32",
): TypedArray {
  const random = createRandom(seed ^ Math.imul(salt, 0x9e3779b9));
  if (kind === "reals" && dtype !== "int32") return random.reals(dtype, count);
  const out = random.integers(dtype, count);
  if (kind === "special" && dtype !== "int32") {
    for (let i = 0; i < count; i++) {
      if (random.next() < 0.1) out[i] = SPECIAL[Math.floor(random.next() * SPECIAL.length)]!;
    }
  }
  return out;
}

/** The same kind of values, all finite: for factors that the contract says nothing about otherwise. */
export const finite = (given: Values): Values =>
  given.kind === "special" ? { ...given, kind: "integers" } : given;

export const make = (backend: Backend, data: TypedArray, sizes: Shape, requiresGrad = false): Tensor =>
  tensor(data, { backend, shape: sizes, requiresGrad });

/** What sums of such values must be: integers to the last bit. */
export const due = (given: Values, expected: Expected): Expected =>
  given.kind === "reals" ? expected : exactly(expected);

export function expectShape(what: string, actual: Tensor, sizes: Shape): void {
  if (actual.shape.join() === sizes.join()) return;
  throw new Error(`${what} has shape [${actual.shape.join(", ")}], expected [${sizes.join(", ")}]`);
}

/** Compares shape and values. */
export function expectTensor(what: string, actual: Tensor, sizes: Shape, expected: Expected): void {
  expectShape(what, actual, sizes);
  expectValues(what, actual.dataSync(), expected, sizes);
}

/**
 * What comes of a call that must succeed, must be refused, or may be refused.
 *
 * @returns the result, or null where it was refused.
 */
export function outcome<T>(verdict: "result" | "refusal" | "either", call: () => T): T | null {
  let result: T;
  try {
    result = call();
  } catch (error) {
    if (!Corr2dError.isInstance(error) || error.code === "INTERNAL" || verdict === "result") throw error;
    return null;
  }
  if (verdict === "refusal") throw new Error("was not refused");
  return result;
}

/** No result may be larger: what takes gigabytes is no case. */
export const MOST_ELEMENTS: number = 2 ** 20;

/** A result of more elements than this cannot be, nor a longer axis. */
export const MAX_SIZE: number = 2 ** 31 - 1;

/** Whether a result of this many elements can be tried: computed quickly, or refused quickly. */
export const isTriable = (elements: number): boolean => elements <= MOST_ELEMENTS || elements > MAX_SIZE;

/** How often each bit of a byte-sized choice is made: `pick(choices, index)` whatever the index. */
export const pick = <T>(choices: readonly T[], index: number): T => choices[index % choices.length]!;
