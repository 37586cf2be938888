/** Wrappers of softmax and logSoftmax over the middle axis of [outer, length, inner] (float32). */
import type { Runtime } from "./runtime.ts";

/** Elements that are worth a chunk. */
const CHUNK = 4096;
/** Rough work per element, in the unit of `PARALLEL_FLOPS`. */
const WORK = 60;

function run(
  rt: Runtime,
  x: number,
  out: number,
  outer: number,
  length: number,
  inner: number,
  log: 0 | 1,
): void {
  const perChunk = Math.max(1, Math.floor(CHUNK / (length * inner)));
  const chunks = Math.ceil(outer / perChunk);
  rt.run("softmax", [x, out, outer, length, inner, perChunk, log], chunks, outer * length * inner * WORK);
}

export function softmax(
  rt: Runtime,
  x: number,
  out: number,
  outer: number,
  length: number,
  inner: number,
): void {
  run(rt, x, out, outer, length, inner, 0);
}

export function logSoftmax(
  rt: Runtime,
  x: number,
  out: number,
  outer: number,
  length: number,
  inner: number,
): void {
  run(rt, x, out, outer, length, inner, 1);
}
