/** Layer 2: views, indices and their adjoints on sizes around those where work is cut (§5). */
import { type DType, type GatherSize, isFloating, type StridedView, type TypedArray } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import * as oracle from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import type { Random } from "../random.ts";
import { allSizesFor, sizesFor } from "./sizes.ts";
import { DTYPES, expectHandle } from "./support.ts";
import { anyBits, nonZero, wideIntegers } from "./values.ts";

const view = (
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  sourceSize: number,
): StridedView => ({ shape, strides, offset, sourceSize });

/** What implementations have loops of their own for, with an axis of `n`. */
const VIEWS: Readonly<Record<string, (n: number) => StridedView>> = {
  copy: (n) => view([n], [1], 0, n),
  part: (n) => view([n], [1], 3, n + 7),
  flip: (n) => view([n], [-1], n - 1, n),
  "every-second": (n) => view([n], [2], 1, 2 * n),
  fill: (n) => view([n], [0], 0, 1),
  "transpose-wide": (n) => view([n, 3], [1, n], 0, 3 * n),
  "transpose-tall": (n) => view([3, n], [1, 3], 0, 3 * n),
  "permute-outer": (n) => view([3, 2, n], [n, 3 * n, 1], 0, 6 * n),
  "permute-inner": (n) => view([2, n, 3], [3 * n, 1, n], 0, 6 * n),
  "expand-outer": (n) => view([3, n], [0, 1], 0, n),
  "expand-inner": (n) => view([n, 3], [1, 0], 0, n),
  rows: (n) => view([n, 3], [5, 1], 2, 5 * n),
  columns: (n) => view([3, n], [n + 5, 1], 4, 3 * (n + 5)),
  "overlapping-windows": (n) => view([n, 4], [1, 1], 0, n + 3),
};

/** Views of one axis go far with every dtype, some others with float32. */
const FAR_VIEWS = ["transpose-wide", "transpose-tall", "expand-inner", "rows"];

const sums = (random: Random, dtype: DType, size: number): TypedArray =>
  !isFloating(dtype) ? wideIntegers(random, size) : nonZero(random, dtype, size);

function viewCases(dtype: DType): Case[] {
  return Object.entries(VIEWS).flatMap(([name, of]): Case[] => {
    const far = of(2).shape.length === 1 || (dtype === "float32" && FAR_VIEWS.includes(name));
    const views = (context: Context): StridedView[] =>
      (name === "copy" ? allSizesFor(context, dtype) : sizesFor(context, dtype, far)).map(of);
    return [
      {
        id: `strided/${dtype}/sizes,${name}`,
        clause: "§5.1",
        ...requiring(dtype),
        covers: { member: "strided", dtype },
        async run(context) {
          const { backend, random } = context;
          for (const each of views(context)) {
            const x = anyBits(random, dtype, each.sourceSize);
            const handle = backend.strided(backend.upload(x), each, dtype);
            await expectHandle(backend, "strided", handle, oracle.strided(x, each), each.shape, dtype);
          }
        },
      },
      {
        id: `stridedAdd/${dtype}/sizes,${name}`,
        clause: "§5.2",
        ...requiring(dtype),
        covers: { member: "stridedAdd", dtype },
        async run(context) {
          const { backend, random } = context;
          for (const each of views(context)) {
            const x = sums(random, dtype, oracle.sizeOf(each.shape));
            const handle = backend.stridedAdd(backend.upload(x), each, dtype);
            const expected = exactly(oracle.stridedAdd(x, each, dtype));
            await expectHandle(backend, "stridedAdd", handle, expected, [each.sourceSize], dtype);
          }
        },
      },
    ];
  });
}

/** Each axis of gather and scatterAdd in turn. */
const PICKS: Readonly<Record<string, (n: number) => GatherSize>> = {
  outer: (n) => ({ outer: n, length: 4, inner: 1, count: 2 }),
  length: (n) => ({ outer: 2, length: n, inner: 1, count: 9 }),
  inner: (n) => ({ outer: 1, length: 3, inner: n, count: 2 }),
  count: (n) => ({ outer: 1, length: 7, inner: 1, count: n }),
  "count-of-rows": (n) => ({ outer: 1, length: 5, inner: 3, count: n }),
  "count-of-columns": (n) => ({ outer: 3, length: 5, inner: 1, count: n }),
};

/** Indices of all kinds, the last one there is among them. */
function indices(random: Random, size: number, length: number): TypedArray {
  const index = random.integers("int32", size, 0, length - 1);
  index[size - 1] = index[Math.floor(size / 2)] = length - 1;
  return index;
}

function pickCases(dtype: DType): Case[] {
  return Object.entries(PICKS).flatMap(([name, of]): Case[] => {
    const far = dtype === "float32" || name === "count";
    return [
      {
        id: `gather/${dtype}/sizes,${name}`,
        clause: "§5.4",
        ...requiring(dtype),
        covers: { member: "gather", dtype },
        async run(context) {
          const { backend, random } = context;
          for (const size of sizesFor(context, dtype, far).map(of)) {
            const { outer, length, inner, count } = size;
            const x = anyBits(random, dtype, outer * length * inner);
            const index = indices(random, outer * count * inner, length);
            const handle = backend.gather(backend.upload(x), backend.upload(index), size, dtype);
            const expected = oracle.gather(x, index, size);
            await expectHandle(backend, "gather", handle, expected, [outer, count, inner], dtype);
          }
        },
      },
      {
        id: `scatterAdd/${dtype}/sizes,${name}`,
        clause: "§5.5",
        ...requiring(dtype),
        covers: { member: "scatterAdd", dtype },
        async run(context) {
          const { backend, random } = context;
          for (const size of sizesFor(context, dtype, far).map(of)) {
            const { outer, length, inner, count } = size;
            const x = sums(random, dtype, outer * count * inner);
            const index = indices(random, x.length, length);
            const handle = backend.scatterAdd(backend.upload(x), backend.upload(index), size, dtype);
            const expected = exactly(oracle.scatterAdd(x, index, size, dtype));
            await expectHandle(backend, "scatterAdd", handle, expected, [outer, length, inner], dtype);
          }
        },
      },
    ];
  });
}

export const cases: readonly Case[] = DTYPES.flatMap((dtype) => [...viewCases(dtype), ...pickCases(dtype)]);
