/**
 * Loops over tensors.
 *
 * Tools that compare objects (Vitest's and Jest's `toEqual`, and so `toBe` where it explains a difference) compare what can be iterated
 * item by item. A tensor must be equal to itself only, as its `id` has it, so the rows of one tensor have the same ids in every loop,
 * and a scalar is an error for a loop but empty for a comparison.
 */
import { Corr2dError } from "./errors.ts";
import { pick } from "./ops/rearrange.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** How many rows a tensor has, and those rows in turn: as many ids. */
export const rowsWithin = ([count, ...rest]: Shape): number =>
  count === undefined ? 0 : count * (1 + rowsWithin(rest));

/** The rows of a tensor. Ids from `ids` on: of the first row, of its rows, of the second, …; `firstRowIds` hears those of a row's rows. */
export function* rowsOf(
  x: Tensor,
  ids: number,
  firstRowIds: WeakMap<Tensor, number>,
): Generator<Tensor, void, undefined> {
  const [count, ...rest] = x.ownShape;
  const idsPerRow = 1 + rowsWithin(rest);
  for (let i = 0; i < count!; i++) {
    const row = pick(x, 0, i);
    const id = ids + i * idsPerRow;
    (row as { id: number }).id = id;
    firstRowIds.set(row, id + 1);
    yield row;
  }
}

/** The last that was made, until it is asked for its first row. */
let waiting: ScalarRows | null = null;

/** What a loop over a scalar meets: an error. Two that are made before either is asked are a comparison's, and empty. */
export class ScalarRows implements IterableIterator<Tensor> {
  #compared = false;

  constructor() {
    if (waiting !== null) this.#compared = waiting.#compared = true;
    waiting = this;
  }

  next(): IteratorResult<Tensor, undefined> {
    waiting = null;
    if (this.#compared) return { done: true, value: undefined };
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      "iteration over a 0-d tensor: read its number with await x.item()",
    );
  }

  /** Left before its first row (`const [] = x`): it is no side of a comparison. */
  return(): IteratorResult<Tensor, undefined> {
    if (waiting === this) waiting = null;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}
