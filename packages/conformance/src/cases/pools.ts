/** Layer 3: the pools (§7.4 to §7.6), natively and composed. */
import {
  type AveragePool,
  type DType,
  type Pair,
  type PoolOptions,
  poolWindow,
  type Window2d,
} from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { unitRoundoff } from "../compare.ts";
import * as oracle from "../oracle/windows.ts";
import { inputShape, outputShape } from "./correlation.ts";
import { arrayFrom, expectHandle, FLOATS, formatSizes, variants } from "./support.ts";
import { anyBits } from "./values.ts";

interface Pool {
  readonly text: string;
  readonly window: Window2d;
}

function pool(x: readonly [number, number, number, number], kernel: Pair, options: PoolOptions = {}): Pool {
  const parts = [`x=${formatSizes(x)}`, `kernel=${String(kernel).replace(",", "x")}`];
  for (const [name, value] of Object.entries(options)) {
    parts.push(`${name}=${Array.isArray(value) ? value.join("+") : value}`);
  }
  return { text: parts.join(","), window: poolWindow(x, kernel, options) };
}

const POOLS: readonly Pool[] = [
  pool([1, 1, 3, 3], 2, { stride: 1 }),
  pool([1, 1, 4, 4], 3),
  pool([1, 1, 4, 4], 3, { padding: 1, stride: 2 }),
  pool([1, 1, 4, 4], [2, 3], { stride: [2, 3], padding: [0, 1] }),
  pool([2, 3, 8, 8], 2),
  pool([1, 2, 7, 9], 2),
  pool([1, 2, 7, 9], [3, 2], { stride: [2, 1], padding: [1, 0, 1, 1] }),
  pool([1, 1, 9, 9], 2, { dilation: 3, stride: 1 }),
  pool([2, 2, 10, 11], 3, { dilation: 2, padding: 2, stride: 2 }),
  pool([1, 2, 6, 7], 3, { stride: 2, ceilMode: true }),
  pool([1, 1, 5, 8], 3, { stride: 2, padding: 1, ceilMode: true }),
  pool([1, 1, 1, 1], 1),
  pool([1, 5, 6, 5], [6, 5]), // global
  pool([3, 17, 12, 12], 2),
  pool([1, 2, 5, 33], 3, { stride: 1, padding: 1 }),
];

/** Windows that step over the input, all of them and some: their average is unspecified. */
const OVER_INPUT: readonly Pool[] = [
  pool([1, 2, 1, 1], 2, { padding: 1, dilation: 2 }),
  pool([1, 2, 2, 9], [2, 3], { stride: 1, padding: [2, 1], dilation: [3, 1] }),
];

const AVERAGES: Readonly<Record<string, AveragePool>> = {
  include: { countIncludePad: true, divisorOverride: null },
  exclude: { countIncludePad: false, divisorOverride: null },
  override: { countIncludePad: true, divisorOverride: 3 },
};

function maxCases({ text, window }: Pool, dtype: DType): Case[] {
  const common = { ...requiring(dtype), covers: { member: "maxPool2d", dtype }, clause: "§7.4" } as const;
  const run = (
    draw: (context: Parameters<Case["run"]>[0], size: number) => ArrayLike<number>,
    bits = false,
  ): Case["run"] => {
    return async (context) => {
      const x = arrayFrom(dtype, draw(context, oracle.windowSizes(window).input));
      const expected = oracle.maxPool2d(x, window);
      const shape = outputShape(window);
      for (const [label, backend] of variants(context, "maxPool2d")) {
        const [values, indices] = backend.maxPool2d(backend.upload(x), window, dtype);
        await expectHandle(backend, `${label} values`, values, { ...expected.values, bits }, shape, dtype);
        await expectHandle(backend, `${label} indices`, indices, expected.indices, shape, "int32");
      }
    };
  };
  const special = [NaN, -Infinity, Infinity, 1, 2];
  return [
    {
      // Few distinct values: most windows hold a tie, and most maxima are negative beside the padding.
      id: `maxPool2d/${dtype}/${text}`,
      ...common,
      run: run(({ random }, size) => random.integers(dtype, size, -3, -1)),
    },
    {
      id: `maxPool2d/${dtype}/special,${text}`,
      ...common,
      run: run(({ random }, size) => random.integers("int32", size, 0, 9).map((i) => special[i] ?? -5)),
    },
    {
      id: `maxPool2d/${dtype}/lowest,${text}`,
      ...common,
      run: run((_, size) => new Array<number>(size).fill(-Infinity)),
    },
    {
      // Values are copies: −0, too, where nothing is greater.
      id: `maxPool2d/${dtype}/bits,${text}`,
      ...common,
      run: run(
        ({ random }, size) => Array.from(anyBits(random, dtype, size), (x) => (x === 0 ? -0 : -Math.abs(x))),
        true,
      ),
    },
    {
      // Zeros of either sign are equal: the first one is found, and copied with its sign.
      id: `maxPool2d/${dtype}/zeros,${text}`,
      ...common,
      run: run(
        ({ random }, size) => Array.from(random.integers("int32", size, 0, 1), (bit) => (bit === 1 ? 0 : -0)),
        true,
      ),
    },
  ];
}

function averageCases({ text, window }: Pool, dtype: DType): Case[] {
  return Object.entries(AVERAGES).flatMap(([name, average]): Case[] => [
    {
      id: `avgPool2d/${dtype}/${name},${text}`,
      clause: "§7.5",
      ...requiring(dtype),
      covers: { member: "avgPool2d", dtype },
      async run(context) {
        const x = context.random.reals(dtype, oracle.windowSizes(window).input);
        const expected = oracle.avgPool2d(x, window, average, dtype);
        for (const [label, backend] of variants(context, "avgPool2d")) {
          const handle = backend.avgPool2d(backend.upload(x), window, average, dtype);
          await expectHandle(backend, `${label} avgPool2d`, handle, expected, outputShape(window), dtype);
        }
      },
    },
    {
      id: `avgPool2dInput/${dtype}/${name},${text}`,
      clause: "§7.6",
      ...requiring(dtype),
      covers: { member: "avgPool2dInput", dtype },
      async run(context) {
        const g = context.random.reals(dtype, oracle.windowSizes(window).output);
        const expected = oracle.avgPool2dInput(g, window, average, dtype);
        for (const [label, backend] of variants(context, "avgPool2dInput")) {
          const handle = backend.avgPool2dInput(backend.upload(g), window, average, dtype);
          await expectHandle(backend, `${label} avgPool2dInput`, handle, expected, inputShape(window), dtype);
        }
      },
    },
  ]);
}

interface Golden {
  readonly name: string;
  readonly size: number;
  readonly window: Window2d;
  readonly max: readonly number[];
  readonly average: readonly number[] | null;
}

/** Dive into Deep Learning, "Pooling": the inputs count up from 0. */
const GOLDENS: readonly Golden[] = [
  {
    name: "2x2-of-3x3",
    size: 9,
    window: poolWindow([1, 1, 3, 3], 2, { stride: 1 }),
    max: [4, 5, 7, 8],
    average: [2, 3, 5, 6],
  },
  { name: "3x3-of-4x4", size: 16, window: poolWindow([1, 1, 4, 4], 3), max: [10], average: [5] },
  {
    name: "padded",
    size: 16,
    window: poolWindow([1, 1, 4, 4], 3, { padding: 1, stride: 2 }),
    max: [5, 7, 13, 15],
    average: null,
  },
  {
    name: "2x3",
    size: 16,
    window: poolWindow([1, 1, 4, 4], [2, 3], { stride: [2, 3], padding: [0, 1] }),
    max: [5, 7, 13, 15],
    average: null,
  },
];

function goldenCases({ name, size, window, max, average }: Golden, dtype: DType): Case[] {
  const x = arrayFrom(
    dtype,
    Array.from({ length: size }, (_, i) => i),
  );
  const shape = outputShape(window);
  const maximum: Case = {
    id: `maxPool2d/${dtype}/golden,${name}`,
    clause: "§7.4",
    ...requiring(dtype),
    covers: { member: "maxPool2d", dtype },
    async run(context) {
      for (const [label, backend] of variants(context, "maxPool2d")) {
        const [values, indices] = backend.maxPool2d(backend.upload(x), window, dtype);
        await expectHandle(backend, `${label} values`, values, { values: max }, shape, dtype);
        // Counting up from 0, every value is its own position.
        await expectHandle(backend, `${label} indices`, indices, { values: max }, shape, "int32");
      }
    },
  };
  if (average === null) return [maximum];
  const mean: Case = {
    id: `avgPool2d/${dtype}/golden,${name}`,
    clause: "§7.5",
    ...requiring(dtype),
    covers: { member: "avgPool2d", dtype },
    async run(context) {
      const tolerance = average.map(() => 9 * unitRoundoff[dtype] * size); // nine rounded terms below `size`
      for (const [label, backend] of variants(context, "avgPool2d")) {
        const handle = backend.avgPool2d(backend.upload(x), window, AVERAGES.include!, dtype);
        await expectHandle(
          backend,
          `${label} avgPool2d`,
          handle,
          { values: average, tolerance },
          shape,
          dtype,
        );
      }
    },
  };
  return [maximum, mean];
}

export const cases: readonly Case[] = FLOATS.flatMap((dtype) => [
  ...GOLDENS.flatMap((golden) => goldenCases(golden, dtype)),
  ...POOLS.flatMap((p) => [...maxCases(p, dtype), ...averageCases(p, dtype)]),
  ...OVER_INPUT.flatMap((p) => maxCases(p, dtype)),
]);
