/** Layer 4: the correlations with each of their sizes around those where work is cut (§8), in exact integers. */
import { corr2dWindow, type DType, type Window2d } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { exactly } from "../oracle/sums.ts";
import { windowSizes } from "../oracle/windows.ts";
import { CLAUSE, CORRELATIONS, expectBiased, expectCorrelation, ROLES } from "./correlation.ts";
import { sizesFor } from "./sizes.ts";
import { FLOATS } from "./support.ts";
import { nonZero } from "./values.ts";

/** One size, the others small; far: as far as 65,537. */
const LONG: Readonly<Record<string, { readonly far?: boolean; readonly window: (n: number) => Window2d }>> = {
  batch: { far: true, window: (n) => corr2dWindow([n, 1, 1, 3], [1, 1, 1, 2]) },
  "in-channels": { window: (n) => corr2dWindow([1, n, 2, 3], [2, n, 1, 2]) },
  "out-channels": { window: (n) => corr2dWindow([1, 2, 2, 3], [n, 2, 1, 2]) },
  groups: { window: (n) => corr2dWindow([1, n, 2, 3], [n, 1, 2, 2], { groups: n }) },
  height: { window: (n) => corr2dWindow([1, 1, n, 2], [2, 1, 3, 1], { padding: [1, 0] }) },
  width: { far: true, window: (n) => corr2dWindow([1, 1, 2, n], [2, 1, 1, 3], { padding: [0, 1] }) },
  "width-by-twos": { window: (n) => corr2dWindow([1, 1, 3, n], [2, 1, 3, 3], { padding: 1, stride: 2 }) },
  "kernel-width": { window: (n) => corr2dWindow([1, 1, 1, n + 3], [2, 1, 1, n]) },
  "kernel-height": { window: (n) => corr2dWindow([1, 1, n, 2], [1, 1, n, 2], { padding: [1, 1, 0, 0] }) },
  "pointwise-in": { far: true, window: (n) => corr2dWindow([1, n, 1, 2], [2, n, 1, 1]) },
  "pointwise-out": { far: true, window: (n) => corr2dWindow([1, 2, 1, 2], [n, 2, 1, 1]) },
};

function memberCases(name: string, dtype: DType): Case[] {
  const { far = false, window } = LONG[name]!;
  const goesFar = far && dtype === "float32";
  return [
    ...CORRELATIONS.map(
      (member): Case => ({
        id: `${member}/sizes,${name}${dtype === "float32" ? "" : ",float64"}`,
        clause: CLAUSE[member],
        ...requiring(dtype),
        covers: { member, dtype },
        async run(context) {
          for (const w of sizesFor(context, dtype, goesFar).map(window)) {
            const [first, second] = ROLES[member];
            const a = nonZero(context.random, dtype, windowSizes(w)[first]);
            const b = nonZero(context.random, dtype, windowSizes(w)[second]);
            await expectCorrelation(context, member, a, b, w, dtype, exactly);
          }
        },
      }),
    ),
    {
      id: `corr2dBias/sizes,${name}${dtype === "float32" ? "" : ",float64"}`,
      clause: "§8.7",
      ...requiring(dtype),
      covers: { member: "corr2dBias", dtype },
      async run(context) {
        for (const w of sizesFor(context, dtype, goesFar).map(window)) {
          await expectBiased(context, w, dtype, (size) => nonZero(context.random, dtype, size), exactly);
        }
      },
    },
  ];
}

export const cases: readonly Case[] = FLOATS.flatMap((dtype) =>
  Object.keys(LONG).flatMap((name) => memberCases(name, dtype)),
);
