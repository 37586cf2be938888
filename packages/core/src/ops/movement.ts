/**
 * Operations that only move elements: views of one tensor, read or added through strides.
 *
 * `strided` reads a tensor through an address pattern, `stridedAdd` adds one into zeros through it. Each is the
 * other's gradient, so every movement operation here is differentiable to any order with these two entries. A
 * reshape moves nothing: it shares the storage.
 */
import { apply, checkTensor, makeTensor, type Op } from "../autograd.ts";
import type { StridedView } from "../backend.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue, isList } from "../options.ts";
import {
  alignShape,
  broadcastStrides,
  checkRank,
  checkSize,
  collapseAxes,
  formatShape,
  inferShape,
  mapAxes,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
  toSizes,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import * as primitives from "./primitives.ts";
import { where } from "./where.ts";

interface ViewAttributes {
  readonly view: StridedView;
  /** The shape of what `strided` reads and of what `stridedAdd` makes. */
  readonly source: Shape;
}

/** Ops are made per PyTorch name, so that printing shows `PermuteBackward0` and not one name for all. */
const stridedOps = new Map<string, Op<ViewAttributes>>();

function stridedOp(name: string): Op<ViewAttributes> {
  let op = stridedOps.get(name);
  if (op === undefined) {
    op = {
      name,
      forward: ([x], { view }) => makeTensor(primitives.strided(x!.storage, view), view.shape),
      gradients: [(g, { attributes }) => apply(STRIDED_ADD, [g], attributes)],
    };
    stridedOps.set(name, op);
  }
  return op;
}

const STRIDED_ADD: Op<ViewAttributes> = {
  name: "AsStridedScatterBackward0",
  forward: ([x], { view, source }) => makeTensor(primitives.stridedAdd(x!.storage, view), source),
  gradients: [(g, { attributes }) => apply(stridedOp("AsStridedBackward0"), [g], attributes)],
};

/** x read through the view with these sizes and strides; PyTorch's name for what that is shows in printing. */
export function read(
  x: Tensor,
  name: string,
  { shape, strides, offset }: Omit<StridedView, "sourceSize">,
): Tensor {
  return apply(stridedOp(name), [x], {
    view: { shape, strides, offset, sourceSize: x.numel() },
    source: x.ownShape,
  });
}

/** x added through `view` into zeros of shape `source`. */
export function embed(x: Tensor, source: Shape, view: Omit<StridedView, "sourceSize">): Tensor {
  return apply(STRIDED_ADD, [x], { view: { ...view, sourceSize: sizeOf(source) }, source });
}

/** x through `view` in place of what `around`, of x's dtype, has there; `shape` is the result's. */
export function embedIn(
  around: Tensor,
  x: Tensor,
  shape: Shape,
  view: Omit<StridedView, "sourceSize">,
): Tensor {
  const inside = embed(expand(x.scalarLike(1).type("int32"), x.ownShape), shape, view);
  return where(inside, embed(x, shape, view), around);
}

const RESHAPE: Op<Shape> = {
  name: "ViewBackward0",
  forward: ([x], shape) => makeTensor(x!.storage.retain(), shape),
  gradients: [(g, c) => reshape(g, c.shape(0))],
};

/** The same elements in another shape; one size may be −1. Shares memory, moves nothing. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensor("reshape", x);
  return apply(
    RESHAPE,
    [x],
    shape === x.ownShape || (isList(shape) && sameShape(x.ownShape, shape))
      ? x.ownShape
      : inferShape(shape, x.numel()),
  );
}

/** Axes `startDim` to `endDim` as one (default all). */
export function flatten(x: Tensor, startDim = 0, endDim = -1): Tensor {
  checkTensor("flatten", x);
  const start = normalizeAxis("flatten", startDim, x.ownShape.length);
  const end = normalizeAxis("flatten", endDim, x.ownShape.length);
  if (start > end) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `flatten() has invalid args: start_dim cannot come after end_dim: got ${startDim} and ${endDim}`,
    );
  }
  if (x.ownShape.length === 0) return reshape(x, [1]);
  const middle = sizeOf(x.ownShape.slice(start, end + 1));
  return reshape(x, [...x.ownShape.slice(0, start), middle, ...x.ownShape.slice(end + 1)]);
}

/** Without the axes of size 1 (or only those named, where their size is 1). */
export function squeeze(x: Tensor, dim?: number | readonly number[]): Tensor {
  checkTensor("squeeze", x);
  const axes = normalizeAxes("squeeze", dim, x.ownShape.length);
  return reshape(
    x,
    x.ownShape.filter((size, axis) => size !== 1 || !axes.includes(axis)),
  );
}

/** With an axis of size 1 put in front of axis `dim`. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  checkTensor("unsqueeze", x);
  const axis = normalizeAxis("unsqueeze", dim, x.ownShape.length + 1);
  return reshape(x, [...x.ownShape.slice(0, axis), 1, ...x.ownShape.slice(axis)]);
}

/** Axes that a caller listed, in the caller's order. */
function normalizeEach(op: string, dims: readonly number[], rank: number): number[] {
  if (!isList(dims)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}: dims must be an array of numbers, but got ${describeValue(dims)}`,
    );
  }
  return Array.from(dims, (dim) => normalizeAxis(op, dim, rank));
}

/** Axes in another order: axis i of the result is axis `dims[i]` of x. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  checkTensor("permute", x);
  const rank = x.ownShape.length;
  const axes = normalizeEach("permute", dims, rank);
  if (axes.length !== rank || new Set(axes).size !== rank) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `permute(dims): the dims ${formatShape(dims)} must name each of the ${rank} axes of a tensor of shape ` +
        `${formatShape(x.ownShape)} once`,
    );
  }
  if (axes.every((axis, i) => axis === i)) return x.alias();
  const strides = stridesOf(x.ownShape);
  return read(x, "PermuteBackward0", {
    shape: axes.map((axis) => x.ownShape[axis]!),
    strides: axes.map((axis) => strides[axis]!),
    offset: 0,
  });
}

/** Two axes exchanged. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  checkTensor("transpose", x);
  const axes = x.ownShape.map((_, axis) => axis);
  const first = normalizeAxis("transpose", dim0, x.ownShape.length);
  const second = normalizeAxis("transpose", dim1, x.ownShape.length);
  if (x.ownShape.length === 0) return x.alias();
  axes[first] = second;
  axes[second] = first;
  return permute(x, axes);
}

/**
 * The transposed matrix; a vector or scalar is its own.
 * @throws SHAPE_MISMATCH for more than two axes.
 */
export function t(x: Tensor): Tensor {
  checkTensor("t", x);
  if (x.ownShape.length > 2) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `t() expects a tensor with <= 2 dimensions, but self is ${x.ownShape.length}D: use transpose(dim0, dim1) or permute`,
    );
  }
  return x.ownShape.length < 2 ? x.alias() : permute(x, [1, 0]);
}

/** Axes of size 1 repeated to `shape` (−1 keeps a size); new axes may be added in front. */
export function expand(x: Tensor, sizes: Shape): Tensor {
  checkTensor("expand", x);
  if (!isList(sizes)) toSizes(sizes, "expand: a shape");
  const extra = sizes.length - x.ownShape.length;
  const from = extra < 0 ? x.ownShape : alignShape(x.ownShape, sizes.length);
  const out = mapAxes(sizes, (size, axis) => (size === -1 && axis >= extra ? from[axis]! : size));
  toSizes(out, "expand: a shape");
  checkRank("expand", out);
  if (extra < 0 || !out.every((size, axis) => from[axis] === 1 || from[axis] === size)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `The expanded size ${formatShape(sizes)} must match the existing size ${formatShape(x.ownShape)} at every ` +
        "non-singleton dimension",
    );
  }
  if (sameShape(out, x.ownShape)) return x.alias();
  return read(x, "ExpandBackward0", { shape: out, strides: broadcastStrides(from, out), offset: 0 });
}

/**
 * The whole tensor repeated `dims[axis]` times along each axis; new axes may be added in front.
 * @throws INVALID_ARGUMENT on a negative or fractional number of times.
 */
export function tile(x: Tensor, dims: readonly number[]): Tensor {
  checkTensor("tile", x);
  const times = toSizes(dims, "tile: dims");
  const rank = Math.max(times.length, x.ownShape.length);
  const counts = alignShape(times, rank);
  const sizes = alignShape(x.ownShape, rank);
  const doubled = sizes.flatMap((size, axis) => [counts[axis]!, size]);
  const strides = stridesOf(sizes).flatMap((stride) => [0, stride]);
  checkSize("tile", doubled);
  const copies = read(x, "RepeatBackward0", { ...collapseAxes(doubled, strides), offset: 0 });
  return copies.reshape(sizes.map((size, axis) => size * counts[axis]!));
}

/** The elements in reverse order along `dims`. */
export function flip(x: Tensor, dims: number | readonly number[]): Tensor {
  checkTensor("flip", x);
  const axes = normalizeAxes("flip", dims, x.ownShape.length);
  const strides = stridesOf(x.ownShape);
  let offset = 0;
  for (const axis of axes) {
    if (x.numel() > 0) offset += (x.ownShape[axis]! - 1) * strides[axis]!;
    strides[axis] = -strides[axis]!;
  }
  return read(x, "FlipBackward0", { shape: x.ownShape, strides, offset });
}

/** The shape of another operand. @throws INVALID_ARGUMENT unless it is a tensor. */
export function shapeOf(op: string, other: Tensor): Shape {
  checkTensor(op, other);
  return other.ownShape;
}
