/** Layer 4: what follows the order of a line: `sort` (§7.13) and `cumsum` (§7.14), on lines of all lengths, side by side and interleaved. */
import { type DType, isFloating, type TypedArray } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { cumsum, sort } from "../oracle/rows.ts";
import { exactly } from "../oracle/sums.ts";
import { sizesFor } from "./sizes.ts";
import { arrayFrom, DTYPES, expectHandle, variants } from "./support.ts";
import { anyBits, DELICATE, summands } from "./values.ts";

type Rows = readonly [outer: number, length: number, inner: number];

const ROWS: readonly Rows[] = [
  [1, 1, 1],
  [3, 2, 1],
  [2, 7, 3],
  [5, 33, 1],
  [1, 64, 6],
  [2, 100, 5],
  [1, 1025, 1],
  [300, 9, 1],
  [1, 9, 300],
];

/** A longer line is as many steps of the fallback's, each an operation on everything, and tells nothing new of it. */
const LONGEST_COMPOSED = 130;

const count = ([outer, length, inner]: Rows): number => outer * length * inner;

/** What lines hold: everything that has bits, few different numbers, what is in order already, and what is one number. */
const CONTENTS: Readonly<Record<string, (context: Context, dtype: DType, size: number) => TypedArray>> = {
  any: ({ random }, dtype, size) => anyBits(random, dtype, size),
  few: ({ random }, dtype, size) => random.integers(dtype, size, -2, 2),
  delicate({ random }, dtype, size) {
    const values = DELICATE[dtype];
    const picks = random.integers("int32", size, 0, values.length - 1);
    return arrayFrom(
      dtype,
      Array.from(picks, (i) => values[i]!),
    );
  },
  rising: (_, dtype, size) =>
    arrayFrom(
      dtype,
      Array.from({ length: size }, (_, i) => i - 5),
    ),
  falling: (_, dtype, size) =>
    arrayFrom(
      dtype,
      Array.from({ length: size }, (_, i) => 5 - i),
    ),
  flat: (_, dtype, size) => arrayFrom(dtype, new Float64Array(size).fill(3)),
};

async function expectSorted(
  context: Context,
  x: TypedArray,
  rows: Rows,
  descending: boolean,
  dtype: DType,
): Promise<void> {
  const expected = sort(x, ...rows, descending);
  for (const [label, backend] of variants(context, "sort")) {
    if (label === "composed" && rows[1] > LONGEST_COMPOSED) continue;
    const [values, indices] = backend.sort(backend.upload(x), ...rows, descending, dtype);
    const what = `${label} ${descending ? "descending" : "ascending"} ${rows.join("x")}`;
    await expectHandle(backend, `${what} indices`, indices, expected.indices, rows, "int32");
    await expectHandle(backend, `${what} values`, values, expected.values, rows, dtype);
  }
}

async function expectSums(
  context: Context,
  x: TypedArray,
  rows: Rows,
  dtype: DType,
  exact = false,
): Promise<void> {
  const expected = cumsum(x, ...rows, dtype);
  for (const [label, backend] of variants(context, "cumsum")) {
    const handle = backend.cumsum(backend.upload(x), ...rows, dtype);
    await expectHandle(
      backend,
      `${label} ${rows.join("x")}`,
      handle,
      exact ? exactly(expected) : expected,
      rows,
      dtype,
    );
  }
}

function sortCases(dtype: DType): Case[] {
  const common = { clause: "§7.13", ...requiring(dtype), covers: { member: "sort", dtype } } as const;
  return [true, false].flatMap((descending): Case[] => {
    const way = descending ? "descending" : "ascending";
    return [
      ...Object.entries(CONTENTS).map(
        ([name, make]): Case => ({
          id: `sort/${dtype}/${way},${name}`,
          ...common,
          async run(context) {
            for (const rows of ROWS)
              await expectSorted(context, make(context, dtype, count(rows)), rows, descending, dtype);
          },
        }),
      ),
      {
        id: `sort/${dtype}/${way},sizes`,
        ...common,
        async run(context) {
          for (const n of sizesFor(context, dtype, false)) {
            for (const rows of [
              [1, n, 1],
              [n, 5, 1],
              [1, 4, n],
            ] as const) {
              await expectSorted(
                context,
                CONTENTS.few!(context, dtype, count(rows)),
                rows,
                descending,
                dtype,
              );
            }
          }
        },
      },
    ];
  });
}

function cumsumCases(dtype: DType): Case[] {
  const common = { clause: "§7.14", ...requiring(dtype), covers: { member: "cumsum", dtype } } as const;
  return [
    {
      id: `cumsum/${dtype}/values`,
      ...common,
      async run(context) {
        for (const rows of ROWS) {
          await expectSums(context, summands(context.random, dtype, count(rows)), rows, dtype);
          await expectSums(context, context.random.integers(dtype, count(rows), -9, 9), rows, dtype, true);
        }
      },
    },
    {
      id: `cumsum/${dtype}/sizes`,
      ...common,
      async run(context) {
        for (const n of sizesFor(context, dtype, false)) {
          for (const rows of [
            [1, n, 1],
            [n, 3, 1],
            [2, 3, n],
          ] as const) {
            await expectSums(context, context.random.integers(dtype, count(rows), -9, 9), rows, dtype, true);
          }
        }
      },
    },
    ...(isFloating(dtype)
      ? [
          {
            id: `cumsum/${dtype}/non-finite`,
            ...common,
            async run(context: Context) {
              // Each spoils the sums from its place on, in its own line.
              const line = [1, Infinity, 2, -Infinity, 3];
              const x = arrayFrom(dtype, [...line, 1, NaN, 2, 3, 4, 5, 6, 7, 8, 9]);
              await expectSums(context, x, [3, 5, 1], dtype, true);
              await expectSums(context, x, [1, 5, 3], dtype, true);
            },
          },
          {
            id: `cumsum/${dtype}/long`,
            ...common,
            async run(context: Context) {
              const n = 70_001;
              await expectSums(context, arrayFrom(dtype, new Float64Array(n).fill(0.1)), [1, n, 1], dtype);
            },
          },
        ]
      : [
          {
            id: "cumsum/int32/wraps",
            ...common,
            async run(context: Context) {
              const x = arrayFrom(dtype, [2 ** 31 - 1, 1, 5, -(2 ** 31), -(2 ** 31), 7]);
              for (const [label, backend] of variants(context, "cumsum")) {
                const expected = {
                  values: [2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 5, 5, -(2 ** 31) + 5, -(2 ** 31) + 12],
                };
                await expectHandle(
                  backend,
                  label,
                  backend.cumsum(backend.upload(x), 1, 6, 1, dtype),
                  expected,
                  [6],
                  dtype,
                );
              }
            },
          },
        ]),
  ];
}

export const cases: readonly Case[] = DTYPES.flatMap((dtype) => [...sortCases(dtype), ...cumsumCases(dtype)]);
