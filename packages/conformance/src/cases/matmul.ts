/** Layer 2: matmul (§6): every transposition, batches, sizes around register tiles, rounding, NaN. */
import type { DType, MatmulSize } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { matmul } from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import { arrayFrom, expectHandle, FLOATS } from "./support.ts";

type Sizes = readonly [batch: number, rows: number, inner: number, columns: number];

const SIZES: readonly Sizes[] = [
  [1, 1, 1, 1],
  [1, 1, 7, 1],
  [1, 5, 1, 6],
  [3, 4, 5, 6],
  [2, 17, 9, 33],
  [1, 64, 48, 40],
];

/** Tile edges: every dimension swept while the others stay put. */
const SWEEP = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 24, 33];

export function sizeOf([batch, rows, inner, columns]: Sizes, transpose: string): MatmulSize {
  const [transposeA, transposeB] = [transpose[0] === "t", transpose[1] === "t"];
  return { batch, rows, inner, columns, transposeA, transposeB };
}

function productCase(dtype: DType, sizes: Sizes, transpose: string): Case {
  const size = sizeOf(sizes, transpose);
  const { batch, rows, inner, columns } = size;
  return {
    id: `matmul/${dtype}/${sizes.join("x")},${transpose}`,
    clause: transpose === "nn" ? "§6.1" : "§6.2",
    ...requiring(dtype),
    covers: { member: "matmul", dtype },
    async run({ backend, random }) {
      const a = random.integers(dtype, batch * rows * inner);
      const b = random.integers(dtype, batch * inner * columns);
      const handle = backend.matmul(backend.upload(a), backend.upload(b), size, dtype);
      const expected = exactly(matmul(a, b, size, dtype));
      await expectHandle(backend, "matmul", handle, expected, [batch, rows, columns], dtype);
    },
  };
}

function realCase(dtype: DType, transpose: string): Case {
  const size = sizeOf([2, 30, 200, 25], transpose);
  return {
    id: `matmul/${dtype}/real,${transpose}`,
    clause: "§6.4",
    ...requiring(dtype),
    covers: { member: "matmul", dtype },
    async run({ backend, random }) {
      const a = random.reals(dtype, 2 * 30 * 200);
      const b = random.reals(dtype, 2 * 200 * 25);
      const handle = backend.matmul(backend.upload(a), backend.upload(b), size, dtype);
      await expectHandle(backend, "matmul", handle, matmul(a, b, size, dtype), [2, 30, 25], dtype);
    },
  };
}

/** A NaN or an infinity shows in its own row or column, and nowhere else; 0 · ∞ is NaN. */
function nonFiniteCase(dtype: DType): Case {
  const size = sizeOf([1, 6, 9, 10], "nn");
  return {
    id: `matmul/${dtype}/non-finite`,
    clause: "§6.3",
    ...requiring(dtype),
    covers: { member: "matmul", dtype },
    async run({ backend, random }) {
      for (const [inA, inB] of [
        [NaN, 1],
        [1, NaN],
        [Infinity, 1],
        [1, -Infinity],
      ] as const) {
        const a = arrayFrom(dtype, random.integers(dtype, 54));
        const b = arrayFrom(dtype, random.integers(dtype, 90));
        a[2 * 9 + 8] = inA;
        b[5 * 10 + 7] = inB;
        const handle = backend.matmul(backend.upload(a), backend.upload(b), size, dtype);
        await expectHandle(backend, "matmul", handle, exactly(matmul(a, b, size, dtype)), [6, 10], dtype);
      }
    },
  };
}

export const TRANSPOSES: readonly string[] = ["nn", "nt", "tn", "tt"];

/**
 * A culprit at a corner or an end of either operand, whose sizes fill no vector and no block: what is read past an end, and
 * counted 0 times, would be NaN.
 */
function cornersCase(dtype: DType, transpose: string): Case {
  return {
    id: `matmul/${dtype}/non-finite-corners,${transpose}`,
    clause: "§6.3",
    ...requiring(dtype),
    covers: { member: "matmul", dtype },
    async run({ backend, random }) {
      for (const sizes of [
        [2, 7, 5, 9],
        [1, 67, 21, 66],
      ] as const) {
        const size = sizeOf(sizes, transpose);
        const { batch, rows, inner, columns } = size;
        const [a, b] = [
          random.integers(dtype, batch * rows * inner),
          random.integers(dtype, batch * inner * columns),
        ];
        for (const operand of [a, b]) {
          const last = operand.length - 1;
          for (const place of [
            0,
            last,
            last >> 1,
            operand === a ? inner : columns,
            operand === a ? rows : inner,
          ]) {
            const kept = operand[place]!;
            operand[place] = place % 2 === 0 ? Number.NaN : Number.POSITIVE_INFINITY;
            const handle = backend.matmul(backend.upload(a), backend.upload(b), size, dtype);
            const expected = exactly(matmul(a, b, size, dtype));
            await expectHandle(backend, `matmul at `, handle, expected, [batch, rows, columns], dtype);
            operand[place] = kept;
          }
        }
      }
    },
  };
}

export const cases: readonly Case[] = FLOATS.flatMap((dtype) => [
  ...SIZES.flatMap((sizes) => TRANSPOSES.map((transpose) => productCase(dtype, sizes, transpose))),
  ...(dtype === "float32" ? SWEEP : []).flatMap((n) => [
    productCase(dtype, [1, n, 10, 19], "nn"),
    productCase(dtype, [1, 19, n, 10], "nt"),
    productCase(dtype, [1, 10, 19, n], "tn"),
  ]),
  ...TRANSPOSES.map((transpose) => realCase(dtype, transpose)),
  nonFiniteCase(dtype),
  ...TRANSPOSES.map((transpose) => cornersCase(dtype, transpose)),
]);
