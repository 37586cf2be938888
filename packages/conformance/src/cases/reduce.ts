/** Layer 2: reductions (§4): axes and layout, wrapping, NaN, ties. */
import type { DType, ReduceOp } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { reduce, sizeOf } from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import { arrayFrom, DTYPES, expectHandle, FLOATS, formatSizes } from "./support.ts";

const OPS: readonly ReduceOp[] = ["sum", "prod", "max", "min", "argmax", "argmin"];

const isIndex = (op: ReduceOp): boolean => op === "argmax" || op === "argmin";

const CLAUSE: Record<ReduceOp, string> = {
  sum: "§4.2",
  prod: "§4.2",
  max: "§4.3",
  min: "§4.3",
  argmax: "§4.4",
  argmin: "§4.4",
};

/** Whole, inner, outer, middle and several axes at once; lengths around the widths of SIMD. */
const PATTERNS: readonly (readonly [shape: readonly number[], axes: readonly number[]])[] = [
  [[1], [0]],
  [[7], [0]],
  [[16], [0]],
  [[33], [0]],
  [[5, 9], [0]],
  [[5, 9], [1]],
  [
    [5, 9],
    [0, 1],
  ],
  [[3, 4, 5], [1]],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [
    [3, 4, 5],
    [1, 2],
  ],
  [[2, 1, 3], [1]],
  [
    [2, 3, 2, 1, 2, 2, 1, 3],
    [1, 4, 7],
  ],
];

/** Products of numbers from 1 to 2 stay exact for a while; the rest may be any small integers. */
function patternCase(op: ReduceOp, dtype: DType, shape: readonly number[], axes: readonly number[]): Case {
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  return {
    id: `reduce/${op}/${dtype}/${formatSizes(shape)},axes=${axes.join("+")}`,
    clause: op === "sum" ? "§4.1" : CLAUSE[op],
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run({ backend, random }) {
      const size = sizeOf(shape);
      const x = op === "prod" ? random.integers(dtype, size, -1, 1) : random.integers(dtype, size);
      if (op === "prod") for (let i = 0; i < size; i++) x[i] = x[i] === 0 && i % 3 !== 0 ? 2 : x[i]!;
      const handle = backend.reduce(op, backend.upload(x), shape, axes, dtype);
      const expected = exactly(reduce(op, x, shape, axes, dtype));
      await expectHandle(backend, op, handle, expected, kept, isIndex(op) ? "int32" : dtype);
    },
  };
}

function realCase(op: ReduceOp, dtype: DType): Case {
  return {
    id: `reduce/${op}/${dtype}/real`,
    clause: op === "sum" ? "§9.2" : CLAUSE[op],
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run({ backend, random }) {
      const shape = op === "prod" ? [7, 20, 6] : [7, 300, 6];
      const x = random.reals(dtype, sizeOf(shape), op === "prod" ? 0.5 : -1, 1.5);
      for (const axis of [0, 1, 2]) {
        const handle = backend.reduce(op, backend.upload(x), shape, [axis], dtype);
        const kept = shape.filter((_, i) => i !== axis);
        const expected = reduce(op, x, shape, [axis], dtype);
        await expectHandle(
          backend,
          `${op} over axis ${axis}`,
          handle,
          expected,
          kept,
          isIndex(op) ? "int32" : dtype,
        );
      }
    },
  };
}

function specialCases(op: ReduceOp, dtype: DType): Case[] {
  const rows = [
    [1, NaN, 3],
    [NaN, 2, NaN],
    [3, Infinity, NaN],
    [-Infinity, -Infinity, -Infinity],
    [Infinity, -Infinity, 0],
    [2, 2, 1],
    [1, 2, 2],
    [-0, 0, -0],
  ];
  return [
    {
      id: `reduce/${op}/${dtype}/special`,
      clause: CLAUSE[op],
      ...requiring(dtype),
      covers: { member: "reduce", dtype },
      async run({ backend }) {
        const x = arrayFrom(dtype, rows.flat());
        const shape = [rows.length, 3];
        const handle = backend.reduce(op, backend.upload(x), shape, [1], dtype);
        const expected = reduce(op, x, shape, [1], dtype);
        await expectHandle(backend, op, handle, expected, [rows.length], isIndex(op) ? "int32" : dtype);
      },
    },
  ];
}

/** Rows of 40 in which the extreme value stands at two places: the first wins, wherever lanes end. */
function tieCase(op: "argmax" | "argmin", dtype: DType): Case {
  return {
    id: `reduce/${op}/${dtype}/ties`,
    clause: "§4.4",
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run({ backend }) {
      const length = 40;
      const x: number[] = [];
      const values: number[] = [];
      for (let first = 0; first < length - 1; first++) {
        const row = new Array<number>(length).fill(0);
        row[first] = row[length - 1] = op === "argmax" ? 5 : -5;
        x.push(...row);
        values.push(first);
      }
      const handle = backend.reduce(
        op,
        backend.upload(arrayFrom(dtype, x)),
        [values.length, length],
        [1],
        dtype,
      );
      await expectHandle(backend, op, handle, { values }, [values.length], "int32");
    },
  };
}

const wrapCases: readonly Case[] = (["sum", "prod"] as const).map((op) => ({
  id: `reduce/${op}/int32/wraps`,
  clause: "§4.2",
  covers: { member: "reduce", dtype: "int32" },
  async run({ backend }) {
    const x = Int32Array.of(2147483647, 2147483647, 5, -2147483648, -2147483648, 3, 123456789, 987654321, 77);
    const handle = backend.reduce(op, backend.upload(x), [3, 3], [1], "int32");
    await expectHandle(backend, op, handle, reduce(op, x, [3, 3], [1], "int32"), [3], "int32");
  },
}));

export const cases: readonly Case[] = [
  ...DTYPES.flatMap((dtype) =>
    OPS.flatMap((op) =>
      PATTERNS.filter(([, axes]) => !isIndex(op) || axes.length === 1).map(([shape, axes]) =>
        patternCase(op, dtype, shape, axes),
      ),
    ),
  ),
  ...FLOATS.flatMap((dtype) => OPS.flatMap((op) => [realCase(op, dtype), ...specialCases(op, dtype)])),
  ...DTYPES.flatMap((dtype) => [tieCase("argmax", dtype), tieCase("argmin", dtype)]),
  ...wrapCases,
];
