/**
 * The strided copies and sums laid out: axes are ordered and merged, and a kernel chosen.
 *
 * Either operation is a nest of axes with a stride in the source and one in the target. Without overlaps in
 * the target the order of the nest is free, so it follows the target. With overlaps, the axes whose slices of
 * the target are disjoint go outside, where threads may share them, and the others keep their order, which
 * fixes the sums.
 */
import { Fold } from "../reduce/fold";
import { AXES, CopySlot, copyRows, Mode, STRIPS, TileSlot, transpose } from "./kernels";
import { copy, fill } from "../elementwise/driver";
import { allocate, at, bytes, ceilDiv, dim, LIST, reserve, run, set, setDim } from "../common/host";
import { reduce } from "../reduce/driver";

/** Elements per chunk of a copy. */
const CHUNK = 8192;
/** Rows of fewer elements are short. */
const SHORT = 8;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 16;

/**
 * The nest: axes in `LIST`, innermost first, each with its length and its strides in the source and the
 * target in elements.
 */
let axes: i32 = 0;
let source: usize = 0;
let target: usize = 0;

@inline
function lengthOf(i: i32): i32 {
  return dim(LIST + 3 * i);
}
@inline
function fromOf(i: i32): i32 {
  return dim(LIST + 3 * i + 1);
}
@inline
function toOf(i: i32): i32 {
  return dim(LIST + 3 * i + 2);
}

function setAxis(i: i32, length: i32, from: i32, to: i32): void {
  setDim(LIST + 3 * i, length);
  setDim(LIST + 3 * i + 1, from);
  setDim(LIST + 3 * i + 2, to);
}

/** Moves axis `i` to place `j`. */
function moveAxis(i: i32, j: i32): void {
  const length = lengthOf(i),
    from = fromOf(i),
    to = toOf(i);
  for (const step = i < j ? 1 : -1; i != j; i += step)
    setAxis(i, lengthOf(i + step), fromOf(i + step), toOf(i + step));
  setAxis(j, length, from, to);
}

/**
 * Makes the nest of a view, whose shape and strides JavaScript has written; the side that is not viewed is
 * contiguous. Axes of length 1 are none.
 */
function setAxes(rank: i32, viewsSource: bool): void {
  axes = 0;
  let contiguous = 1;
  for (let axis = rank - 1; axis >= 0; axis--) {
    const length = dim(axis),
      stride = dim(rank + axis);
    if (length != 1)
      setAxis(axes++, length, viewsSource ? stride : contiguous, viewsSource ? contiguous : stride);
    contiguous *= length;
  }
}

/** Makes neighbours that are one axis on both sides one, among the first `count`; the others move up. */
function merge(count: i32): void {
  let last = 0;
  for (let i = 1; i < axes; i++) {
    const length = lengthOf(last);
    if (i < count && fromOf(i) == fromOf(last) * length && toOf(i) == toOf(last) * length) {
      setDim(LIST + 3 * last, length * lengthOf(i));
    } else setAxis(++last, lengthOf(i), fromOf(i), toOf(i));
  }
  axes = min(axes, last + 1);
}

/** Elements over the axes from the `first`-th up to the `end`-th. */
function sizeOf(first: i32, end: i32): i32 {
  let size = 1;
  for (; first < end; first++) size *= lengthOf(first);
  return size;
}

/** Writes the axes from the `first`-th on but for axis `skipped` as arguments; gives how many they are. */
function writeAxes(first: i32, skipped: i32): i32 {
  let slot = AXES;
  for (let i = first; i < axes; i++) {
    if (i == skipped) continue;
    set(slot, lengthOf(i));
    set(slot + 1, fromOf(i));
    set(slot + 2, toOf(i));
    slot += 3;
  }
  return (slot - AXES) / 3;
}

function runRows(mode: Mode, chunk: i32): void {
  if (axes == 0) setAxis(axes++, 1, 1, 1);
  const size = sizeOf(0, axes);
  set(CopySlot.MODE, mode);
  set(CopySlot.SOURCE, source);
  set(CopySlot.TARGET, target);
  set(CopySlot.SIZE, size);
  set(CopySlot.CHUNK, chunk);
  set(CopySlot.LENGTH, lengthOf(0));
  set(CopySlot.FROM, fromOf(0));
  set(CopySlot.TO, toOf(0));
  set(CopySlot.AXES, writeAxes(1, -1));
  run(copyRows, ceilDiv(size, chunk), WORK * size);
}

/** A copy whose target has no overlaps; the nest is in the target's order. */
function runCopy(): void {
  merge(axes);
  // Of the axes along which the source is contiguous, the outermost.
  let column = axes - 1;
  while (column >= 0 && fromOf(column) != 1) column--;
  const rows = lengthOf(column),
    columns = lengthOf(0);
  if (column > 0 && fromOf(0) != 1 && toOf(0) == 1 && columns >= 4 && rows >= 4) {
    const size = sizeOf(0, axes);
    set(TileSlot.SOURCE, source);
    set(TileSlot.TARGET, target);
    set(TileSlot.ROWS, rows);
    set(TileSlot.COLUMNS, columns);
    set(TileSlot.FROM, fromOf(0));
    set(TileSlot.TO, toOf(column));
    set(TileSlot.AXES, writeAxes(1, column));
    run(transpose, (size / (rows * columns)) * ceilDiv(rows, STRIPS), WORK * size);
    return;
  }
  // Short rows cost more than strides: the longest axis then goes inside.
  if (axes > 0 && columns < SHORT) {
    let longest = axes - 1;
    for (let i = axes - 2; i >= 0; i--) if (lengthOf(i) > lengthOf(longest)) longest = i;
    moveAxis(longest, 0);
  }
  runRows(Mode.COPY, CHUNK);
}

/**
 * `out`, contiguous, = x read through a view from element `offset` on. JavaScript has written shape and
 * strides, of `rank` axes.
 */
export function strided(x: usize, out: usize, rank: i32, offset: i32): void {
  source = x + bytes(offset);
  target = out;
  setAxes(rank, true);
  merge(axes);
  if (axes == 0) copy(source, out, 1);
  else if (axes == 1 && fromOf(0) == 1) copy(source, out, lengthOf(0));
  else runCopy();
}

/** Copies `rows` contiguous rows of `length` elements to rows that begin `apart` elements apart. */
export function copyPart(x: usize, out: usize, rows: i32, length: i32, apart: i32): void {
  source = x;
  target = out;
  axes = 0;
  if (length > 1) setAxis(axes++, length, 1, 1);
  if (rows > 1) setAxis(axes++, rows, length, apart);
  runCopy();
}

/** Sorts the axes by their strides in the target, the smallest inside. */
function sortByTarget(): void {
  for (let i = 1; i < axes; i++) {
    let j = i;
    while (j > 0 && abs(toOf(j - 1)) > abs(toOf(i))) j--;
    moveAxis(i, j);
  }
}

/** The bits of −0, the number that leaves every other one as it is when it is added to. */
const MINUS_ZERO: i32 = 0x80000000;
const MINUS_ZERO_AT: usize = memory.data<i32>([MINUS_ZERO]);

/**
 * Fills `out`, of `size` elements, with what the float sums begin from: −0 where the view meets it, so that
 * what is added alone keeps its bits, and +0 elsewhere. The nest is in the target's order, and is lost.
 */
function fillStart(out: usize, size: i32): void {
  // Steps that begin within, or right behind, what the smaller ones reach make one longer axis with them.
  let last = 0;
  for (let i = 0; i < axes; i++) {
    let length = lengthOf(i),
      stride = abs(toOf(i));
    if (toOf(i) < 0) target += bytes((length - 1) * toOf(i));
    if (i > 0) {
      const unit = toOf(last),
        units = lengthOf(last);
      if (stride % unit == 0 && stride <= units * unit) {
        length = units + (length - 1) * (stride / unit);
        stride = unit;
      } else last++;
    }
    setAxis(last, length, 0, stride);
  }
  axes = last + 1;
  if (axes == 1 && lengthOf(0) == size) {
    fill(MINUS_ZERO, out, size);
    return;
  }
  fill(0, out, size);
  source = MINUS_ZERO_AT;
  runRows(Mode.COPY, CHUNK);
}

/**
 * `out`, of `size` elements, = zeros to which x is added through a view from element `offset` on; an address
 * that is met once has its element bit for bit. JavaScript has written shape and strides, of `rank` axes.
 */
export function stridedAdd(isInt: bool, x: usize, out: usize, rank: i32, offset: i32, size: i32): void {
  const from = sumStillAxes(isInt, x, rank),
    to = out + bytes(offset);
  source = from;
  target = to;
  setAxes(rank, false);
  // Axes of strides up to `limit` overlap, if any do.
  sortByTarget();
  let limit = -1,
    reach = 0;
  for (let i = 0; i < axes; i++) {
    const stride = abs(toOf(i));
    if (stride <= reach) limit = stride;
    reach += (lengthOf(i) - 1) * stride;
  }
  if (limit < 0) {
    if (sizeOf(0, axes) < size) fill(0, out, size);
    for (let i = 0; i < axes; i++) {
      if (toOf(i) >= 0) continue;
      const last = lengthOf(i) - 1;
      source += bytes(last * fromOf(i));
      target += bytes(last * toOf(i));
      setAxis(i, lengthOf(i), -fromOf(i), -toOf(i));
    }
    runCopy();
    return;
  }
  if (isInt) fill(0, out, size);
  else fillStart(out, size);
  source = from;
  target = to;
  setAxes(rank, false);
  // The disjoint ones outside.
  let overlapping = axes;
  for (let i = axes - 1; i >= 0; i--) if (abs(toOf(i)) > limit) moveAxis(i, --overlapping);
  // A chunk is whole slices of the disjoint axes, so that no two chunks add to one place.
  const slice = sizeOf(0, overlapping);
  merge(overlapping);
  runRows(isInt ? Mode.INT_ADD : Mode.ADD, max(1, CHUNK / slice) * slice);
}

/**
 * The sums of x over the axes that do not move in the view, as exact as `reduce` makes them; their lengths
 * become 1.
 */
function sumStillAxes(isInt: bool, x: usize, rank: i32): usize {
  let still = false,
    size = 1;
  for (let axis = 0; axis < rank; axis++) {
    const isStill = dim(rank + axis) == 0 && dim(axis) > 1;
    setDim(2 * rank + axis, i32(isStill));
    if (isStill) still = true;
    else size *= dim(axis);
  }
  if (!still) return x;
  const room = reserve(bytes(size));
  allocate();
  const sums = at(room);
  reduce(isInt ? Fold.INT_SUM : Fold.SUM, x, sums, rank, 2 * rank);
  for (let axis = 0; axis < rank; axis++) if (dim(2 * rank + axis)) setDim(axis, 1);
  return sums;
}
