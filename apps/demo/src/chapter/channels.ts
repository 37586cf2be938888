/**
 * Dive into Deep Learning, 7.4 "Multiple Input and Multiple Output Channels".
 *
 * With several input channels each has its own kernel, and the results add up. With several output channels each has
 * its own stack of such kernels. A 1 × 1 kernel looks at one pixel at a time and mixes its channels: a fully
 * connected layer applied to every pixel.
 */
import { type Backend, corr2d, randn, stack, type Tensor, tensor } from "@corr2d/core";
import type { Comparison } from "./comparison.ts";

/** x [C, H, W], k [C, h, w] → [oH, oW], channel by channel as the book writes it. */
export function corr2dMultiIn(x: Tensor, k: Tensor): Tensor {
  const channels = Array.from({ length: x.shape[0]! }, (_, c) => corr2d(x.slice(c), k.slice(c)));
  return channels.reduce((sum, channel) => sum.add(channel));
}

/** x [C, H, W], k [O, C, h, w] → [O, oH, oW], as the book writes it. */
export function corr2dMultiInOut(x: Tensor, k: Tensor): Tensor {
  return stack(Array.from({ length: k.shape[0]! }, (_, o) => corr2dMultiIn(x, k.slice(o))));
}

/** The same for 1 × 1 kernels, as a product of matrices: pixels side by side, channels below each other. */
export function corr2dMultiInOut1x1(x: Tensor, k: Tensor): Tensor {
  const [c, h, w] = x.shape as [number, number, number];
  const outputs = k.shape[0]!;
  return k
    .reshape([outputs, c])
    .matmul(x.reshape([c, h * w]))
    .reshape([outputs, h, w]);
}

export interface Channels {
  readonly input: number[][][];
  readonly kernel: number[][][];
  readonly multiIn: number[][];
  readonly multiInOut: number[][][];
  /** The same through the library's one call. */
  readonly library: number[][][];
  /** Largest difference between a 1 × 1 convolution and the product of matrices. */
  readonly oneByOneDifference: number;
}

export async function channels(backend: Backend): Promise<Channels> {
  const input = [
    [
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ],
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
  ];
  const kernel = [
    [
      [0, 1],
      [2, 3],
    ],
    [
      [1, 2],
      [3, 4],
    ],
  ];
  const x = tensor(input, { backend });
  const k = tensor(kernel, { backend });
  const kernels = stack([k, k.add(1), k.add(2)]); // three output channels

  const image = randn([3, 3, 3], { backend });
  const mix = randn([2, 3, 1, 1], { backend });
  const difference = corr2d(image, mix).sub(corr2dMultiInOut1x1(image, mix)).abs().amax();

  return {
    input,
    kernel,
    multiIn: (await corr2dMultiIn(x, k).toArray()) as number[][],
    multiInOut: (await corr2dMultiInOut(x, kernels).toArray()) as number[][][],
    library: (await corr2d(x, kernels).toArray()) as number[][][],
    oneByOneDifference: await difference.item(),
  };
}

export function compareChannels({
  multiIn,
  multiInOut,
  library,
  oneByOneDifference,
}: Channels): Comparison[] {
  const first = [
    [56, 72],
    [104, 120],
  ];
  const all = [
    first,
    [
      [76, 100],
      [148, 172],
    ],
    [
      [96, 128],
      [192, 224],
    ],
  ];
  return [
    { what: "corr2dMultiIn(X, K)", source: "book", expected: first, computed: multiIn },
    { what: "corr2dMultiInOut(X, [K, K+1, K+2])", source: "book", expected: all, computed: multiInOut },
    { what: "corr2d(X, [K, K+1, K+2])", source: "book", expected: all, computed: library },
    {
      what: "1 × 1 convolution − matrix product",
      source: "book",
      expected: 0,
      computed: oneByOneDifference,
      within: 1e-6,
    },
  ];
}
