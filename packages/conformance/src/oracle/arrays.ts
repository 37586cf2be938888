/**
 * The oracle for broadcasting, reductions, movement, indexing and matmul: the definitions of §3 to §6 as loops
 * over plain numbers.
 */
import {
  type DType,
  type GatherSize,
  isFloating,
  type MatmulSize,
  type ReduceOp,
  type StridedView,
} from "@corr2d/core";
import { type Expected, unitRoundoff } from "../compare.ts";
import { numbers, rounded } from "./elementwise.ts";
import { Sums, sumsExpected } from "./sums.ts";

type Shape = readonly number[];

/** The number of elements of a shape. */
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
export function broadcast(x: ArrayLike<number>, shape: Shape, out: Shape): Float64Array {
  const at = addresses({ shape: out, strides: repeatingStrides(shape), offset: 0 });
  return numbers(at.length, (i) => x[at[i]!]!);
}

/** Which result of a reduction each element counts in. */
function reductionGroups(shape: Shape, axes: Shape): Int32Array {
  const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  return addresses({ shape, strides: repeatingStrides(kept), offset: 0 });
}

/** Every group folded from `start`, in order. */
function fold(
  x: ArrayLike<number>,
  groups: Int32Array,
  size: number,
  start: number,
  step: (a: number, b: number) => number,
): Float64Array {
  const result = new Float64Array(size).fill(start);
  for (let i = 0; i < groups.length; i++) result[groups[i]!] = step(result[groups[i]!]!, x[i]!);
  return result;
}

/** The position in its group of the first NaN, else of the first element that is beyond all before it. */
function extremePositions(
  x: ArrayLike<number>,
  groups: Int32Array,
  size: number,
  beyond: (value: number, best: number) => boolean,
): Int32Array {
  const [best, position, seen] = [new Float64Array(size), new Int32Array(size), new Int32Array(size)];
  for (let i = 0; i < groups.length; i++) {
    const [group, value] = [groups[i]!, x[i]!];
    const at = seen[group]!++;
    const held = best[group]!;
    const wins = Number.isNaN(value) ? !Number.isNaN(held) : beyond(value, held);
    if (at > 0 && !wins) continue;
    best[group] = value;
    position[group] = at;
  }
  return position;
}

/** A reduction in float64. */
export function reduce(
  op: ReduceOp,
  x: ArrayLike<number>,
  shape: Shape,
  axes: Shape,
  dtype: DType,
): Expected {
  const groups = reductionGroups(shape, axes);
  const size = sizeOf(shape.filter((_, axis) => !axes.includes(axis)));
  if (op === "max") return { values: fold(x, groups, size, Number.NEGATIVE_INFINITY, Math.max) };
  if (op === "min") return { values: fold(x, groups, size, Number.POSITIVE_INFINITY, Math.min) };
  if (op === "argmax") return { values: extremePositions(x, groups, size, (value, best) => value > best) };
  if (op === "argmin") return { values: extremePositions(x, groups, size, (value, best) => value < best) };
  if (op === "sum") {
    const sums = new Sums(size);
    for (let i = 0; i < groups.length; i++) sums.add(groups[i]!, x[i]!);
    return sums.expected(dtype);
  }
  if (!isFloating(dtype)) return { values: fold(x, groups, size, 1, Math.imul) };
  const exact = fold(x, groups, size, 1, (a, b) => a * b);
  const bound = 2 * (groups.length / size) * unitRoundoff[dtype];
  return {
    values: exact.map((value) => rounded(value, dtype)),
    tolerance: exact.map((value) => bound * Math.abs(value)),
  };
}

/** A strided read in float64. */
export function strided(x: ArrayLike<number>, view: StridedView): Expected {
  const at = addresses(view);
  return { values: numbers(at.length, (i) => x[at[i]!]!), bits: true };
}

/** A strided addition into zeros in float64. */
export function stridedAdd(x: ArrayLike<number>, view: StridedView, dtype: DType): Expected {
  const sums = new Sums(view.sourceSize);
  addresses(view).forEach((at, i) => {
    sums.add(at, x[i]!);
  });
  return sums.expected(dtype);
}

/** Parts `[outer, lengths[i], inner]` side by side. */
export function concat(
  parts: readonly ArrayLike<number>[],
  lengths: Shape,
  outer: number,
  inner: number,
): Expected {
  const values = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const [i, part] of parts.entries()) {
      const row = lengths[i]! * inner;
      for (let k = 0; k < row; k++) values[at++] = part[o * row + k]!;
    }
  }
  return { values, bits: true };
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

/** A gather in float64. */
export function gather(x: ArrayLike<number>, index: ArrayLike<number>, size: GatherSize): Expected {
  const values = new Float64Array(size.outer * size.count * size.inner);
  eachPick(index, size, (whole, picked) => {
    values[picked] = x[whole]!;
  });
  return { values, bits: true };
}

/** Addition by indices in float64. */
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

/** Sums of what is gathered, in float64. */
export function gatherSum(
  x: ArrayLike<number>,
  index: ArrayLike<number>,
  weights: ArrayLike<number>,
  { outer, length, inner, count }: GatherSize,
  taps: number,
  dtype: DType,
): Expected {
  const sums = new Sums(outer * count * inner);
  for (let out = 0; out < outer * count * inner; out++) {
    const list = (Math.floor(out / inner) % count) * taps;
    const block = Math.floor(out / (count * inner)) * length;
    for (let t = list; t < list + taps && index[t]! >= 0; t++) {
      sums.add(out, weights[t]! * x[(block + index[t]!) * inner + (out % inner)]!);
    }
  }
  return sums.expected(dtype);
}

/** The products as they are: what a sum of `inner` terms comes to. Row by row of `b`: down its columns took ten times as long. */
function products(a: Float64Array, b: Float64Array, size: MatmulSize): Float64Array {
  const { batch, rows, inner, columns, transposeA, transposeB } = size;
  const values = new Float64Array(batch * rows * columns);
  const rowsOfB = transposeB ? transposed(b, batch, columns, inner) : b;
  const [stepA, rowA] = transposeA ? [rows, 1] : [1, inner];
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < rows; row++) {
      const out = (n * rows + row) * columns;
      for (let k = 0; k < inner; k++) {
        const factor = a[n * rows * inner + row * rowA + k * stepA]!;
        const at = (n * inner + k) * columns;
        for (let column = 0; column < columns; column++) {
          values[out + column]! += factor * rowsOfB[at + column]!;
        }
      }
    }
  }
  return values;
}

/** Of `batch` matrices, each transposed. */
function transposed(x: Float64Array, batch: number, rows: number, columns: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let n = 0, at = 0; n < batch; n++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        out[n * rows * columns + column * rows + row] = x[at]!;
      }
    }
  }
  return out;
}

/** Products of matrices in float64. */
export function matmul(
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  size: MatmulSize,
  dtype: DType,
): Expected {
  const [a, b] = [new Float64Array(left), new Float64Array(right)];
  return sumsExpected(products(a, b, size), dtype, undefined, () => {
    const magnitudes = products(a.map(Math.abs), b.map(Math.abs), size);
    return { magnitudes, counts: new Float64Array(magnitudes.length).fill(size.inner) };
  });
}
