/**
 * The correlation of the slide tab as a product of matrices, computed with corr2d itself.
 *
 * With a kernel for every cell of the window that picks just this cell, corr2d unfolds the image (im2col). Of an image
 * with a single one it gives a column of the matrix that stands for the kernel (a Toeplitz matrix, in blocks).
 */
import { type Backend, corr2d, eye, tensor } from "@corr2d/core";
import { addBorder, firstChannel, type Layer } from "./compute.ts";

export interface Matrices {
  /** Rows: positions of one output channel; columns: the cells under its window, channel after channel. */
  readonly unfolded: readonly (readonly number[])[];
  /** Rows: positions; columns: cells of one channel of the large array (without its border). */
  readonly toeplitz: readonly (readonly number[])[];
}

/** The two matrices for one channel of the small array and one of the large. */
export async function computeMatrices(
  backend: Backend,
  layer: Layer,
  channel: number,
  inChannel: number,
): Promise<Matrices> {
  const { state, window: w, border } = layer;
  const options = {
    stride: [w.strideHeight, w.strideWidth],
    dilation: [w.dilationHeight, w.dilationWidth],
  } as const;
  const first = firstChannel(w, channel);
  const perGroup = w.inChannels / w.groups;
  const [cells, places] = [w.kernelHeight * w.kernelWidth, w.outputHeight * w.outputWidth];

  const unpadded = tensor(layer.large as number[][][], { backend });
  const framed = layer.face === "scatter" ? addBorder(unpadded, border, state) : unpadded;
  const group = framed.slice([first, first + perGroup]);
  const pick = eye(perGroup * cells, perGroup * cells, { backend }).reshape([
    perGroup * cells,
    perGroup,
    w.kernelHeight,
    w.kernelWidth,
  ]);
  const unfolded = corr2d(group, pick, options)
    .reshape([perGroup * cells, places])
    .t();

  const [height, width] = [w.inputHeight, w.inputWidth];
  const unit = eye(height * width, height * width, { backend }).reshape([height * width, 1, height, width]);
  const weights = tensor(state.kernel[channel]![inChannel - first] as number[][], { backend }).reshape([
    1,
    1,
    w.kernelHeight,
    w.kernelWidth,
  ]);
  const toeplitz = corr2d(addBorder(unit, border, state), weights, options)
    .reshape([height * width, places])
    .t();
  return {
    unfolded: (await unfolded.toArray()) as number[][],
    toeplitz: (await toeplitz.toArray()) as number[][],
  };
}
