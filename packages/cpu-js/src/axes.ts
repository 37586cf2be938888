/**
 * Walking operands of different strides together.
 *
 * Axes that all operands step through evenly are merged, and axes of size 1 dropped, until as few as possible are
 * left; the caller loops over the last one (a "row") itself and lets a `Rows` count through the others.
 */

/** Where each operand's current row starts, counting through all axes but the last. */
export class Rows {
  /** Elements in a row. */
  readonly length: number;
  /** The step of each operand within a row. */
  readonly steps: readonly number[];
  /** The start of each operand's current row. */
  readonly starts: number[];
  readonly #shape: readonly number[];
  readonly #strides: readonly (readonly number[])[];
  readonly #index: number[];

  /** `strides[operand][axis]`, for operands over one `shape`, from address `offsets[operand]` on. */
  constructor(
    shape: readonly number[],
    strides: readonly (readonly number[])[],
    offsets?: readonly number[],
  ) {
    const merged = mergeAxes(shape, strides);
    const outer = merged.shape.length - 1;
    this.length = merged.shape[outer]!;
    this.steps = merged.strides.map((s) => s[outer]!);
    this.starts = offsets === undefined ? strides.map(() => 0) : [...offsets];
    this.#shape = merged.shape.slice(0, outer);
    this.#strides = merged.strides;
    this.#index = new Array<number>(outer).fill(0);
  }

  /** Moves on to the next row; false after the last. */
  next(): boolean {
    const { starts } = this;
    for (let axis = this.#shape.length - 1; axis >= 0; axis--) {
      const size = this.#shape[axis]!;
      const at = this.#index[axis]! + 1;
      const back = at === size ? size - 1 : -1;
      for (let k = 0; k < starts.length; k++) starts[k]! -= back * this.#strides[k]![axis]!;
      if (at < size) {
        this.#index[axis] = at;
        return true;
      }
      this.#index[axis] = 0;
    }
    return false;
  }
}

/** Merges what can be merged; at least one axis remains. */
function mergeAxes(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } {
  const outShape: number[] = [];
  const outStrides: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = outShape.length - 1;
    const even = last >= 0 && strides.every((s, k) => outStrides[k]![last] === s[axis]! * size);
    if (even) outShape[last]! *= size;
    else outShape.push(size);
    for (let k = 0; k < strides.length; k++) outStrides[k]![even ? last : last + 1] = strides[k]![axis]!;
  }
  if (outShape.length === 0) return { shape: [1], strides: strides.map(() => [1]) };
  return { shape: outShape, strides: outStrides };
}
