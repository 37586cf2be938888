/**
 * Layers 2 and 3: several sizes past a cut at once: the corners of blocks and tiles, which no case with one long axis has. (Those of
 * the correlations are among their geometries.)
 */
import {
  type CompleteBackend,
  type DType,
  type GatherSize,
  poolWindow,
  type StridedView,
} from "@corr2d/core";
import { type Case, type Context, type Member, requiring } from "../case.ts";
import type { Expected } from "../compare.ts";
import * as arrays from "../oracle/arrays.ts";
import { logSoftmax, softmax } from "../oracle/rows.ts";
import { exactly } from "../oracle/sums.ts";
import { avgPool2d, avgPool2dInput, maxPool2d, windowSizes } from "../oracle/windows.ts";
import { expectBinary } from "./binary.ts";
import { BLOCK_BROADCASTS } from "./broadcasts.ts";
import { inputShape, outputShape } from "./correlation.ts";
import { CLAUSE, isIndex, REDUCTIONS } from "./reduce.ts";
import { factors } from "./reduce-sizes.ts";
import { expectSelect } from "./select.ts";
import { DTYPES, expectHandle, FLOATS, formatSizes, variants } from "./support.ts";
import { anyBits, summands } from "./values.ts";

type Shape = readonly number[];

async function expectAll(
  context: Context,
  member: Member,
  run: (backend: CompleteBackend) => unknown,
  expected: Expected,
  shape: Shape,
  dtype: DType,
): Promise<void> {
  for (const [label, backend] of variants(context, member)) {
    await expectHandle(backend, `${label} ${member}`, run(backend), expected, shape, dtype);
  }
}

const caseOf = (
  member: Member,
  name: string,
  clause: string,
  dtype: DType,
  run: (context: Context) => Promise<void>,
): Case => ({
  id: `${member}/${name}`,
  clause,
  ...requiring(dtype),
  covers: { member, dtype },
  plainOnly: true,
  run,
});

/** Axes turned about, in tiles of 64 and 128 with something left over on both sides. */
const VIEWS: Readonly<Record<string, StridedView>> = {
  "67x65": { shape: [67, 65], strides: [1, 67], offset: 0, sourceSize: 67 * 65 },
  "131x259": { shape: [131, 259], strides: [1, 131], offset: 0, sourceSize: 131 * 259 },
  "inner-two": { shape: [3, 66, 70], strides: [66 * 70, 1, 66], offset: 0, sourceSize: 3 * 66 * 70 },
  "outer-two": { shape: [66, 67, 5], strides: [5, 66 * 5, 1], offset: 0, sourceSize: 66 * 67 * 5 },
  reversed: { shape: [17, 19, 65], strides: [1, 17, 17 * 19], offset: 0, sourceSize: 17 * 19 * 65 },
  "part-of-a-plane": { shape: [129, 130], strides: [-140, 1], offset: 128 * 140 + 7, sourceSize: 129 * 140 },
};

const viewCases = (dtype: DType): Case[] =>
  Object.entries(VIEWS).flatMap(([name, view]) => [
    caseOf("strided", `${dtype}/blocks,${name}`, "§5.1", dtype, async ({ backend, random }) => {
      const x = anyBits(random, dtype, view.sourceSize);
      const handle = backend.strided(backend.upload(x), view, dtype);
      await expectHandle(backend, "strided", handle, arrays.strided(x, view), view.shape, dtype);
    }),
    caseOf("stridedAdd", `${dtype}/blocks,${name}`, "§5.2", dtype, async ({ backend, random }) => {
      const x = summands(random, dtype, arrays.sizeOf(view.shape));
      const handle = backend.stridedAdd(backend.upload(x), view, dtype);
      const expected = exactly(arrays.stridedAdd(x, view, dtype));
      await expectHandle(backend, "stridedAdd", handle, expected, [view.sourceSize], dtype);
    }),
  ]);

const broadcastCases = (dtype: DType): Case[] =>
  BLOCK_BROADCASTS.flatMap((each) => [
    caseOf("binary", `broadcast/${dtype}/blocks,${each.text}`, "§3.6", dtype, async (context) => {
      for (const op of ["sub", "less"] as const) await expectBinary(context, op, each, dtype);
    }),
    caseOf("select", `${dtype}/blocks,${each.text}`, "§3.12", dtype, async (context) => {
      await expectSelect(context, [each.shapeA, each.shapeB, each.shape], dtype);
    }),
  ]);

const REDUCED: readonly (readonly [shape: Shape, axes: Shape])[] = [
  [[67, 65], [0]],
  [[67, 65], [1]],
  [[3, 131, 67], [1]],
  [[66, 5, 67], [1]],
  [[129, 257], [0]],
  [[129, 257], [1]],
  [
    [66, 5, 67],
    [0, 2],
  ],
  [
    [66, 65, 5],
    [0, 1],
  ],
  [
    [5, 66, 7, 65],
    [1, 3],
  ],
];

const reduceCases = (dtype: DType): Case[] =>
  REDUCTIONS.flatMap((op) =>
    REDUCED.filter(([, axes]) => !isIndex(op) || axes.length === 1).map(([shape, axes]) => {
      const name = `${op}/${dtype}/blocks,${formatSizes(shape)},axes=${axes.join("+")}`;
      return caseOf("reduce", name, CLAUSE[op], dtype, async ({ backend, random }) => {
        const size = arrays.sizeOf(shape);
        const x = op === "prod" ? factors(random, dtype, size) : summands(random, dtype, size);
        const handle = backend.reduce(op, backend.upload(x), shape, axes, dtype);
        const kept = shape.filter((_, axis) => !axes.includes(axis));
        const expected = exactly(arrays.reduce(op, x, shape, axes, dtype));
        await expectHandle(backend, op, handle, expected, kept, isIndex(op) ? "int32" : dtype);
      });
    }),
  );

const PICKS: readonly GatherSize[] = [
  { outer: 66, length: 67, inner: 1, count: 65 },
  { outer: 3, length: 67, inner: 66, count: 65 },
  { outer: 1, length: 259, inner: 130, count: 131 },
];

const pickCases = (dtype: DType): Case[] =>
  PICKS.flatMap((size) => {
    const { outer, length, inner, count } = size;
    const text = [outer, length, inner, count].join("x");
    return [
      caseOf("gather", `${dtype}/blocks,${text}`, "§5.4", dtype, async ({ backend, random }) => {
        const x = anyBits(random, dtype, outer * length * inner);
        const index = random.integers("int32", outer * count * inner, 0, length - 1);
        const handle = backend.gather(backend.upload(x), backend.upload(index), size, dtype);
        const expected = arrays.gather(x, index, size);
        await expectHandle(backend, "gather", handle, expected, [outer, count, inner], dtype);
      }),
      caseOf("scatterAdd", `${dtype}/blocks,${text}`, "§5.5", dtype, async ({ backend, random }) => {
        const index = random.integers("int32", outer * count * inner, 0, length - 1);
        const x = summands(random, dtype, index.length);
        const handle = backend.scatterAdd(backend.upload(x), backend.upload(index), size, dtype);
        const expected = exactly(arrays.scatterAdd(x, index, size, dtype));
        await expectHandle(backend, "scatterAdd", handle, expected, [outer, length, inner], dtype);
      }),
    ];
  });

const ROWS: readonly (readonly [number, number, number])[] = [
  [67, 66, 1],
  [3, 131, 65],
  [65, 5, 66],
  [66, 259, 1],
];

const ROW_ORACLE = { softmax, logSoftmax };

const rowCases = (dtype: DType): Case[] =>
  (["softmax", "logSoftmax"] as const).flatMap((member) =>
    ROWS.map((shape) => {
      const clause = member === "softmax" ? "§7.7" : "§7.8";
      return caseOf(member, `${dtype}/blocks,${shape.join("x")}`, clause, dtype, async (context) => {
        const x = context.random.reals(dtype, arrays.sizeOf(shape), -3, 3);
        const expected = ROW_ORACLE[member](x, ...shape, dtype);
        const run = (b: CompleteBackend) => b[member](b.upload(x), ...shape, dtype);
        await expectAll(context, member, run, expected, shape, dtype);
      });
    }),
  );

const POOLS = {
  "planes-of-2x4": poolWindow([66, 65, 2, 4], 2),
  "plane-of-67x131": poolWindow([1, 2, 67, 131], 3, { stride: 2, padding: 1 }),
  "dense-67x131": poolWindow([1, 1, 67, 131], [2, 3], { stride: 1, padding: [0, 1] }),
  "windows-of-17x65": poolWindow([2, 2, 34, 133], [17, 65], { stride: [17, 34] }),
};
const AVERAGE_ORACLE = { avgPool2d, avgPool2dInput };
const AVERAGE = { countIncludePad: false, divisorOverride: null };

const poolCases = (dtype: DType): Case[] =>
  Object.entries(POOLS).flatMap(([name, w]) => {
    const sizes = windowSizes(w);
    const average = (member: "avgPool2d" | "avgPool2dInput", clause: string): Case =>
      caseOf(member, `${dtype}/blocks,${name}`, clause, dtype, async (context) => {
        const [from, shapeOf] =
          member === "avgPool2d"
            ? ([sizes.input, outputShape] as const)
            : ([sizes.output, inputShape] as const);
        const x = context.random.reals(dtype, from, 1, 2);
        const run = (b: CompleteBackend) => b[member](b.upload(x), w, AVERAGE, dtype);
        await expectAll(
          context,
          member,
          run,
          AVERAGE_ORACLE[member](x, w, AVERAGE, dtype),
          shapeOf(w),
          dtype,
        );
      });
    return [
      caseOf("maxPool2d", `${dtype}/blocks,${name}`, "§7.4", dtype, async (context) => {
        // Ties in most windows: the first of them is found, wherever it is.
        const x = context.random.integers(dtype, sizes.input, -9, 9);
        const expected = maxPool2d(x, w);
        for (const part of ["values", "indices"] as const) {
          const run = (b: CompleteBackend) => b.maxPool2d(b.upload(x), w, dtype)[part === "values" ? 0 : 1];
          const to = part === "values" ? dtype : "int32";
          await expectAll(context, "maxPool2d", run, expected[part], outputShape(w), to);
        }
      }),
      average("avgPool2d", "§7.5"),
      average("avgPool2dInput", "§7.6"),
    ];
  });

const concatCase = (dtype: DType): Case =>
  caseOf("concat", `${dtype}/blocks`, "§7.11", dtype, async (context) => {
    const lengths = Array.from({ length: 66 }, (_, i) => 1 + (i % 3));
    const parts = lengths.map((length) => anyBits(context.random, dtype, 5 * length * 67));
    const run = (b: CompleteBackend) =>
      b.concat(
        parts.map((part) => b.upload(part)),
        lengths,
        5,
        67,
        dtype,
      );
    const expected = arrays.concat(parts, lengths, 5, 67);
    await expectAll(context, "concat", run, expected, [expected.values.length], dtype);
  });

export const cases: readonly Case[] = [
  ...(["float32", "int32"] as const).flatMap(broadcastCases),
  ...DTYPES.flatMap((dtype) => [
    ...viewCases(dtype),
    ...reduceCases(dtype),
    ...pickCases(dtype),
    concatCase(dtype),
  ]),
  ...FLOATS.flatMap((dtype) => [...rowCases(dtype), ...poolCases(dtype)]),
];
