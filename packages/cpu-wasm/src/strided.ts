/**
 * Wrappers of the strided copies and sums: order and merge the axes, and pick the kernel.
 *
 * Either operation is a nest of axes with a stride in the source and one in the target. Without overlaps in the
 * target the order of the nest is free, so it follows the target. With overlaps, the axes whose slices of the target
 * are disjoint go outside, where threads may share them, and the others keep their order, which fixes the sums.
 */
import type { DType, StridedView } from "@corr2d/core";
import { fill, unary } from "./elementwise.ts";
import { reduce } from "./reduce.ts";
import type { Runtime } from "./runtime.ts";

/** `Mode` in assembly/strided.ts. */
const COPY = 0;
const ADD = 1;
const INT_ADD = 2;

/** Elements per chunk of a copy; STRIPS of assembly/strided.ts. */
const CHUNK = 8192;
const STRIPS = 16;
/** Rows of fewer elements are short. */
const SHORT = 8;
/** Rough work per element, in the unit of `PARALLEL_FLOPS`. */
const WORK = 16;

interface Axis {
  readonly length: number;
  /** Strides in elements. */
  readonly from: number;
  readonly to: number;
}

interface Nest {
  readonly source: number;
  readonly target: number;
  /** Outermost first. */
  readonly axes: readonly Axis[];
}

/** The axes of a view that are longer than 1; the other side is contiguous. */
function axesOf(view: StridedView, viewed: "from" | "to"): Axis[] {
  const axes: Axis[] = [];
  let contiguous = 1;
  for (let axis = view.shape.length - 1; axis >= 0; axis--) {
    const length = view.shape[axis]!;
    const stride = view.strides[axis]!;
    if (length !== 1) {
      const [from, to] = viewed === "from" ? [stride, contiguous] : [contiguous, stride];
      axes.push({ length, from, to });
    }
    contiguous *= length;
  }
  return axes.reverse();
}

/** Neighbours that are one axis on both sides, as one. */
function merge(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    if (outer?.from === axis.from * axis.length && outer.to === axis.to * axis.length) {
      merged[merged.length - 1] = { ...axis, length: outer.length * axis.length };
    } else merged.push(axis);
  }
  return merged;
}

const sizeOf = (axes: readonly Axis[]): number => axes.reduce((size, axis) => size * axis.length, 1);

/** Bytes from the first element of an axis to the last. */
const span = (axis: Axis, stride: number): number => (axis.length - 1) * stride * 4;

/** The nest in the target's order: strides in the target positive, the largest first. */
function inTargetOrder({ source, target, axes }: Nest): Nest {
  let from = source;
  let to = target;
  const upward = axes.map((axis) => {
    if (axis.to >= 0) return axis;
    from += span(axis, axis.from);
    to += span(axis, axis.to);
    return { length: axis.length, from: -axis.from, to: -axis.to };
  });
  return { source: from, target: to, axes: upward.sort((a, b) => b.to - a.to) };
}

function runRows(rt: Runtime, mode: number, nest: Nest, chunkSize: number): void {
  const size = sizeOf(nest.axes);
  const outer = [...nest.axes];
  const row = outer.pop() ?? { length: 1, from: 1, to: 1 };
  const args = [mode, nest.source, nest.target, size, chunkSize, row.length, row.from, row.to];
  args.push(outer.length, 0);
  for (const axis of outer.reverse()) args.push(axis.length, axis.from, axis.to);
  rt.run("copyRows", args, Math.ceil(size / chunkSize), size * WORK);
}

/** Short rows cost more than strides: the longest axis then goes inside. */
function longRowsLast(axes: readonly Axis[]): Axis[] {
  const row = axes.at(-1);
  if (row === undefined || row.length >= SHORT) return [...axes];
  const longest = axes.reduce((best, axis) => (axis.length > best.length ? axis : best));
  return [...axes.filter((axis) => axis !== longest), longest];
}

/** A copy whose target has no overlaps; the nest is in the target's order. */
function runCopy(rt: Runtime, { source, target, axes }: Nest): void {
  const merged = merge(axes);
  const row = merged.at(-1);
  const contiguous = merged.findIndex((axis) => axis.from === 1);
  const column = merged[contiguous];
  const tiled =
    column !== undefined && row?.from !== 1 && row?.to === 1 && row.length >= 4 && column.length >= 4;
  if (!tiled) {
    runRows(rt, COPY, { source, target, axes: longRowsLast(merged) }, CHUNK);
    return;
  }
  const outer = merged.filter((axis) => axis !== row && axis !== column);
  const outers = sizeOf(outer);
  const args = [source, target, column.length, row.length, row.from, column.to, outers, outer.length, 0, 0];
  for (const axis of outer.reverse()) args.push(axis.length, axis.from, axis.to);
  const size = outers * column.length * row.length;
  rt.run("transpose", args, outers * Math.ceil(column.length / STRIPS), size * WORK);
}

/** `out`, contiguous of `view.shape`, = x read through the view. */
export function strided(rt: Runtime, x: number, out: number, view: StridedView, dtype: DType): void {
  const axes = merge(axesOf(view, "from"));
  const source = x + view.offset * 4;
  const single = axes.length === 1 ? axes[0]! : undefined;
  if (axes.length === 0 || single?.from === 1) {
    unary(rt, dtype === "int32" ? "toInt32" : "toFloat32", source, out, single?.length ?? 1, dtype);
  } else runCopy(rt, { source, target: out, axes });
}

/** How many of the axes, the largest strides first, cut the target into disjoint slices; those axes in that order. */
function disjointAxes(axes: readonly Axis[]): Axis[] {
  const bySize = [...axes].sort((a, b) => Math.abs(a.to) - Math.abs(b.to));
  let reach = 0;
  let overlap = 0; // axes up to here are needed to tell elements apart
  for (const [i, axis] of bySize.entries()) {
    if (Math.abs(axis.to) <= reach) overlap = i + 1;
    reach += (axis.length - 1) * Math.abs(axis.to);
  }
  return bySize.slice(overlap).reverse();
}

/**
 * The sums of x over the axes that do not move in the view, and the view without them; those sums are as exact as
 * `reduce` makes them.
 */
function withoutStillAxes(
  rt: Runtime,
  x: number,
  view: StridedView,
  dtype: DType,
): [x: number, view: StridedView] {
  const { shape, strides } = view;
  if (!strides.some((stride, axis) => stride === 0 && shape[axis]! > 1)) return [x, view];
  const still = shape.flatMap((length, axis) => (strides[axis] === 0 && length > 1 ? [axis] : []));
  const moving = shape.flatMap((_, axis) => (still.includes(axis) ? [] : [axis]));
  const movingShape = moving.map((axis) => shape[axis]!);
  const sums = rt.scratch(movingShape.reduce((size, length) => size * length, 4));
  reduce(rt, "sum", x, sums, shape, still, dtype);
  return [sums, { ...view, shape: movingShape, strides: moving.map((axis) => strides[axis]!) }];
}

/** `out`, of `view.sourceSize` elements, = zeros to which x, of `view.shape`, is added through the view. */
export function stridedAdd(rt: Runtime, x: number, out: number, view: StridedView, dtype: DType): void {
  const [source, moving] = withoutStillAxes(rt, x, view, dtype);
  const axes = axesOf(moving, "to");
  const target = out + view.offset * 4;
  const size = sizeOf(axes);
  const disjoint = disjointAxes(axes);
  if (disjoint.length < axes.length) {
    fill(rt, 0, out, view.sourceSize, dtype);
    const overlapping = merge(axes.filter((axis) => !disjoint.includes(axis)));
    const slices = Math.max(1, Math.floor(CHUNK / sizeOf(overlapping)));
    const nest = { source, target, axes: [...disjoint, ...overlapping] };
    runRows(rt, dtype === "int32" ? INT_ADD : ADD, nest, slices * sizeOf(overlapping));
    return;
  }
  if (size < view.sourceSize) fill(rt, 0, out, view.sourceSize, dtype);
  runCopy(rt, inTargetOrder({ source, target, axes }));
}
