/**
 * Pooling over [N, C, H, W] or [C, H, W]: forward and gradient side by side. Book: Dive into Deep Learning, 7.5.
 *
 * Maximum pooling sends each gradient to the cell that won (`scatterAdd` by the indices found forwards; its own
 * gradient is `gather`). Average pooling is linear: it and its adjoint are each other's gradient.
 */
import { apply, checkTensor, isTensor, makeTensor, type Op } from "../autograd.ts";
import type { AveragePool, Window2d, WindowAxis } from "../backend.ts";
import { arrayOf } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, isList, type OptionTypes } from "../options.ts";
import { formatShape, type Shape } from "../shape.ts";
import { inputSizeOf, outputSizeOf } from "../sizes.ts";
import { runScope, runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { type Pair, type PoolOptions, poolWindow, toPair } from "../window.ts";
import { averageDivisors, someWindowIsEmpty } from "../window-record.ts";
import { correlate, padded, towardsInput } from "./corr2d.ts";
import { fill } from "./fill.ts";
import { gatherSum } from "./gather-sum.ts";
import { addByIndex, gather, indexSelect } from "./indexing.ts";
import { expand, permute, read, reshape } from "./movement.ts";
import { checkFloating, checkRoom } from "./operands.ts";
import { amax, argmax, extremeAlong } from "./reduce.ts";
import { where } from "./where.ts";

const POOL_OPTIONS: OptionTypes = {
  stride: "any",
  padding: "any",
  dilation: "any",
  ceilMode: "boolean",
  countIncludePad: "boolean",
  divisorOverride: "any",
};

/** [N, C, H, W] of a pool's input, and the shape of its result. */
function poolShapes(
  label: string,
  x: Tensor,
  kernelSize: Pair,
  options: PoolOptions,
): { window: Window2d; shape: Shape } {
  checkOptions(label, options, POOL_OPTIONS, "{ stride: 2 }");
  checkTensor(label, x);
  checkFloating(label, x);
  const rank = x.ownShape.length;
  // Only a batch may be empty.
  if ((rank !== 3 && rank !== 4) || (x.numel() === 0 && x.ownShape.slice(-3).includes(0))) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${label}: Expected 3D or 4D (batch mode) tensor [N, C, H, W] with optional 0 dim batch size for input, but got: ` +
        formatShape(x.ownShape),
    );
  }
  const window = poolWindow(rank === 4 ? x.ownShape : [1, ...x.ownShape], kernelSize, options, label);
  return { window, shape: poolShape(window).slice(4 - rank) };
}

/** The values were found by the backend together with the indices; the inputs are x and the indices. */
const MAX_POOL: Op<{ readonly window: Window2d; readonly values: Storage; readonly shape: Shape }> = {
  name: "MaxPool2DWithIndicesBackward0",
  forward: (_, { values, shape }) => makeTensor(values, shape),
  savesInputs: [1],
  gradients: [
    (g, c) => {
      const { window } = c.attributes;
      const planes = window.batch * window.inChannels;
      const cells = window.axes[0].input * window.axes[1].input;
      const flat = (x: Tensor): Tensor => reshape(x, [planes, planes === 0 ? 0 : x.numel() / planes]);
      let from = flat(g);
      let at = flat(c.input(1));
      if (someWindowIsEmpty(window)) {
        const found = at.ge(0);
        from = where(found, from, 0);
        at = where(found, at, 0);
      }
      return reshape(addByIndex(from, at, [planes, cells], 1), c.shape(0));
    },
    null,
  ],
};

/** What `maxPool2dWithIndices` gives. */
export interface MaxPoolResult {
  readonly values: Tensor;
  /** int32, flat positions in each channel's H·W plane; −1 where a (dilated) window meets no cell. */
  readonly indices: Tensor;
}

/** The maxima of shape `shape` and where they are, from the backend or composed; x has been checked. */
export function maxPool(x: Tensor, window: Window2d, shape: Shape): [values: Storage, indices: Tensor] {
  const { backend, stored, handle } = x.storage;
  const size = outputSizeOf(window);
  if (x.numel() === 0) {
    return [fill(backend, 0, size, stored), makeTensor(fill(backend, 0, size, "int32"), shape)];
  }
  if (backend.maxPool2d === undefined) {
    const [values, indices] = runScope(() => composedMaxPool(x.detach(), window), isTensor);
    const result: [Storage, Tensor] = [values.storage.retain(), reshape(indices, shape)];
    values.dispose();
    indices.dispose();
    return result;
  }
  const [values, indices] = backend.maxPool2d(handle, window, stored);
  const found = new Storage(backend, indices, size, "int32");
  return [new Storage(backend, values, size, stored), makeTensor(found, shape)];
}

/** The fallback, both [planes, windows, 1]. */
function composedMaxPool(x: Tensor, window: Window2d): [values: Tensor, indices: Tensor] {
  const [height, width] = window.axes;
  const planes = window.batch * window.inChannels;
  const windows = height.output * width.output;
  const cells = height.kernel * width.kernel;
  const around = padded(x, window);
  const [, paddedHeight, paddedWidth] = around.ownShape as [number, number, number];
  const seen = read(around, "AsStridedBackward0", {
    shape: [planes, height.output, width.output, height.kernel, width.kernel],
    strides: [
      paddedHeight * paddedWidth,
      height.stride * paddedWidth,
      width.stride,
      height.dilation * paddedWidth,
      width.dilation,
    ],
    offset: 0,
  });
  const positions = cellPositions(window);
  const table = x.fromArray(positions, [1, windows, cells]);
  const inside = table.ge(0);
  const candidates = where(inside, reshape(seen, [planes, windows, cells]), -Infinity);
  const largest = amax(candidates, 2, { keepdim: true });
  // Scores: a NaN beats what is none, and a later NaN an earlier one; among maxima the first wins; what lies outside
  // never does, also where a whole window holds −∞.
  const order = x.fromArray(
    Int32Array.from({ length: cells }, (_, i) => i + 1),
    [cells],
  );
  const maxima = candidates.eq(largest).mul(order.neg().add(cells + 1));
  const nans = candidates.ne(candidates).mul(order.add(cells));
  const winner = argmax(maxima.maximum(nans).mul(inside), 2, { keepdim: true });
  // The winner's own value: of zeros that differ in sign, the maximum may be either.
  return [gather(candidates, 2, winner), gather(expand(table, [planes, windows, cells]), 2, winner)];
}

/** For every window and cell of it, the cell's flat position in the input's plane; −1 outside. */
function cellPositions({ axes: [height, width] }: Window2d): Int32Array {
  const rows = positionsAlong(height);
  const columns = positionsAlong(width);
  const out = new Int32Array(rows.length * columns.length);
  let i = 0;
  for (let y = 0; y < height.output; y++) {
    for (let x = 0; x < width.output; x++) {
      for (let ky = 0; ky < height.kernel; ky++) {
        const row = rows[y * height.kernel + ky]!;
        for (let kx = 0; kx < width.kernel; kx++) {
          const column = columns[x * width.kernel + kx]!;
          out[i++] = row < 0 || column < 0 ? -1 : row * width.input + column;
        }
      }
    }
  }
  return out;
}

/** The input position of each output and kernel position along an axis; −1 outside. */
function positionsAlong(axis: WindowAxis): Int32Array {
  return Int32Array.from({ length: axis.output * axis.kernel }, (_, i) => {
    const at = Math.floor(i / axis.kernel) * axis.stride - axis.before + (i % axis.kernel) * axis.dilation;
    return at < axis.input ? Math.max(at, -1) : -1;
  });
}

/** `maxPool2d` with the positions of the maxima: PyTorch's `return_indices=True`. */
export function maxPool2dWithIndices(x: Tensor, kernelSize: Pair, options: PoolOptions = {}): MaxPoolResult {
  return largest("maxPool2dWithIndices", x, kernelSize, options);
}

/** Maximum pooling that messages call `label`. */
export function largest(label: string, x: Tensor, kernelSize: Pair, options: PoolOptions): MaxPoolResult {
  const { window, shape } = poolShapes(label, x, kernelSize, options);
  const [values, indices] = maxPool(x, window, shape);
  return { values: apply(MAX_POOL, [x, indices], { window, values, shape }), indices };
}

/**
 * The largest value of each window. Padding never wins, NaN does, and the first of several maxima takes the gradient
 * (of several NaNs the last, as in PyTorch).
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @param kernelSize the window's size; the stride defaults to it.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED, with PyTorch's messages.
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, options: PoolOptions = {}): Tensor {
  return largestOnly("maxPool2d", x, kernelSize, options);
}

/** Maximum pooling without the positions, that messages call `label`. */
export function largestOnly(label: string, x: Tensor, kernelSize: Pair, options: PoolOptions): Tensor {
  const { values, indices } = largest(label, x, kernelSize, options);
  indices.dispose();
  return values;
}

export interface AverageAttributes {
  readonly window: Window2d;
  readonly average: AveragePool;
  readonly shape: Shape;
}

const AVG_POOL: Op<AverageAttributes> = {
  name: "AvgPool2DBackward0",
  forward([x], { window, average, shape }) {
    const { backend, stored, handle, size } = x!.storage;
    const out = outputSizeOf(window);
    if (size === 0) return makeTensor(fill(backend, 0, out, stored), shape);
    if (backend.avgPool2d === undefined) {
      return runScoped(() =>
        correlate(x!, onesKernel(x!, window), { window, shape }).div(divisorsOf(x!, window, average)),
      );
    }
    return makeTensor(
      new Storage(backend, backend.avgPool2d(handle, window, average, stored), out, stored),
      shape,
    );
  },
  gradients: [(g, c) => averageInput(g, { ...c.attributes, shape: c.shape(0) })],
};

const AVG_POOL_INPUT: Op<AverageAttributes> = {
  name: "AvgPool2DBackwardBackward0",
  forward([g], { window, average, shape }) {
    const { backend, stored, handle, size } = g!.storage;
    const out = inputSizeOf(window);
    if (size === 0) return makeTensor(fill(backend, 0, out, stored), shape);
    if (backend.avgPool2dInput === undefined) {
      return runScoped(() =>
        towardsInput(g!.div(divisorsOf(g!, window, average)), onesKernel(g!, window), { window, shape }),
      );
    }
    const spread = backend.avgPool2dInput(handle, window, average, stored);
    return makeTensor(new Storage(backend, spread, out, stored), shape);
  },
  gradients: [(c, saved) => average(c, { ...saved.attributes, shape: saved.shape(0) })],
};

/** The means of windows, on an operand that has been checked. */
export const average = (x: Tensor, attributes: AverageAttributes): Tensor => apply(AVG_POOL, [x], attributes);
/** Its adjoint, likewise. */
export const averageInput = (g: Tensor, attributes: AverageAttributes): Tensor =>
  apply(AVG_POOL_INPUT, [g], attributes);

/** For the fallbacks: the kernel that sums each window. */
function onesKernel(like: Tensor, { outChannels, axes }: Window2d): Tensor {
  return expand(like.scalarLike(1), [outChannels, 1, axes[0].kernel, axes[1].kernel]);
}

/** [N, C, oH, oW]. */
export const poolShape = ({ batch, outChannels, axes }: Window2d): Shape => [
  batch,
  outChannels,
  axes[0].output,
  axes[1].output,
];

/** For the fallbacks: what each window's sum is divided by, [oH, oW]. */
function divisorsOf(like: Tensor, window: Window2d, average: AveragePool): Tensor {
  const values = arrayOf(like.dtype, window.axes[0].output * window.axes[1].output);
  values.set(averageDivisors(window, average));
  return like.fromArray(values, [window.axes[0].output, window.axes[1].output]);
}

/** Options of `avgPool2d`. */
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
  return means("avgPool2d", x, kernelSize, options);
}

/** Average pooling that messages call `label`. */
export function means(label: string, x: Tensor, kernelSize: Pair, options: AvgPoolOptions): Tensor {
  const { window, shape } = poolShapes(label, x, kernelSize, options);
  const divisorOverride = options.divisorOverride ?? null;
  if (divisorOverride === 0) {
    throw new Corr2dError("INVALID_ARGUMENT", `${label}: divisor must be not zero: got divisorOverride=0`);
  }
  const average = { countIncludePad: options.countIncludePad ?? true, divisorOverride };
  return apply(AVG_POOL, [x], { window, average, shape });
}

/**
 * Along one axis: bin o is of the cells from ⌊o · size / bins⌋ to before ⌈(o + 1) · size / bins⌉; neighbours may share one.
 * For each bin `longest` cells: shorter ones end with −1, or (`repeats`) with their last cell again.
 * @throws OUT_OF_MEMORY
 */
function cellsOfBins(
  label: string,
  x: Tensor,
  axis: number,
  bins: number,
  repeats: boolean,
): { longest: number; lengths: readonly number[]; cells: Int32Array } {
  const size = x.ownShape[axis]!;
  const start = (o: number): number => Math.floor((o * size) / bins);
  const lengths = Array.from({ length: bins }, (_, o) => Math.ceil(((o + 1) * size) / bins) - start(o));
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  checkRoom(label, x.backend, [bins * longest], "int32");
  const cells = arrayOf("int32", bins * longest) as Int32Array;
  for (let o = 0; o < bins; o++) {
    for (let i = 0; i < longest; i++) {
      const last = repeats ? start(o) + lengths[o]! - 1 : -1;
      cells[o * longest + i] = i < lengths[o]! ? start(o) + i : last;
    }
  }
  return { longest, lengths, cells };
}

/** The means of bins along one axis. */
function meansOfBins(x: Tensor, axis: number, bins: number): Tensor {
  const { longest, lengths, cells } = cellsOfBins("adaptiveAvgPool2d", x, axis, bins, false);
  const weights = Float64Array.from(cells, (_, at) => 1 / lengths[Math.floor(at / longest)]!);
  return gatherSum(x, axis, { taps: longest, cells, weights });
}

/** One size for both directions, or [vertical, horizontal]; null keeps the input's. */
export type AdaptiveSize = number | null | readonly [vertical: number | null, horizontal: number | null];

/** The bins of an adaptive pool, [rows, columns], for an input that has been checked. */
function binsOf(label: string, x: Tensor, outputSize: AdaptiveSize): readonly [number, number] {
  checkTensor(label, x);
  checkFloating(label, x);
  const [height, width] = x.ownShape.slice(-2) as [number, number];
  const [vertical, horizontal] = isList(outputSize) ? outputSize : [outputSize, outputSize];
  const isPair = !isList(outputSize) || outputSize.length === 2;
  const bins = isPair ? ([vertical ?? height, horizontal ?? width] as const) : outputSize;
  const [rows, columns] = toPair("outputSize", bins as Pair);
  if (
    x.ownShape.length < 3 ||
    x.ownShape.length > 4 ||
    rows <= 0 ||
    columns <= 0 ||
    height === 0 ||
    width === 0
  ) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${label}: expected a 3D or 4D input with non-empty planes and a positive output size, but got ` +
        `${formatShape(x.ownShape)} and [${rows}, ${columns}]`,
    );
  }
  checkRoom(label, x.backend, [...x.ownShape.slice(0, -2), rows, columns], x.dtype);
  return [rows, columns];
}

/**
 * The means of an outputSize grid of bins that cover the input, whatever its size.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @returns the same leading axes and outputSize.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED, OUT_OF_MEMORY.
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  const [rows, columns] = binsOf("adaptiveAvgPool2d", x, outputSize);
  const lead = x.ownShape.slice(0, -2);
  const [height, width] = x.ownShape.slice(-2) as [number, number];
  if (x.numel() === 0) return reshape(x, [...lead, rows, columns]);
  if (height % rows !== 0 || width % columns !== 0) {
    return meansOfBins(meansOfBins(x, lead.length, rows), lead.length + 1, columns);
  }
  // The mean of a whole plane is one long sum; a window would walk it row by row.
  if (rows * columns === 1) return x.mean([-2, -1], true);
  return avgPool2d(x, [height / rows, width / columns]);
}

/**
 * The largest values of an outputSize grid of bins that cover the input, whatever its size; the first of several takes the
 * gradient.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @returns the same leading axes and outputSize.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED, OUT_OF_MEMORY.
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  const [rows, columns] = binsOf("adaptiveMaxPool2d", x, outputSize);
  const lead = x.ownShape.slice(0, -2);
  const [height, width] = x.ownShape.slice(-2) as [number, number];
  if (x.numel() === 0) return reshape(x, [...lead, rows, columns]);
  if (height % rows === 0 && width % columns === 0) return maxPool2d(x, [height / rows, width / columns]);
  const at = lead.length;
  const vertical = cellsOfBins("adaptiveMaxPool2d", x, at, rows, true);
  const horizontal = cellsOfBins("adaptiveMaxPool2d", x, at + 1, columns, true);
  const pick = (from: Tensor, axis: number, { cells }: { readonly cells: Int32Array }): Tensor =>
    indexSelect(from, axis, x.fromArray(cells, [cells.length]));
  const picked = pick(pick(x, at, vertical), at + 1, horizontal);
  const parts = [...lead, rows, vertical.longest, columns, horizontal.longest];
  const binned = permute(reshape(picked, parts), [...lead.keys(), at, at + 2, at + 1, at + 3]);
  const cells = vertical.longest * horizontal.longest;
  return extremeAlong("argmax", reshape(binned, [...lead, rows, columns, cells]), -1).values;
}
