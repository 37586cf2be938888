/** Sorting and running sums laid out. */
import { ceilDiv, newScratch, run } from "../common/host";
import { argumentsOf } from "../common/structs";
import {
  cumsum as cumsumChunks,
  CumsumArguments,
  sort as sortChunks,
  SortArguments,
  sortRoom,
} from "./kernels";

/** Elements that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const SORT_WORK: f64 = 120;
const CUMSUM_WORK: f64 = 12;

/** Along the middle axis of [outer, length, inner]: the elements in order, and where they were. */
export function sort(
  int: bool,
  descending: bool,
  x: usize,
  values: usize,
  indices: usize,
  outer: i32,
  length: i32,
  inner: i32,
): void {
  const lines = outer * inner;
  const perChunk = max(1, CHUNK / length);
  const chunks = ceilDiv(lines, perChunk);
  const roomBytes = sortRoom(length);
  const scratch = newScratch();
  scratch.reserve(roomBytes * chunks);
  const args = argumentsOf<SortArguments>();
  args.rooms = scratch.allocate();
  args.roomBytes = <usize>roomBytes;
  args.x = x;
  args.values = values;
  args.indices = indices;
  args.length = length;
  args.inner = inner;
  args.lines = lines;
  args.perChunk = perChunk;
  args.descending = descending;
  args.int = int;
  run<SortArguments>(sortChunks, chunks, SORT_WORK * lines * length);
}

/** Along the middle axis of [outer, length, inner], the sum of each element and all before it. */
export function cumsum(int: bool, x: usize, out: usize, outer: i32, length: i32, inner: i32): void {
  const lines = outer * inner;
  const perChunk = max(1, CHUNK / length);
  const args = argumentsOf<CumsumArguments>();
  args.x = x;
  args.out = out;
  args.length = length;
  args.inner = inner;
  args.lines = lines;
  args.perChunk = perChunk;
  args.int = int;
  run<CumsumArguments>(cumsumChunks, ceilDiv(lines, perChunk), CUMSUM_WORK * lines * length);
}
