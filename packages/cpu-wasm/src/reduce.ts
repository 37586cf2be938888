/**
 * Wrappers of the reductions: collapse the axes, pick rows or columns, and lay out the grid.
 *
 * Neighbouring axes that are all reduced, or all kept, are one axis. If the innermost axis is reduced, results are
 * folds of contiguous rows; if it is kept, rows of results are folds of whole rows. Large float sums into few results
 * are cut into parts, whose float64 sums are added in order at the end; shapes alone decide.
 */
import type { DType, ReduceOp } from "@corr2d/core";
import { fill, unary } from "./elementwise.ts";
import type { Runtime } from "./runtime.ts";

/** `Fold` in assembly/reduce-fold.ts; INT is added for int32. */
const FOLD = { sum: 0, prod: 1, max: 2, min: 3, argmax: 2, argmin: 3 } as const;
const INT = 4;
const SUM = FOLD.sum;

/** `BLOCK_ROWS` and `TILE` in assembly/reduce-columns.ts. */
const BLOCK_ROWS = 32;
const TILE = 256;
/** Elements that are worth a chunk, and how many chunks a large sum should have. */
const CHUNK = 8192;
const ENOUGH_CHUNKS = 16;
/** Parts of a row's elements are multiples of it, so that the blocks of a row are where they would be uncut. */
const BLOCK = 1024;

/** Rough work per element, in the unit of `PARALLEL_FLOPS`. */
const WORK = 4;

interface Axis {
  length: number;
  readonly stride: number;
  readonly reduced: boolean;
}

/** The collapsed axes, innermost first, without those of length 1. */
function collapse(shape: readonly number[], axes: readonly number[]): Axis[] {
  const groups: Axis[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis]!;
    if (length === 1) continue;
    const reduced = axes.includes(axis);
    const inner = groups.at(-1);
    if (inner?.reduced === reduced) inner.length *= length;
    else groups.push({ length, stride, reduced });
    stride *= length;
  }
  return groups;
}

/** How many elements the axes from the `first`-th on have together. */
function sizeFrom(axes: readonly Axis[], first: number): number {
  let size = 1;
  for (let i = first; i < axes.length; i++) size *= axes[i]!.length;
  return size;
}

/** Into how many parts of how many steps to cut `steps` steps of `stepSize` elements that make each of `results` results. */
function cut(
  results: number,
  steps: number,
  stepSize: number,
  multiple: number,
): [parts: number, length: number] {
  const wanted = Math.min(Math.ceil(ENOUGH_CHUNKS / results), Math.floor((steps * stepSize) / (2 * CHUNK)));
  if (wanted <= 1) return [1, steps];
  const length = Math.ceil(steps / wanted / multiple) * multiple;
  return [Math.ceil(steps / length), length];
}

/**
 * `out` = the fold of x over `axes` (sorted, distinct, not empty), row-major without them; int32 positions for argmax
 * and argmin, which reduce one axis.
 */
export function reduce(
  rt: Runtime,
  op: ReduceOp,
  x: number,
  out: number,
  shape: readonly number[],
  axes: readonly number[],
  dtype: DType,
): void {
  const code = FOLD[op] + (dtype === "int32" ? INT : 0);
  if (op === "argmax" || op === "argmin") {
    argReduce(rt, code, x, out, shape, axes[0]!);
    return;
  }
  const groups = collapse(shape, axes);
  const reduced: Axis[] = [];
  const kept: Axis[] = [];
  for (const axis of groups) (axis.reduced ? reduced : kept).push(axis);
  if (reduced.length === 0) {
    unary(rt, dtype === "int32" ? "toInt32" : "toFloat32", x, out, sizeFrom(kept, 0), dtype);
  } else if (kept.length === 0 && reduced[0]!.length <= 2 * CHUNK) {
    rt.call.reduceRowNow(code, x, reduced[0]!.length, out);
  } else if (groups[0]!.reduced) {
    reduceRows(rt, code, x, out, kept, reduced);
  } else {
    reduceColumns(rt, code, x, out, kept, reduced);
  }
}

/** Length and stride of the axes from the `first`-th on. */
function pushAxes(args: number[], axes: readonly Axis[], first: number): void {
  for (let i = first; i < axes.length; i++) args.push(axes[i]!.length, axes[i]!.stride);
}

/** Bytes of float64 sums: rows are as long as whole vectors of four. */
const sumBytes = (rows: number, length: number): number => rows * Math.ceil(length / 4) * 32;

function reduceRows(
  rt: Runtime,
  code: number,
  x: number,
  out: number,
  kept: readonly Axis[],
  reduced: readonly Axis[],
): void {
  const n = reduced[0]!.length;
  const outputs = sizeFrom(kept, 0);
  const combos = sizeFrom(reduced, 1);
  const steps = combos === 1 ? n : combos;
  const [stepSize, multiple] = combos === 1 ? [1, BLOCK] : [n, 1];
  const [parts, partLength] = code === SUM ? cut(outputs, steps, stepSize, multiple) : [1, steps];
  const partials = parts === 1 ? 0 : rt.scratch(sumBytes(parts, outputs));
  const perChunk = Math.max(1, Math.floor((CHUNK * parts) / (n * combos)));
  const args = [code, x, out, partials, n, outputs, parts, combos, partLength, perChunk];
  args.push(kept.length, reduced.length - 1);
  pushAxes(args, kept, 0);
  pushAxes(args, reduced, 1);
  rt.run("reduceRows", args, Math.ceil((outputs * parts) / perChunk), n * combos * outputs * WORK);
  if (parts > 1) rt.call.sumFinish(partials, parts, out, 1, outputs);
}

function reduceColumns(
  rt: Runtime,
  code: number,
  x: number,
  out: number,
  keptAxes: readonly Axis[],
  reduced: readonly Axis[],
): void {
  const m = keptAxes[0]!.length;
  const rows = reduced[0]!.length;
  const kept = sizeFrom(keptAxes, 1);
  const combos = sizeFrom(reduced, 1);
  const tiles = Math.ceil(m / TILE);
  const steps = combos === 1 ? rows : combos;
  const width = Math.min(m, TILE);
  const [stepSize, multiple] = combos === 1 ? [width, BLOCK_ROWS] : [rows * width, 1];
  const [parts, partLength] = code === SUM ? cut(kept * tiles, steps, stepSize, multiple) : [1, steps];
  const direct = code !== SUM || (combos === 1 && rows <= BLOCK_ROWS);
  const partials = direct ? 0 : rt.scratch(sumBytes(parts * kept, m));
  const args = [code, x, out, partials, m, kept, parts, combos, partLength, rows];
  args.push(keptAxes.length - 1, reduced.length - 1);
  pushAxes(args, keptAxes, 1);
  pushAxes(args, reduced, 1);
  rt.run("reduceColumns", args, kept * tiles * parts, m * kept * rows * combos * WORK);
  if (!direct) rt.call.sumFinish(partials, parts, out, kept, m);
}

function argReduce(
  rt: Runtime,
  code: number,
  x: number,
  out: number,
  shape: readonly number[],
  axis: number,
): void {
  let outer = 1;
  let inner = 1;
  for (let i = 0; i < axis; i++) outer *= shape[i]!;
  for (let i = axis + 1; i < shape.length; i++) inner *= shape[i]!;
  const length = shape[axis]!;
  if (length === 1) {
    fill(rt, 0, out, outer * inner, "int32");
    return;
  }
  const perChunk = Math.max(1, Math.floor(CHUNK / (length * inner)));
  const work = outer * length * inner * WORK;
  rt.run("argReduce", [code, x, out, outer, length, inner, perChunk], Math.ceil(outer / perChunk), work);
}
