/**
 * Example 2. How large is the output? Dive into Deep Learning, 7.2.1 and 7.3 "Padding and Stride".
 *
 * A kernel of size F fits an image of size N at N − F + 1 places; moving it by `stride` cells keeps every
 * stride-th of them: (N − F) / stride + 1. Padding enlarges the image, dilation the kernel, and what does not fill
 * a whole step is dropped: ⌊(N + 2 · padding − dilation · (F − 1) − 1) / stride⌋ + 1.
 */
import { type Backend, corr2d, windowOutputSize, zeros } from "@corr2d/core";
import type { Comparison } from "./comparison.ts";

export interface SizeProblem {
  /** N: the image is N × N. */
  readonly image: number;
  /** F: the kernel is F × F. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

export interface OutputSize extends SizeProblem {
  /** The formula with its numbers filled in. */
  readonly formula: string;
  /** What the formula gives. */
  readonly size: number;
  /** The side of an output that was really computed. */
  readonly measured: number;
}

const plain = { stride: 1, padding: 0, dilation: 1 };

/** The chapter's own sizes first, then one for each of stride, padding and dilation. */
export const SIZE_PROBLEMS: readonly SizeProblem[] = [
  { ...plain, image: 3, kernel: 2 },
  { ...plain, image: 32, kernel: 5 },
  { ...plain, image: 7, kernel: 3, stride: 2 },
  { ...plain, image: 8, kernel: 3, stride: 2 },
  { ...plain, image: 8, kernel: 3, padding: 1 },
  { ...plain, image: 8, kernel: 3, stride: 2, padding: 1 },
  { ...plain, image: 7, kernel: 3, dilation: 2 },
];

/** (N − F) / stride + 1 where only these three matter, the general form otherwise. */
export function sizeFormula({ image, kernel, stride, padding, dilation }: SizeProblem): string {
  const size = windowOutputSize(image, kernel, stride, padding, padding, dilation);
  if (padding === 0 && dilation === 1) {
    const divides = (image - kernel) % stride === 0;
    const quotient = `(${image} − ${kernel}) / ${stride}`;
    return `${divides ? quotient : `⌊${quotient}⌋`} + 1 = ${size}`;
  }
  return `⌊(${image} + 2·${padding} − ${dilation}·(${kernel} − 1) − 1) / ${stride}⌋ + 1 = ${size}`;
}

export async function outputSizes(
  backend: Backend,
  problems: readonly SizeProblem[] = SIZE_PROBLEMS,
): Promise<OutputSize[]> {
  return problems.map((problem) => {
    const { image, kernel, stride, padding, dilation } = problem;
    const output = corr2d(zeros([image, image], { backend }), zeros([kernel, kernel], { backend }), {
      stride,
      padding,
      dilation,
    });
    return {
      ...problem,
      formula: sizeFormula(problem),
      size: windowOutputSize(image, kernel, stride, padding, padding, dilation),
      measured: output.shape[0]!,
    };
  });
}

/** The formula against outputs that were really computed. */
export function compareOutputSizes(sizes: readonly OutputSize[]): Comparison[] {
  return sizes.map(({ formula, size, measured }) => ({
    what: formula,
    source: "theory",
    expected: size,
    computed: measured,
  }));
}
