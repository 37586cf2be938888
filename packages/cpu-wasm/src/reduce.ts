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

const product = (axes: readonly Axis[]): number => axes.reduce((size, axis) => size * axis.length, 1);

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
  const reduced = groups.filter((axis) => axis.reduced);
  const kept = groups.filter((axis) => !axis.reduced);
  if (reduced.length === 0) {
    unary(rt, dtype === "int32" ? "toInt32" : "toFloat32", x, out, product(kept), dtype);
  } else if (kept.length === 0 && reduced[0]!.length <= 2 * CHUNK) {
    rt.call.reduceRowNow(code, x, reduced[0]!.length, out);
  } else if (groups[0]!.reduced) {
    reduceRows(rt, code, x, out, kept, reduced);
  } else {
    reduceColumns(rt, code, x, out, kept, reduced);
  }
}

const axisSlots = (axes: readonly Axis[]): number[] => axes.flatMap(({ length, stride }) => [length, stride]);

/** Bytes of float64 sums: rows are as long as whole vectors of four. */
const sumBytes = (rows: number, length: number): number => rows * Math.ceil(length / 4) * 32;

function reduceRows(
  rt: Runtime,
  code: number,
  x: number,
  out: number,
  kept: readonly Axis[],
  [row, ...outer]: readonly Axis[],
): void {
  const n = row!.length;
  const outputs = product(kept);
  const combos = product(outer);
  const [parts, partLength] =
    code !== SUM
      ? [1, combos === 1 ? n : combos]
      : combos === 1
        ? cut(outputs, n, 1, BLOCK)
        : cut(outputs, combos, n, 1);
  const partials = parts === 1 ? 0 : rt.scratch(sumBytes(parts, outputs));
  const unitSize = (n * combos) / parts;
  const unitsPerChunk = Math.max(1, Math.floor(CHUNK / unitSize));
  rt.run(
    "reduceRows",
    [
      ...[code, x, out, partials, n, outputs, parts, combos, partLength, unitsPerChunk],
      ...[kept.length, outer.length, ...axisSlots(kept), ...axisSlots(outer)],
    ],
    Math.ceil((outputs * parts) / unitsPerChunk),
    n * combos * outputs * WORK,
  );
  if (parts > 1) rt.call.sumFinish(partials, parts, out, 1, outputs);
}

function reduceColumns(
  rt: Runtime,
  code: number,
  x: number,
  out: number,
  [column, ...keptOuter]: readonly Axis[],
  [rowAxis, ...outer]: readonly Axis[],
): void {
  const m = column!.length;
  const rows = rowAxis!.length;
  const kept = product(keptOuter);
  const combos = product(outer);
  const tiles = Math.ceil(m / TILE);
  const [parts, partLength] =
    code !== SUM
      ? [1, combos === 1 ? rows : combos]
      : combos === 1
        ? cut(kept * tiles, rows, Math.min(m, TILE), BLOCK_ROWS)
        : cut(kept * tiles, combos, rows * Math.min(m, TILE), 1);
  const direct = code !== SUM || (combos === 1 && rows <= BLOCK_ROWS);
  const partials = direct ? 0 : rt.scratch(sumBytes(parts * kept, m));
  rt.run(
    "reduceColumns",
    [
      ...[code, x, out, partials, m, kept, parts, combos, partLength, rows],
      ...[keptOuter.length, outer.length, ...axisSlots(keptOuter), ...axisSlots(outer)],
    ],
    kept * tiles * parts,
    m * kept * rows * combos * WORK,
  );
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
