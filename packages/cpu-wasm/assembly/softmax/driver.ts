/** Softmax and its logarithm laid out. */
import { softmax as softmaxChunks, SoftmaxArguments } from "./kernels";
import { ceilDiv, newScratch, run, SETTINGS } from "../common/host";
import { argumentsOf } from "../common/structs";

/** Columns that are done together: long pieces of rows, whose maxima and sums stay in the first-level cache. */
const COLUMNS = 256;
/** Bytes of a column's maximum and sum. */
const COLUMN_BYTES = 12;
/** Elements that are worth a chunk. */
const CHUNK = 4096;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 60;

/** Over the middle axis of [outer, length, inner]. */
export function softmax(isLog: bool, x: usize, out: usize, outer: i32, length: i32, inner: i32): void {
  const columns = min(inner, COLUMNS);
  const blocks = ceilDiv(inner, columns);
  const perChunk = max(1, CHUNK / (length * columns));
  const roomBytes = 64 * ceilDiv(COLUMN_BYTES * (columns + 4), 64);
  let rooms: usize = 0;
  if (inner > 1) {
    const scratch = newScratch();
    scratch.reserve(<f64>roomBytes * SETTINGS.threads);
    rooms = scratch.allocate();
  }
  const args = argumentsOf<SoftmaxArguments>();
  args.x = x;
  args.out = out;
  args.outer = outer;
  args.length = length;
  args.inner = inner;
  args.columns = columns;
  args.blocks = blocks;
  args.perChunk = perChunk;
  args.isLog = isLog;
  args.rooms = rooms;
  args.roomBytes = roomBytes;
  run<SoftmaxArguments>(softmaxChunks, ceilDiv(outer * blocks, perChunk), WORK * outer * length * inner);
}
