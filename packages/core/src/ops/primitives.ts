/**
 * The backend's primitives on storages: storages in, storage out.
 *
 * Zero-size operands and results end here, so that no backend ever sees one: an empty result is an empty upload, and an
 * operation over nothing is its neutral element. So does `bool`: backends get the dtype that it is stored as.
 */
import type { BinaryOp, DType, GatherSize, MatmulSize, ReduceOp, StridedView, UnaryOp } from "../backend.ts";
import type { TensorDType } from "../dtype.ts";
import { alignShape, checkRank, checkSize, collapseAxes, MAX_RANK, type Shape } from "../shape.ts";
import { reducedSizeOf } from "../sizes.ts";
import { Storage } from "../storage.ts";
import { fill } from "./fill.ts";

/** Also to the same dtype: then a copy. (To truth values: see `cast.ts`.) */
export function cast(x: Storage, to: DType): Storage {
  const { backend, size, stored } = x;
  if (size === 0) return fill(backend, 0, 0, to);
  return new Storage(backend, backend.cast(x.handle, size, stored, to), size, to);
}

export function unary(op: UnaryOp, x: Storage): Storage {
  const { backend, size, dtype } = x;
  if (size === 0) return fill(backend, 0, 0, dtype);
  return new Storage(backend, backend.unary(op, x.handle, size, x.stored), size, dtype);
}

/** The result has the operands' dtype, unless the operation is a comparison. Truth values are added as numbers. */
export function binary(
  op: BinaryOp,
  a: Storage,
  shapeA: Shape,
  b: Storage,
  shapeB: Shape,
  shape: Shape,
  out: TensorDType = a.dtype,
): Storage {
  const { backend } = a;
  const size = checkSize(op, shape);
  if (size === 0) return fill(backend, 0, 0, out);
  const rank = shape.length;
  const handle = backend.binary(
    op,
    a.handle,
    alignShape(shapeA, rank),
    b.handle,
    alignShape(shapeB, rank),
    shape,
    a.stored,
  );
  return new Storage(backend, handle, size, out);
}

export function select(
  condition: Storage,
  shapeCondition: Shape,
  a: Storage,
  shapeA: Shape,
  b: Storage,
  shapeB: Shape,
  shape: Shape,
): Storage {
  const { backend, dtype } = a;
  const size = checkSize("where", shape);
  if (size === 0) return fill(backend, 0, 0, dtype);
  const rank = shape.length;
  const handle = backend.select(
    condition.handle,
    alignShape(shapeCondition, rank),
    a.handle,
    alignShape(shapeA, rank),
    b.handle,
    alignShape(shapeB, rank),
    shape,
    a.stored,
  );
  return new Storage(backend, handle, size, dtype);
}

/** Over at least one axis. Reducing nothing gives 0 for sum and 1 for prod; the caller refuses the others. */
export function reduce(
  op: ReduceOp,
  x: Storage,
  shape: Shape,
  axes: readonly number[],
  out: TensorDType = x.dtype,
): Storage {
  const { backend } = x;
  const size = reducedSizeOf(shape, axes);
  if (x.size === 0) return fill(backend, op === "prod" ? 1 : 0, checkSize(op, [size]), out);
  return new Storage(backend, backend.reduce(op, x.handle, shape, axes, x.stored), size, out);
}

/** The view within the rank that backends handle. */
function fitRank(view: StridedView): StridedView {
  if (view.shape.length <= MAX_RANK) return view;
  const collapsed = collapseAxes(view.shape, view.strides);
  checkRank("a view", collapsed.shape);
  return { ...view, ...collapsed };
}

export function strided(x: Storage, view: StridedView): Storage {
  const { backend, dtype } = x;
  const size = checkSize("a view", view.shape);
  if (size === 0) return fill(backend, 0, 0, dtype);
  // No element of the copy lies outside the bounds of all.
  const bounds = x.bounds === null ? null : { ...x.bounds, attained: false };
  return new Storage(backend, backend.strided(x.handle, fitRank(view), x.stored), size, dtype, bounds);
}

export function stridedAdd(x: Storage, view: StridedView): Storage {
  const { backend, dtype } = x;
  checkSize("a sum through a view", [view.sourceSize]);
  if (x.size === 0) return fill(backend, 0, view.sourceSize, dtype);
  return new Storage(backend, backend.stridedAdd(x.handle, fitRank(view), x.stored), view.sourceSize, dtype);
}

export function gather(x: Storage, index: Storage, size: GatherSize): Storage {
  const { backend, dtype } = x;
  if (index.size === 0) return fill(backend, 0, 0, dtype);
  return new Storage(backend, backend.gather(x.handle, index.handle, size, x.stored), index.size, dtype);
}

export function scatterAdd(x: Storage, index: Storage, size: GatherSize): Storage {
  const { backend, dtype } = x;
  const out = checkSize("scatterAdd", [size.outer, size.length, size.inner]);
  if (x.size === 0) return fill(backend, 0, out, dtype);
  return new Storage(backend, backend.scatterAdd(x.handle, index.handle, size, x.stored), out, dtype);
}

export function matmul(a: Storage, b: Storage, size: MatmulSize): Storage {
  const { backend, dtype } = a;
  const out = checkSize("matmul", [size.batch, size.rows, size.columns]);
  if (a.size === 0 || b.size === 0) return fill(backend, 0, out, dtype);
  return new Storage(backend, backend.matmul(a.handle, b.handle, size, a.stored), out, dtype);
}
