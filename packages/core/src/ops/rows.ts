/** An axis as what operations along one see: `[outer, length, inner]`. */
import { type Shape, sizeOf } from "../shape.ts";

export interface Rows {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** A scalar has one axis of one element. */
export const rowsAlong = (shape: Shape, axis: number): Rows => ({
  outer: sizeOf(shape.slice(0, axis)),
  length: shape[axis] ?? 1,
  inner: sizeOf(shape.slice(axis + 1)),
});
