/**
 * The strided copies and sums laid out: axes are ordered and merged, and a kernel chosen.
 *
 * Either operation is a nest of axes with a stride in the source and one in the target. Without overlaps in
 * the target the order of the nest is free, so it follows the target. With overlaps, the axes whose slices of
 * the target are disjoint go outside, where threads may share them, and the others keep their order, which
 * fixes the sums.
 */
import { CHAIN } from "../common/budgets";
import { bytes, ceilDiv, dim, newScratch, run, setDim } from "../common/host";
import { AXES } from "../common/layout";
import { argumentsOf, behind, item } from "../common/structs";
import { copy, fill } from "../elementwise/driver";
import { reduce } from "../reduce/driver";
import { Fold } from "../reduce/operations";
import {
  CopyArguments,
  copyRows,
  Mode,
  narrow,
  NestAxis,
  STRIPS,
  TileArguments,
  transpose,
  widen,
  WIDTH_CHUNK,
  WidthArguments,
} from "./kernels";

/** Elements per chunk of a copy. */
const CHUNK = 8192;
/** Rows of fewer elements are short; of less than a vector, where source and target are contiguous. */
const SHORT = 8;
const SHORT_VECTOR = 4;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 16;

/** A nest of axes, innermost first, over a source and a target. */
@unmanaged
class Nest {
  source: usize;
  target: usize;
  /** How many axes there are. */
  axes: i32;

  /** The axes lie behind. */
  @inline
  axis(i: i32): NestAxis {
    return item<NestAxis>(behind(this), i);
  }

  setAxis(i: i32, length: i32, from: i32, to: i32): void {
    const axis = this.axis(i);
    axis.length = length;
    axis.from = from;
    axis.to = to;
  }

  /** Copies axis `i` to place `j`. */
  copyAxis(i: i32, j: i32): void {
    const axis = this.axis(i);
    this.setAxis(j, axis.length, axis.from, axis.to);
  }

  /** Moves axis `i` to place `j`; those between move up or down. */
  moveAxis(i: i32, j: i32): void {
    const axis = this.axis(i);
    const length = axis.length;
    const from = axis.from;
    const to = axis.to;
    for (const step = i < j ? 1 : -1; i != j; i += step) this.copyAxis(i + step, i);
    this.setAxis(j, length, from, to);
  }

  /**
   * Makes it that of a view, whose shape and strides JavaScript has written; the side that is not viewed is
   * contiguous. Axes of length 1 are none.
   */
  setView(source: usize, target: usize, rank: i32, viewsSource: bool): void {
    this.source = source;
    this.target = target;
    let axes = 0;
    let contiguous = 1;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const length = dim(axis);
      const stride = dim(rank + axis);
      if (length != 1)
        this.setAxis(axes++, length, viewsSource ? stride : contiguous, viewsSource ? contiguous : stride);
      contiguous *= length;
    }
    this.axes = axes;
  }

  /** Makes neighbours that are one axis on both sides one, among the first `count`; the others move up. */
  merge(count: i32): void {
    let last = 0;
    for (let i = 1; i < this.axes; i++) {
      const inner = this.axis(last);
      const axis = this.axis(i);
      const length = inner.length;
      if (i < count && axis.from == inner.from * length && axis.to == inner.to * length) {
        inner.length = length * axis.length;
      } else this.copyAxis(i, ++last);
    }
    this.axes = min(this.axes, last + 1);
  }

  /** Elements over the `count` innermost axes. */
  sizeOver(count: i32): i32 {
    let size = 1;
    for (let i = 0; i < count; i++) size *= this.axis(i).length;
    return size;
  }

  get size(): i32 {
    return this.sizeOver(this.axes);
  }

  /** Writes its axes but for the innermost and axis `skipped` to a list; gives how many they are. */
  writeOuter(skipped: i32, list: usize): i32 {
    let count = 0;
    for (let i = 1; i < this.axes; i++) {
      if (i == skipped) continue;
      const from = this.axis(i);
      const to = item<NestAxis>(list, count++);
      to.length = from.length;
      to.from = from.from;
      to.to = from.to;
    }
    return count;
  }

  /** Sorts the axes by their strides in the target, the smallest inside. */
  sortByTarget(): void {
    for (let i = 1; i < this.axes; i++) {
      let j = i;
      while (j > 0 && abs(this.axis(j - 1).to) > abs(this.axis(i).to)) j--;
      this.moveAxis(i, j);
    }
  }
}

/** The nest of the operation that runs. */
const nest = changetype<Nest>(AXES);

function runRows(mode: Mode, chunk: i32): void {
  if (nest.axes == 0) nest.setAxis(nest.axes++, 1, 1, 1);
  const size = nest.size;
  const args = argumentsOf<CopyArguments>();
  args.mode = mode;
  args.source = nest.source;
  args.target = nest.target;
  args.size = size;
  args.chunk = chunk;
  args.length = nest.axis(0).length;
  args.from = nest.axis(0).from;
  args.to = nest.axis(0).to;
  args.axes = nest.writeOuter(-1, behind(args));
  run<CopyArguments>(copyRows, ceilDiv(size, chunk), WORK * size);
}

/** A copy whose target has no overlaps; the nest is in the target's order. */
function runCopy(): void {
  nest.merge(nest.axes);
  // Of the axes along which the source is contiguous, the outermost.
  let column = nest.axes - 1;
  while (column >= 0 && nest.axis(column).from != 1) column--;
  const rows = nest.axis(column).length,
    columns = nest.axis(0).length;
  if (column > 0 && nest.axis(0).from != 1 && nest.axis(0).to == 1 && columns >= 4 && rows >= 4) {
    const size = nest.size;
    const args = argumentsOf<TileArguments>();
    args.source = nest.source;
    args.target = nest.target;
    args.rows = rows;
    args.columns = columns;
    args.from = nest.axis(0).from;
    args.to = nest.axis(column).to;
    args.axes = nest.writeOuter(column, behind(args));
    run<TileArguments>(transpose, (size / (rows * columns)) * ceilDiv(rows, STRIPS), WORK * size);
    return;
  }
  // Short rows cost more than strides: the longest axis then goes inside.
  const short = nest.axis(0).from == 1 && nest.axis(0).to == 1 ? SHORT_VECTOR : SHORT;
  if (nest.axes > 0 && columns < short) {
    let longest = nest.axes - 1;
    for (let i = nest.axes - 2; i >= 0; i--) if (nest.axis(i).length > nest.axis(longest).length) longest = i;
    nest.moveAxis(longest, 0);
  }
  runRows(Mode.COPY, CHUNK);
}

/**
 * `out`, contiguous, = x read through a view from element `offset` on. JavaScript has written shape and
 * strides, of `rank` axes.
 */
export function strided(x: usize, out: usize, rank: i32, offset: i32): void {
  nest.setView(x + bytes(offset), out, rank, true);
  nest.merge(nest.axes);
  if (nest.axes == 0) copy(nest.source, out, 1);
  else if (nest.axes == 1 && nest.axis(0).from == 1) copy(nest.source, out, nest.axis(0).length);
  else runCopy();
}

/** Copies `rows` contiguous rows of `length` elements to rows that begin `apart` elements apart. */
export function copyPart(x: usize, out: usize, rows: i32, length: i32, apart: i32): void {
  nest.source = x;
  nest.target = out;
  nest.axes = 0;
  if (length > 1) nest.setAxis(nest.axes++, length, 1, 1);
  if (rows > 1) nest.setAxis(nest.axes++, rows, length, apart);
  runCopy();
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
  for (let i = 0; i < nest.axes; i++) {
    let length = nest.axis(i).length,
      stride = abs(nest.axis(i).to);
    if (nest.axis(i).to < 0) nest.target += bytes((length - 1) * nest.axis(i).to);
    if (i > 0) {
      const unit = nest.axis(last).to,
        units = nest.axis(last).length;
      if (stride % unit == 0 && stride <= units * unit) {
        length = units + (length - 1) * (stride / unit);
        stride = unit;
      } else last++;
    }
    nest.setAxis(last, length, 0, stride);
  }
  nest.axes = last + 1;
  if (nest.axes == 1 && nest.axis(0).length == size) {
    fill(MINUS_ZERO, out, size);
    return;
  }
  fill(0, out, size);
  nest.source = MINUS_ZERO_AT;
  runRows(Mode.COPY, CHUNK);
}

/**
 * `out`, of `size` elements, = zeros to which x is added through a view from element `offset` on; an address
 * that is met once has its element bit for bit. JavaScript has written shape and strides, of `rank` axes.
 */
export function stridedAdd(isInt: bool, x: usize, out: usize, rank: i32, offset: i32, size: i32): void {
  const from = sumStillAxes(isInt, x, rank),
    to = out + bytes(offset);
  nest.setView(from, to, rank, false);
  // Axes of strides up to `limit` overlap, if any do. Of axes whose steps are within each other's reach, all
  // but the longest may lead to one address as often as they are long.
  nest.sortByTarget();
  let limit = -1,
    reach = 0,
    longest = 1;
  let meeting: f64 = 1;
  for (let i = 0; i < nest.axes; i++) {
    const stride = abs(nest.axis(i).to),
      length = nest.axis(i).length;
    if (stride <= reach) {
      limit = stride;
      meeting *= min(length, longest);
      longest = max(length, longest);
    } else longest = length;
    reach += (length - 1) * stride;
  }
  if (limit < 0) {
    if (nest.size < size) fill(0, out, size);
    for (let i = 0; i < nest.axes; i++) {
      if (nest.axis(i).to >= 0) continue;
      const last = nest.axis(i).length - 1;
      nest.source += bytes(last * nest.axis(i).from);
      nest.target += bytes(last * nest.axis(i).to);
      nest.setAxis(i, nest.axis(i).length, -nest.axis(i).from, -nest.axis(i).to);
    }
    runCopy();
    return;
  }
  if (isInt) fill(0, out, size);
  else fillStart(out, size);
  nest.setView(from, to, rank, false);
  // The disjoint ones outside.
  let overlapping = nest.axes;
  for (let i = nest.axes - 1; i >= 0; i--) if (abs(nest.axis(i).to) > limit) nest.moveAxis(i, --overlapping);
  // A chunk is whole slices of the disjoint axes, so that no two chunks add to one place.
  const slice = nest.sizeOver(overlapping);
  nest.merge(overlapping);
  const chunk = max(1, CHUNK / slice) * slice;
  if (isInt || meeting <= CHAIN) runRows(isInt ? Mode.INT_ADD : Mode.ADD, chunk);
  else addWide(out, size, offset, chunk);
}

/** The float sums of the nest in float64, from what `out` holds, and rounded to it at the end. */
function addWide(out: usize, size: i32, offset: i32, chunk: i32): void {
  const scratch = newScratch();
  scratch.reserve(8 * <f64>size);
  const sums = scratch.allocate();
  runWidth(widen, out, sums, size);
  nest.target = sums + 2 * bytes(offset);
  runRows(Mode.WIDE_ADD, chunk);
  runWidth(narrow, out, sums, size);
}

function runWidth(
  kernel: (args: WidthArguments, begin: i32, end: i32) => void,
  floats: usize,
  wide: usize,
  size: i32,
): void {
  const args = argumentsOf<WidthArguments>();
  args.floats = floats;
  args.wide = wide;
  args.size = size;
  run<WidthArguments>(kernel, ceilDiv(size, WIDTH_CHUNK), 4 * <f64>size);
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
  const scratch = newScratch();
  scratch.reserve(bytes(size));
  const sums = scratch.allocate();
  reduce(isInt ? Fold.INT_SUM : Fold.SUM, x, sums, rank, 2 * rank);
  for (let axis = 0; axis < rank; axis++) if (dim(2 * rank + axis)) setDim(axis, 1);
  return sums;
}
