/**
 * The adjoint of averages where many windows share each cell: the shares of the windows that a cell lies in are
 * summed in float64, first along the row, then down the column. A cell that each of them adds to in turn would
 * round as often as they are.
 */
import { CHAIN } from "../common/budgets";
import { ceilDiv } from "../common/host";
import { Window, WindowAxis } from "../common/window";
import { sumRow } from "../reduce/rows";
import { countAlong, divisorOf, PoolArguments } from "./window";

/** How many windows can share a cell along an axis, at most. */
function sharing(axis: WindowAxis): i32 {
  return min(axis.output, axis.dilation == 1 ? ceilDiv(axis.kernel, axis.stride) : axis.kernel);
}

/** Whether so many windows may share a cell. */
export function shareCells(w: Window): bool {
  return <f64>sharing(w.y) * sharing(w.x) > CHAIN;
}

/** Bytes of a row of windows' shares: whole vectors. */
@inline
function shareBytes(w: Window): i32 {
  return ((w.x.output + 3) & -4) << 2;
}

/** Bytes of a chunk's room: the shares of a row of windows, and [row of windows][column of cells] of float64 sums. */
export function sharesRoom(w: Window): f64 {
  return <f64>shareBytes(w) + 8 * <f64>w.y.output * w.x.input;
}

/** The first window that reaches cell `at` of an axis, and the first beyond the last that begins before it. */
@inline
function firstOver(axis: WindowAxis, at: i32): i32 {
  const before = at + axis.before - (axis.kernel - 1) * axis.dilation;
  return before <= 0 ? 0 : ceilDiv(before, axis.stride);
}

@inline
function endOver(axis: WindowAxis, at: i32): i32 {
  return min(axis.output, (at + axis.before) / axis.stride + 1);
}

/** Whether window `o`, of those, has the cell. */
@inline
function isOver(axis: WindowAxis, at: i32, o: i32): bool {
  return axis.dilation == 1 || (at + axis.before - o * axis.stride) % axis.dilation == 0;
}

/** For each cell of a row, the sum of the shares of the windows it lies in. */
function sumAlongRow(axis: WindowAxis, shares: usize, sums: usize): void {
  for (let x = 0; x < axis.input; x++) {
    const first = firstOver(axis, x);
    const end = endOver(axis, x);
    let sum: f64 = 0;
    if (axis.dilation == 1 && end > first) sum = sumRow(shares + ((<usize>first) << 2), end - first);
    else {
      for (let o = first; o < end; o++) {
        if (isOver(axis, x, o)) sum += <f64>load<f32>(shares + ((<usize>o) << 2));
      }
    }
    store<f64>(sums + ((<usize>x) << 3), sum);
  }
}

/** From the windows of a plane, at `windows`, to its cells. */
export function gatherShares(args: PoolArguments, windows: usize, plane: usize, room: usize): void {
  const w = args.window;
  const width = w.x.input;
  const pitch = (<usize>width) << 3;
  const sums = room + shareBytes(w);
  for (let oy = 0; oy < w.y.output; oy++) {
    const counted = countAlong(args, w.y, oy * w.y.stride - w.y.before);
    for (let ox = 0; ox < w.x.output; ox++, windows += 4) {
      const divisor = divisorOf(args, counted, countAlong(args, w.x, ox * w.x.stride - w.x.before));
      store<f32>(room + ((<usize>ox) << 2), load<f32>(windows) / divisor);
    }
    sumAlongRow(w.x, room, sums + pitch * oy);
  }
  for (let y = 0; y < w.y.input; y++) {
    const first = firstOver(w.y, y);
    const end = endOver(w.y, y);
    for (let x = 0; x < width; x++, plane += 4) {
      const column = sums + ((<usize>x) << 3);
      let sum: f64 = 0;
      for (let o = first; o < end; o++) if (isOver(w.y, y, o)) sum += load<f64>(column + pitch * o);
      store<f32>(plane, <f32>sum);
    }
  }
}
