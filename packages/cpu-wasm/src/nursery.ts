/**
 * Where small tensors begin: a ring of pages in which allocation is one addition.
 *
 * Most small tensors are dropped within moments, freed or not. When the ring comes round to a page, the cells that
 * were not freed move out together, into one copy of the page: that costs a few nanoseconds a cell, and the collector
 * frees the copy when none of its handles is left. A cell that is used again after that is long-lived: it comes
 * back into the heap proper. (The generational hypothesis: Ungar 1984, "Generation Scavenging".)
 */
import { type Cell, copyOut, IN_NURSERY } from "./cell.ts";

/** The largest tensor that begins here. */
export const SMALL_BYTES = 512;
/** What one long-lived cell can keep from being collected. */
const PAGE_BYTES = 4096;
const PAGES = 64;
/** The nursery fits into a core's second-level cache. */
export const NURSERY_BYTES: number = PAGE_BYTES * PAGES;

export class Nursery {
  readonly #start: number;
  /** The cells of each page, freed ones included. */
  readonly #cells: Cell[][] = Array.from({ length: PAGES }, () => []);
  #page = 0;
  #next: number;
  #end: number;

  /** A nursery in the `NURSERY_BYTES` bytes from `start`. */
  constructor(start: number) {
    this.#start = start;
    this.#next = start;
    this.#end = start + PAGE_BYTES;
  }

  /** Gives a small cell its pointer; false when the page is full. */
  place(cell: Cell): boolean {
    const next = (this.#next + cell.bytes + 63) & -64;
    if (next > this.#end) return false;
    cell.pointer = this.#next;
    cell.slot = IN_NURSERY;
    this.#next = next;
    this.#cells[this.#page]!.push(cell);
    return true;
  }

  /** Whether the next small cell might not find room. */
  get isFull(): boolean {
    return this.#end - this.#next < SMALL_BYTES;
  }

  /**
   * Turns to the next page, moving its cells out, and gives those. Not while an operation holds pointers.
   * @throws OUT_OF_MEMORY; then nothing was moved.
   */
  turn(memory: Int32Array): Cell[] {
    const page = (this.#page + 1) % PAGES;
    const start = this.#start + page * PAGE_BYTES;
    const end = start + PAGE_BYTES;
    const moved = this.#cells[page]!.filter((cell) => cell.pointer !== 0);
    if (moved.length > 0) {
      const copy = copyOut(memory, start >> 2, end >> 2);
      for (const cell of moved) {
        cell.copy = copy;
        cell.copyOffset = (cell.pointer - start) >> 2;
        cell.pointer = 0;
      }
    }
    this.#page = page;
    this.#next = start;
    this.#end = end;
    this.#cells[page] = [];
    return moved;
  }
}
