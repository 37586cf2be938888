/**
 * Where the values of a tensor are: in the heap or, moved out of it, in an ordinary array.
 *
 * Core holds a handle, and the heap's books list cells, never handles: what the books keep alive must not keep a
 * handle alive. A cell whose values moved out is in no book, so its array lives exactly as long as its handle.
 */

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
