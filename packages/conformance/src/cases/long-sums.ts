/**
 * Layer 4: long sums of equal terms (§9.2), by everything that adds: reductions, products, correlations and their
 * gradients, average pools, softmax, and the adjoints of views and picks. Equal terms all round in one direction, so
 * that a float32 sum of 0.1 that is added up one after the other is off by far more than its bound.
 */
import {
  type CompleteBackend,
  corr2dWindow,
  poolWindow,
  type StridedView,
  type Window2d,
} from "@corr2d/core";
import type { Case, Context, Member } from "../case.ts";
import type { Expected } from "../compare.ts";
import * as arrays from "../oracle/arrays.ts";
import { logSoftmax, softmax } from "../oracle/rows.ts";
import { avgPool2d, avgPool2dInput, windowSizes } from "../oracle/windows.ts";
import { expectCorrelation, inputShape, outputShape, ROLES } from "./correlation.ts";
import { sizeOf, TRANSPOSES } from "./matmul.ts";
import { expectHandle, formatSizes, variants } from "./support.ts";

const F = "float32";
/** Past 16 bits, and past what a block of any usual size is squared. */
const LONG = 65_537;

const tenths = (size: number): Float32Array<ArrayBuffer> => new Float32Array(size).fill(0.1);
const ones = (size: number): Float32Array<ArrayBuffer> => new Float32Array(size).fill(1);

function longCase(id: string, member: Member, run: (context: Context) => Promise<void>): Case {
  return {
    id: `${member}/long-sums,${id}`,
    clause: "§9.2",
    covers: { member, dtype: F },
    // The validated run, which reads all again, has nothing to add.
    run: async (context) => (context.validated ? undefined : run(context)),
  };
}

/** A member of one operand, natively and composed. */
async function expectAll(
  context: Context,
  member: Member,
  run: (backend: CompleteBackend) => unknown,
  expected: Expected,
  shape: readonly number[],
): Promise<void> {
  for (const [label, backend] of variants(context, member))
    await expectHandle(backend, `${label} ${member}`, run(backend), expected, shape, F);
}

const REDUCED: readonly (readonly [shape: readonly number[], axis: number])[] = [
  [[LONG], 0],
  [[3, LONG], 1],
  [[LONG, 3], 0],
  [[2, LONG, 5], 1],
];

const reductions = REDUCED.map(([shape, axis]) =>
  longCase(`${formatSizes(shape)},axis=${axis}`, "reduce", async ({ backend }) => {
    const x = tenths(arrays.sizeOf(shape));
    const handle = backend.reduce("sum", backend.upload(x), shape, [axis], F);
    const kept = shape.filter((_, i) => i !== axis);
    await expectHandle(backend, "sum", handle, arrays.reduce("sum", x, shape, [axis], F), kept, F);
  }),
);

/** From dot products to blocks of tiles. */
const PRODUCTS: readonly (readonly [rows: number, columns: number])[] = [
  [1, 1],
  [1, 70],
  [3, 5],
  [7, 17],
  [20, 10],
];

const products = TRANSPOSES.flatMap((transpose) =>
  PRODUCTS.map(([rows, columns]) =>
    longCase(`${rows}x${columns},${transpose}`, "matmul", async ({ backend }) => {
      const size = sizeOf([1, rows, LONG, columns], transpose);
      const a = tenths(rows * LONG);
      const b = ones(LONG * columns);
      const handle = backend.matmul(backend.upload(a), backend.upload(b), size, F);
      await expectHandle(backend, "matmul", handle, arrays.matmul(a, b, size, F), [1, rows, columns], F);
    }),
  ),
);

/** Long in the direction that the member sums along; one geometry for each way of computing it. */
const CORRELATIONS: Readonly<Record<"corr2d" | "corr2dInput" | "corr2dKernel", Record<string, Window2d>>> = {
  corr2d: {
    "many channels": corr2dWindow([1, LONG, 1, 2], [2, LONG, 1, 1]),
    "many channels, 3×3": corr2dWindow([1, 2000, 6, 6], [16, 2000, 3, 3], { padding: 1 }),
    "a kernel as large as the image": corr2dWindow([1, 1, 257, 256], [2, 1, 257, 256]),
    "a large kernel": corr2dWindow([1, 1, 70, 81], [1, 1, 61, 63]),
    "a large kernel, many outputs": corr2dWindow([1, 1, 64, 64], [12, 1, 57, 59]),
    "many small images": corr2dWindow([32, 200, 6, 6], [3, 200, 5, 5], { padding: 2 }),
  },
  corr2dInput: {
    "many channels": corr2dWindow([1, 2, 1, 2], [LONG, 2, 1, 1]),
    "many channels, 3×3": corr2dWindow([1, 16, 6, 6], [2000, 16, 3, 3], { padding: 1 }),
    "many channels by twos": corr2dWindow([1, 2, 9, 9], [2000, 2, 4, 4], { padding: 1, stride: 2 }),
    "a large kernel": corr2dWindow([1, 1, 110, 113], [1, 1, 61, 63]),
    "many small images": corr2dWindow([32, 3, 6, 6], [200, 3, 5, 5], { padding: 2 }),
  },
  corr2dKernel: {
    "a large image": corr2dWindow([1, 2, 257, 256], [2, 2, 1, 1]),
    "a large image, 3×3": corr2dWindow([1, 1, 260, 256], [1, 1, 3, 3]),
    "a long row": corr2dWindow([1, 1, 1, LONG + 2], [3, 1, 1, 3]),
    "many images": corr2dWindow([LONG, 1, 1, 2], [1, 1, 1, 2]),
    "many images, many channels": corr2dWindow([600, 2, 8, 8], [12, 2, 3, 3], { padding: 1 }),
  },
};

const correlations = (["corr2d", "corr2dInput", "corr2dKernel"] as const).flatMap((member) =>
  Object.entries(CORRELATIONS[member]).map(([name, w]) =>
    longCase(name, member, async (context) => {
      const [first, second] = ROLES[member];
      const sizes = windowSizes(w);
      await expectCorrelation(context, member, tenths(sizes[first]), ones(sizes[second]), w, F, (e) => e);
    }),
  ),
);

const AVERAGE = { countIncludePad: false, divisorOverride: null };

const POOLS: Readonly<Record<string, Window2d>> = {
  "the whole plane": poolWindow([1, 2, 257, 256], [257, 256]),
  "large windows": poolWindow([1, 1, 140, 100], [91, 61], { stride: 1 }),
  "large windows by twos": poolWindow([1, 1, 120, 130], [81, 61], { stride: 2, padding: 3 }),
  "large dilated windows": poolWindow([1, 1, 110, 100], [51, 31], { stride: 1, dilation: 2 }),
  "long windows": poolWindow([1, 1, 2, 9000], [1, 5001], { stride: 1000 }),
};

const pools = Object.entries(POOLS).flatMap(([name, w]) => [
  longCase(name, "avgPool2d", async (context) => {
    const x = tenths(windowSizes(w).input);
    const run = (backend: CompleteBackend): unknown => backend.avgPool2d(backend.upload(x), w, AVERAGE, F);
    await expectAll(context, "avgPool2d", run, avgPool2d(x, w, AVERAGE, F), outputShape(w));
  }),
  longCase(name, "avgPool2dInput", async (context) => {
    const g = tenths(windowSizes(w).output);
    const run = (backend: CompleteBackend): unknown =>
      backend.avgPool2dInput(backend.upload(g), w, AVERAGE, F);
    await expectAll(context, "avgPool2dInput", run, avgPool2dInput(g, w, AVERAGE, F), inputShape(w));
  }),
]);

const rows = (
  [
    ["softmax", softmax],
    ["logSoftmax", logSoftmax],
  ] as const
).flatMap(([member, oracle]) =>
  [1, 3].map((inner) =>
    longCase(`inner=${inner}`, member, async (context) => {
      // One 0 and −ln 10 elsewhere: the exponentials are 0.1.
      const x = new Float32Array(LONG * inner).fill(-Math.log(10));
      x.fill(0, 0, inner);
      const run = (backend: CompleteBackend): unknown =>
        backend[member](backend.upload(x), 1, LONG, inner, F);
      await expectAll(context, member, run, oracle(x, 1, LONG, inner, F), [1, LONG, inner]);
    }),
  ),
);

const VIEWS: Readonly<Record<string, StridedView>> = {
  expanded: { shape: [LONG, 3], strides: [0, 1], offset: 0, sourceSize: 3 },
  sliding: { shape: [2000, 3000], strides: [1, 1], offset: 0, sourceSize: 4999 },
  "sliding, backwards": { shape: [2000, 3000], strides: [-2, 2], offset: 3998, sourceSize: 9997 },
};

const adjoints = [
  ...Object.entries(VIEWS).map(([name, view]) =>
    longCase(name, "stridedAdd", async ({ backend }) => {
      const x = tenths(arrays.sizeOf(view.shape));
      const handle = backend.stridedAdd(backend.upload(x), view, F);
      await expectHandle(backend, "stridedAdd", handle, arrays.stridedAdd(x, view, F), [view.sourceSize], F);
    }),
  ),
  ...[1, 2].map((inner) =>
    longCase(`inner=${inner}`, "scatterAdd", async ({ backend }) => {
      const size = { outer: 2, length: 3, inner, count: LONG };
      const x = tenths(2 * LONG * inner);
      const index = new Int32Array(x.length).fill(1);
      const handle = backend.scatterAdd(backend.upload(x), backend.upload(index), size, F);
      await expectHandle(
        backend,
        "scatterAdd",
        handle,
        arrays.scatterAdd(x, index, size, F),
        [2, 3, inner],
        F,
      );
    }),
  ),
];

export const cases: readonly Case[] = [
  ...reductions,
  ...products,
  ...correlations,
  ...pools,
  ...rows,
  ...adjoints,
];
