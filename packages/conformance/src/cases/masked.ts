/**
 * Layer 4: masked kernels (§9.2), with a tap that is 0 in every filter: a cell that no other tap takes anywhere is no
 * term of anything, and not a trace of it may be left in a result.
 */
import { corr2dWindow } from "@corr2d/core";
import type { Case } from "../case.ts";
import { windowSizes } from "../oracle/windows.ts";
import { CLAUSE, expectCorrelation, ROLES } from "./correlation.ts";

/** As many channels as transforms like. */
const WINDOW = corr2dWindow([1, 32, 13, 14], [32, 32, 3, 3], { padding: 1 });
const PLANE = 13 * 14;

/** A causal kernel (PixelCNN's), a cross, and a kernel with one hole. */
const MASKS: Readonly<Record<string, readonly number[]>> = {
  causal: [5, 6, 7, 8],
  cross: [0, 2, 6, 8],
  hole: [4],
};

export const cases: readonly Case[] = (["corr2d", "corr2dInput"] as const).flatMap((member) =>
  Object.entries(MASKS).map(([name, mask]) => ({
    id: `${member}/masked,${name}`,
    clause: CLAUSE[member],
    covers: { member, dtype: "float32" as const },
    async run(context) {
      const { random } = context;
      const sizes = windowSizes(WINDOW);
      const kernel = random.reals("float32", sizes.kernel);
      for (let i = 0; i < kernel.length; i++) if (mask.includes(i % 9)) kernel[i] = 0;
      // A few cells of each plane, so that most sums have no term.
      const cells = random.reals("float32", sizes[ROLES[member][0]]);
      for (let i = 0; i < cells.length; i++) if (i % 61 !== Math.floor(i / PLANE) % 7) cells[i] = 0;
      await expectCorrelation(context, member, cells, kernel, WINDOW, "float32", (expected) => expected);
    },
  })),
);
