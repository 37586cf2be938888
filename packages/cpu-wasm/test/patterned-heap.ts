/**
 * The heap, with a pattern wherever nothing is handed out and in a band behind everything that is. A test puts it in the
 * heap's place: `vi.mock(import("../src/heap.ts"), …)`.
 */
import type { TensorHandle } from "../src/cell.ts";
import type { Heap } from "../src/heap.ts";
import { CONTROL, HEAP_START } from "../src/layout.ts";

/** Behind every result, operand and scratch space. A small tensor and its band still begin in the nursery. */
const BAND_BYTES = 256;
/** Where argument blocks, shapes and lists lie: what one operation left there is foreign to the next. */
const ARGUMENTS = 1024;
/** The kernels' constants end before this. */
const START = HEAP_START - BAND_BYTES;

export interface PatternedHeap extends Heap {
  /**
   * Fills everything that was handed out with the pattern again; nothing is alive.
   * @throws Error when the band behind something was written to.
   */
  renew(): void;
  /** @throws Error when anything was written to that was not handed out. */
  checkAll(): void;
}

/** The next heap's pattern, and the last heap that was made. */
export const heaps: { pattern: number; latest?: PatternedHeap } = { pattern: 0 };

/** The heap's class, made so. */
export function patterned(Original: typeof Heap): typeof Heap {
  return class extends Original implements PatternedHeap {
    readonly #pattern = heaps.pattern;
    /** Pointer and size of what was handed out, in whole words. */
    readonly #given: [pointer: number, bytes: number][] = [];
    #filled = START;

    constructor(memory: WebAssembly.Memory, limit: number) {
      super(memory, limit);
      heaps.latest = this;
      this.renew();
      this.#fillFresh();
    }

    override result(bytes: number): TensorHandle {
      const handle = super.result(bytes + BAND_BYTES);
      this.#give(handle.cell.pointer, bytes);
      return handle;
    }

    override scratch(bytes: number): number {
      const pointer = super.scratch(bytes + BAND_BYTES);
      this.#give(pointer, bytes);
      return pointer;
    }

    renew(): void {
      const given = this.#given.splice(0);
      for (const [pointer, bytes] of given) this.#fill(pointer, bytes);
      this.#fill(ARGUMENTS, CONTROL - ARGUMENTS);
      for (const [pointer, bytes] of given) this.#check(pointer + bytes, BAND_BYTES);
    }

    checkAll(): void {
      this.#check(START, this.#filled - START);
    }

    #give(pointer: number, bytes: number): void {
      this.#fillFresh();
      this.#given.push([pointer, (bytes + 3) & -4]);
    }

    /** The memory is new, or has grown. */
    #fillFresh(): void {
      const end = this.i32.length * 4;
      if (end > this.#filled) this.#fill(this.#filled, end - this.#filled);
      this.#filled = end;
    }

    #fill(start: number, bytes: number): void {
      this.i32.fill(this.#pattern, start >> 2, (start + bytes) >> 2);
    }

    #check(start: number, bytes: number): void {
      const words = this.i32.subarray(start >> 2, (start + bytes) >> 2);
      const at = words.findIndex((word) => word !== this.#pattern);
      if (at < 0) return;
      words.fill(this.#pattern);
      throw new Error(`something was written to byte ${start + at * 4}, which was not handed out`);
    }
  };
}
