/**
 * Where the values of a tensor are: in the heap or, moved out of it, in an ordinary array.
 *
 * Core holds a handle, and the heap's books list cells, never handles: what the books keep alive must not keep a
 * handle alive. A cell whose values moved out is in no book, so its array lives exactly as long as its handle.
 */
import { Corr2dError, type TypedArray } from "@corr2d/core";

/** The values of one handle. */
export interface Cell {
  /** Byte address in the heap; 0 when the values are in `copy`, or freed. */
  pointer: number;
  readonly bytes: number;
  /** The operation that used it last. */
  lastUse: number;
  /** Its place in the heap's table, or `IN_NURSERY`. */
  slot: number;
  /** Tells apart the cells that used one slot. */
  serial: number;
  /** The values, moved out: from `copyOffset` on. Other cells may share the array. */
  copy: Int32Array | null;
  copyOffset: number;
}

/** The slot of a cell that lies in the nursery. */
export const IN_NURSERY: number = -1;

/** What core holds for a tensor's values. */
export class TensorHandle {
  readonly cell: Cell;
  constructor(cell: Cell) {
    this.cell = cell;
  }
}

/**
 * A copy of the elements [start, end) of a view of the heap.
 * @throws OUT_OF_MEMORY, where JavaScript has a RangeError
 */
export function copyOut<View extends TypedArray>(view: View, start: number, end: number): View {
  try {
    return view.slice(start, end) as View;
  } catch (cause) {
    const size = end - start;
    throw new Corr2dError(
      "OUT_OF_MEMORY",
      `the host has no room for a copy of ${size} elements out of the heap`,
      { size, bytes: size * view.BYTES_PER_ELEMENT },
      { cause },
    );
  }
}
