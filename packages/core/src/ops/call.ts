/**
 * The only place where core calls a backend's operations.
 *
 * Storages in, storage out. Zero-size operands and results end here, so that no backend ever sees one: an empty
 * result is an empty upload, and an operation over nothing is its neutral element.
 */
import type {
  Activation,
  AveragePool,
  Backend,
  BinaryOp,
  DType,
  GatherSize,
  MatmulSize,
  ReduceOp,
  StridedView,
  UnaryOp,
  Window2d,
} from "../backend.ts";
import { alignShape, checkRank, collapseAxes, MAX_RANK, reducedShape, type Shape, sizeOf } from "../shape.ts";
import { Storage } from "../storage.ts";

export function fill(backend: Backend, value: number, size: number, dtype: DType): Storage {
  return new Storage(backend, backend.fill(value, size, dtype), size, dtype);
}

/** The result has x's dtype, unless the operation is a cast. */
export function unary(op: UnaryOp, x: Storage, out: DType = x.dtype): Storage {
  const { backend, size, dtype } = x;
  if (size === 0) return fill(backend, 0, 0, out);
  return new Storage(backend, backend.unary(op, x.handle, size, dtype), size, out);
}

/** The result has the operands' dtype, unless the operation is a comparison. */
export function binary(
  op: BinaryOp,
  a: Storage,
  shapeA: Shape,
  b: Storage,
  shapeB: Shape,
  shape: Shape,
  out: DType = a.dtype,
): Storage {
  const { backend, dtype } = a;
  const size = sizeOf(shape);
  if (size === 0) return fill(backend, 0, 0, out);
  const rank = shape.length;
  const handle = backend.binary(
    op,
    a.handle,
    alignShape(shapeA, rank),
    b.handle,
    alignShape(shapeB, rank),
    shape,
    dtype,
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
  const size = sizeOf(shape);
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
    dtype,
  );
  return new Storage(backend, handle, size, dtype);
}

/** Over at least one axis. Reducing nothing gives 0 for sum and 1 for prod; the caller refuses the others. */
export function reduce(op: ReduceOp, x: Storage, shape: Shape, axes: readonly number[]): Storage {
  const { backend, dtype } = x;
  const size = sizeOf(reducedShape(shape, axes, false));
  const out = op === "argmax" || op === "argmin" ? "int32" : dtype;
  if (x.size === 0) return fill(backend, op === "prod" ? 1 : 0, size, out);
  return new Storage(backend, backend.reduce(op, x.handle, shape, axes, dtype), size, out);
}

/** The view within the rank that backends handle. */
function fitRank(view: StridedView): StridedView {
  if (view.shape.length <= MAX_RANK) return view;
  const collapsed = collapseAxes(view.shape, view.strides);
  checkRank(collapsed.shape);
  return { ...view, ...collapsed };
}

export function strided(x: Storage, view: StridedView): Storage {
  const { backend, dtype } = x;
  const size = sizeOf(view.shape);
  if (size === 0) return fill(backend, 0, 0, dtype);
  return new Storage(backend, backend.strided(x.handle, fitRank(view), dtype), size, dtype);
}

export function stridedAdd(x: Storage, view: StridedView): Storage {
  const { backend, dtype } = x;
  if (x.size === 0) return fill(backend, 0, view.sourceSize, dtype);
  return new Storage(backend, backend.stridedAdd(x.handle, fitRank(view), dtype), view.sourceSize, dtype);
}

export function gather(x: Storage, index: Storage, size: GatherSize): Storage {
  const { backend, dtype } = x;
  if (index.size === 0) return fill(backend, 0, 0, dtype);
  return new Storage(backend, backend.gather(x.handle, index.handle, size, dtype), index.size, dtype);
}

export function scatterAdd(x: Storage, index: Storage, size: GatherSize): Storage {
  const { backend, dtype } = x;
  const out = size.outer * size.length * size.inner;
  if (x.size === 0) return fill(backend, 0, out, dtype);
  return new Storage(backend, backend.scatterAdd(x.handle, index.handle, size, dtype), out, dtype);
}

export function matmul(a: Storage, b: Storage, size: MatmulSize): Storage {
  const { backend, dtype } = a;
  const out = size.batch * size.rows * size.columns;
  if (a.size === 0 || b.size === 0) return fill(backend, 0, out, dtype);
  return new Storage(backend, backend.matmul(a.handle, b.handle, size, dtype), out, dtype);
}

const inputSize = (w: Window2d): number => w.batch * w.inChannels * w.inputHeight * w.inputWidth;
const outputSize = (w: Window2d): number => w.batch * w.outChannels * w.outputHeight * w.outputWidth;
const kernelSize = (w: Window2d): number =>
  w.outChannels * (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth;

export function corr2d(x: Storage, kernel: Storage, w: Window2d): Storage {
  const { backend, dtype } = x;
  const size = outputSize(w);
  if (x.size === 0 || kernel.size === 0) return fill(backend, 0, size, dtype);
  return new Storage(backend, backend.corr2d(x.handle, kernel.handle, w, dtype), size, dtype);
}

export function corr2dBias(x: Storage, kernel: Storage, bias: Storage, w: Window2d): Storage {
  const { backend, dtype } = x;
  const size = outputSize(w);
  if (x.size === 0) return fill(backend, 0, size, dtype);
  return new Storage(
    backend,
    backend.corr2dBias(x.handle, kernel.handle, bias.handle, w, dtype),
    size,
    dtype,
  );
}

export function corr2dInput(g: Storage, kernel: Storage, w: Window2d): Storage {
  const { backend, dtype } = g;
  const size = inputSize(w);
  if (g.size === 0 || kernel.size === 0) return fill(backend, 0, size, dtype);
  return new Storage(backend, backend.corr2dInput(g.handle, kernel.handle, w, dtype), size, dtype);
}

export function corr2dKernel(x: Storage, g: Storage, w: Window2d): Storage {
  const { backend, dtype } = x;
  const size = kernelSize(w);
  if (x.size === 0 || g.size === 0) return fill(backend, 0, size, dtype);
  return new Storage(backend, backend.corr2dKernel(x.handle, g.handle, w, dtype), size, dtype);
}

export function maxPool2d(x: Storage, w: Window2d): [values: Storage, indices: Storage] {
  const { backend, dtype } = x;
  const size = outputSize(w);
  if (x.size === 0) return [fill(backend, 0, size, dtype), fill(backend, 0, size, "int32")];
  const [values, indices] = backend.maxPool2d(x.handle, w, dtype);
  return [new Storage(backend, values, size, dtype), new Storage(backend, indices, size, "int32")];
}

export function avgPool2d(x: Storage, w: Window2d, average: AveragePool): Storage {
  const { backend, dtype } = x;
  const size = outputSize(w);
  if (x.size === 0) return fill(backend, 0, size, dtype);
  return new Storage(backend, backend.avgPool2d(x.handle, w, average, dtype), size, dtype);
}

export function avgPool2dInput(g: Storage, w: Window2d, average: AveragePool): Storage {
  const { backend, dtype } = g;
  const size = inputSize(w);
  if (g.size === 0) return fill(backend, 0, size, dtype);
  return new Storage(backend, backend.avgPool2dInput(g.handle, w, average, dtype), size, dtype);
}

export function softmax(
  member: "softmax" | "logSoftmax",
  x: Storage,
  outer: number,
  length: number,
  inner: number,
): Storage {
  const { backend, dtype, size } = x;
  if (size === 0) return fill(backend, 0, 0, dtype);
  return new Storage(backend, backend[member](x.handle, outer, length, inner, dtype), size, dtype);
}

export function activationGrad(op: Activation, y: Storage, g: Storage): Storage {
  const { backend, dtype, size } = y;
  if (size === 0) return fill(backend, 0, 0, dtype);
  return new Storage(backend, backend.activationGrad(op, y.handle, g.handle, size, dtype), size, dtype);
}

export function addScaled(a: Storage, scaleA: number, b: Storage, scaleB: number): Storage {
  const { backend, dtype, size } = a;
  if (size === 0) return fill(backend, 0, 0, dtype);
  return new Storage(
    backend,
    backend.addScaled(a.handle, scaleA, b.handle, scaleB, size, dtype),
    size,
    dtype,
  );
}
