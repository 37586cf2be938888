/** Sums in place that round once, however many terms they have: in an array of float32 each addition would round. */
import type { TypedArray } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";

/**
 * Fills `out` with sums, block by block of `size` elements: `add` adds the next block's terms to zeros, which begin at `start` of
 * `totals`. Of float32 blocks the totals are float64, unless `wide` is false: where each has one term.
 */
export function sumBlocks(
  out: TypedArray,
  size: number,
  wide: boolean,
  pool: BufferPool,
  add: (totals: TypedArray, start: number) => void,
): void {
  if (!wide || !(out instanceof Float32Array)) {
    out.fill(0);
    for (let start = 0; start < out.length; start += size) add(out, start);
    return;
  }
  const totals = pool.borrow(size);
  for (let start = 0; start < out.length; start += size) {
    totals.fill(0);
    add(totals, 0);
    out.set(totals, start);
  }
  pool.giveBack(totals);
}
