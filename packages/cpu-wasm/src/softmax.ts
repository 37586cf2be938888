/** softmax and logSoftmax over the middle axis of [outer, length, inner] (float32; `assembly/drive/softmax.ts`). */
import type { Runtime } from "./runtime.ts";

export function softmax(
  rt: Runtime,
  x: number,
  out: number,
  outer: number,
  length: number,
  inner: number,
): void {
  rt.call.softmax(false, x, out, outer, length, inner);
}

export function logSoftmax(
  rt: Runtime,
  x: number,
  out: number,
  outer: number,
  length: number,
  inner: number,
): void {
  rt.call.softmax(true, x, out, outer, length, inner);
}
