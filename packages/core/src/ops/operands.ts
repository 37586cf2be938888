/**
 * What stands beside a tensor in an elementwise operation, and the checks that operations share.
 *
 * A number beside a tensor becomes a scalar tensor of the tensor's dtype, kept per backend, so `x.mul(2)` uploads
 * nothing after its first call. A fraction beside an integral tensor is of the default dtype; `promote.ts` brings the two
 * together.
 */
import { checkTensor, checkTensors, makeTensor } from "../autograd.ts";
import type { Backend } from "../backend.ts";
import { getDefaultDtype } from "../default-dtype.ts";
import { isBool, isFloating, KINDS, storedAs, TENSOR_DTYPES, type TensorDType } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue } from "../options.ts";
import { checkSize, formatShape, type Shape } from "../shape.ts";
import { keep } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { fill } from "./fill.ts";

/** What stands beside a tensor in an elementwise operation. */
export type Operand = Tensor | number | boolean;

/** Whether an operand is no tensor. */
export const isPlain = (operand: unknown): operand is number | boolean =>
  typeof operand === "number" || typeof operand === "boolean";

const SCALARS_PER_DTYPE = 512;

/** The scalars of a dtype that are kept on a backend, and those that were when they last became too many. */
interface Scalars {
  recent: Map<number | string, Tensor>;
  retired: Map<number | string, Tensor>;
}
const scalars = new WeakMap<Backend, { [dtype in TensorDType]?: Scalars }>();

function disposeAll(table: ReadonlyMap<unknown, Tensor>): void {
  for (const scalar of table.values()) scalar.dispose();
}

/** A scalar tensor that stays on the backend. */
export function cachedScalar(backend: Backend, value: number, dtype: TensorDType): Tensor {
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
 * A number as a scalar tensor of `like`'s dtype; beside truth values, whether it is not 0.
 * @throws INVALID_ARGUMENT, DTYPE_MISMATCH for what an integral tensor cannot hold.
 */
export function toScalar(op: string, value: number | boolean, like: Tensor): Tensor {
  checkTensor(op, like);
  return scalarOf(op, value, like.ownBackend, like.ownDtype);
}

/** A number or truth value as a scalar tensor. @throws DTYPE_MISMATCH for what an integral dtype cannot hold. */
export function scalarOf(op: string, value: number | boolean, backend: Backend, dtype: TensorDType): Tensor {
  const number = Number(value);
  const { kind } = TENSOR_DTYPES[dtype];
  if (kind === KINDS.bool) return cachedScalar(backend, Number(number !== 0), dtype);
  if (kind === KINDS.integer && !isInt32(number)) {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `${op}: ${value} is not an int32, and the tensor is ${dtype}; cast it first with .float()`,
    );
  }
  return cachedScalar(backend, number, dtype);
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
 * A number as a scalar tensor beside `like`: of its dtype, or where the number is of a higher kind, of that kind's: int32, or the
 * default one for a fraction, NaN and ±∞.
 * @throws INVALID_ARGUMENT, DTYPE_MISMATCH for an integer beyond int32 beside an integral tensor.
 */
function toOperand(op: string, value: number | boolean, like: Tensor): Tensor {
  checkTensor(op, like);
  const { ownBackend: backend, ownDtype: dtype } = like;
  if (isFloating(dtype) || typeof value === "boolean") return scalarOf(op, value, backend, dtype);
  return Number.isInteger(value) ? scalarOf(op, value, backend, "int32") : defaultScalar(op, value, backend);
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
  const left = isPlain(a) ? toOperand(op, a, b as Tensor) : a;
  const right = isPlain(b) ? toOperand(op, b, left) : b;
  checkTensors(op, [left, right]);
  return [left, right];
}

/**
 * Throws for truth values.
 * @throws DTYPE_UNSUPPORTED.
 */
export function checkNumbers(op: string, dtype: TensorDType): void {
  if (!isBool(dtype)) return;
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    `${op} is not implemented for ${dtype} tensors; cast to numbers first, for example with .int()`,
  );
}

/**
 * Throws unless tensors of the dtype can have gradients.
 * @throws DTYPE_UNSUPPORTED with PyTorch's message.
 */
export function checkCanRequireGrad(dtype: TensorDType): void {
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
export function checkDtype(op: string, backend: Backend, dtype: TensorDType): void {
  if (typeof dtype !== "string" || !Object.hasOwn(TENSOR_DTYPES, dtype)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}: unknown dtype ${describeValue(dtype)}: use one of '${Object.keys(TENSOR_DTYPES).join("', '")}'`,
    );
  }
  if (backend.dtypes.includes(storedAs(dtype))) return;
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
export function checkRoom(op: string, backend: Backend, shape: Shape, dtype: TensorDType): void {
  const bytes = checkSize(op, shape) * TENSOR_DTYPES[dtype].bytes;
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
