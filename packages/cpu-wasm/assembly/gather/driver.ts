/** Gather, gatherSum and scatterAdd: the check of their indices, and their chunks laid out. */
import { Gather } from "./operations";
import { firstOutside, gather as gatherChunks, GatherArguments, scatterAdd, SLOT_BYTES } from "./kernels";
import { CHAIN } from "../common/budgets";
import { gatherSum as gatherSumChunks, GatherSumArguments } from "./sums";
import { ceilDiv, newScratch, run } from "../common/host";
import { argumentsOf } from "../common/structs";

/** Elements that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 40;

/**
 * `out[o, c, i] = x[o, index[o, c, i], i]`, or `out[o, index[o, c, i], i] += x[o, c, i]` into zeros, in the
 * order of x, and in float64 where many may meet. Gives the position of the first index outside [0, length),
 * where nothing is done, or −1.
 */
export function gather(
  member: Gather,
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
  const adds = member != Gather.GATHER;
  const moved = (count + (adds ? length : 0)) * inner;
  const perChunk = max(1, CHUNK / moved);
  const chunks = ceilDiv(outer, perChunk);
  let rooms: usize = 0;
  if (member == Gather.SCATTER_ADD && count > CHAIN) {
    const scratch = newScratch();
    scratch.reserve(SLOT_BYTES * <f64>count * inner * chunks);
    rooms = scratch.allocate();
  }
  const args = argumentsOf<GatherArguments>();
  args.x = x;
  args.index = index;
  args.out = out;
  args.outer = outer;
  args.length = length;
  args.inner = inner;
  args.count = count;
  args.perChunk = perChunk;
  args.int = member == Gather.SCATTER_ADD_INT;
  args.rooms = rooms;
  const work = WORK * outer * count * inner;
  if (adds) run<GatherArguments>(scatterAdd, chunks, work);
  else run<GatherArguments>(gatherChunks, chunks, work);
  return -1;
}

/** `out[o, c, i] = Σ weights[c, t] · x[o, index[c, t], i]`; an index of −1 ends a list. */
export function gatherSum(
  x: usize,
  index: usize,
  weights: usize,
  out: usize,
  outer: i32,
  length: i32,
  inner: i32,
  count: i32,
  taps: i32,
): void {
  const args = argumentsOf<GatherSumArguments>();
  args.x = x;
  args.index = index;
  args.weights = weights;
  args.out = out;
  args.outer = outer;
  args.length = length;
  args.inner = inner;
  args.count = count;
  args.taps = taps;
  run<GatherSumArguments>(gatherSumChunks, ceilDiv(outer, 4), WORK * outer * count * inner);
}
