/** Gather and scatterAdd: the check of their indices, and their chunks laid out. */
import { firstOutside, gather as gatherChunks, GatherSlot, scatterAdd } from "./kernels";
import { ceilDiv, run, set } from "../common/host";

/** Elements that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 40;

/** src/gather.ts has the same numbers. */
const enum Member {
  GATHER,
  SCATTER_ADD,
  SCATTER_ADD_INT,
}

/**
 * `out[o, c, i] = x[o, index[o, c, i], i]`, or `out[o, index[o, c, i], i] += x[o, c, i]` into zeros, in the
 * order of x. Gives the position of the first index outside [0, length), where nothing is done, or −1.
 */
export function gather(
  member: Member,
  x: usize,
  index: usize,
  out: usize,
  outer: i32,
  length: i32,
  inner: i32,
  count: i32,
): i32 {
  const outside = firstOutside(index, outer * count * inner, length);
  if (outside >= 0) return outside;
  const adds = member != Member.GATHER;
  const moved = (count + (adds ? length : 0)) * inner;
  const perChunk = max(1, CHUNK / moved);
  set(GatherSlot.X, x);
  set(GatherSlot.INDEX, index);
  set(GatherSlot.OUT, out);
  set(GatherSlot.OUTER, outer);
  set(GatherSlot.LENGTH, length);
  set(GatherSlot.INNER, inner);
  set(GatherSlot.COUNT, count);
  set(GatherSlot.PER_CHUNK, perChunk);
  set(GatherSlot.INT, i32(member == Member.SCATTER_ADD_INT));
  run(adds ? scatterAdd : gatherChunks, ceilDiv(outer, perChunk), WORK * outer * count * inner);
  return -1;
}
