/**
 * The oracle for broadcasting, reductions, movement, indexing and matmul: the definitions of §3 to §6 as loops
 * over plain numbers.
 */
import type { DType, GatherSize, MatmulSize, ReduceOp, StridedView } from "@corr2d/core";
import { type Expected, unitRoundoff } from "../compare.ts";
import { rounded } from "./elementwise.ts";
import { Sums } from "./sums.ts";

type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  return shape.reduce((size, n) => size * n, 1);
}

/** The address of every element of a view, in row-major order of its shape. */
export function addresses({ shape, strides, offset }: Omit<StridedView, "sourceSize">): Int32Array {
  const result = new Int32Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let i = 0, at = offset; i < result.length; i++) {
    result[i] = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** How far apart neighbours along each axis of `shape` are; 0 along its axes of size 1, which repeat. */
function repeatingStrides(shape: Shape): number[] {
  const strides = shape.map(() => 0);
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    if (shape[axis] !== 1) strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** The elements of `x`, of `shape`, repeated along its axes of size 1 to fill `out`. */
export function broadcast(x: ArrayLike<number>, shape: Shape, out: Shape): number[] {
  return Array.from(addresses({ shape: out, strides: repeatingStrides(shape), offset: 0 }), (at) => x[at]!);
}

/** The elements that each result of a reduction sees, in row-major order. */
function reductionGroups(x: ArrayLike<number>, shape: Shape, axes: Shape): number[][] {
  const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
  addresses({ shape, strides: repeatingStrides(kept), offset: 0 }).forEach((group, i) => {
    groups[group]!.push(x[i]!);
  });
  return groups;
}

/** The largest or smallest of the values, NaN where there is one. (They may be too many for `Math.max(...values)`.) */
function extreme(values: readonly number[], op: "max" | "min"): number {
  return op === "max" ? values.reduce((a, b) => Math.max(a, b)) : values.reduce((a, b) => Math.min(a, b));
}

/** The first NaN, else the first element that is the extreme of all. */
function extremePosition(values: readonly number[], op: "max" | "min"): number {
  const nan = values.findIndex(Number.isNaN);
  return nan >= 0 ? nan : values.indexOf(extreme(values, op));
}

export function reduce(
  op: ReduceOp,
  x: ArrayLike<number>,
  shape: Shape,
  axes: Shape,
  dtype: DType,
): Expected {
  const groups = reductionGroups(x, shape, axes);
  if (op === "max" || op === "min") return { values: groups.map((values) => extreme(values, op)) };
  if (op === "argmax") return { values: groups.map((values) => extremePosition(values, "max")) };
  if (op === "argmin") return { values: groups.map((values) => extremePosition(values, "min")) };
  if (op === "sum") {
    const sums = new Sums(groups.length);
    groups.forEach((values, at) => {
      for (const value of values) sums.add(at, value);
    });
    return sums.expected(dtype);
  }
  if (dtype === "int32") return { values: groups.map((values) => values.reduce(Math.imul, 1)) };
  const exact = groups.map((values) => values.reduce((a, b) => a * b, 1));
  const u = unitRoundoff[dtype];
  return {
    values: exact.map((value) => rounded(value, dtype)),
    tolerance: exact.map((value, i) => 2 * groups[i]!.length * u * Math.abs(value)),
  };
}

export function strided(x: ArrayLike<number>, view: StridedView): Expected {
  return { values: Array.from(addresses(view), (at) => x[at]!), bits: true };
}

export function stridedAdd(x: ArrayLike<number>, view: StridedView, dtype: DType): Expected {
  const sums = new Sums(view.sourceSize);
  addresses(view).forEach((at, i) => {
    sums.add(at, x[i]!);
  });
  return sums.expected(dtype);
}

/** Calls `visit` with the addresses of every picked element: in the whole `[outer, length, inner]`, and among the picked. */
function eachPick(
  index: ArrayLike<number>,
  size: GatherSize,
  visit: (whole: number, picked: number) => void,
): void {
  const { outer, length, inner, count } = size;
  for (let o = 0; o < outer; o++) {
    for (let c = 0; c < count; c++) {
      for (let i = 0; i < inner; i++) {
        const picked = (o * count + c) * inner + i;
        visit((o * length + index[picked]!) * inner + i, picked);
      }
    }
  }
}

export function gather(x: ArrayLike<number>, index: ArrayLike<number>, size: GatherSize): Expected {
  const values: number[] = [];
  eachPick(index, size, (whole, picked) => {
    values[picked] = x[whole]!;
  });
  return { values, bits: true };
}

export function scatterAdd(
  x: ArrayLike<number>,
  index: ArrayLike<number>,
  size: GatherSize,
  dtype: DType,
): Expected {
  const sums = new Sums(size.outer * size.length * size.inner);
  eachPick(index, size, (whole, picked) => {
    sums.add(whole, x[picked]!);
  });
  return sums.expected(dtype);
}

export function matmul(a: ArrayLike<number>, b: ArrayLike<number>, size: MatmulSize, dtype: DType): Expected {
  const { batch, rows, inner, columns, transposeA, transposeB } = size;
  const sums = new Sums(batch * rows * columns);
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let k = 0; k < inner; k++) {
          const atA = n * rows * inner + (transposeA ? k * rows + row : row * inner + k);
          const atB = n * inner * columns + (transposeB ? column * inner + k : k * columns + column);
          sums.add((n * rows + row) * columns + column, a[atA]! * b[atB]!);
        }
      }
    }
  }
  return sums.expected(dtype);
}
