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

/** Calls `visit` with every index of `shape`, in row-major order. */
function eachIndex(shape: Shape, visit: (index: readonly number[]) => void): void {
  const index = shape.map(() => 0);
  for (let left = sizeOf(shape); left > 0; left--) {
    visit(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

function flat(index: Shape, shape: Shape): number {
  return index.reduce((at, i, axis) => at * shape[axis]! + (shape[axis] === 1 ? 0 : i), 0);
}

/** The elements of `x`, of `shape`, repeated along its axes of size 1 to fill `out`. */
export function broadcast(x: ArrayLike<number>, shape: Shape, out: Shape): number[] {
  const result: number[] = [];
  eachIndex(out, (index) => result.push(x[flat(index, shape)]!));
  return result;
}

/** The elements that each result of a reduction sees, in row-major order. */
function reductionGroups(x: ArrayLike<number>, shape: Shape, axes: Shape): number[][] {
  const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
  let i = 0;
  eachIndex(shape, (index) => groups[flat(index, kept)]!.push(x[i++]!));
  return groups;
}

/** The first NaN, else the first element that is `extreme` of all. */
function extremePosition(values: readonly number[], extreme: (...values: number[]) => number): number {
  const nan = values.findIndex(Number.isNaN);
  return nan >= 0 ? nan : values.indexOf(extreme(...values));
}

export function reduce(
  op: ReduceOp,
  x: ArrayLike<number>,
  shape: Shape,
  axes: Shape,
  dtype: DType,
): Expected {
  const groups = reductionGroups(x, shape, axes);
  if (op === "max") return { values: groups.map((values) => Math.max(...values)) };
  if (op === "min") return { values: groups.map((values) => Math.min(...values)) };
  if (op === "argmax") return { values: groups.map((values) => extremePosition(values, Math.max)) };
  if (op === "argmin") return { values: groups.map((values) => extremePosition(values, Math.min)) };
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

/** The address of every element of a view, in row-major order of its shape. */
export function addresses(view: StridedView): number[] {
  const result: number[] = [];
  eachIndex(view.shape, (index) => {
    result.push(index.reduce((at, i, axis) => at + i * view.strides[axis]!, view.offset));
  });
  return result;
}

export function strided(x: ArrayLike<number>, view: StridedView): Expected {
  return { values: addresses(view).map((at) => x[at]!) };
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
  eachIndex([size.outer, size.count, size.inner], ([o, c, i]) => {
    const picked = (o! * size.count + c!) * size.inner + i!;
    visit((o! * size.length + index[picked]!) * size.inner + i!, picked);
  });
}

export function gather(x: ArrayLike<number>, index: ArrayLike<number>, size: GatherSize): Expected {
  const values: number[] = [];
  eachPick(index, size, (whole, picked) => {
    values[picked] = x[whole]!;
  });
  return { values };
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
