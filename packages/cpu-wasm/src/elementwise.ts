/**
 * Wrappers of the elementwise kernels: which number an operation has, and how shapes become rows.
 *
 * Shapes that broadcast are collapsed: neighbouring axes along which the same operands vary are one axis. What
 * remains is rows along the innermost axis, where each operand has step 1 or 0, and a few outer axes.
 */
import { type Activation, type BinaryOp, Corr2dError, type DType, type UnaryOp } from "@corr2d/core";
import { floatBits, type Runtime } from "./runtime.ts";

/** Elements per chunk, as in assembly/elementwise.ts. */
const CHUNK = 8192;

/** `Flat` in assembly/elementwise-unary.ts. */
const FLOAT_UNARY: Readonly<Partial<Record<UnaryOp, number>>> = {
  neg: 0,
  abs: 1,
  sign: 2,
  square: 3,
  floor: 4,
  ceil: 5,
  round: 6,
  trunc: 7,
  sqrt: 8,
  rsqrt: 9,
  reciprocal: 10,
  relu: 11,
  toInt32: 12,
  exp: 13,
  expm1: 14,
  log: 15,
  log1p: 16,
  sin: 17,
  cos: 18,
  tan: 19,
  tanh: 20,
  sigmoid: 21,
  erf: 22,
  toFloat32: 29,
};

const INT_UNARY: Readonly<Partial<Record<UnaryOp, number>>> = {
  neg: 23,
  abs: 24,
  sign: 25,
  square: 26,
  relu: 27,
  toFloat32: 28,
  toInt32: 29,
};

const ACTIVATION_GRAD: Readonly<Record<Activation, number>> = { relu: 30, sigmoid: 31, tanh: 32 };
/** From here to `toFloat32`, an element costs about five times a cheap one. */
const FIRST_COSTLY = 13;

/** `Row` in assembly/elementwise-binary.ts; greater and greaterEqual are less and lessEqual with the operands swapped. */
const BINARY: Readonly<Record<BinaryOp, number>> = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  maximum: 4,
  minimum: 5,
  equal: 6,
  notEqual: 7,
  less: 8,
  lessEqual: 9,
  greater: 8,
  greaterEqual: 9,
  pow: 20,
};
const INT = 10;
const SELECT = 21;

/** Rough work per element, in the unit of `PARALLEL_FLOPS`: 40 a nanosecond. */
const CHEAP = 8;
const COSTLY = 40;

function unsupported(op: string, dtype: DType): Corr2dError {
  return new Corr2dError("DTYPE_UNSUPPORTED", `cpu-wasm: ${op} is not available for ${dtype}`, { op, dtype });
}

function flat(rt: Runtime, op: number, a: number, b: number, out: number, size: number): void {
  if (size <= CHUNK) {
    rt.call.flatNow(op, a, b, out, size);
    return;
  }
  const work = op >= FIRST_COSTLY && op < INT_UNARY.neg! ? COSTLY : CHEAP;
  rt.run("flat", [op, a, b, out, size], Math.ceil(size / CHUNK), size * work);
}

/** `size` copies of `value`, rounded to the dtype. */
export function fill(rt: Runtime, value: number, out: number, size: number, dtype: DType): void {
  const bits = dtype === "int32" ? value : floatBits(value);
  if (size <= CHUNK) rt.call.fillNow(out, size, bits);
  else rt.run("fill", [out, size, bits], Math.ceil(size / CHUNK), size * CHEAP);
}

/**
 * `out = op(x)`; the result of a cast has the cast's dtype, any other that of x.
 * @throws DTYPE_UNSUPPORTED for float64, and on int32 for all but neg, abs, sign, square, relu and the casts.
 */
export function unary(rt: Runtime, op: UnaryOp, x: number, out: number, size: number, dtype: DType): void {
  const code = (dtype === "int32" ? INT_UNARY : FLOAT_UNARY)[op];
  if (code === undefined) throw unsupported(op, dtype);
  flat(rt, code, x, 0, out, size);
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
  flat(rt, ACTIVATION_GRAD[op], y, g, out, size);
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
  if (size <= CHUNK) {
    rt.call.addScaledNow(a, b, out, size, scaleA, scaleB);
    return;
  }
  const args = [a, b, out, size, floatBits(scaleA), floatBits(scaleB)];
  rt.run("addScaled", args, Math.ceil(size / CHUNK), size * CHEAP);
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
  const code = dtype === "int32" ? INT + BINARY[op] : BINARY[op];
  if (op === "greater" || op === "greaterEqual") elementwise(rt, code, b, shapeB, a, shapeA, out, shape);
  else elementwise(rt, code, a, shapeA, b, shapeB, out, shape);
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
  broadcast(rt, SELECT, a, shapeA, b, shapeB, condition, shapeCondition, out, shape);
}

/** 1: every axis of `operand` is that of `shape`; 0: it has one element; −1: neither. */
function stepOf(operand: readonly number[], shape: readonly number[]): number {
  let whole = true;
  let single = true;
  for (let axis = 0; axis < shape.length; axis++) {
    if (operand[axis] !== shape[axis]) whole = false;
    if (operand[axis] !== 1) single = false;
  }
  return whole ? 1 : single ? 0 : -1;
}

function elementwise(
  rt: Runtime,
  code: number,
  a: number,
  shapeA: readonly number[],
  b: number,
  shapeB: readonly number[],
  out: number,
  shape: readonly number[],
): void {
  const stepA = stepOf(shapeA, shape);
  const stepB = stepOf(shapeB, shape);
  if (stepA >= 0 && stepB >= 0) {
    let size = 1;
    for (const length of shape) size *= length;
    if (size <= CHUNK) {
      rt.call.broadcastNow(code, a, stepA, b, stepB, out, size);
      return;
    }
  }
  broadcast(rt, code, a, shapeA, b, shapeB, 0, null, out, shape);
}

/** An axis of the collapsed result: its length, and each operand's stride in elements (0: it does not vary). */
interface Axis {
  length: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

type Shape = readonly number[];

/** The collapsed axes, innermost first. Axes of length 1 are gone; there is always one axis. */
function collapse(shapeA: Shape, shapeB: Shape, shapeC: Shape | null, shape: Shape): Axis[] {
  const axes: Axis[] = [];
  let inner: Axis | undefined;
  let [sizeA, sizeB, sizeC] = [1, 1, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis]!;
    if (length === 1) continue;
    const a = shapeA[axis] === 1 ? 0 : sizeA;
    const b = shapeB[axis] === 1 ? 0 : sizeB;
    const c = shapeC === null || shapeC[axis] === 1 ? 0 : sizeC;
    // Neighbours along which the same operands vary are one axis.
    if (inner !== undefined && !inner.a === !a && !inner.b === !b && !inner.c === !c) inner.length *= length;
    else {
      inner = { length, a, b, c };
      axes.push(inner);
    }
    if (a > 0) sizeA *= length;
    if (b > 0) sizeB *= length;
    if (c > 0) sizeC *= length;
  }
  if (axes.length === 0) axes.push({ length: 1, a: 0, b: 0, c: 0 });
  return axes;
}

function broadcast(
  rt: Runtime,
  code: number,
  a: number,
  shapeA: Shape,
  b: number,
  shapeB: Shape,
  c: number,
  shapeC: Shape | null,
  out: number,
  shape: Shape,
): void {
  const axes = collapse(shapeA, shapeB, shapeC, shape);
  const row = axes[0]!;
  let size = row.length;
  const steps = row.a | (row.b << 1) | (row.c << 2);
  const args = [code, a, b, c, out, 0, row.length, axes.length - 1, steps, 0];
  for (let i = 1; i < axes.length; i++) {
    const axis = axes[i]!;
    size *= axis.length;
    args.push(axis.length, axis.a, axis.b, axis.c);
  }
  args[5] = size;
  const work = code === BINARY.pow ? 5 * COSTLY : CHEAP;
  rt.run("broadcast", args, Math.ceil(size / CHUNK), size * work);
}
