/**
 * Elements that tell a copy from a computation, and int32 values from what a float would make of them.
 *
 * Small integers survive nearly every mistake: a detour through another dtype, an addition of zero, a flushed
 * subnormal. These do not.
 */
import { arrayOf, type DType, isFloating, type TypedArray } from "@corr2d/core";
import type { Random } from "../random.ts";

/** What some detour changes: −0, subnormals, infinities, NaN, the extremes, the last bit. */
export const DELICATE: Record<DType, readonly number[]> = {
  float32: [
    ...[
      -0,
      0,
      NaN,
      Infinity,
      -Infinity,
      2 ** -149,
      -(2 ** -149),
      2 ** -127,
      2 ** -126,
      1 + 2 ** -23,
      16777215,
    ],
    ...[3.4028234663852886e38, -3.4028234663852886e38],
  ],
  float64: [
    ...[-0, 0, NaN, Infinity, -Infinity, Number.MIN_VALUE, -Number.MIN_VALUE, 2 ** -1023, 2 ** -1022],
    ...[
      1 + 2 ** -52,
      1 + 2 ** -30,
      2 ** 53 - 1,
      2 ** -149,
      1e-300,
      1e300,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
    ],
  ],
  int32: [
    0,
    1,
    -1,
    255,
    256,
    65_536,
    2 ** 24 + 1,
    -(2 ** 24) - 1,
    2 ** 31 - 1,
    2 ** 31 - 2,
    -(2 ** 31),
    1 - 2 ** 31,
  ],
};

/** Uniform in [0, 1), with all 53 bits of a float64. */
const fraction = ({ next }: Random): number => next() + next() * 2 ** -32;

/** 2⁻¹⁰⁰ to 2⁹⁹: computed each time they would be much of what the suite does. */
const MAGNITUDES = Float64Array.from({ length: 200 }, (_, i) => 2 ** (i - 100));

/** Any element of `dtype`: of any magnitude, with any bits. */
function anyElement(random: Random, dtype: DType): number {
  if (!isFloating(dtype)) return (random.next() * 2 ** 32) | 0;
  return (2 * fraction(random) - 1) * MAGNITUDES[Math.floor(random.next() * MAGNITUDES.length)]!;
}

/** `size` elements with nothing in common, every second one delicate: for copies, which are compared bit by bit. */
export function anyBits(random: Random, dtype: DType, size: number): TypedArray {
  const delicate = DELICATE[dtype];
  const start = Math.floor(random.next() * 2 * delicate.length);
  const out = arrayOf(dtype, size);
  for (let i = 0, turn = start; i < size; i++, turn++) {
    out[i] = turn % 2 === 0 ? delicate[(turn / 2) % delicate.length]! : anyElement(random, dtype);
  }
  return out;
}

/** `anyBits` again and again, until a copy of `copied` of its `size` elements has most likely met every delicate value. */
export function* bitPatterns(
  random: Random,
  dtype: DType,
  size: number,
  copied: number = size,
): Generator<TypedArray> {
  const rounds = Math.ceil((3 * DELICATE[dtype].length) / Math.min(size, copied));
  for (let round = 0; round < rounds; round++) yield anyBits(random, dtype, size);
}

/** Where float32 no longer tells neighbours apart, and the ends of int32. */
const CENTRES = [2 ** 24, -(2 ** 24), 2 ** 30, -(2 ** 30), 2 ** 31 - 8, -(2 ** 31) + 8];

/** int32 values of which many lie so close together that float32 takes them for equal, and sums of which overflow. */
export function wideIntegers(random: Random, size: number): Int32Array {
  const draw = (n: number): number => Math.floor(random.next() * n);
  return new Int32Array(size).map(() => CENTRES[draw(CENTRES.length)]! + draw(16) - 8);
}

/** Wide integers for int32, small ones for the floating dtypes: sums of either are exact, and int32's overflow. */
export function summands(random: Random, dtype: DType, size: number): TypedArray {
  return !isFloating(dtype) ? wideIntegers(random, size) : random.integers(dtype, size, -99, 99);
}

const NON_ZERO = [-4, -3, -2, -1, 1, 2, 3, 4];

/** Small integers but 0: none of them is missed without a trace. */
export function nonZero({ next }: Random, dtype: DType, size: number): TypedArray {
  const out = arrayOf(dtype, size);
  for (let i = 0; i < size; i++) out[i] = NON_ZERO[Math.floor(next() * NON_ZERO.length)]!;
  return out;
}
