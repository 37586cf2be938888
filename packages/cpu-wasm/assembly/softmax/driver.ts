/** Softmax and its logarithm laid out. */
import { softmax as softmaxChunks, SoftmaxSlot } from "./kernels";
import { ceilDiv, run, set } from "../common/host";

/** Elements that are worth a chunk. */
const CHUNK = 4096;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 60;

/** Over the middle axis of [outer, length, inner]. */
export function softmax(isLog: bool, x: usize, out: usize, outer: i32, length: i32, inner: i32): void {
  const perChunk = max(1, CHUNK / (length * inner));
  set(SoftmaxSlot.X, x);
  set(SoftmaxSlot.OUT, out);
  set(SoftmaxSlot.OUTER, outer);
  set(SoftmaxSlot.LENGTH, length);
  set(SoftmaxSlot.INNER, inner);
  set(SoftmaxSlot.PER_CHUNK, perChunk);
  set(SoftmaxSlot.LOG, i32(isLog));
  run(softmaxChunks, ceilDiv(outer, perChunk), WORK * outer * length * inner);
}
