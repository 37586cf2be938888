/**
 * Layer 3: what becomes of values that are not finite in average pooling and its adjoint (§7.5, §7.6): each shows in the
 * results of exactly the windows that it is in. Sums that slide along a row would spread it.
 */
import { type DType, poolWindow, type TypedArray, type Window2d } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { avgPool2d, avgPool2dInput, windowSizes } from "../oracle/windows.ts";
import { inputShape, outputShape } from "./correlation.ts";
import { expectHandle, FLOATS, variants } from "./support.ts";

const POOLS: Readonly<Record<string, Window2d>> = {
  "2x2": poolWindow([2, 3, 8, 8], 2),
  overlapping: poolWindow([1, 2, 7, 9], 3, { stride: 1 }),
  padded: poolWindow([1, 2, 7, 9], 3, { stride: [2, 1], padding: 1 }),
  dilated: poolWindow([1, 1, 9, 10], 2, { stride: 1, dilation: 3 }),
  "wide-rows": poolWindow([1, 1, 4, 70], [2, 5], { stride: 1, padding: [0, 2] }),
  "large-windows": poolWindow([1, 2, 16, 17], 8, { stride: 4 }),
  "ceil-mode": poolWindow([1, 2, 6, 7], 3, { stride: 2, ceilMode: true }),
};

const AVERAGES = {
  include: { countIncludePad: true, divisorOverride: null },
  exclude: { countIncludePad: false, divisorOverride: null },
};

/** One NaN or infinity in the middle; at either end; and two infinities whose sum is NaN where a window holds both. */
const CULPRITS: readonly (readonly (readonly [place: number, value: number])[])[] = [
  ...[NaN, Infinity, -Infinity].map((value) => [[0.5, value] as const]),
  [[0, Infinity]],
  [[0.999, NaN]],
  [
    [0.5, Infinity],
    [0.52, -Infinity],
  ],
];

function spoiled(
  { random }: Context,
  dtype: DType,
  size: number,
  culprits: (typeof CULPRITS)[number],
): TypedArray {
  const data = random.integers(dtype, size, 1, 4);
  for (const [place, value] of culprits) data[Math.floor(place * size)] = value;
  return data;
}

function poolCases(name: string, w: Window2d, counting: keyof typeof AVERAGES, dtype: DType): Case[] {
  const average = AVERAGES[counting];
  const each = async (
    context: Context,
    member: "avgPool2d" | "avgPool2dInput",
    size: number,
    shape: readonly number[],
  ): Promise<void> => {
    const oracle = member === "avgPool2d" ? avgPool2d : avgPool2dInput;
    for (const culprits of CULPRITS) {
      const data = spoiled(context, dtype, size, culprits);
      const expected = oracle(data, w, average, dtype);
      for (const [label, backend] of variants(context, member)) {
        const handle = backend[member](backend.upload(data), w, average, dtype);
        await expectHandle(backend, `${label} ${member}`, handle, expected, shape, dtype);
      }
    }
  };
  const common = requiring(dtype);
  return [
    {
      id: `avgPool2d/${dtype}/non-finite,${counting},${name}`,
      clause: "§7.5",
      ...common,
      covers: { member: "avgPool2d", dtype },
      run: (context) => each(context, "avgPool2d", windowSizes(w).input, outputShape(w)),
    },
    {
      id: `avgPool2dInput/${dtype}/non-finite,${counting},${name}`,
      clause: "§7.6",
      ...common,
      covers: { member: "avgPool2dInput", dtype },
      run: (context) => each(context, "avgPool2dInput", windowSizes(w).output, inputShape(w)),
    },
  ];
}

export const cases: readonly Case[] = FLOATS.flatMap((dtype) =>
  Object.entries(POOLS).flatMap(([name, window]) =>
    (["include", "exclude"] as const).flatMap((counting) => poolCases(name, window, counting, dtype)),
  ),
);
