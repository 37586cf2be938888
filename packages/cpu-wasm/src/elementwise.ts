/** The elementwise operations (`assembly/elementwise/driver.ts`): which of its functions each is. */
import { type Activation, type BinaryOp, Corr2dError, type DType, type UnaryOp } from "@corr2d/core";
import { Binary, DIMENSIONS, Flat } from "./generated/border.ts";
import { floatBits, type Runtime } from "./runtime.ts";

/** Functions whose names are the contract's. */
const FLOAT_UNARY: Readonly<Partial<Record<UnaryOp, number>>> = Flat;

const INT_UNARY: Readonly<Partial<Record<UnaryOp, number>>> = {
  neg: Flat.intNeg,
  abs: Flat.intAbs,
  sign: Flat.intSign,
  square: Flat.intSquare,
  relu: Flat.intRelu,
};

/** From (outside) to. */
const CAST: Readonly<Partial<Record<DType, Readonly<Partial<Record<DType, number>>>>>> = {
  float32: { float32: Flat.copy, int32: Flat.toInt32 },
  int32: { float32: Flat.toFloat32, int32: Flat.copy },
};

const ACTIVATION_GRAD: Readonly<Record<Activation, number>> = {
  relu: Flat.reluGrad,
  sigmoid: Flat.sigmoidGrad,
  tanh: Flat.tanhGrad,
};

/** greater and greaterEqual are less and lessEqual with the operands swapped. */
const BINARY: Readonly<Record<BinaryOp, number>> = {
  ...Binary,
  greater: Binary.less,
  greaterEqual: Binary.lessEqual,
};

/** The error of an operation that a dtype does not have. */
export function unsupported(op: string, dtype: DType): Corr2dError {
  return new Corr2dError("DTYPE_UNSUPPORTED", `cpu-wasm: ${op} is not available for ${dtype}`);
}

/** `size` copies of `value`, rounded to the dtype. */
export function fill(rt: Runtime, value: number, out: number, size: number, dtype: DType): void {
  rt.call.fill(dtype === "int32" ? value : floatBits(value), out, size);
}

/**
 * `out` = x in another dtype: rounded to the nearest float32, ties to even, or truncated to int32, where NaN is 0 and what lies
 * beyond becomes an extreme. From a dtype to itself it is a copy, bit for bit.
 * @throws DTYPE_UNSUPPORTED for float64.
 */
export function cast(rt: Runtime, x: number, out: number, size: number, from: DType, to: DType): void {
  const code = CAST[from]?.[to];
  if (code === undefined) throw unsupported(`cast to ${to}`, from);
  rt.call.unary(code, x, 0, out, size);
}

/**
 * `out = op(x)`.
 * @throws DTYPE_UNSUPPORTED on int32 for all but neg, abs, sign, square and relu.
 */
export function unary(rt: Runtime, op: UnaryOp, x: number, out: number, size: number, dtype: DType): void {
  const code = (dtype === "int32" ? INT_UNARY : FLOAT_UNARY)[op];
  if (code === undefined) throw unsupported(op, dtype);
  rt.call.unary(code, x, 0, out, size);
}

/** The gradient of an activation from its result y and the incoming g (float32). */
export function activationGrad(
  rt: Runtime,
  op: Activation,
  y: number,
  g: number,
  out: number,
  size: number,
): void {
  rt.call.unary(ACTIVATION_GRAD[op], y, g, out, size);
}

/** `out = scaleA · a + scaleB · b` (float32). */
export function addScaled(
  rt: Runtime,
  a: number,
  scaleA: number,
  b: number,
  scaleB: number,
  out: number,
  size: number,
): void {
  rt.call.addScaled(a, b, out, size, scaleA, scaleB);
}

/**
 * `out = op(a, b)`, broadcasting: the three shapes have one rank, each axis of an operand is 1 or that of `shape`.
 * @throws DTYPE_UNSUPPORTED for pow on int32.
 */
export function binary(
  rt: Runtime,
  op: BinaryOp,
  a: number,
  shapeA: readonly number[],
  b: number,
  shapeB: readonly number[],
  out: number,
  shape: readonly number[],
  dtype: DType,
): void {
  if (dtype === "int32" && op === "pow") throw unsupported(op, dtype);
  const code = dtype === "int32" ? Binary.int + BINARY[op] : BINARY[op];
  if (op === "greater" || op === "greaterEqual")
    broadcast(rt, code, b, shapeB, a, shapeA, 0, shape, out, shape);
  else broadcast(rt, code, a, shapeA, b, shapeB, 0, shape, out, shape);
}

/** `out = condition ? a : b`, broadcasting as `binary` does; the condition is int32, a and b any four-byte dtype. */
export function select(
  rt: Runtime,
  condition: number,
  shapeCondition: readonly number[],
  a: number,
  shapeA: readonly number[],
  b: number,
  shapeB: readonly number[],
  out: number,
  shape: readonly number[],
): void {
  broadcast(rt, Binary.select, a, shapeA, b, shapeB, condition, shapeCondition, out, shape);
}

/** The shapes of the result and of the operands, written one after the other. */
function broadcast(
  rt: Runtime,
  code: number,
  a: number,
  shapeA: readonly number[],
  b: number,
  shapeB: readonly number[],
  c: number,
  shapeC: readonly number[],
  out: number,
  shape: readonly number[],
): void {
  const slots = rt.i32;
  const rank = shape.length;
  const first = DIMENSIONS >> 2;
  for (let axis = 0; axis < rank; axis++) {
    const at = first + axis;
    slots[at] = shape[axis]!;
    slots[at + rank] = shapeA[axis]!;
    slots[at + 2 * rank] = shapeB[axis]!;
    slots[at + 3 * rank] = shapeC[axis]!;
  }
  rt.call.binary(code, a, b, c, out, rank);
}
