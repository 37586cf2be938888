/** Layer 2: matmul with each of its four sizes around those where work is cut (§6), and with all of them past a block. */
import type { DType, MatmulSize } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { matmul } from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import { sizeOf, TRANSPOSES } from "./matmul.ts";
import { sizesFor } from "./sizes.ts";
import { expectHandle, FLOATS } from "./support.ts";
import { nonZero } from "./values.ts";

async function expectProduct({ backend, random }: Context, size: MatmulSize, dtype: DType): Promise<void> {
  const { batch, rows, inner, columns } = size;
  const a = nonZero(random, dtype, batch * rows * inner);
  const b = nonZero(random, dtype, batch * inner * columns);
  const handle = backend.matmul(backend.upload(a), backend.upload(b), size, dtype);
  const expected = exactly(matmul(a, b, size, dtype));
  await expectHandle(backend, "matmul", handle, expected, [batch, rows, columns], dtype);
}

/** One size, the others small. */
const LONG: Readonly<Record<string, (n: number) => readonly [number, number, number, number]>> = {
  batch: (n) => [n, 2, 3, 2],
  rows: (n) => [1, n, 3, 5],
  inner: (n) => [1, 3, n, 5],
  columns: (n) => [1, 3, 5, n],
  "batch-and-inner": (n) => [3, 1, n, 2],
};

function longCase(dtype: DType, name: string, transpose: string): Case {
  return {
    id: `matmul/${dtype}/sizes,${name},${transpose}`,
    clause: transpose === "nn" ? "§6.1" : "§6.2",
    ...requiring(dtype),
    covers: { member: "matmul", dtype },
    async run(context) {
      for (const n of sizesFor(context, dtype, dtype === "float32" && transpose === "nn")) {
        await expectProduct(context, sizeOf(LONG[name]!(n), transpose), dtype);
      }
    },
  };
}

/** Just past blocks of every usual size, in all directions at once. */
function blocksCase(dtype: DType, transpose: string): Case {
  return {
    id: `matmul/${dtype}/past-blocks,${transpose}`,
    clause: transpose === "nn" ? "§6.1" : "§6.2",
    ...requiring(dtype),
    covers: { member: "matmul", dtype },
    async run(context) {
      await expectProduct(context, sizeOf([1, 65, 257, 67], transpose), dtype);
      await expectProduct(context, sizeOf([2, 33, 129, 130], transpose), dtype);
      await expectProduct(context, sizeOf([1, 130, 34, 65], transpose), dtype);
    },
  };
}

export const cases: readonly Case[] = FLOATS.flatMap((dtype) =>
  TRANSPOSES.flatMap((transpose) => [
    ...Object.keys(LONG).map((name) => longCase(dtype, name, transpose)),
    blocksCase(dtype, transpose),
  ]),
);
