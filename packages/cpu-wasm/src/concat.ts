/** The concatenation (`copyPart` in assembly/view/driver.ts). */
import type { Runtime } from "./runtime.ts";

/** Elements of the result that get all their parts before others do: so much stays in a core's cache meanwhile. */
const BLOCK = 32768;

/**
 * `out`, [outer, Σ lengths, inner], = the parts, each [outer, lengths[i], inner], side by side, bit for bit. All but
 * `lengths`, `outer` and `inner` are pointers.
 */
export function concat(
  rt: Runtime,
  parts: readonly number[],
  lengths: readonly number[],
  outer: number,
  inner: number,
  out: number,
): void {
  const width = lengths.reduce((sum, length) => sum + length, 0) * inner;
  const block = Math.max(1, Math.floor(BLOCK / width));
  for (let row = 0; row < outer; row += block) {
    const rows = Math.min(block, outer - row);
    let to = out + 4 * row * width;
    for (let i = 0; i < parts.length; i++) {
      const length = lengths[i]! * inner;
      rt.call.copyPart(parts[i]! + 4 * row * length, to, rows, length, width);
      to += 4 * length;
    }
  }
}
