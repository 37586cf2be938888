/** Layer 2: reductions (§4): axes and layout, wrapping, NaN, ties. */
import { type DType, isFloating, type ReduceOp, type TypedArray } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { reduce, sizeOf, strided } from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import type { Random } from "../random.ts";
import { arrayFrom, DTYPES, expectHandle, FLOATS, formatSizes } from "./support.ts";
import { wideIntegers } from "./values.ts";

export const REDUCTIONS: readonly ReduceOp[] = ["sum", "prod", "max", "min", "argmax", "argmin"];

export const isIndex = (op: ReduceOp): boolean => op === "argmax" || op === "argmin";

export const CLAUSE: Record<ReduceOp, string> = {
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
  [[6, 2, 7], [0]],
  [
    [3, 4, 5],
    [0, 1],
  ],
  [
    [2, 3, 4, 5],
    [1, 2],
  ],
  [
    [2, 3, 4, 5],
    [0, 2, 3],
  ],
];

/**
 * Wide integers for int32, odd ones for products, which never come to 0. Else small ones, and for products such that
 * stay exact for a while: 0, 1, −1, 2.
 */
function operand(random: Random, op: ReduceOp, dtype: DType, size: number): TypedArray {
  if (!isFloating(dtype)) return wideIntegers(random, size).map((x) => (op === "prod" ? x | 1 : x));
  if (op !== "prod") return random.integers(dtype, size);
  return random.integers(dtype, size, -1, 1).map((x, i) => (x === 0 && i % 3 !== 0 ? 2 : x)) as TypedArray;
}

function patternCase(op: ReduceOp, dtype: DType, shape: readonly number[], axes: readonly number[]): Case {
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  return {
    id: `reduce/${op}/${dtype}/${formatSizes(shape)},axes=${axes.join("+")}`,
    clause: op === "sum" ? "§4.1" : CLAUSE[op],
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run({ backend, random }) {
      const x = operand(random, op, dtype, sizeOf(shape));
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

/** Where the first NaN of a row of 100 stands: around the widths of vectors, at the ends, and nowhere. */
const PLACES = [0, 1, 3, 4, 15, 16, 31, 63, 64, 65, 96, 97, 98, 99, 100];

/** 15 rows of 100 seen as inner, outer and middle axes. */
const LAYOUTS = [
  { shape: [15, 100], strides: [100, 1], axis: 1 },
  { shape: [100, 15], strides: [1, 100], axis: 0 },
  { shape: [3, 100, 5], strides: [500, 1, 100], axis: 1 },
];

/** One NaN or two, anywhere in long rows, along every kind of axis. */
function lateNaNCase(op: ReduceOp, dtype: DType): Case {
  return {
    id: `reduce/${op}/${dtype}/late-NaN`,
    clause: CLAUSE[op],
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run({ backend, random }) {
      const rows =
        op === "prod" ? arrayFrom(dtype, new Float64Array(1500).fill(-1)) : random.integers(dtype, 1500);
      for (const [row, place] of PLACES.entries()) {
        if (place === 100) continue;
        rows[row * 100 + place] = Number.NaN;
        if (row % 2 === 0) rows[row * 100 + 99] = Number.NaN;
      }
      for (const { shape, strides, axis } of LAYOUTS) {
        const x = arrayFrom(dtype, strided(rows, { shape, strides, offset: 0, sourceSize: 1500 }).values);
        const handle = backend.reduce(op, backend.upload(x), shape, [axis], dtype);
        const expected = exactly(reduce(op, x, shape, [axis], dtype));
        const kept = shape.filter((_, i) => i !== axis);
        await expectHandle(
          backend,
          `${op} of [${shape}]`,
          handle,
          expected,
          kept,
          isIndex(op) ? "int32" : dtype,
        );
      }
    },
  };
}

/** Nothing but the lowest, or the highest, there is: what a maximum, or a minimum, must not have begun with. */
function extremeCase(op: ReduceOp, dtype: DType): Case {
  return {
    id: `reduce/${op}/${dtype}/extremes`,
    clause: CLAUSE[op],
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run({ backend }) {
      const ends = !isFloating(dtype)
        ? [-(2 ** 31), 2 ** 31 - 1]
        : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (const end of ends) {
        for (const { shape, axis } of LAYOUTS) {
          const x = arrayFrom(dtype, new Float64Array(1500).fill(end));
          const handle = backend.reduce(op, backend.upload(x), shape, [axis], dtype);
          const kept = shape.filter((_, i) => i !== axis);
          const expected = exactly(reduce(op, x, shape, [axis], dtype));
          const what = `${op} of [${shape}], all ${end}, at `;
          await expectHandle(backend, what, handle, expected, kept, isIndex(op) ? "int32" : dtype);
        }
      }
    },
  };
}

/** Where the extreme value stands twice in a long row, in one block of any usual size or in two. */
const PAIRS = [
  [0, 1],
  [0, 4096],
  [1, 64],
  [63, 64],
  [127, 4099],
  [255, 256],
  [1023, 1024],
  [1024, 1025],
  [2047, 4095],
  [4095, 4096],
  [4098, 4099],
] as const;

/** The first of two equals wins, however far apart they are, along every kind of axis. */
function farTieCase(op: "argmax" | "argmin", value: number, name: string, dtype: DType): Case {
  const length = 4100;
  return {
    id: `reduce/${op}/${dtype}/far-${name}`,
    clause: "§4.4",
    plainOnly: true,
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run({ backend }) {
      const values = PAIRS.map(([first]) => first);
      const rows = PAIRS.length;
      const x = arrayFrom(dtype, new Float64Array(rows * length));
      for (const [row, pair] of PAIRS.entries()) for (const at of pair) x[row * length + at] = value;
      const turned = strided(x, {
        shape: [length, rows],
        strides: [1, length],
        offset: 0,
        sourceSize: x.length,
      });
      const inner = backend.reduce(op, backend.upload(x), [rows, length], [1], dtype);
      await expectHandle(backend, `${op} along rows`, inner, { values }, [rows], "int32");
      const columns = backend.upload(arrayFrom(dtype, turned.values));
      const outer = backend.reduce(op, columns, [length, rows], [0], dtype);
      await expectHandle(backend, `${op} along columns`, outer, { values }, [rows], "int32");
      for (const [row, first] of values.entries()) {
        const one = backend.upload(x.slice(row * length, (row + 1) * length) as TypedArray);
        const whole = backend.reduce(op, one, [length], [0], dtype);
        await expectHandle(backend, `${op} of ${length}`, whole, { values: [first] }, [], "int32");
      }
    },
  };
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
    REDUCTIONS.flatMap((op) =>
      PATTERNS.filter(([, axes]) => !isIndex(op) || axes.length === 1).map(([shape, axes]) =>
        patternCase(op, dtype, shape, axes),
      ),
    ),
  ),
  ...FLOATS.flatMap((dtype) =>
    REDUCTIONS.flatMap((op) => [realCase(op, dtype), ...specialCases(op, dtype), lateNaNCase(op, dtype)]),
  ),
  ...DTYPES.flatMap((dtype) => [
    tieCase("argmax", dtype),
    tieCase("argmin", dtype),
    farTieCase("argmax", 5, "ties", dtype),
    farTieCase("argmin", -5, "ties", dtype),
    ...(["max", "min", "argmax", "argmin"] as const).map((op) => extremeCase(op, dtype)),
  ]),
  ...FLOATS.flatMap((dtype) => [
    farTieCase("argmax", Number.NaN, "NaNs", dtype),
    farTieCase("argmin", Number.NaN, "NaNs", dtype),
  ]),
  ...wrapCases,
];
