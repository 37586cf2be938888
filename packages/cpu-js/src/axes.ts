/**
 * Walking operands of different strides together.
 *
 * Axes that all operands step through evenly are merged, and axes of size 1 dropped, until as few as possible are
 * left; the caller loops over the last one (a "row") itself and lets a `Rows` count through the others. Sizes and
 * strides are made integers (int32.ts).
 */

/** Where each operand's current row starts, counting through all axes but the last. */
export class Rows {
  /** Elements in a row. */
  readonly length: number;
  /** The step of each operand within a row. */
  readonly steps: readonly number[];
  /** The start of each operand's current row. */
  readonly starts: number[];
  /** Axes left after merging. */
  readonly #rank: number;
  /** Their sizes, innermost (the row) first. */
  readonly #shape: readonly number[];
  /** The strides of all operands along the innermost axis, then along the next, … */
  readonly #strides: readonly number[];
  readonly #index: number[];

  /** `strides[operand][axis]`, for operands over one `shape`; each starts at its address in `starts`. */
  constructor(shape: readonly number[], strides: readonly (readonly number[])[], starts: number[]) {
    const operands = strides.length;
    const merged: number[] = [];
    const along: number[] = [];
    let rank = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]! | 0;
      if (size === 1) continue;
      const last = (rank - 1) * operands;
      // Whether every operand steps along this axis as if it were more of the one before.
      let continues = rank > 0;
      for (let k = 0; k < operands && continues; k++) {
        continues = strides[k]![axis] === along[last + k]! * merged[rank - 1]!;
      }
      if (continues) {
        merged[rank - 1]! *= size;
        continue;
      }
      rank++;
      merged.push(size);
      for (let k = 0; k < operands; k++) along.push(strides[k]![axis]! | 0);
    }
    if (rank === 0) {
      merged.push(1);
      for (let k = 0; k < operands; k++) along.push(1);
    }
    this.length = merged[0]!;
    this.steps = along;
    this.starts = starts;
    this.#rank = rank;
    this.#shape = merged;
    this.#strides = along;
    this.#index = [0, 0, 0, 0, 0, 0, 0, 0];
  }

  /** Moves on to the next row; false after the last. */
  next(): boolean {
    const { starts } = this;
    const index = this.#index;
    const strides = this.#strides;
    const operands = starts.length;
    for (let axis = 1; axis < this.#rank; axis++) {
      const size = this.#shape[axis]!;
      const at = index[axis]! + 1;
      if (at < size) {
        index[axis] = at;
        for (let k = 0; k < operands; k++) starts[k]! += strides[axis * operands + k]!;
        return true;
      }
      index[axis] = 0;
      for (let k = 0; k < operands; k++) starts[k]! -= (size - 1) * strides[axis * operands + k]!;
    }
    return false;
  }
}
