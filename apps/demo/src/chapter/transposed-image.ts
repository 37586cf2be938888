/**
 * Example 6. Dive into Deep Learning, 7.2.3: the same kernel on the transposed image.
 *
 * Transposed, the band lies on its side and its edges are horizontal. Along each row nothing changes, so a kernel
 * that compares neighbours in a row finds nothing. Transposing the kernel as well (the book's first exercise) finds
 * the edges again.
 */
import { type Backend, corr2d } from "@corr2d/core";
import type { Comparison } from "./comparison.ts";
import { bandImage, edgeKernel } from "./edge-detection.ts";

export interface TransposedImage {
  readonly image: number[][];
  readonly edges: number[][];
  /** With the kernel transposed too. */
  readonly withTransposedKernel: number[][];
}

export async function transposedImage(backend: Backend): Promise<TransposedImage> {
  const x = bandImage(backend).t();
  const k = edgeKernel(backend);

  return {
    image: (await x.toArray()) as number[][],
    edges: (await corr2d(x, k).toArray()) as number[][],
    withTransposedKernel: (await corr2d(x, k.t()).toArray()) as number[][],
  };
}

/** What the book prints; the last one by transposing example 5. */
export function compareTransposedImage({ edges, withTransposedKernel }: TransposedImage): Comparison[] {
  const row = (value: number): number[] => Array<number>(6).fill(value);
  return [
    {
      what: "corr2d(X.t(), K)",
      source: "book",
      expected: Array.from({ length: 8 }, () => [0, 0, 0, 0, 0]),
      computed: edges,
    },
    {
      what: "corr2d(X.t(), K.t())",
      source: "theory",
      expected: [0, 1, 0, 0, 0, -1, 0].map(row),
      computed: withTransposedKernel,
    },
  ];
}
