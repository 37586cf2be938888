/** Layer 4: windows that meet no cell of the input, which dilation makes (§7.4 to §7.6), and several NaNs in one (§7.4). */
import { type DType, poolWindow, type Window2d } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { avgPool2d, avgPool2dInput, maxPool2d, windowSizes } from "../oracle/windows.ts";
import { inputShape, outputShape } from "./correlation.ts";
import { arrayFrom, expectHandle, FLOATS, variants } from "./support.ts";

/** Some windows step over the input, or all of them do. */
const STEPPING: Readonly<Record<string, Window2d>> = {
  all: poolWindow([1, 1, 2, 2], 2, { stride: 1, padding: 1, dilation: 3 }),
  rows: poolWindow([2, 2, 2, 9], 2, { stride: 1, padding: [1, 0], dilation: [3, 1] }),
  "wide-rows": poolWindow([1, 2, 2, 70], [2, 3], { stride: 1, padding: [1, 0], dilation: [3, 1] }),
  columns: poolWindow([1, 3, 9, 2], 2, { stride: 1, padding: [0, 1], dilation: [1, 3] }),
  some: poolWindow([1, 2, 3, 5], 2, { stride: 1, padding: [2, 2, 2, 2], dilation: 4 }),
};

const AVERAGES = {
  include: { countIncludePad: true, divisorOverride: null },
  exclude: { countIncludePad: false, divisorOverride: null },
};

async function expectMaxima(
  context: Context,
  x: ArrayLike<number>,
  w: Window2d,
  dtype: DType,
): Promise<void> {
  const data = arrayFrom(dtype, x);
  const expected = maxPool2d(data, w);
  for (const [label, backend] of variants(context, "maxPool2d")) {
    const [values, indices] = backend.maxPool2d(backend.upload(data), w, dtype);
    await expectHandle(backend, `${label} values`, values, expected.values, outputShape(w), dtype);
    await expectHandle(backend, `${label} indices`, indices, expected.indices, outputShape(w), "int32");
  }
}

function steppingCases(name: string, w: Window2d, dtype: DType): Case[] {
  return [
    {
      id: `maxPool2d/${dtype}/no-cell,${name}`,
      clause: "§7.4",
      ...requiring(dtype),
      covers: { member: "maxPool2d", dtype },
      run: (context) =>
        expectMaxima(context, context.random.integers(dtype, windowSizes(w).input, -9, 9), w, dtype),
    },
    ...Object.entries(AVERAGES).flatMap(([counting, average]): Case[] => [
      {
        id: `avgPool2d/${dtype}/no-cell,${counting},${name}`,
        clause: "§7.5",
        ...requiring(dtype),
        covers: { member: "avgPool2d", dtype },
        async run(context) {
          const x = context.random.integers(dtype, windowSizes(w).input, 1, 9);
          const expected = avgPool2d(x, w, average, dtype);
          for (const [label, backend] of variants(context, "avgPool2d")) {
            const handle = backend.avgPool2d(backend.upload(x), w, average, dtype);
            await expectHandle(backend, label, handle, expected, outputShape(w), dtype);
          }
        },
      },
      {
        id: `avgPool2dInput/${dtype}/no-cell,${counting},${name}`,
        clause: "§7.6",
        ...requiring(dtype),
        covers: { member: "avgPool2dInput", dtype },
        async run(context) {
          const g = context.random.integers(dtype, windowSizes(w).output, 1, 9);
          const expected = avgPool2dInput(g, w, average, dtype);
          for (const [label, backend] of variants(context, "avgPool2dInput")) {
            const handle = backend.avgPool2dInput(backend.upload(g), w, average, dtype);
            await expectHandle(backend, label, handle, expected, inputShape(w), dtype);
          }
        },
      },
    ]),
  ];
}

const MANY_NANS: Readonly<Record<string, Window2d>> = {
  "2x2": poolWindow([1, 2, 6, 10], 2),
  "3x3,overlapping": poolWindow([1, 2, 7, 40], 3, { stride: 1, padding: 1 }),
  "3x3,stride=2": poolWindow([2, 1, 9, 35], 3, { stride: 2, padding: 1 }),
  "5x1,dilated": poolWindow([1, 1, 20, 9], [5, 1], { stride: 1, dilation: [3, 1] }),
};

function nanCases(name: string, w: Window2d, dtype: DType): Case[] {
  const values = [NaN, NaN, 1, 2, -Infinity, Infinity];
  return [
    {
      id: `maxPool2d/${dtype}/last-of-several-NaNs,${name}`,
      clause: "§7.4",
      ...requiring(dtype),
      covers: { member: "maxPool2d", dtype },
      async run(context) {
        const size = windowSizes(w).input;
        const picks = context.random.integers("int32", size, 0, values.length - 1);
        await expectMaxima(
          context,
          Array.from(picks, (i) => values[i]!),
          w,
          dtype,
        );
        await expectMaxima(context, new Float64Array(size).fill(NaN), w, dtype);
      },
    },
  ];
}

export const cases: readonly Case[] = FLOATS.flatMap((dtype) => [
  ...Object.entries(STEPPING).flatMap(([name, w]) => steppingCases(name, w, dtype)),
  ...Object.entries(MANY_NANS).flatMap(([name, w]) => nanCases(name, w, dtype)),
]);
