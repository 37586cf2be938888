/**
 * Operations that only move elements: views of one tensor, read or added through strides.
 *
 * `strided` reads a tensor through an address pattern, `stridedAdd` adds one into zeros through it. Each is the
 * other's gradient, so every movement operation here is differentiable to any order with these two entries. A
 * reshape moves nothing: it shares the storage.
 */
import { apply, checkTensor, checkTensors, makeTensor, type Op } from "../autograd.ts";
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
import { checkSameDtype, type Operand } from "./operands.ts";
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

/** x through `view` in place of what `around` has there; `shape` is the result's. */
export function embedIn(
  around: Operand,
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
  const axes = normalizeAxes("squeeze", dim, x.ownShape.length);
  return reshape(
    x,
    x.ownShape.filter((size, axis) => size !== 1 || !axes.includes(axis)),
  );
}

/** With an axis of size 1 put in front of axis `dim`. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
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
  const axes = normalizeAxes("flip", dims, x.ownShape.length);
  const strides = stridesOf(x.ownShape);
  let offset = 0;
  for (const axis of axes) {
    if (x.numel() > 0) offset += (x.ownShape[axis]! - 1) * strides[axis]!;
    strides[axis] = -strides[axis]!;
  }
  return read(x, "FlipBackward0", { shape: x.ownShape, strides, offset });
}

/**
 * One axis of an index: a number picks one position and drops the axis; `[start, stop, step]` (each optional, null
 * for open) and the string 'start:stop:step' keep a range, as Python's slices do; a negative step reverses.
 */
export type Range =
  | number
  | string
  | readonly [start?: number | null, stop?: number | null, step?: number | null];

interface AxisRange {
  readonly start: number;
  readonly count: number;
  readonly step: number;
  readonly drop: boolean;
}

function badRange(range: Range, why: string): Corr2dError {
  const got = isList(range) ? formatShape(range) : describeValue(range);
  return new Corr2dError("INVALID_ARGUMENT", `slice: ${why}: ${got}`);
}

function parseRange(range: Range, axis: number, size: number): AxisRange {
  if (typeof range === "number") {
    if (!Number.isInteger(range)) throw badRange(range, "an index must be an integer");
    if (range < -size || range >= size) {
      throw new Corr2dError(
        "INDEX_OUT_OF_RANGE",
        `index ${range} is out of bounds for dimension ${axis} with size ${size}`,
      );
    }
    return { start: range < 0 ? range + size : range, count: 1, step: 1, drop: true };
  }
  let parts: readonly (number | null | undefined)[];
  if (typeof range === "string") {
    const fields = range.split(":");
    if (fields.length < 2 || fields.length > 3 || !fields.every((field) => /^\s*(-?\d+)?\s*$/.test(field))) {
      throw badRange(range, "expected 'start:stop' or 'start:stop:step'");
    }
    parts = fields.map((field) => (field.trim() === "" ? null : Number(field)));
  } else if (isList(range) && range.length <= 3) parts = range;
  else throw badRange(range, "expected a number, [start, stop, step] or 'start:stop:step'");
  if (!Array.from(parts).every((part) => part === null || part === undefined || Number.isInteger(part))) {
    throw badRange(range, "bounds must be integers");
  }
  const step = parts[2] ?? 1;
  if (step === 0) throw badRange(range, "slice step cannot be zero");
  // Python's slice.indices: bounds count from the end when negative, then are clipped to the axis.
  const low = step > 0 ? 0 : -1;
  const high = low + size;
  const clip = (bound: number | null | undefined, open: number): number =>
    Math.min(
      high,
      Math.max(low, bound === null || bound === undefined ? open : bound < 0 ? bound + size : bound),
    );
  const start = clip(parts[0], step > 0 ? low : high);
  const stop = clip(parts[1], step > 0 ? high : low);
  return { start, count: Math.max(0, Math.ceil((stop - start) / step)), step, drop: false };
}

/** @throws INVALID_ARGUMENT for more ranges than axes. */
export function checkIndices(x: Tensor, ranges: readonly Range[]): void {
  if (ranges.length <= x.ownShape.length) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `too many indices for tensor of dimension ${x.ownShape.length}: got ${ranges.length}`,
  );
}

/** The view that an index with one range per leading axis takes of a tensor. */
function sliceView(x: Tensor, ranges: readonly Range[]): Omit<StridedView, "sourceSize"> {
  checkIndices(x, ranges);
  const shape: number[] = [];
  const strides: number[] = [];
  let offset = 0;
  stridesOf(x.ownShape).forEach((stride, axis) => {
    const size = x.ownShape[axis]!;
    const { start, count, step, drop } =
      axis < ranges.length
        ? parseRange(ranges[axis]!, axis, size)
        : { start: 0, count: size, step: 1, drop: false };
    if (count > 0) offset += start * stride;
    if (drop) return;
    shape.push(count);
    strides.push(stride * step);
  });
  return { shape, strides, offset };
}

/**
 * A rectangular part: `x.slice(0, "2:6")` is Python's `x[0, 2:6]`. Axes without a range are taken whole.
 * @throws INDEX_OUT_OF_RANGE, INVALID_ARGUMENT.
 */
export function slice(x: Tensor, ...ranges: readonly Range[]): Tensor {
  return read(x, "SliceBackward0", sliceView(x, ranges));
}

/**
 * x with the part that `ranges` names replaced by `source` (broadcast to it): PyTorch's slice_scatter. x is not changed.
 * @throws INDEX_OUT_OF_RANGE, INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_MISMATCH.
 */
export function sliceScatter(x: Tensor, src: Operand, ...ranges: readonly Range[]): Tensor {
  const view = sliceView(x, ranges);
  const part = typeof src === "number" ? x.scalarLike(src) : src;
  checkTensors("sliceScatter", [x, part]);
  checkSameDtype("sliceScatter", x, part);
  return embedIn(x, expand(part, view.shape), x.ownShape, view);
}

/** `length` positions of one axis from `start` on. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const axis = normalizeAxis("narrow", dim, x.ownShape.length);
  toSizes([start, length], "narrow: start and length");
  if (start + length > (x.ownShape[axis] ?? 1)) {
    throw new Corr2dError(
      "INDEX_OUT_OF_RANGE",
      `start (${start}) + length (${length}) exceeds dimension size (${x.ownShape[axis]}).`,
    );
  }
  return slice(x, ...x.ownShape.slice(0, axis).map((): Range => ":"), [start, start + length]);
}

/**
 * The parts of `sizes[i]` positions along an axis (a number: parts of that size, the last may be smaller).
 * @throws SHAPE_MISMATCH when the sizes do not add up to the axis, or a size of 0 cannot.
 */
export function split(x: Tensor, splitSizeOrSections: number | readonly number[], dim = 0): Tensor[] {
  const axis = normalizeAxis("split", dim, x.ownShape.length);
  const total = x.ownShape[axis] ?? 1;
  toSizes(
    typeof splitSizeOrSections === "number" ? [splitSizeOrSections] : splitSizeOrSections,
    "split: sizes",
  );
  const list =
    typeof splitSizeOrSections === "number"
      ? Array.from({ length: Math.max(1, Math.ceil(total / (splitSizeOrSections || Infinity))) }, (_, i) =>
          Math.min(splitSizeOrSections, total - i * splitSizeOrSections),
        )
      : splitSizeOrSections;
  if (list.reduce((a, b) => a + b, 0) !== total) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `split_with_sizes expects split_sizes to sum exactly to ${total} (input tensor's size at dimension ${axis}), ` +
        `but got split_sizes=${formatShape(list)}`,
    );
  }
  let start = 0;
  return list.map((length) => {
    const part = narrow(x, axis, start, length);
    start += length;
    return part;
  });
}
