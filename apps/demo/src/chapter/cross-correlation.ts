/**
 * Example 1. Dive into Deep Learning, 7.2.1 "The Cross-Correlation Operation".
 *
 * Lay the kernel on the image, multiply what lies on top of each other, add, and write the sum down; do that at
 * every place where the kernel fits. `corr2dByHand` is the book's double loop; it
 * stacks the sums where the book writes them into Y, because tensors are immutable. `corr2d` is the library's, which does
 * the same work in one call.
 */
import { type Backend, corr2d, stack, type Tensor, tensor } from "@corr2d/core";
import type { Comparison } from "./comparison.ts";

/** The 2-D cross-correlation of x [H, W] with k [h, w] → [H − h + 1, W − w + 1], by the book's loop. Differentiable. */
export function corr2dByHand(x: Tensor, k: Tensor): Tensor {
  const [height, width] = x.shape as [number, number];
  const [h, w] = k.shape as [number, number];
  const rows: Tensor[] = [];
  for (let i = 0; i < height - h + 1; i++) {
    const row: Tensor[] = [];
    for (let j = 0; j < width - w + 1; j++) {
      row.push(
        x
          .slice([i, i + h], [j, j + w])
          .mul(k)
          .sum(),
      );
    }
    rows.push(stack(row));
  }
  return stack(rows);
}

export interface CrossCorrelation {
  readonly input: number[][];
  readonly kernel: number[][];
  readonly byHand: number[][];
  readonly library: number[][];
}

export const BOOK_INPUT: number[][] = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
];
export const BOOK_KERNEL: number[][] = [
  [0, 1],
  [2, 3],
];

export async function crossCorrelation(
  backend: Backend,
  input: number[][] = BOOK_INPUT,
  kernel: number[][] = BOOK_KERNEL,
): Promise<CrossCorrelation> {
  const x = tensor(input, { backend });
  const k = tensor(kernel, { backend });

  const library = corr2d(x, k);
  const byHand = corr2dByHand(x, k);

  return {
    input,
    kernel,
    byHand: (await byHand.toArray()) as number[][],
    library: (await library.toArray()) as number[][],
  };
}

/** What the book prints. */
export function compareCrossCorrelation({ byHand, library }: CrossCorrelation): Comparison[] {
  const expected = [
    [19, 25],
    [37, 43],
  ];
  return [
    { what: "the book's double loop", source: "book", expected, computed: byHand },
    { what: "corr2d", source: "book", expected, computed: library },
  ];
}
