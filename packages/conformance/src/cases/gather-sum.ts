/** Layer 3: weighted sums of gathered elements (§7.12). */
import type { CompleteBackend, DType, GatherSize, TypedArray } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import type { Expected } from "../compare.ts";
import { gatherSum } from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import type { Random } from "../random.ts";
import { sizesFor } from "./sizes.ts";
import { arrayFrom, expectHandle, FLOATS, variants } from "./support.ts";

/** A table of lists, of which the i-th has i mod (taps + 1) entries: also none, also all. */
export function drawIndex(random: Random, count: number, taps: number, length: number): Int32Array {
  const index = random.integers("int32", count * taps, 0, length - 1) as Int32Array;
  return index.map((cell, at) => (at % taps < Math.floor(at / taps) % (taps + 1) ? cell : -1));
}

async function expectSums(
  context: Context,
  operands: readonly [x: TypedArray, index: TypedArray, weights: TypedArray],
  size: GatherSize,
  taps: number,
  dtype: DType,
  expected: Expected = gatherSum(...operands, size, taps, dtype),
): Promise<void> {
  const shape = [size.outer, size.count, size.inner];
  const run = (backend: CompleteBackend): unknown => {
    const [x, index, weights] = operands.map((data) => backend.upload(data));
    return backend.gatherSum(x, index, weights, size, taps, dtype);
  };
  for (const [label, backend] of variants(context, "gatherSum")) {
    await expectHandle(backend, `${label} gatherSum`, run(backend), expected, shape, dtype);
  }
}

const common = (dtype: DType) =>
  ({ clause: "§7.12", ...requiring(dtype), covers: { member: "gatherSum", dtype } }) as const;

const valueCases = (dtype: DType): Case[] => [
  {
    id: `gatherSum/${dtype}`,
    ...common(dtype),
    async run(context) {
      for (const inner of [1, 2, 3, 4, 5, 9]) {
        for (const taps of [1, 2, 4, 7]) {
          const size = { outer: 3, length: 6, inner, count: 11 };
          const x = context.random.reals(dtype, 18 * inner);
          const index = drawIndex(context.random, size.count, taps, size.length);
          await expectSums(context, [x, index, context.random.reals(dtype, index.length)], size, taps, dtype);
        }
      }
    },
  },
  {
    id: `gatherSum/${dtype}/integers`,
    ...common(dtype),
    async run(context) {
      const size = { outer: 2, length: 5, inner: 7, count: 9 };
      const index = drawIndex(context.random, 9, 3, 5);
      const x = context.random.integers(dtype, 70);
      const weights = context.random.integers(dtype, 27);
      const expected = exactly(gatherSum(x, index, weights, size, 3, dtype));
      await expectSums(context, [x, index, weights], size, 3, dtype, expected);
    },
  },
  {
    // Neither the cells that no list names, nor what lies behind the end of a list.
    id: `gatherSum/${dtype}/non-finite`,
    ...common(dtype),
    async run(context) {
      for (const inner of [1, 4]) {
        const size = { outer: 1, length: 4, inner, count: 4 };
        const cells = [NaN, 2, Infinity, 3];
        const x = arrayFrom(
          dtype,
          cells.flatMap((value) => Array<number>(inner).fill(value)),
        );
        const index = Int32Array.of(1, 3, 2, -1, -1, -1, 1, 0);
        const weights = arrayFrom(dtype, [1, 2, 1, NaN, Infinity, NaN, 1, 0]);
        const values = [8, Infinity, 0, NaN].flatMap((value) => Array<number>(inner).fill(value));
        await expectSums(context, [x, index, weights], size, 2, dtype, { values });
      }
    },
  },
];

/** Each size in turn. */
const AXES: Readonly<Record<string, (n: number) => readonly [GatherSize, taps: number]>> = {
  outer: (n) => [{ outer: n, length: 3, inner: 1, count: 2 }, 2],
  length: (n) => [{ outer: 2, length: n, inner: 1, count: 5 }, 2],
  count: (n) => [{ outer: 2, length: 3, inner: 1, count: n }, 2],
  inner: (n) => [{ outer: 2, length: 3, inner: n, count: 2 }, 2],
  taps: (n) => [{ outer: 1, length: 9, inner: 5, count: 2 }, n],
};

const sizeCase = (dtype: DType, name: string): Case => ({
  id: `gatherSum/${dtype}/sizes,${name}`,
  ...common(dtype),
  async run(context) {
    for (const n of sizesFor(context, dtype, false)) {
      const [size, taps] = AXES[name]!(n);
      const { outer, length, inner, count } = size;
      // Full lists, so that the longest are long.
      const index = context.random.integers("int32", count * taps, 0, length - 1);
      const x = context.random.reals(dtype, outer * length * inner, 1, 2);
      await expectSums(
        context,
        [x, index, context.random.reals(dtype, index.length, 1, 2)],
        size,
        taps,
        dtype,
      );
    }
  },
});

export const cases: readonly Case[] = FLOATS.flatMap((dtype) => [
  ...valueCases(dtype),
  ...Object.keys(AXES).map((name) => sizeCase(dtype, name)),
]);
