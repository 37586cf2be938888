/** Gather and scatterAdd laid out; the indices have been checked. */
import { gather as gatherChunks, GatherSlot, scatterAdd as scatterAddChunks } from "../gather";
import { ceilDiv, Kernel, run, set } from "./host";

/** Elements that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 40;

/** `moved`: elements that are read or written for one of `outer`. */
function lay(
  kernel: Kernel,
  x: usize,
  index: usize,
  out: usize,
  outer: i32,
  length: i32,
  inner: i32,
  count: i32,
  moved: i32,
): void {
  const perChunk = max(1, CHUNK / moved);
  set(GatherSlot.X, x);
  set(GatherSlot.INDEX, index);
  set(GatherSlot.OUT, out);
  set(GatherSlot.OUTER, outer);
  set(GatherSlot.LENGTH, length);
  set(GatherSlot.INNER, inner);
  set(GatherSlot.COUNT, count);
  set(GatherSlot.PER_CHUNK, perChunk);
  run(kernel, ceilDiv(outer, perChunk), WORK * outer * count * inner);
}

/** `out[o, c, i] = x[o, index[o, c, i], i]`. */
export function gather(x: usize, index: usize, out: usize, outer: i32, length: i32, inner: i32, count: i32): void {
  lay(gatherChunks, x, index, out, outer, length, inner, count, count * inner);
}

/** `out[o, index[o, c, i], i] += x[o, c, i]` into zeros, in the order of x. */
export function scatterAdd(
  isInt: bool,
  x: usize,
  index: usize,
  out: usize,
  outer: i32,
  length: i32,
  inner: i32,
  count: i32,
): void {
  set(GatherSlot.INT, i32(isInt));
  lay(scatterAddChunks, x, index, out, outer, length, inner, count, (count + length) * inner);
}
