/** Dive into Deep Learning, 7.1 "From Fully Connected Layers to Convolutions". */
import { corr2d, ones, type Tensor, tensor } from "@corr2d/core";
import { Conv2D, Linear } from "@corr2d/nn";
import { blankGrid, blankNumbers, compare, type Exercise, type Grid } from "./exercise.ts";

const F = [1, 2, 3];
const G = [4, 5];

/** The full convolution of two rows: a correlation with one of them reversed, with enough zeros around the other. */
async function convolve(
  a: readonly number[],
  b: readonly number[],
  make: (rows: number[][]) => Tensor,
): Promise<Grid> {
  const reach = b.length - 1;
  const y = corr2d(make([[...a]]), make([[...b].reverse()]), { padding: [0, reach] });
  return (await y.toArray()) as number[][];
}

/** How many cells of a 3 × 3 correlation see the pixel at (row, column) of a 5 × 5 image: the gradient of their sum. */
async function timesSeen(
  make: (size: number) => Tensor,
  padding: number,
  row: number,
  column: number,
): Promise<number> {
  const x = make(5);
  x.requiresGrad = true;
  corr2d(x, make(3), { padding }).sum().backward();
  return x.grad!.slice(row, column).item();
}

export const whyConv: readonly Exercise[] = [
  {
    id: "pixelwise",
    section: "whyConv",
    number: 1,
    given: [],
    kind: "numbers",
    blank: blankNumbers(2),
    check: async (backend, answer) => {
      const conv = new Conv2D(3, 5, 1, { bias: false, backend });
      // Counted, not made: one pixel's worth of it is a Linear(3, 5), and every pixel meets every other.
      const onePixel = new Linear(3, 5, { bias: false, backend }).weight.numel();
      return compare(answer, Promise.resolve([[[conv.weight.numel(), onePixel * 32 ** 4]]]));
    },
  },
  {
    id: "boundary",
    section: "whyConv",
    number: 5,
    given: [],
    kind: "numbers",
    blank: blankNumbers(3),
    check: async (backend, answer) => {
      const make = (size: number): Tensor => ones([size, size], { backend });
      const seen = [
        await timesSeen(make, 0, 2, 2),
        await timesSeen(make, 0, 0, 0),
        await timesSeen(make, 1, 0, 0),
      ];
      return compare(answer, Promise.resolve([[seen]]));
    },
  },
  {
    id: "commute",
    section: "whyConv",
    number: 6,
    given: [[F], [G]],
    kind: "grids",
    blank: [blankGrid(1, 4), blankGrid(1, 4)],
    check: async (backend, answer) => {
      const make = (rows: number[][]): Tensor => tensor(rows, { backend });
      return compare(answer, Promise.all([convolve(F, G, make), convolve(G, F, make)]));
    },
  },
];
