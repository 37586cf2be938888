/**
 * The reductions laid out: axes are collapsed, rows or columns chosen, and the grid drawn.
 *
 * Neighbouring axes that are all reduced, or all kept, are one axis. If the innermost axis is reduced,
 * results are folds of contiguous rows; if it is kept, rows of results are folds of whole rows. Large float
 * sums into few results are cut into parts, whose float64 sums are added in order at the end; shapes alone
 * decide.
 */
import { ceilDiv, dim, newScratch, run } from "../common/host";
import { AXES } from "../common/layout";
import { argumentsOf, behind, item } from "../common/structs";
import { copy, fill } from "../elementwise/driver";
import { ArgArguments, argReduce } from "./arg";
import { BLOCK_ROWS, ColumnsArguments, reduceColumns, TILE } from "./columns";
import { FoldAxis, padded } from "./fold";
import { Fold } from "./operations";
import { BLOCK, reduceOne, reduceRows, RowsArguments, sumFinish } from "./rows";

/** Elements that are worth a chunk, and how many chunks a large sum should have. */
const CHUNK = 8192;
const ENOUGH_CHUNKS = 16;

/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 4;

/** An axis of those that are left when neighbours of a kind are one. */
@unmanaged
class CollapsedAxis {
  length: i32;
  stride: i32;
  isReduced: bool;
}

/** Collapsed axes, innermost first. */
@unmanaged
class CollapsedAxes {
  count: i32;

  /** The axes lie behind. */
  @inline
  axis(i: i32): CollapsedAxis {
    return item<CollapsedAxis>(behind(this), i);
  }

  /**
   * Collapses the axes of the shape that JavaScript wrote; those of length 1 are none. `flags`: index of the
   * dimension that says whether the first axis is reduced.
   */
  collapse(rank: i32, flags: i32): void {
    let count = 0;
    let stride = 1;
    for (let i = rank - 1; i >= 0; i--) {
      const length = dim(i);
      if (length == 1) continue;
      const isReduced = dim(flags + i) != 0;
      const last = this.axis(count - 1);
      if (count > 0 && last.isReduced == isReduced) last.length *= length;
      else {
        const axis = this.axis(count++);
        axis.length = length;
        axis.stride = stride;
        axis.isReduced = isReduced;
      }
      stride *= length;
    }
    this.count = count;
  }

  /** The length of the innermost axis that is reduced, or kept; 0 where there is none. */
  innermost(isReduced: bool): i32 {
    for (let i = 0; i < this.count; i++) if (this.axis(i).isReduced == isReduced) return this.axis(i).length;
    return 0;
  }

  /** Elements over the axes that are reduced, or kept, but for the innermost `skip` of them. */
  elements(isReduced: bool, skip: i32): i32 {
    let elements = 1;
    for (let i = 0; i < this.count; i++) {
      const axis = this.axis(i);
      if (axis.isReduced == isReduced && skip-- <= 0) elements *= axis.length;
    }
    return elements;
  }

  /** Writes those axes to a list; gives how many they are. */
  write(isReduced: bool, skip: i32, list: usize): i32 {
    let count = 0;
    for (let i = 0; i < this.count; i++) {
      const from = this.axis(i);
      if (from.isReduced != isReduced || skip-- > 0) continue;
      const to = item<FoldAxis>(list, count++);
      to.length = from.length;
      to.stride = from.stride;
    }
    return count;
  }
}

/** The axes of the reduction that runs. */
const axes = changetype<CollapsedAxes>(AXES);

/**
 * How many of `steps` steps, of `stepSize` elements, a part has; they make each of `results` results. Only
 * float sums are cut into parts.
 */
function partLengthOf(op: i32, results: i32, steps: i32, stepSize: i32, multiple: i32): i32 {
  const most = <i32>((<f64>steps * stepSize) / (2 * CHUNK));
  const wanted = min(ceilDiv(ENOUGH_CHUNKS, min(results, ENOUGH_CHUNKS)), most);
  if (op != Fold.SUM || wanted <= 1) return steps;
  return ceilDiv(ceilDiv(steps, wanted), multiple) * multiple;
}

/** Room for float64 sums of so many rows, which are as long as whole vectors of four. */
function roomForSums(rows: i32, length: i32): usize {
  const scratch = newScratch();
  scratch.reserve(<f64>rows * padded(length) * 8);
  return scratch.allocate();
}

/**
 * `out` = the fold of x over the reduced axes, row-major without them; `op` is one of `Fold`. JavaScript has
 * written the shape, of `rank` axes; from `flags` on dimensions say for each axis whether it is reduced (1 or
 * 0).
 */
export function reduce(op: i32, x: usize, out: usize, rank: i32, flags: i32): void {
  if (op >= Fold.ARG) {
    layArgs(op - Fold.ARG, x, out, rank, flags);
    return;
  }
  axes.collapse(rank, flags);
  const length = axes.innermost(true);
  if (length == 0) copy(x, out, axes.elements(false, 0));
  else if (axes.count == 1 && length <= 2 * CHUNK) reduceOne(op, x, length, out);
  else if (axes.axis(0).isReduced) layRows(op, x, out, length);
  else layColumns(op, x, out, length);
}

/** `n`: elements of a row. */
function layRows(op: i32, x: usize, out: usize, n: i32): void {
  const args = argumentsOf<RowsArguments>();
  const outputs = axes.elements(false, 0);
  const combos = axes.elements(true, 1);
  const kept = axes.write(false, 0, behind(args));
  const reduced = axes.write(true, 1, changetype<usize>(item<FoldAxis>(behind(args), kept)));
  const steps = combos == 1 ? n : combos;
  const partLength =
    combos == 1 ? partLengthOf(op, outputs, n, 1, BLOCK) : partLengthOf(op, outputs, combos, n, 1);
  const parts = ceilDiv(steps, partLength);
  const partials = parts > 1 ? roomForSums(parts, outputs) : 0;
  const perChunk = max(1, <i32>((<f64>CHUNK * parts) / (<f64>n * combos)));
  args.op = op;
  args.x = x;
  args.out = out;
  args.partials = partials;
  args.length = n;
  args.outputs = outputs;
  args.parts = parts;
  args.combos = combos;
  args.partLength = partLength;
  args.perChunk = perChunk;
  args.keptAxes = kept;
  args.reducedAxes = reduced;
  run<RowsArguments>(reduceRows, ceilDiv(outputs * parts, perChunk), WORK * n * combos * outputs);
  if (partials) sumFinish(partials, parts, out, 1, outputs);
}

/** `rows`: the innermost reduced axis. */
function layColumns(op: i32, x: usize, out: usize, rows: i32): void {
  const args = argumentsOf<ColumnsArguments>();
  const m = axes.innermost(false);
  const kept = axes.elements(false, 1);
  const combos = axes.elements(true, 1);
  const keptAxes = axes.write(false, 1, behind(args));
  const reducedAxes = axes.write(true, 1, changetype<usize>(item<FoldAxis>(behind(args), keptAxes)));
  const tiles = ceilDiv(m, TILE);
  const steps = combos == 1 ? rows : combos;
  const partLength =
    combos == 1
      ? partLengthOf(op, kept * tiles, rows, min(m, TILE), BLOCK_ROWS)
      : partLengthOf(op, kept * tiles, combos, rows * min(m, TILE), 1);
  const parts = ceilDiv(steps, partLength);
  const direct = op != Fold.SUM || (combos == 1 && rows <= BLOCK_ROWS);
  const partials = direct ? 0 : roomForSums(parts * kept, m);
  args.op = op;
  args.x = x;
  args.out = out;
  args.partials = partials;
  args.length = m;
  args.kept = kept;
  args.parts = parts;
  args.combos = combos;
  args.partLength = partLength;
  args.rows = rows;
  args.keptAxes = keptAxes;
  args.reducedAxes = reducedAxes;
  run<ColumnsArguments>(reduceColumns, kept * tiles * parts, WORK * m * kept * rows * combos);
  if (partials) sumFinish(partials, parts, out, kept, m);
}

/** `out` = where along the one axis that is reduced the extreme lies (int32, the first). */
function layArgs(op: i32, x: usize, out: usize, rank: i32, flags: i32): void {
  let outer = 1,
    length = 0,
    inner = 1;
  for (let axis = 0; axis < rank; axis++) {
    if (dim(flags + axis)) length = dim(axis);
    else if (length) inner *= dim(axis);
    else outer *= dim(axis);
  }
  if (length == 1) {
    fill(0, out, outer * inner);
    return;
  }
  const perChunk = max(1, CHUNK / (length * inner));
  const args = argumentsOf<ArgArguments>();
  args.op = op;
  args.x = x;
  args.out = out;
  args.outer = outer;
  args.length = length;
  args.inner = inner;
  args.perChunk = perChunk;
  run<ArgArguments>(argReduce, ceilDiv(outer, perChunk), WORK * outer * length * inner);
}
