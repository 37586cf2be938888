/**
 * Elementwise functions of two operands, and the choice between two, with broadcasting.
 *
 * One small loop per function (see unary.ts), over a row in which each operand steps by its own stride: 1, or 0
 * where it broadcasts. Comparisons convert with Number(), which takes no branch: on unordered data, one mispredicted
 * branch costs more than the rest of the loop.
 */
import {
  type BinaryOp,
  broadcastStrides,
  type DType,
  sizeOf,
  stridesOf,
  type TypedArray,
} from "@corr2d/core";
import { Rows } from "./axes.ts";

type Row = (
  a: TypedArray,
  i: number,
  stepA: number,
  b: TypedArray,
  j: number,
  stepB: number,
  out: TypedArray,
  at: number,
  end: number,
) => void;

/** IEEE 754's pow: 1 to any power is 1, NaN too, and (−1) to ±∞ is 1, where JavaScript gives NaN. */
function pow(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}

const FLOATING_ROWS: Record<BinaryOp, Row> = {
  add: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = a[i]! + b[j]!;
  },
  sub: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = a[i]! - b[j]!;
  },
  mul: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = a[i]! * b[j]!;
  },
  div: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = a[i]! / b[j]!;
  },
  pow: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = pow(a[i]!, b[j]!);
  },
  maximum: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = Math.max(a[i]!, b[j]!);
  },
  minimum: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = Math.min(a[i]!, b[j]!);
  },
  equal: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = Number(a[i]! === b[j]!);
  },
  notEqual: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = Number(a[i]! !== b[j]!);
  },
  less: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = Number(a[i]! < b[j]!);
  },
  lessEqual: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = Number(a[i]! <= b[j]!);
  },
  greater: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = Number(a[i]! > b[j]!);
  },
  greaterEqual: (a, i, stepA, b, j, stepB, out, at, end) => {
    for (; at < end; at++, i += stepA, j += stepB) out[at] = Number(a[i]! >= b[j]!);
  },
};

type DenseLoop = (a: TypedArray, b: TypedArray, out: TypedArray, size: number) => void;

/** Arithmetic on floating operands of one shape: with one counter for all three arrays it is half as fast again. */
const FLOATING_DENSE: Partial<Record<BinaryOp, DenseLoop>> = {
  add: (a, b, out, size) => {
    for (let i = 0; i < size; i++) out[i] = a[i]! + b[i]!;
  },
  sub: (a, b, out, size) => {
    for (let i = 0; i < size; i++) out[i] = a[i]! - b[i]!;
  },
  mul: (a, b, out, size) => {
    for (let i = 0; i < size; i++) out[i] = a[i]! * b[i]!;
  },
  div: (a, b, out, size) => {
    for (let i = 0; i < size; i++) out[i] = a[i]! / b[i]!;
  },
};

interface Kernels {
  readonly rows: Record<BinaryOp, Row>;
  readonly dense: Partial<Record<BinaryOp, DenseLoop>>;
}

const FLOATING: Kernels = { rows: FLOATING_ROWS, dense: FLOATING_DENSE };

/** int32 differs in products, which a float64 cannot always hold. (A quotient by 0 is 0: storing ±∞ or NaN gives it.) */
const KERNELS: { readonly [dtype in DType]: Kernels } = {
  float32: FLOATING,
  float64: FLOATING,
  int32: {
    rows: {
      ...FLOATING_ROWS,
      mul: (a, i, stepA, b, j, stepB, out, at, end) => {
        for (; at < end; at++, i += stepA, j += stepB) out[at] = Math.imul(a[i]!, b[j]!);
      },
    },
    dense: {},
  },
};

export function binary(
  op: BinaryOp,
  a: TypedArray,
  shapeA: readonly number[],
  b: TypedArray,
  shapeB: readonly number[],
  out: TypedArray,
  shape: readonly number[],
  dtype: DType,
): void {
  const { rows, dense } = KERNELS[dtype];
  const size = out.length;
  const sizeA = sizeOf(shapeA);
  const sizeB = sizeOf(shapeB);
  const loop = dense[op];
  if (loop !== undefined && sizeA === size && sizeB === size) {
    loop(a, b, out, size);
    return;
  }
  const row = rows[op];
  // An operand of one element broadcasts whatever its shape.
  if ((sizeA === size || sizeA === 1) && (sizeB === size || sizeB === 1)) {
    row(a, 0, sizeA === size ? 1 : 0, b, 0, sizeB === size ? 1 : 0, out, 0, size);
    return;
  }
  const strides = [broadcastStrides(shapeA, shape), broadcastStrides(shapeB, shape), stridesOf(shape)];
  const walk = new Rows(shape, strides, [0, 0, 0]);
  const { length, starts, steps } = walk;
  const stepA = steps[0]!;
  const stepB = steps[1]!;
  do {
    const at = starts[2]!;
    row(a, starts[0]!, stepA, b, starts[1]!, stepB, out, at, at + length);
  } while (walk.next());
}

export function select(
  condition: TypedArray,
  shapeCondition: readonly number[],
  a: TypedArray,
  shapeA: readonly number[],
  b: TypedArray,
  shapeB: readonly number[],
  out: TypedArray,
  shape: readonly number[],
): void {
  const size = out.length;
  const sizeC = sizeOf(shapeCondition);
  const sizeA = sizeOf(shapeA);
  const sizeB = sizeOf(shapeB);
  if ((sizeC === size || sizeC === 1) && (sizeA === size || sizeA === 1) && (sizeB === size || sizeB === 1)) {
    const steps = [sizeC === size ? 1 : 0, sizeA === size ? 1 : 0, sizeB === size ? 1 : 0];
    selectRow(condition, a, b, out, [0, 0, 0, 0], steps, size);
    return;
  }
  const rows = new Rows(
    shape,
    [
      broadcastStrides(shapeCondition, shape),
      broadcastStrides(shapeA, shape),
      broadcastStrides(shapeB, shape),
      stridesOf(shape),
    ],
    [0, 0, 0, 0],
  );
  const { length, starts, steps } = rows;
  do selectRow(condition, a, b, out, starts, steps, length);
  while (rows.next());
}

function selectRow(
  condition: TypedArray,
  a: TypedArray,
  b: TypedArray,
  out: TypedArray,
  starts: readonly number[],
  steps: readonly number[],
  length: number,
): void {
  let [c, i, j, at] = starts as [number, number, number, number];
  const [stepC, stepA, stepB] = steps as [number, number, number];
  const end = at + length;
  for (; at < end; at++, c += stepC, i += stepA, j += stepB) out[at] = condition[c] !== 0 ? a[i]! : b[j]!;
}
