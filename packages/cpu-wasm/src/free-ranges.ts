/**
 * The free address ranges of the heap, coalesced: no two of them touch.
 *
 * Ranges are binned by the largest size class that fits into them, so that any range of a bin serves a request of
 * its class ("good fit").
 */
import { CLASSES, classWithin } from "./size-classes.ts";

export class FreeRanges {
  /** Starts of the ranges of each class. */
  readonly #bins: Set<number>[] = Array.from({ length: CLASSES }, () => new Set<number>());
  readonly #lengthOf = new Map<number, number>();
  readonly #startOfEnd = new Map<number, number>();

  /** Adds a range, merging it with the ranges it touches. */
  add(start: number, bytes: number): void {
    let from = start;
    let length = bytes;
    const before = this.#startOfEnd.get(start);
    if (before !== undefined) {
      length += this.#remove(before);
      from = before;
    }
    if (this.#lengthOf.has(start + bytes)) length += this.#remove(start + bytes);
    this.#insert(from, length);
  }

  /** Takes `bytes` bytes, the size of class `index`, out of the first range that has room; 0 when none has. */
  take(index: number, bytes: number): number {
    for (let bin = index; bin < CLASSES; bin++) {
      for (const start of this.#bins[bin]!) {
        const length = this.#remove(start);
        if (length > bytes) this.#insert(start + bytes, length - bytes);
        return start;
      }
    }
    return 0;
  }

  /** The ranges, by address. */
  list(): readonly { readonly start: number; readonly bytes: number }[] {
    const entries = [...this.#lengthOf].sort((a, b) => a[0] - b[0]);
    return entries.map(([start, bytes]) => ({ start, bytes }));
  }

  #insert(start: number, bytes: number): void {
    this.#bins[classWithin(bytes)]!.add(start);
    this.#lengthOf.set(start, bytes);
    this.#startOfEnd.set(start + bytes, start);
  }

  #remove(start: number): number {
    const bytes = this.#lengthOf.get(start)!;
    this.#bins[classWithin(bytes)]!.delete(start);
    this.#lengthOf.delete(start);
    this.#startOfEnd.delete(start + bytes);
    return bytes;
  }
}
