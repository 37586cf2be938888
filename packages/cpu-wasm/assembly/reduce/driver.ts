/**
 * The reductions laid out: axes are collapsed, rows or columns chosen, and the grid drawn.
 *
 * Neighbouring axes that are all reduced, or all kept, are one axis. If the innermost axis is reduced,
 * results are folds of contiguous rows; if it is kept, rows of results are folds of whole rows. Large float
 * sums into few results are cut into parts, whose float64 sums are added in order at the end; shapes alone
 * decide.
 */
import { argReduce, ArgSlot } from "./arg";
import { BLOCK_ROWS, ColumnsSlot, reduceColumns, TILE } from "./columns";
import { AXES, Fold, padded } from "./fold";
import { BLOCK, reduceOne, reduceRows, RowsSlot, sumFinish } from "./rows";
import { copy, fill } from "../elementwise/driver";
import { allocate, at, ceilDiv, dim, LIST, reserve, run, set, setDim } from "../common/host";

/** Elements that are worth a chunk, and how many chunks a large sum should have. */
const CHUNK = 8192;
const ENOUGH_CHUNKS = 16;

/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 4;

/**
 * How many collapsed axes there are: in `LIST`, innermost first, each with its length, stride, and whether it
 * is reduced.
 */
let axes: i32 = 0;

/**
 * Collapses the axes; those of length 1 are none. `flags`: index of the dimension that says whether the first
 * axis is reduced.
 */
function collapse(rank: i32, flags: i32): void {
  axes = 0;
  let stride = 1,
    last = -1,
    entry = LIST - 3;
  for (let axis = rank - 1; axis >= 0; axis--) {
    const length = dim(axis),
      reduced = dim(flags + axis);
    if (length == 1) continue;
    if (reduced == last) setDim(entry, dim(entry) * length);
    else {
      axes++;
      entry += 3;
      setDim(entry, length);
      setDim(entry + 1, stride);
      setDim(entry + 2, reduced);
      last = reduced;
    }
    stride *= length;
  }
}

/** The length of the innermost axis that is reduced (1) or kept (0), or 0. */
function innermost(reduced: i32): i32 {
  for (let i = 0; i < axes; i++) if (dim(LIST + 3 * i + 2) == reduced) return dim(LIST + 3 * i);
  return 0;
}

/** What `writeAxes` wrote: how many axes, and elements over them. */
let written: i32 = 0;
let elements: i32 = 0;

/** Writes the axes that are reduced or kept, but for the innermost `skip`, as arguments from `slot` on. */
function writeAxes(reduced: i32, skip: i32, slot: i32): void {
  written = -skip;
  elements = 1;
  for (let entry = LIST; entry < LIST + 3 * axes; entry += 3) {
    if (dim(entry + 2) != reduced || ++written <= 0) continue;
    set(slot, dim(entry));
    set(slot + 1, dim(entry + 1));
    elements *= dim(entry);
    slot += 2;
  }
  written = max(written, 0);
}

/** How many steps a part has. */
let partLength: i32 = 0;

/**
 * Into how many parts to cut `steps` steps of `stepSize` elements, which make each of `results` results. Only
 * float sums are cut.
 */
function cut(op: i32, results: i32, steps: i32, stepSize: i32, multiple: i32): i32 {
  partLength = steps;
  const most = <i32>((<f64>steps * stepSize) / (2 * CHUNK));
  const wanted = min(ceilDiv(ENOUGH_CHUNKS, min(results, ENOUGH_CHUNKS)), most);
  if (op != Fold.SUM || wanted <= 1) return 1;
  partLength = ceilDiv(ceilDiv(steps, wanted), multiple) * multiple;
  return ceilDiv(steps, partLength);
}

/** Room for float64 sums of so many rows, which are as long as whole vectors of four. */
function roomForSums(rows: i32, length: i32): usize {
  const offset = reserve(<f64>rows * padded(length) * 8);
  allocate();
  return at(offset);
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
  collapse(rank, flags);
  const length = innermost(1);
  writeAxes(0, 0, AXES);
  if (length == 0) copy(x, out, elements);
  else if (axes == 1 && length <= 2 * CHUNK) reduceOne(op, x, length, out);
  else if (dim(LIST + 2)) layRows(op, x, out, length);
  else layColumns(op, x, out, length);
}

/** `n`: elements of a row. The kept axes are written. */
function layRows(op: i32, x: usize, out: usize, n: i32): void {
  const outputs = elements,
    kept = written;
  writeAxes(1, 1, AXES + 2 * kept);
  const combos = elements;
  const parts = combos == 1 ? cut(op, outputs, n, 1, BLOCK) : cut(op, outputs, combos, n, 1);
  const partials = parts > 1 ? roomForSums(parts, outputs) : 0;
  const perChunk = max(1, <i32>((<f64>CHUNK * parts) / (<f64>n * combos)));
  set(RowsSlot.OP, op);
  set(RowsSlot.X, x);
  set(RowsSlot.OUT, out);
  set(RowsSlot.PARTIALS, partials);
  set(RowsSlot.LENGTH, n);
  set(RowsSlot.OUTPUTS, outputs);
  set(RowsSlot.PARTS, parts);
  set(RowsSlot.COMBOS, combos);
  set(RowsSlot.PART_LENGTH, partLength);
  set(RowsSlot.PER_CHUNK, perChunk);
  set(RowsSlot.KEPT_AXES, kept);
  set(RowsSlot.REDUCED_AXES, written);
  run(reduceRows, ceilDiv(outputs * parts, perChunk), WORK * n * combos * outputs);
  if (partials) sumFinish(partials, parts, out, 1, outputs);
}

/** `rows`: the innermost reduced axis. */
function layColumns(op: i32, x: usize, out: usize, rows: i32): void {
  const m = innermost(0);
  writeAxes(0, 1, AXES);
  const kept = elements,
    keptAxes = written;
  writeAxes(1, 1, AXES + 2 * keptAxes);
  const combos = elements;
  const tiles = ceilDiv(m, TILE),
    width = min(m, TILE);
  const parts =
    combos == 1
      ? cut(op, kept * tiles, rows, width, BLOCK_ROWS)
      : cut(op, kept * tiles, combos, rows * width, 1);
  const direct = op != Fold.SUM || (combos == 1 && rows <= BLOCK_ROWS);
  const partials = direct ? 0 : roomForSums(parts * kept, m);
  set(ColumnsSlot.OP, op);
  set(ColumnsSlot.X, x);
  set(ColumnsSlot.OUT, out);
  set(ColumnsSlot.PARTIALS, partials);
  set(ColumnsSlot.LENGTH, m);
  set(ColumnsSlot.KEPT, kept);
  set(ColumnsSlot.PARTS, parts);
  set(ColumnsSlot.COMBOS, combos);
  set(ColumnsSlot.PART_LENGTH, partLength);
  set(ColumnsSlot.ROWS, rows);
  set(ColumnsSlot.KEPT_AXES, keptAxes);
  set(ColumnsSlot.REDUCED_AXES, written);
  run(reduceColumns, kept * tiles * parts, WORK * m * kept * rows * combos);
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
  set(ArgSlot.OP, op);
  set(ArgSlot.X, x);
  set(ArgSlot.OUT, out);
  set(ArgSlot.OUTER, outer);
  set(ArgSlot.LENGTH, length);
  set(ArgSlot.INNER, inner);
  set(ArgSlot.PER_CHUNK, perChunk);
  run(argReduce, ceilDiv(outer, perChunk), WORK * outer * length * inner);
}
