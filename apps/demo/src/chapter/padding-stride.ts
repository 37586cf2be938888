/**
 * Dive into Deep Learning, 7.3 "Padding and Stride".
 *
 * Padding surrounds the image with zeros, so that a convolution need not shrink it; stride moves the window by more
 * than one cell, so that the output is smaller. Both may differ by direction.
 */
import { type Backend, type Pair, rand } from "@corr2d/core";
import { Conv2D } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";

export interface PaddingStride {
  /** As PyTorch prints the layer. */
  readonly layer: string;
  readonly input: number[];
  readonly output: number[];
}

/** The book's four layers, on an image of 8 × 8. */
export async function paddingStride(backend: Backend): Promise<PaddingStride[]> {
  const x = rand([1, 1, 8, 8], { backend });
  const layer = (kernel: Pair, padding: Pair, stride: Pair = 1): PaddingStride => {
    const conv = new Conv2D(1, 1, kernel, { padding, stride, backend });
    return { layer: String(conv), input: x.shape.slice(2), output: conv(x).shape.slice(2) };
  };
  return [
    layer(3, 1), // one cell around: 8 stays 8
    layer([5, 3], [2, 1]),
    layer(3, 1, 2),
    layer([3, 5], [0, 1], [3, 4]),
  ];
}

export function comparePaddingStride(layers: readonly PaddingStride[]): Comparison[] {
  const expected = [
    [8, 8],
    [8, 8],
    [4, 4],
    [2, 2],
  ];
  return layers.map(({ output }, i) => ({
    what: `output of layer ${i + 1}`,
    source: "book",
    expected: expected[i]!,
    computed: output,
  }));
}
