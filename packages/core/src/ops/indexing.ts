/**
 * Picking and adding by an index tensor. `gather` and `scatterAdd` are each other's gradient; the rest is written
 * with them. Indices are int32; negative ones count from the end only where a docstring says so.
 */
import { apply, checkTensor, checkTensors, makeTensor, type Op } from "../autograd.ts";
import type { GatherSize } from "../backend.ts";
import { isBool } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { formatShape, normalizeAxis, type Shape, toSizes } from "../shape.ts";
import { type Bounds, runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { expand, reshape } from "./movement.ts";
import { checkSameDtype } from "./operands.ts";
import * as primitives from "./primitives.ts";
import { rowsAlong } from "./rows.ts";
import { narrow } from "./slice.ts";
import { where } from "./where.ts";

interface GatherAttributes {
  readonly size: GatherSize;
  /** The data's shape: `gather` reads it, `scatterAdd` makes it. */
  readonly shape: Shape;
}

const GATHER: Op<GatherAttributes> = {
  name: "GatherBackward0",
  forward: ([x, index], { size }) =>
    makeTensor(primitives.gather(x!.storage, index!.storage, size), index!.ownShape),
  savesInputs: [1],
  gradients: [(g, c) => apply(SCATTER_ADD, [g, c.input(1)], c.attributes), null],
};

const SCATTER_ADD: Op<GatherAttributes> = {
  name: "ScatterAddBackward0",
  forward: ([x, index], { size, shape }) =>
    makeTensor(primitives.scatterAdd(x!.storage, index!.storage, size), shape),
  savesInputs: [1],
  gradients: [(g, c) => apply(GATHER, [g, c.input(1)], c.attributes), null],
};

function checkIndex(op: string, index: Tensor): void {
  if (index.dtype === "int32") return;
  throw new Corr2dError(
    "DTYPE_MISMATCH",
    `${op}(): Expected dtype int32 for index, but got ${index.dtype}; cast it with .int()`,
  );
}

/**
 * What is known of an integral tensor's elements without reading them; null where nothing is. By it a layer can check
 * indices before it derives anything from them.
 */
export function boundsOf(x: Tensor): Bounds | null {
  checkTensor("boundsOf", x);
  return x.storage.bounds;
}

/**
 * Refuses an index that core knows to be wrong, before anything is derived from it: a failure that only a later read
 * tells would have reached every weight by then. Core knows the bounds of what the caller gave as numbers; of what a backend
 * has computed the backend judges.
 * @throws INDEX_OUT_OF_RANGE
 */
function checkRange(op: string, index: Tensor, low: number, high: number): void {
  const { bounds } = index.storage;
  if (bounds === null || !bounds.attained || index.numel() === 0) return;
  const wrong = bounds.min < low ? bounds.min : bounds.max;
  if (wrong >= low && wrong < high) return;
  throw new Corr2dError(
    "INDEX_OUT_OF_RANGE",
    `${op}(): index ${wrong} is out of bounds for an axis of size ${high}`,
    { index: wrong, length: high },
  );
}

function gatherSize(data: Shape, index: Shape, axis: number): GatherSize {
  return { ...rowsAlong(data, axis), count: index[axis] ?? 1 };
}

/** `source` added into zeros of `shape` at the positions `index` along `axis`; shapes are known to fit. */
export function addByIndex(source: Tensor, index: Tensor, shape: Shape, axis: number): Tensor {
  return apply(SCATTER_ADD, [source, index], { size: gatherSize(shape, index.ownShape, axis), shape });
}

/** data cut to the index's size along every axis but one, as PyTorch's gather allows a smaller index. */
function fitToIndex(op: string, x: Tensor, axis: number, index: Tensor): Tensor {
  const fits =
    index.ownShape.length === x.ownShape.length &&
    index.ownShape.every((n, a) => a === axis || n <= x.ownShape[a]!);
  if (!fits) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Size does not match at dimension other than ${axis}: ${op}() expected index ${formatShape(index.ownShape)} to be ` +
        `smaller than self ${formatShape(x.ownShape)} apart from dimension ${axis}`,
    );
  }
  let out = x;
  for (let a = 0; a < x.ownShape.length; a++) {
    if (a !== axis && index.ownShape[a] !== x.ownShape[a]) out = narrow(out, a, 0, index.ownShape[a]!);
  }
  return out;
}

/**
 * `out[i][j][k] = x[i][index[i][j][k]][k]` for dim 1, and so on: one pick along `dim` per element of the index.
 *
 * @param index int32, of x's rank, no larger than x along other axes.
 * @throws SHAPE_MISMATCH, DTYPE_MISMATCH, INVALID_ARGUMENT for a `dim`; INDEX_OUT_OF_RANGE, at the call for indices that the
 *   program gave as numbers, else when the backend meets them (one that works later: when the result is read).
 */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  checkTensors("gather", [x, index]);
  checkIndex("gather", index);
  const axis = normalizeAxis("gather", dim, x.ownShape.length);
  checkRange("gather", index, 0, x.ownShape[axis] ?? 1);
  const data = fitToIndex("gather", x, axis, index);
  return apply(GATHER, [data, index], {
    size: gatherSize(data.ownShape, index.ownShape, axis),
    shape: data.ownShape,
  });
}

/**
 * x with `source` added at the positions that `gather` would read: repeated positions add up, in a fixed order.
 *
 * @param index int32, of source's shape; its sizes equal x's along every axis but `dim`.
 * @throws INDEX_OUT_OF_RANGE, SHAPE_MISMATCH, DTYPE_MISMATCH.
 */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  checkTensors("scatterAdd", [x, index, src]);
  checkIndex("scatterAdd", index);
  checkSameDtype("scatterAdd", x, src);
  const axis = normalizeAxis("scatterAdd", dim, x.ownShape.length);
  const fits = (other: Shape) =>
    other.length === x.ownShape.length && other.every((n, a) => a === axis || n === x.ownShape[a]);
  if (!fits(index.ownShape) || !fits(src.ownShape) || index.ownShape[axis] !== src.ownShape[axis]) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `scatterAdd(): Expected index ${formatShape(index.ownShape)} and source ${formatShape(src.ownShape)} to have one ` +
        `shape, equal to ${formatShape(x.ownShape)} apart from dimension ${axis}`,
    );
  }
  checkRange("scatterAdd", index, 0, x.ownShape[axis] ?? 1);
  if (isBool(x.dtype)) {
    return runScoped(() => cast(scatterAdd(cast(x, "int32"), dim, index, cast(src, "int32")), x.dtype));
  }
  return x.add(addByIndex(src, index, x.ownShape, axis));
}

/**
 * The positions `index` of one axis, in that order: x[:, index] for dim 1. Negative indices count from the end.
 *
 * @param index int32, one axis.
 */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  checkTensors("indexSelect", [x, index]);
  checkIndex("indexSelect", index);
  if (index.ownShape.length > 1) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `indexSelect(): Index is supposed to be a vector, but got ${formatShape(index.ownShape)}`,
    );
  }
  const axis = normalizeAxis("indexSelect", dim, x.ownShape.length);
  const length = x.ownShape[axis] ?? 1;
  checkRange("indexSelect", index, -length, length);
  const positions = where(index.lt(0), index.add(length), index);
  const spread = x.ownShape.map((size, a) => (a === axis ? index.numel() : size));
  const single = x.ownShape.map((_, a) => (a === axis ? index.numel() : 1));
  return gather(x, axis, expand(reshape(positions, single), spread));
}

/**
 * 1 at each index and 0 elsewhere, along a new last axis.
 *
 * @param x int32, any shape.
 * @returns int32, the index's shape and `classes`.
 * @throws INDEX_OUT_OF_RANGE, DTYPE_MISMATCH, INVALID_ARGUMENT.
 */
export function oneHot(x: Tensor, numClasses: number): Tensor {
  checkTensor("oneHot", x);
  checkIndex("oneHot", x);
  toSizes([numClasses], "oneHot: the number of classes");
  checkRange("oneHot", x, 0, numClasses);
  const kept = reshape(x, [...x.ownShape, 1]);
  try {
    return addByIndex(kept.onesLike(), kept, [...x.ownShape, numClasses], x.ownShape.length);
  } catch (error) {
    // The backend names what it was asked for.
    if (!Corr2dError.isInstance(error) || error.code !== "INDEX_OUT_OF_RANGE") throw error;
    throw new Corr2dError(error.code, `oneHot(): ${error.message}`, { ...error.details }, { cause: error });
  }
}
