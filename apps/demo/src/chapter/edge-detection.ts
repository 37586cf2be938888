/**
 * Example 5. Dive into Deep Learning, 7.2.3 "Object Edge Detection in Images".
 *
 * An image of 6 × 8 pixels is white (1) with a black (0) band in the middle. The kernel [1, −1] subtracts each pixel
 * from its left neighbour: where neighbours are equal the output is 0, from white to black it is 1, from black to
 * white −1. So it finds vertical edges.
 */
import { type Backend, corr2d, ones, type Tensor, tensor } from "@corr2d/core";
import type { Comparison } from "./comparison.ts";

/** The book's image: 6 × 8 ones, with zeros in columns 2 to 5. */
export function bandImage(backend: Backend): Tensor {
  return ones([6, 8], { backend }).set([":", "2:6"], 0);
}

/** The book's kernel: finds vertical edges. */
export function edgeKernel(backend: Backend): Tensor {
  return tensor([[1, -1]], { backend });
}

export interface EdgeDetection {
  readonly image: number[][];
  readonly kernel: number[][];
  readonly edges: number[][];
}

export async function edgeDetection(backend: Backend): Promise<EdgeDetection> {
  const x = bandImage(backend);
  const k = edgeKernel(backend);
  const y = corr2d(x, k);

  return {
    image: (await x.toArray()) as number[][],
    kernel: (await k.toArray()) as number[][],
    edges: (await y.toArray()) as number[][],
  };
}

/** What the book prints. */
export function compareEdgeDetection({ edges }: EdgeDetection): Comparison[] {
  const row = [0, 1, 0, 0, 0, -1, 0];
  return [
    { what: "corr2d(X, K)", source: "book", expected: [row, row, row, row, row, row], computed: edges },
  ];
}
