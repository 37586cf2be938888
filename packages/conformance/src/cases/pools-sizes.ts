/** Layer 3: the pools with planes, rows, columns and windows of sizes around those where work is cut (§7.4 to §7.6). */
import { type DType, poolWindow, type Window2d } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import * as oracle from "../oracle/windows.ts";
import { inputShape, outputShape } from "./correlation.ts";
import { sizesFor } from "./sizes.ts";
import { expectHandle, FLOATS, variants } from "./support.ts";

const ORACLE = { avgPool2d: oracle.avgPool2d, avgPool2dInput: oracle.avgPool2dInput };
const AVERAGE = { countIncludePad: false, divisorOverride: null };

const POOLS: Readonly<Record<string, (n: number) => Window2d>> = {
  batch: (n) => poolWindow([n, 1, 2, 2], 2),
  channels: (n) => poolWindow([1, n, 2, 4], 2),
  height: (n) => poolWindow([1, 2, n, 2], [3, 2], { stride: 1, padding: [1, 0] }),
  width: (n) => poolWindow([1, 1, 2, n], [2, 3], { stride: 1, padding: [0, 1] }),
  "width-by-twos": (n) => poolWindow([1, 1, 2, n], 2),
  "window-height": (n) => poolWindow([1, 2, n, 1], [n, 1]),
  "window-width": (n) => poolWindow([1, 2, 2, n], [2, n]),
};

function poolCases(dtype: DType, name: string, window: (n: number) => Window2d): Case[] {
  const far = dtype === "float32" && ["channels", "width", "width-by-twos"].includes(name);
  return [
    {
      id: `maxPool2d/${dtype}/sizes,${name}`,
      clause: "§7.4",
      ...requiring(dtype),
      covers: { member: "maxPool2d", dtype },
      async run(context) {
        for (const w of sizesFor(context, dtype, far).map(window)) {
          const x = context.random.reals(dtype, oracle.windowSizes(w).input);
          if (name.startsWith("window")) x[x.length - 1] = x[x.length / 2 - 1] = 2; // the last cell of each window
          const expected = oracle.maxPool2d(x, w);
          for (const [label, backend] of variants(context, "maxPool2d")) {
            const [values, indices] = backend.maxPool2d(backend.upload(x), w, dtype);
            await expectHandle(backend, `${label} values`, values, expected.values, outputShape(w), dtype);
            await expectHandle(
              backend,
              `${label} indices`,
              indices,
              expected.indices,
              outputShape(w),
              "int32",
            );
          }
        }
      },
    },
    ...(["avgPool2d", "avgPool2dInput"] as const).map(
      (member): Case => ({
        id: `${member}/${dtype}/sizes,${name}`,
        clause: member === "avgPool2d" ? "§7.5" : "§7.6",
        ...requiring(dtype),
        covers: { member, dtype },
        async run(context) {
          const [from, shapeOf] =
            member === "avgPool2d" ? (["input", outputShape] as const) : (["output", inputShape] as const);
          for (const w of sizesFor(context, dtype, far).map(window)) {
            const x = context.random.reals(dtype, oracle.windowSizes(w)[from], 1, 2);
            const expected = ORACLE[member](x, w, AVERAGE, dtype);
            for (const [label, backend] of variants(context, member)) {
              const handle = backend[member](backend.upload(x), w, AVERAGE, dtype);
              await expectHandle(backend, `${label} ${member}`, handle, expected, shapeOf(w), dtype);
            }
          }
        },
      }),
    ),
  ];
}

export const cases: readonly Case[] = FLOATS.flatMap((dtype) =>
  Object.entries(POOLS).flatMap(([name, window]) => poolCases(dtype, name, window)),
);
