/**
 * Layer 4, continued: goldens that anyone can check by hand or look up, and what becomes of values that are not
 * finite (§8.8).
 */
import { corr2dWindow, type DType, type TypedArray, type Window2d } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { sizeOf } from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import * as oracle from "../oracle/windows.ts";
import {
  CORRELATIONS,
  expectBiased,
  expectCorrelation,
  inputShape,
  outputShape,
  ROLES,
} from "./correlation.ts";
import { type Geometry, geometry } from "./correlation-geometry.ts";
import { arrayFrom, expectHandle, FLOATS, variants } from "./support.ts";

const iota = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);

interface Golden {
  readonly name: string;
  readonly x: readonly number[];
  readonly k: readonly number[];
  readonly window: Window2d;
  readonly y: readonly number[];
}

const edges = Array.from({ length: 48 }, (_, i) => (i % 8 >= 2 && i % 8 <= 5 ? 0 : 1));
const edgesTransposed = Array.from({ length: 48 }, (_, i) => edges[(i % 6) * 8 + Math.floor(i / 6)]!);
const twoChannels = [...iota(9), ...iota(9, 1)];
const kernels = [...iota(4), ...iota(4, 1)];

/** Dive into Deep Learning, chapter "Convolutional Neural Networks"; the last two follow from the definition. */
const GOLDENS: readonly Golden[] = [
  {
    name: "corr2d-of-the-book",
    x: iota(9),
    k: iota(4),
    window: corr2dWindow([1, 1, 3, 3], [1, 1, 2, 2]),
    y: [19, 25, 37, 43],
  },
  {
    name: "vertical-edges",
    x: edges,
    k: [1, -1],
    window: corr2dWindow([1, 1, 6, 8], [1, 1, 1, 2]),
    y: Array.from({ length: 6 }, () => [0, 1, 0, 0, 0, -1, 0]).flat(),
  },
  {
    name: "no-vertical-edges-in-the-transposed-image",
    x: edgesTransposed,
    k: [1, -1],
    window: corr2dWindow([1, 1, 8, 6], [1, 1, 1, 2]),
    y: new Array<number>(40).fill(0),
  },
  {
    name: "two-input-channels",
    x: twoChannels,
    k: kernels,
    window: corr2dWindow([1, 2, 3, 3], [1, 2, 2, 2]),
    y: [56, 72, 104, 120],
  },
  {
    name: "three-output-channels",
    x: twoChannels,
    k: [0, 1, 2].flatMap((more) => kernels.map((value) => value + more)),
    window: corr2dWindow([1, 2, 3, 3], [3, 2, 2, 2]),
    y: [56, 72, 104, 120, 76, 100, 148, 172, 96, 128, 192, 224],
  },
  {
    name: "same-padding-of-an-even-kernel",
    x: iota(9),
    k: iota(4),
    window: corr2dWindow([1, 1, 3, 3], [1, 1, 2, 2], { padding: "same" }),
    y: [19, 25, 10, 37, 43, 16, 7, 8, 0],
  },
  {
    name: "the-kernel-is-not-flipped",
    x: [0, 0, 0, 0, 1, 0, 0, 0, 0],
    k: iota(9, 1),
    window: corr2dWindow([1, 1, 3, 3], [1, 1, 3, 3], { padding: 1 }),
    y: iota(9, 1).reverse(),
  },
];

function goldenCase({ name, x, k, window, y }: Golden, dtype: DType): Case {
  return {
    id: `corr2d/golden/${name}${dtype === "float32" ? "" : ",float64"}`,
    clause: "§8.2",
    ...requiring(dtype),
    covers: { member: "corr2d", dtype },
    async run(context) {
      for (const [label, backend] of variants(context, "corr2d")) {
        const [hx, hk] = [x, k].map((data) => backend.upload(arrayFrom(dtype, data)));
        const handle = backend.corr2d(hx, hk, window, dtype);
        await expectHandle(backend, `${label} corr2d`, handle, { values: y }, outputShape(window), dtype);
      }
    },
  };
}

/**
 * Where one operand holds something that is not finite. The other operand is free of zeros, so that only windows
 * that hold the culprit may show it.
 */
const PLACES: readonly Geometry[] = [
  geometry([1, 1, 6, 7], [1, 1, 3, 3]),
  geometry([1, 1, 6, 7], [1, 1, 3, 3], { padding: 1 }),
  geometry([1, 16, 8, 8], [16, 16, 3, 3], { padding: 1 }), // where Winograd's transform would spread an infinity
  geometry([1, 20, 14, 14], [24, 20, 3, 3], { padding: 1 }),
  geometry([2, 4, 9, 9], [4, 2, 3, 3], { stride: 2, padding: [1, 0, 2, 1], groups: 2 }),
  geometry([1, 3, 7, 8], [3, 1, 3, 2], { groups: 3, dilation: 2 }),
  geometry([2, 8, 4, 4], [8, 8, 1, 1]),
  geometry([1, 1, 12, 20], [4, 1, 5, 5], { padding: 2 }),
  geometry([1, 2, 6, 7], [3, 2, 4, 2], { padding: "same" }),
  geometry([1, 8, 7, 7], [8, 8, 1, 1], { stride: 2 }),
  geometry([1, 1, 3, 140], [2, 1, 3, 3], { padding: 1 }),
  geometry([1, 3, 11, 12], [3, 1, 9, 9], { groups: 3, padding: 4 }),
];

/** Small integers without zero. */
function nonZero(context: Context, dtype: DType, size: number): TypedArray {
  return context.random.integers(dtype, size, 1, 4);
}

function nonFiniteCases({ text, window }: Geometry, dtype: DType): Case[] {
  const sizes = oracle.windowSizes(window);
  const padded = window.axes.some((axis) => axis.before + axis.after > 0);
  const common = { clause: "§8.8", ...requiring(dtype) } as const;
  const prefix = dtype === "float32" ? "non-finite" : "non-finite,float64";
  const spoil = (data: TypedArray, value: number): TypedArray => {
    data[Math.floor(data.length / 2)] = value;
    return data;
  };
  const each = async (run: (value: number) => Promise<void>): Promise<void> => {
    for (const value of [NaN, Infinity, -Infinity]) await run(value);
  };
  /** The ends of the operand, and of its first row. */
  const edges = (shape: readonly number[]): number[] => {
    const [width, size] = [shape.at(-1)!, sizeOf(shape)];
    return [...new Set([0, width - 1, Math.min(width, size - 1), size - 1])];
  };
  const edgesCase = (member: "corr2d" | "corr2dInput" | "corr2dKernel"): Case => ({
    id: `${member}/${prefix}-edges,${text}`,
    ...common,
    covers: { member, dtype },
    plainOnly: true,
    async run(context) {
      const [first, second] = ROLES[member];
      for (const place of edges(first === "input" ? inputShape(window) : outputShape(window))) {
        const a = nonZero(context, dtype, sizes[first]);
        a[place] = Number.NaN;
        await expectCorrelation(
          context,
          member,
          a,
          nonZero(context, dtype, sizes[second]),
          window,
          dtype,
          exactly,
        );
      }
    },
  });
  /** Zeros among the other operand's elements: 0 · ∞ is NaN, and no reason to leave out a product. */
  const zerosCase = (member: "corr2d" | "corr2dInput" | "corr2dKernel"): Case => ({
    id: `${member}/${prefix}-by-zeros,${text}`,
    ...common,
    covers: { member, dtype },
    plainOnly: true,
    async run(context) {
      const [first, second] = ROLES[member];
      const a = spoil(nonZero(context, dtype, sizes[first]), Infinity);
      const b = context.random.integers(dtype, sizes[second], 0, 1);
      await expectCorrelation(context, member, a, b, window, dtype, exactly);
      await expectCorrelation(context, member, a, b.fill(0), window, dtype, exactly);
    },
  });
  return [
    ...CORRELATIONS.flatMap((member) => [edgesCase(member), zerosCase(member)]),
    {
      id: `corr2dBias/${prefix},${text}`,
      clause: "§8.8",
      ...requiring(dtype),
      covers: { member: "corr2dBias", dtype },
      run: (context) =>
        each(async (value) => {
          // The input, then a bias: each shows where it is met, and nowhere else.
          const draws = [
            spoil(nonZero(context, dtype, sizes.input), value),
            nonZero(context, dtype, sizes.kernel),
            nonZero(context, dtype, window.outChannels),
          ];
          const cleans = [nonZero(context, dtype, sizes.input), draws[1]!, spoil(draws[2]!.slice(), value)];
          for (const operands of [draws, cleans]) {
            const rest = [...operands];
            await expectBiased(context, window, dtype, () => rest.shift()!, exactly);
          }
        }),
    },
    {
      id: `corr2d/${prefix},${text}`,
      ...common,
      covers: { member: "corr2d", dtype },
      run: (context) =>
        each(async (value) => {
          const x = spoil(nonZero(context, dtype, sizes.input), value);
          const k = nonZero(context, dtype, sizes.kernel);
          await expectCorrelation(context, "corr2d", x, k, window, dtype, exactly);
        }),
    },
    {
      id: `corr2dInput/${prefix},${text}`,
      ...common,
      covers: { member: "corr2dInput", dtype },
      run: (context) =>
        each(async (value) => {
          const g = spoil(nonZero(context, dtype, sizes.output), value);
          const k = nonZero(context, dtype, sizes.kernel);
          await expectCorrelation(context, "corr2dInput", g, k, window, dtype, exactly);
        }),
    },
    {
      id: `corr2dKernel/${prefix},${text}`,
      ...common,
      covers: { member: "corr2dKernel", dtype },
      run: (context) =>
        each(async (value) => {
          const x = spoil(nonZero(context, dtype, sizes.input), value);
          const g = nonZero(context, dtype, sizes.output);
          await expectCorrelation(context, "corr2dKernel", x, g, window, dtype, exactly);
          if (padded) return; // g may meet padding, where §8.8 leaves the product open
          const clean = nonZero(context, dtype, sizes.input);
          await expectCorrelation(context, "corr2dKernel", clean, spoil(g, value), window, dtype, exactly);
        }),
    },
  ];
}

export const cases: readonly Case[] = FLOATS.flatMap((dtype) => [
  ...GOLDENS.map((golden) => goldenCase(golden, dtype)),
  ...PLACES.flatMap((g) => nonFiniteCases(g, dtype)),
]);
