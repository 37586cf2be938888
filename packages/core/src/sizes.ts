/** How many elements a result has, and of which dtype: what core and backends allocate by, one plain function each. */
import type { BinaryOp, DType, NormSize, ReduceOp, Window2d } from "./backend.ts";
import { BINARY_OPS, type OpRow, REDUCE_OPS } from "./operations.ts";
import type { Shape } from "./shape.ts";

/** Elements of a window's input. */
export function inputSizeOf(w: Window2d): number {
  return w.batch * w.inChannels * w.axes[0].input * w.axes[1].input;
}

/** Elements of a window's kernel. */
export function kernelSizeOf(w: Window2d): number {
  return w.outChannels * (w.inChannels / w.groups) * w.axes[0].kernel * w.axes[1].kernel;
}

/** Elements of a window's output. */
export function outputSizeOf(w: Window2d): number {
  return w.batch * w.outChannels * w.axes[0].output * w.axes[1].output;
}

/** Elements left of a tensor of `shape` when `axes` (sorted, distinct) are reduced. */
export function reducedSizeOf(shape: Shape, axes: readonly number[]): number {
  let size = 1;
  let next = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    if (axes[next] === axis) next++;
    else size *= shape[axis]!;
  }
  return size;
}

/** The dtype of `binary`'s result for operands of `dtype`. */
export function binaryDtype(op: BinaryOp, dtype: DType): DType {
  return (BINARY_OPS[op] as OpRow).result ?? dtype;
}

/** The dtype of `reduce`'s result for an operand of `dtype`. */
export function reduceDtype(op: ReduceOp, dtype: DType): DType {
  return (REDUCE_OPS[op] as OpRow).result ?? dtype;
}

/** Elements of what `normalize` takes. */
export const normalizedSizeOf = (size: NormSize): number => size.outer * size.groups * size.inner;
