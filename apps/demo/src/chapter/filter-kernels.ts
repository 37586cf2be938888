/**
 * The classical kernels of image processing, by name.
 *
 * Kernels here are applied as this library applies them, by cross-correlation: not flipped. A *pair* of kernels
 * measures change in two directions, and its result is the length of the two together (the gradient magnitude).
 * `finish` is how sums become pixels again: see filter-image.ts. Sources: Gonzalez & Woods, "Digital Image
 * Processing", chapter 3; Scharr (2000) for the kernels that bear his name.
 */

/** Rows of a kernel. */
export type Matrix = readonly (readonly number[])[];

/**
 * How filtered values become pixels from 0 to 255. `clip`: values outside are cut off. `absolute`: their size, cut off.
 * `offset`: 128 stands for zero, so that both signs show. `stretch`: the smallest becomes 0 and the largest 255.
 */
export type Finish = "clip" | "absolute" | "offset" | "stretch";

export const FINISHES: readonly Finish[] = ["clip", "absolute", "offset", "stretch"];

export interface FilterKernel {
  /** What it shows, in a few words. */
  readonly shows: string;
  /** One kernel, or two whose results are combined as √(a² + b²). */
  readonly matrices: readonly Matrix[];
  readonly finish: Finish;
}

/** Every column becomes a row: the same kernel for the other direction. */
function transpose(matrix: Matrix): number[][] {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}

function scaled(matrix: Matrix, factor: number): number[][] {
  return matrix.map((row) => row.map((value) => value * factor));
}

const sobelX: Matrix = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];
/** Scharr's 3, 10, 3, quartered: an edge is then as bright as through Sobel's 1, 2, 1. */
const scharrX: Matrix = [
  [-0.75, 0, 0.75],
  [-2.5, 0, 2.5],
  [-0.75, 0, 0.75],
];
const prewittX: Matrix = [
  [-1, 0, 1],
  [-1, 0, 1],
  [-1, 0, 1],
];
const binomial5: Matrix = [
  [1, 4, 6, 4, 1],
  [4, 16, 24, 16, 4],
  [6, 24, 36, 24, 6],
  [4, 16, 24, 16, 4],
  [1, 4, 6, 4, 1],
];

function gradients(name: string, x: Matrix): Record<string, FilterKernel> {
  const y = transpose(x);
  return {
    [name]: { shows: "edges of every direction: √(x² + y²)", matrices: [x, y], finish: "absolute" },
    [`${name}-x`]: { shows: "vertical edges", matrices: [x], finish: "absolute" },
    [`${name}-y`]: { shows: "horizontal edges", matrices: [y], finish: "absolute" },
  };
}

export const FILTER_KERNELS: Readonly<Record<string, FilterKernel>> = {
  book: { shows: "the book's [1, −1]: vertical edges", matrices: [[[1, -1]]], finish: "absolute" },
  ...gradients("sobel", sobelX),
  ...gradients("scharr", scharrX),
  ...gradients("prewitt", prewittX),
  laplacian: {
    shows: "where brightness bends: the second derivative",
    matrices: [
      [
        [0, 1, 0],
        [1, -4, 1],
        [0, 1, 0],
      ],
    ],
    finish: "absolute",
  },
  box: {
    shows: "blur: the mean of 5 × 5 pixels",
    matrices: [
      scaled(
        Array.from({ length: 5 }, () => [1, 1, 1, 1, 1]),
        1 / 25,
      ),
    ],
    finish: "clip",
  },
  gaussian: {
    shows: "soft blur: a binomial of 5 × 5 pixels",
    matrices: [scaled(binomial5, 1 / 256)],
    finish: "clip",
  },
  sharpen: {
    shows: "crisper: the image minus its Laplacian",
    matrices: [
      [
        [0, -1, 0],
        [-1, 5, -1],
        [0, -1, 0],
      ],
    ],
    finish: "clip",
  },
  emboss: {
    shows: "relief, lit from the top left",
    matrices: [
      [
        [-2, -1, 0],
        [-1, 0, 1],
        [0, 1, 2],
      ],
    ],
    finish: "offset",
  },
  identity: { shows: "nothing: the image itself", matrices: [[[1]]], finish: "clip" },
};

/** A kernel of the user's own. One whose weights add up to zero answers to change, in both signs. */
export function customKernel(matrix: Matrix): FilterKernel {
  const total = matrix.flat().reduce((sum, value) => sum + value, 0);
  return {
    shows: "your own kernel",
    matrices: [matrix],
    finish: Math.abs(total) < 1e-6 ? "absolute" : "clip",
  };
}
