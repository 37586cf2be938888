/**
 * Dive into Deep Learning, 7.5 "Pooling".
 *
 * A pooling window slides like a kernel but has no weights: it keeps the largest value it sees, or the mean. Layers
 * move it by its own size unless told otherwise. Channels stay apart.
 */
import { arange, type Backend, cat, stack, type Tensor, tensor } from "@corr2d/core";
import { MaxPool2D } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";
import { BOOK_INPUT } from "./cross-correlation.ts";

/** x [H, W] → [oH, oW] with a window of h × w moved by one cell, as the book writes it. */
export function pool2dByHand(x: Tensor, [h, w]: readonly [number, number], mode: "max" | "avg"): Tensor {
  const [height, width] = x.shape as [number, number];
  const rows: Tensor[] = [];
  for (let i = 0; i < height - h + 1; i++) {
    const row: Tensor[] = [];
    for (let j = 0; j < width - w + 1; j++) {
      const window = x.slice([i, i + h], [j, j + w]);
      row.push(mode === "max" ? window.max() : window.mean());
    }
    rows.push(stack(row));
  }
  return stack(rows);
}

export interface Pooling {
  readonly max: number[][];
  readonly average: number[][];
  /** MaxPool2D layers on 0 … 15 as a 4 × 4 image, as PyTorch prints them. */
  readonly layers: readonly { readonly layer: string; readonly output: number[][] }[];
  /** The second layer on two channels, X and X + 1. */
  readonly twoChannels: number[][][];
}

export async function pooling(backend: Backend): Promise<Pooling> {
  const small = tensor(BOOK_INPUT, { backend });
  const x = arange(0, 16, 1, { backend }).reshape([1, 1, 4, 4]);
  const layers = [
    new MaxPool2D(3),
    new MaxPool2D(3, { padding: 1, stride: 2 }),
    new MaxPool2D([2, 3], { stride: [2, 3], padding: [0, 1] }),
  ];
  const outputs = await Promise.all(layers.map((layer) => layer(x).slice(0, 0).toArray()));
  const two = layers[1]!(cat([x, x.add(1)], 1)).slice(0);

  return {
    max: (await pool2dByHand(small, [2, 2], "max").toArray()) as number[][],
    average: (await pool2dByHand(small, [2, 2], "avg").toArray()) as number[][],
    layers: layers.map((layer, i) => ({ layer: String(layer), output: outputs[i] as number[][] })),
    twoChannels: (await two.toArray()) as number[][][],
  };
}

export function comparePooling({ max, average, layers, twoChannels }: Pooling): Comparison[] {
  const strided = [
    [5, 7],
    [13, 15],
  ];
  const expected = [[[10]], strided, strided];
  return [
    {
      what: "pool2d 2 × 2, max",
      source: "book",
      expected: [
        [4, 5],
        [7, 8],
      ],
      computed: max,
    },
    {
      what: "pool2d 2 × 2, avg",
      source: "book",
      expected: [
        [2, 3],
        [5, 6],
      ],
      computed: average,
    },
    ...layers.map(
      ({ output }, i): Comparison => ({
        what: ["MaxPool2D(3)", "MaxPool2D(3), padding 1, stride 2", "MaxPool2D(2 × 3), padding (0, 1)"][i]!,
        source: "book",
        expected: expected[i]!,
        computed: output,
      }),
    ),
    {
      what: "the same on two channels",
      source: "book",
      expected: [
        strided,
        [
          [6, 8],
          [14, 16],
        ],
      ],
      computed: twoChannels,
    },
  ];
}
