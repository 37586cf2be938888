/** A case of the suite, and what cases have in common: values that every rank can work out for every other. */
import { Corr2dError, describeValue } from "@corr2d/core";
import type { Collective, CollectiveArray } from "../collective.ts";

/** One promise of `Collective`, tried by all ranks together. */
export interface CollectiveCase {
  readonly name: string;
  /** Run by every rank. @throws Error, which says what was expected. */
  run(collective: Collective): Promise<void>;
}

export type Kind = Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;
export const KINDS: readonly Kind[] = [Float32Array, Float64Array, Int32Array];

/** A hash of two whole numbers, as a number from 0 to 1. */
function noise(a: number, b: number): number {
  let state = Math.imul(a + 1, 0x9e3779b9) ^ b;
  for (let round = 0; round < 2; round++) state = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
}

/** What rank r gives: of many magnitudes and both signs, so that every order of adding rounds otherwise. */
export function valuesOf(kind: Kind, rank: number, length: number): CollectiveArray {
  return new kind(length).map((_, i) => {
    const value = noise(rank, i) - 0.5;
    if (kind === Int32Array) return Math.floor(value * 2 ** 32);
    return value * 2 ** (((i + rank * 7) % 31) - 15);
  });
}

/** The sums over all ranks, by the definition. */
export function sumsOf(kind: Kind, size: number, length: number): CollectiveArray {
  const sums = valuesOf(kind, 0, length);
  for (let rank = 1; rank < size; rank++) {
    const values = valuesOf(kind, rank, length);
    for (let i = 0; i < length; i++) sums[i]! += values[i]!;
  }
  return sums;
}

/** Sizes around those that ranks divide evenly. */
export const lengthsFor = (size: number): number[] => [...new Set([0, 1, size - 1, size, size + 1, 1000])];

const bitsOf = (values: CollectiveArray): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** @throws Error unless both have the same bits; a NaN is a NaN. */
export function expectSame(what: string, got: CollectiveArray, expected: CollectiveArray): void {
  if (got.constructor !== expected.constructor || got.length !== expected.length) {
    const text = (values: CollectiveArray): string => `${describeValue(values)} of ${values.length}`;
    throw new Error(`${what}: expected ${text(expected)}, but got ${text(got)}`);
  }
  const at = got.findIndex((value, i) => !Object.is(value, expected[i]));
  if (at >= 0) throw new Error(`${what}: element ${at} is ${got[at]}, and should be ${expected[at]}`);
}

/** @throws Error unless both have the same bits, those of NaN too. */
export function expectSameBits(what: string, got: CollectiveArray, expected: CollectiveArray): void {
  const [a, b] = [bitsOf(got), bitsOf(expected)];
  if (a.length !== b.length || a.some((byte, i) => byte !== b[i])) {
    throw new Error(`${what}: the bits of what came are not those of what was sent`);
  }
}

/** @throws Error unless the call rejects with this code. */
export async function expectCode(
  what: string,
  call: () => Promise<unknown>,
  code: string,
): Promise<Corr2dError> {
  let failure: unknown;
  try {
    await call();
  } catch (error) {
    failure = error;
  }
  if (failure === undefined) throw new Error(`${what}: it should reject with ${code}, and resolved`);
  if (Corr2dError.isInstance(failure) && failure.code === code) return failure;
  throw new Error(`${what}: it should reject with ${code}, and did with ${String(failure)}`);
}
