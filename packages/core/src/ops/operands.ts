/**
 * What stands beside a tensor in an elementwise operation, and the checks that operations share.
 *
 * A number beside a tensor becomes a scalar tensor of the tensor's dtype, kept per backend, so `x.mul(2)` uploads
 * nothing after its first call. A fraction beside an integral tensor is of the default dtype; `promote.ts` brings the two
 * together.
 */
import { checkTensor, checkTensors, makeTensor } from "../autograd.ts";
import type { Backend, DType } from "../backend.ts";
import { getDefaultDtype } from "../default-dtype.ts";
import { DTYPE_NAMES, DTYPES, isFloating } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue } from "../options.ts";
import { checkSize, formatShape, type Shape } from "../shape.ts";
import { keep } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { fill } from "./fill.ts";

/** What stands beside a tensor in an elementwise operation. */
export type Operand = Tensor | number;

const SCALARS_PER_DTYPE = 512;

/** The scalars of a dtype that are kept on a backend, and those that were when they last became too many. */
interface Scalars {
  recent: Map<number | string, Tensor>;
  retired: Map<number | string, Tensor>;
}
const scalars = new WeakMap<Backend, { [dtype in DType]?: Scalars }>();

function disposeAll(table: ReadonlyMap<unknown, Tensor>): void {
  for (const scalar of table.values()) scalar.dispose();
}

/** A scalar tensor that stays on the backend. */
export function cachedScalar(backend: Backend, value: number, dtype: DType): Tensor {
  let tables = scalars.get(backend);
  if (tables === undefined) {
    tables = {};
    scalars.set(backend, tables);
  }
  let kept = tables[dtype];
  if (kept === undefined) {
    kept = { recent: new Map(), retired: new Map() };
    tables[dtype] = kept;
  }
  const key = Object.is(value, -0) ? "-0" : value; // A Map takes −0 for 0.
  let scalar = kept.recent.get(key);
  if (scalar === undefined) {
    if (kept.recent.size >= SCALARS_PER_DTYPE) {
      // One of the recent may be an operand just now; of those retired before, none is.
      disposeAll(kept.retired);
      kept.retired = kept.recent;
      kept.recent = new Map();
    }
    scalar = keep(makeTensor(fill(backend, value, 1, dtype), []));
    kept.recent.set(key, scalar);
  }
  return scalar;
}

/** Frees the scalars kept on a backend. */
export function forgetScalars(backend: Backend): void {
  for (const { recent, retired } of Object.values(scalars.get(backend) ?? {})) {
    disposeAll(recent);
    disposeAll(retired);
  }
  scalars.delete(backend);
}

const isInt32 = (value: number): boolean => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;

/**
 * A number as a scalar tensor of `like`'s dtype.
 * @throws INVALID_ARGUMENT, DTYPE_MISMATCH for what an integral tensor cannot hold.
 */
export function toScalar(op: string, value: number, like: Tensor): Tensor {
  checkTensor(op, like);
  if (!isFloating(like.dtype) && !isInt32(value)) {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `${op}: ${value} is not an int32, and the tensor is ${like.dtype}; cast it first with .float()`,
    );
  }
  return cachedScalar(like.ownBackend, value, like.dtype);
}

/**
 * A number as a scalar tensor of the default dtype.
 * @throws DTYPE_UNSUPPORTED where the backend lacks it.
 */
export function defaultScalar(op: string, value: number, backend: Backend): Tensor {
  const dtype = getDefaultDtype();
  checkDtype(op, backend, dtype);
  return cachedScalar(backend, value, dtype);
}

/**
 * A number as a scalar tensor beside `like`: of its dtype, or of the default one for a fraction, NaN or ±∞ beside an integral
 * tensor.
 * @throws INVALID_ARGUMENT, DTYPE_MISMATCH for an integer beyond int32 beside an integral tensor.
 */
function toOperand(op: string, value: number, like: Tensor): Tensor {
  checkTensor(op, like);
  if (isFloating(like.dtype) || Number.isInteger(value)) return toScalar(op, value, like);
  return defaultScalar(op, value, like.ownBackend);
}

/**
 * Throws unless the operands have one dtype.
 * @throws DTYPE_MISMATCH naming the remedy.
 */
export function checkSameDtype(op: string, a: Tensor, b: Tensor): void {
  if (a.dtype === b.dtype) return;
  throw new Corr2dError(
    "DTYPE_MISMATCH",
    `${op}: expected both tensors to have the same dtype, but got ${a.dtype} and ${b.dtype}: cast one, ` +
      `for example with .type("${isFloating(a.dtype) ? a.dtype : b.dtype}")`,
  );
}

/**
 * Throws unless the tensor has a floating dtype.
 * @throws DTYPE_UNSUPPORTED.
 */
export function checkFloating(op: string, tensor: Tensor): void {
  if (isFloating(tensor.dtype)) return;
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    `${op} is not implemented for ${tensor.dtype} tensors; cast to floating point first with .float()`,
  );
}

/** Both as tensors on one backend, each in its own dtype; at least one has to be a tensor. */
export function operands(op: string, a: Operand, b: Operand): [Tensor, Tensor] {
  const left = typeof a === "number" ? toOperand(op, a, b as Tensor) : a;
  const right = typeof b === "number" ? toOperand(op, b, left) : b;
  checkTensors(op, [left, right]);
  return [left, right];
}

/**
 * Throws unless tensors of the dtype can have gradients.
 * @throws DTYPE_UNSUPPORTED with PyTorch's message.
 */
export function checkCanRequireGrad(dtype: DType): void {
  if (isFloating(dtype)) return;
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    `Only Tensors of floating point and complex dtype can require gradients, but this one is ${dtype}: cast it ` +
      "with .float() first",
  );
}

/**
 * Throws unless the backend offers the dtype.
 * @throws DTYPE_UNSUPPORTED, INVALID_ARGUMENT.
 */
export function checkDtype(op: string, backend: Backend, dtype: DType): void {
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}: unknown dtype ${describeValue(dtype)}: use one of '${DTYPE_NAMES.join("', '")}'`,
    );
  }
  if (backend.dtypes.includes(dtype)) return;
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    `${op}: backend ${backend.name} does not offer ${dtype} (it has ${backend.dtypes.join(", ")}); use another dtype, or a ` +
      "backend that has it, such as @corr2d/cpu-js",
  );
}

/**
 * Checks a result before any work is done for it.
 * @throws OUT_OF_MEMORY for more than can be addressed, or than the backend says that it can ever hold.
 */
export function checkRoom(op: string, backend: Backend, shape: Shape, dtype: DType): void {
  const bytes = checkSize(op, shape) * DTYPES[dtype].bytes;
  const { maxBytes } = backend.features;
  if (typeof maxBytes !== "number" || bytes <= maxBytes) return;
  throw new Corr2dError(
    "OUT_OF_MEMORY",
    `${op}: shape ${formatShape(shape)} of ${dtype} takes ${bytes} bytes, and backend ${backend.name} holds at most ` +
      `${maxBytes} in one value`,
  );
}

/** `MulBackward0` for `mul`, as PyTorch names most. */
export const gradName = (member: string): string => `${member[0]!.toUpperCase()}${member.slice(1)}Backward0`;
