/**
 * The correlation of the slide tab as a product of matrices, computed with corr2d itself.
 *
 * With a kernel for every cell of the window that picks just this cell, corr2d unfolds the image (im2col). Of an image
 * with a single one it gives a column of the matrix that stands for the kernel (a Toeplitz matrix, in blocks).
 */
import { type Backend, corr2d, eye, sizeOf, type Tensor, tensor, type WindowAxis } from "@corr2d/core";
import { addBorder, type Face, firstChannel, type Layer } from "./compute.ts";

/** A column of numbers: rows of one. */
export type Column = readonly (readonly [number])[];

/** What a matrix, or its transpose, is multiplied by, and the product. */
export interface Product {
  readonly vector: Column;
  readonly product: Column;
}

export interface Matrices {
  /** Rows: positions of one output channel; columns: the cells under its window, channel after channel. */
  readonly unfolded: readonly (readonly number[])[];
  /** Rows: positions; columns: cells of one channel of the large array (without its border). */
  readonly toeplitz: readonly (readonly number[])[];
  /**
   * Of the face: the kernel or the channel of the large array, and the channel of the small array (of the Toeplitz
   * matrix: as much of it as this channel gives); of the transposed faces, that of the small array, and the other.
   */
  readonly products: Readonly<Record<"unfolded" | "toeplitz", Product>>;
}

const column = async (x: Tensor): Promise<Column> =>
  (await x.reshape([x.numel(), 1]).toArray()) as unknown as Column;

/** matrix · vector, or of a transposed face matrixᵀ · small. */
async function multiply(face: Face, matrix: Tensor, vector: Tensor, small: Tensor): Promise<Product> {
  const [left, right] = face === "gather" ? [matrix, vector] : [matrix.t(), small];
  const flat = right.reshape([right.numel(), 1]);
  return { vector: await column(flat), product: await column(left.matmul(flat)) };
}

/** The two matrices for one channel of the small array and one of the large. */
export async function computeMatrices(
  backend: Backend,
  layer: Layer,
  channel: number,
  inChannel: number,
): Promise<Matrices> {
  const { state, window: w } = layer;
  const both = (field: keyof WindowAxis): [number, number] => [w.axes[0][field], w.axes[1][field]];
  const [kernel, input] = [both("kernel"), both("input")];
  const [cells, places, size] = [sizeOf(kernel), sizeOf(both("output")), sizeOf(input)];
  const options = { stride: both("stride"), dilation: both("dilation") };
  const first = firstChannel(w, channel);
  const perGroup = w.inChannels / w.groups;

  const unpadded = tensor(layer.large as number[][][], { backend });
  const framed = layer.face === "scatter" ? addBorder(unpadded, w, state) : unpadded;
  const group = framed.slice([first, first + perGroup]);
  const pick = eye(perGroup * cells, perGroup * cells, { backend }).reshape([
    perGroup * cells,
    perGroup,
    ...kernel,
  ]);
  const unfolded = corr2d(group, pick, options)
    .reshape([perGroup * cells, places])
    .t();

  const unit = eye(size, size, { backend }).reshape([size, 1, ...input]);
  const weights = tensor(state.kernel[channel]![inChannel - first] as number[][], { backend }).reshape([
    1,
    1,
    ...kernel,
  ]);
  const toeplitz = corr2d(addBorder(unit, w, state), weights, options)
    .reshape([size, places])
    .t();

  const weightsOfAll = tensor(state.kernel[channel] as number[][][], { backend });
  const small = tensor(layer.small[channel] as number[][], { backend });
  // Without its border, which the result of the scattering face does not have.
  const inside = ({ before, input: cells }: WindowAxis): [number, number] =>
    layer.face === "scatter" ? [0, cells] : [before, before + cells];
  const large = tensor(layer.large as number[][][], { backend }).slice(
    inChannel,
    inside(w.axes[0]),
    inside(w.axes[1]),
  );
  return {
    products: {
      unfolded: await multiply(layer.face, unfolded, weightsOfAll, small),
      toeplitz: await multiply(layer.face, toeplitz, large, small),
    },
    unfolded: (await unfolded.toArray()) as number[][],
    toeplitz: (await toeplitz.toArray()) as number[][],
  };
}
