/**
 * Pooling over [N, C, H, W] or [C, H, W]: forward and gradient side by side. Book: Dive into Deep Learning, 7.5.
 *
 * Maximum pooling sends each gradient to the cell that won (`scatterAdd` by the indices found forwards; its own
 * gradient is `gather`). Average pooling is linear: it and its adjoint are each other's gradient.
 */
import { apply, checkTensor, makeTensor, type Op } from "../autograd.ts";
import type { AveragePool, Window2d } from "../backend.ts";
import { Corr2dError } from "../errors.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { type Pair, type PoolOptions, poolWindow, toPair } from "../window.ts";
import * as call from "./call.ts";
import { checkFloating } from "./elementwise.ts";
import { addByIndex, indexSelect } from "./indexing.ts";
import { reshape } from "./movement.ts";
import { pad } from "./pad.ts";

/** [N, C, H, W] of a pool's input, and the shape of its result. */
function poolShapes(
  label: string,
  x: Tensor,
  kernelSize: Pair,
  options: PoolOptions,
): { window: Window2d; shape: Shape } {
  checkTensor(label, x);
  checkFloating(label, x);
  const rank = x.shape.length;
  if (rank !== 3 && rank !== 4) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${label}: Expected 3D or 4D (batch mode) tensor [N, C, H, W] for input, but got: ${formatShape(x.shape)}`,
    );
  }
  const window = poolWindow(rank === 4 ? x.shape : [1, ...x.shape], kernelSize, options);
  const full = [window.batch, window.inChannels, window.outputHeight, window.outputWidth];
  return { window, shape: full.slice(4 - rank) };
}

/** The values were found by the backend together with the indices; the inputs are x and the indices. */
const MAX_POOL: Op<{ readonly window: Window2d; readonly values: Storage; readonly shape: Shape }> = {
  name: "MaxPool2DWithIndicesBackward0",
  forward: (_, { values, shape }) => makeTensor(values, shape),
  savesInputs: [1],
  gradients: [
    (g, c) => {
      const { batch, inChannels, inputHeight, inputWidth } = c.attributes.window;
      const planes = batch * inChannels;
      const flat = (x: Tensor): Tensor => reshape(x, [planes, planes === 0 ? 0 : x.size / planes]);
      return reshape(
        addByIndex(flat(g), flat(c.input(1)), [planes, inputHeight * inputWidth], 1),
        c.shape(0),
      );
    },
    null,
  ],
};

export interface MaxPoolResult {
  readonly values: Tensor;
  /** int32, flat positions in each channel's H·W plane. */
  readonly indices: Tensor;
}

/** `maxPool2d` with the positions of the maxima: PyTorch's `return_indices=True`. */
export function maxPool2dWithIndices(x: Tensor, kernelSize: Pair, options: PoolOptions = {}): MaxPoolResult {
  const { window, shape } = poolShapes("maxPool2d", x, kernelSize, options);
  const [values, found] = call.maxPool2d(x.storage, window);
  const indices = makeTensor(found, shape);
  return { values: apply(MAX_POOL, [x, indices], { window, values, shape }), indices };
}

/**
 * The largest value of each window. Padding never wins, NaN does, and the first of several maxima takes the gradient.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @param kernelSize the window's size; the stride defaults to it.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED, with PyTorch's messages.
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, options: PoolOptions = {}): Tensor {
  const { values, indices } = maxPool2dWithIndices(x, kernelSize, options);
  indices.dispose();
  return values;
}

interface AverageAttributes {
  readonly window: Window2d;
  readonly average: AveragePool;
  readonly shape: Shape;
}

const AVG_POOL: Op<AverageAttributes> = {
  name: "AvgPool2DBackward0",
  forward: ([x], { window, average, shape }) =>
    makeTensor(call.avgPool2d(x!.storage, window, average), shape),
  gradients: [(g, c) => apply(AVG_POOL_INPUT, [g], { ...c.attributes, shape: c.shape(0) })],
};

const AVG_POOL_INPUT: Op<AverageAttributes> = {
  name: "AvgPool2DBackwardBackward0",
  forward: ([g], { window, average, shape }) =>
    makeTensor(call.avgPool2dInput(g!.storage, window, average), shape),
  gradients: [(c, saved) => apply(AVG_POOL, [c], { ...saved.attributes, shape: saved.shape(0) })],
};

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding cells count in the divisor (default true). */
  readonly countIncludePad?: boolean | undefined;
  /** Divide by this instead of the number of cells. */
  readonly divisorOverride?: number | null | undefined;
}

/**
 * The mean of each window. (Dilation, which PyTorch's lacks, is allowed.)
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @param kernelSize the window's size; the stride defaults to it.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED, with PyTorch's messages.
 */
export function avgPool2d(x: Tensor, kernelSize: Pair, options: AvgPoolOptions = {}): Tensor {
  const { window, shape } = poolShapes("avgPool2d", x, kernelSize, options);
  const divisorOverride = options.divisorOverride ?? null;
  if (divisorOverride === 0) {
    throw new Corr2dError("INVALID_ARGUMENT", "divisor must be not zero: got divisorOverride=0");
  }
  const average = { countIncludePad: options.countIncludePad ?? true, divisorOverride };
  return apply(AVG_POOL, [x], { window, average, shape });
}

/** Along one axis: bin o is of the cells from ⌊o · size / bins⌋ to before ⌈(o + 1) · size / bins⌉; neighbours may share one. */
function meansOfBins(x: Tensor, axis: number, bins: number): Tensor {
  const size = x.shape[axis]!;
  const after = x.shape.slice(axis + 1);
  const starts = Array.from({ length: bins }, (_, o) => Math.floor((o * size) / bins));
  const lengths = starts.map((start, o) => Math.ceil(((o + 1) * size) / bins) - start);
  const longest = Math.max(...lengths);
  // Shorter bins end with a cell of zeros that is put behind the others.
  const cells = starts.flatMap((start, o) =>
    Array.from({ length: longest }, (_, i) => (i < lengths[o]! ? start + i : size)),
  );
  const padded = pad(x, [...after.flatMap(() => [0, 0]), 0, 1]);
  const picked = indexSelect(padded, axis, x.fromArray(Int32Array.from(cells), [cells.length]));
  const sums = reshape(picked, [...x.shape.slice(0, axis), bins, longest, ...after]).sum(axis + 1);
  return sums.div(x.fromArray(Float32Array.from(lengths), [bins, ...after.map(() => 1)]));
}

/**
 * The means of an outputSize grid of bins that cover the input, whatever its size.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @returns the same leading axes and outputSize.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED.
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: Pair): Tensor {
  checkTensor("adaptiveAvgPool2d", x);
  checkFloating("adaptiveAvgPool2d", x);
  const [rows, columns] = toPair("outputSize", outputSize);
  const [height, width] = x.shape.slice(-2) as [number, number];
  if (x.shape.length < 3 || x.shape.length > 4 || rows <= 0 || columns <= 0 || height === 0 || width === 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `adaptiveAvgPool2d: expected a 3D or 4D input with non-empty planes and a positive output size, but got ` +
        `${formatShape(x.shape)} and [${rows}, ${columns}]`,
    );
  }
  const lead = x.shape.slice(0, -2);
  if (height % rows !== 0 || width % columns !== 0) {
    return meansOfBins(meansOfBins(x, lead.length, rows), lead.length + 1, columns);
  }
  return reshape(x, [...lead, rows, height / rows, columns, width / columns]).mean([-3, -1]);
}
