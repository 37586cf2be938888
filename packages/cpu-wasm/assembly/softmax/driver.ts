/** Softmax and its logarithm laid out. */
import { softmax as softmaxChunks, SoftmaxArguments } from "./kernels";
import { ceilDiv, run } from "../common/host";
import { argumentsOf } from "../common/structs";

/** Elements that are worth a chunk. */
const CHUNK = 4096;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 60;

/** Over the middle axis of [outer, length, inner]. */
export function softmax(isLog: bool, x: usize, out: usize, outer: i32, length: i32, inner: i32): void {
  const perChunk = max(1, CHUNK / (length * inner));
  const args = argumentsOf<SoftmaxArguments>();
  args.x = x;
  args.out = out;
  args.outer = outer;
  args.length = length;
  args.inner = inner;
  args.perChunk = perChunk;
  args.isLog = isLog;
  run<SoftmaxArguments>(softmaxChunks, ceilDiv(outer, perChunk), WORK * outer * length * inner);
}
