/** Dive into Deep Learning, 7.3 "Padding and Stride". */
import { convTranspose2d, corr2dWindow, kernelSizeOf, outputSizeOf, pad, tensor, zeros } from "@corr2d/core";
import { Conv2D } from "@corr2d/nn";
import { BOOK_INPUT } from "../../chapter/cross-correlation.ts";
import { type Answer, blankGrid, blankNumbers, compare, type Exercise } from "./exercise.ts";

const SMALL = [
  [1, 2],
  [3, 4],
];
const HALF_KERNEL = [
  [1, 2],
  [0, 1],
];

const mirrored = (): Answer => [
  [0, 1, 2, 3, 4].map((i) => [0, 1, 2, 3, 4].map((j) => BOOK_INPUT[i - 1]?.[j - 1] ?? Number.NaN)),
];

/** Multiplications of a 3 × 3 kernel with padding 1 over 32 × 32. */
function multiplications(stride: number): number {
  const w = corr2dWindow([1, 1, 32, 32], [1, 1, 3, 3], { padding: 1, stride });
  return outputSizeOf(w) * kernelSizeOf(w);
}

export const padding: readonly Exercise[] = [
  {
    id: "shape",
    section: "padding",
    number: 1,
    given: [],
    kind: "numbers",
    blank: blankNumbers(2),
    check: async (backend, answer) => {
      const conv = new Conv2D(1, 1, [3, 5], { padding: [0, 1], stride: [3, 4], backend });
      const { shape } = conv(zeros([1, 1, 8, 8], { backend }));
      return compare(answer, Promise.resolve([[shape.slice(2)]]));
    },
  },
  {
    id: "mirror",
    section: "padding",
    number: 3,
    given: [],
    kind: "grids",
    blank: mirrored(),
    isFixed: (_, row, column) => row > 0 && row < 4 && column > 0 && column < 4,
    check: (backend, answer) => {
      const x = tensor(BOOK_INPUT, { backend });
      const padded = pad(x, [1, 1, 1, 1], { mode: "reflect" }).toArray();
      return compare(
        answer,
        padded.then((grid): Answer => [grid as number[][]]),
      );
    },
  },
  {
    id: "strideCost",
    section: "padding",
    number: 4,
    given: [],
    kind: "numbers",
    blank: blankNumbers(2),
    check: async (_, answer) =>
      compare(answer, Promise.resolve([[[multiplications(1), multiplications(2)]]])),
  },
  {
    id: "half",
    section: "padding",
    number: 6,
    given: [SMALL, HALF_KERNEL],
    kind: "grids",
    blank: [blankGrid(4, 4)],
    check: (backend, answer) => {
      const y = convTranspose2d(tensor(SMALL, { backend }), tensor(HALF_KERNEL, { backend }), { stride: 2 });
      return compare(
        answer,
        y.toArray().then((grid): Answer => [grid as number[][]]),
      );
    },
  },
];
