/** Layer 2: reductions over axes, and to results, of sizes around those where work is cut (§4), the last element telling. */
import { type DType, isFloating, type ReduceOp, type TypedArray } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { reduce, sizeOf } from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import type { Random } from "../random.ts";
import { CLAUSE, isIndex, REDUCTIONS } from "./reduce.ts";
import { sizesFor } from "./sizes.ts";
import { DTYPES, expectHandle } from "./support.ts";
import { nonZero, wideIntegers } from "./values.ts";

type Split = readonly [outer: number, length: number, inner: number];

/** A long axis alone, inner, outer and in the middle; many results of short ones. */
const POSITIONS: Readonly<Record<string, (n: number) => Split>> = {
  whole: (n) => [1, n, 1],
  inner: (n) => [3, n, 1],
  outer: (n) => [1, n, 3],
  middle: (n) => [2, n, 3],
  "many-inner": (n) => [n, 3, 1],
  "many-outer": (n) => [1, 3, n],
  "many-middle": (n) => [2, 3, n],
};

/** Those that float32 takes far. */
const FAR = ["many-inner", "many-outer"];

/** Where int32 is at its lowest and highest, and the floating dtypes above all small integers. */
const extreme = (op: ReduceOp, dtype: DType): number => {
  const high = !isFloating(dtype) ? 2 ** 31 - 1 : 9;
  return op === "min" || op === "argmin" ? (!isFloating(dtype) ? -(2 ** 31) : -high) : high;
};

/** Factors of ±1, but for some: a product of all is exact, and none of those is missed without a trace. */
export function factors(random: Random, dtype: DType, size: number): TypedArray {
  if (!isFloating(dtype)) return wideIntegers(random, size).map((x) => x | 1);
  const out = random.integers(dtype, size, 0, 1).map((bit) => 2 * bit - 1) as TypedArray;
  for (let i = 0; i < 6; i++) out[Math.floor(random.next() * size)]! *= 2;
  return out;
}

/** An operand whose every element counts, the last one along the axis above all. */
function operand(random: Random, op: ReduceOp, dtype: DType, [outer, length, inner]: Split): TypedArray {
  const size = outer * length * inner;
  if (op === "sum") return !isFloating(dtype) ? wideIntegers(random, size) : nonZero(random, dtype, size);
  const x = op === "prod" ? factors(random, dtype, size) : nonZero(random, dtype, size);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const last = (o * length + length - 1) * inner + i;
      if (op === "prod") x[last]! *= 3;
      else if (length > 3) x[last] = extreme(op, dtype);
    }
  }
  return x;
}

function sizesCase(op: ReduceOp, dtype: DType, name: string, split: (n: number) => Split): Case {
  return {
    id: `reduce/${op}/${dtype}/sizes,${name}`,
    clause: CLAUSE[op],
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run(context) {
      const { backend, random } = context;
      const far = name === "whole" || (dtype === "float32" && FAR.includes(name));
      for (const n of sizesFor(context, dtype, far)) {
        const all = split(n);
        const x = operand(random, op, dtype, all);
        const axis = all[0] === 1 ? 0 : 1;
        const shape = all.filter((size) => size > 1);
        const kept = shape.filter((_, i) => i !== axis);
        const handle = backend.reduce(op, backend.upload(x), shape, [axis], dtype);
        const expected = exactly(reduce(op, x, shape, [axis], dtype));
        const what = `${op} of [${shape.join(", ")}] over axis ${axis} at `;
        await expectHandle(backend, what, handle, expected, kept, isIndex(op) ? "int32" : dtype);
      }
    },
  };
}

/** Two axes at once: the outer and the inner of three, of which one is long. */
function twoAxesCase(op: ReduceOp, dtype: DType): Case {
  return {
    id: `reduce/${op}/${dtype}/sizes,two-axes`,
    clause: CLAUSE[op],
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run(context) {
      const { backend, random } = context;
      for (const n of sizesFor(context, dtype, false)) {
        for (const shape of [
          [n, 3, 2],
          [2, 3, n],
          [2, n, 3],
        ]) {
          const x = operand(random, op, dtype, [1, sizeOf(shape), 1]);
          const handle = backend.reduce(op, backend.upload(x), shape, [0, 2], dtype);
          const expected = exactly(reduce(op, x, shape, [0, 2], dtype));
          await expectHandle(
            backend,
            `${op} of [${shape.join(", ")}] at `,
            handle,
            expected,
            [shape[1]!],
            dtype,
          );
        }
      }
    },
  };
}

export const cases: readonly Case[] = DTYPES.flatMap((dtype) =>
  REDUCTIONS.flatMap((op) => [
    ...Object.entries(POSITIONS).map(([name, split]) => sizesCase(op, dtype, name, split)),
    ...(isIndex(op) ? [] : [twoAxesCase(op, dtype)]),
  ]),
);
