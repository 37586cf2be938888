/** Diagonals, triangles, quarter turns and repetitions: functions alone, so that applications shed them. */
import { checkTensor, checkTensors } from "../autograd.ts";
import { arrayOf } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, isList } from "../options.ts";
import { broadcastShapes, formatShape, normalizeAxis, type Shape, stridesOf } from "../shape.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { cat } from "./cat.ts";
import { indexSelect } from "./indexing.ts";
import { embed, expand, flatten, flip, read, reshape, transpose, unsqueeze } from "./movement.ts";
import { checkRoom } from "./operands.ts";
import { where } from "./where.ts";

const invalid = (message: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", message);
const mismatch = (message: string): Corr2dError => new Corr2dError("SHAPE_MISMATCH", message);

function checkInteger(label: string, name: string, value: unknown): void {
  if (!Number.isSafeInteger(value))
    throw invalid(`${label}: ${name} must be an integer, but got ${describeValue(value)}`);
}

/**
 * The diagonals of the planes that two axes span, as the last axis.
 * @param offset above the main diagonal (below it: negative).
 * @throws INVALID_ARGUMENT unless they are two axes.
 */
function diagonalOf(x: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  checkTensor("diagonal", x);
  checkInteger("diagonal", "offset", offset);
  const rank = x.ownShape.length;
  const [row, column] = [normalizeAxis("diagonal", dim1, rank), normalizeAxis("diagonal", dim2, rank)];
  if (row === column || rank < 2) {
    throw invalid(
      `diagonal dimensions cannot be identical ${dim1}, ${dim2}, of a tensor of shape ${formatShape(x.ownShape)}`,
    );
  }
  const strides = stridesOf(x.ownShape);
  const [rows, columns] = [x.ownShape[row]!, x.ownShape[column]!];
  const length = Math.max(
    0,
    offset < 0 ? Math.min(rows + offset, columns) : Math.min(rows, columns - offset),
  );
  const rest = (sizes: Shape): number[] => sizes.filter((_, axis) => axis !== row && axis !== column);
  return read(x, "DiagonalBackward0", {
    shape: [...rest(x.ownShape), length],
    strides: [...rest(strides), strides[row]! + strides[column]!],
    offset: length === 0 ? 0 : offset < 0 ? -offset * strides[row]! : offset * strides[column]!,
  });
}

export { diagonalOf as diagonal };

/**
 * Of a vector the matrix that has it on a diagonal; of a matrix that diagonal.
 * @throws SHAPE_MISMATCH for other ranks.
 */
export function diag(x: Tensor, diagonal = 0): Tensor {
  checkTensor("diag", x);
  checkInteger("diag", "diagonal", diagonal);
  if (x.ownShape.length === 2) return diagonalOf(x, diagonal);
  if (x.ownShape.length !== 1) throw mismatch(`diag(): Supports 1D or 2D tensors. Got ${x.ownShape.length}D`);
  const [length] = x.ownShape as [number];
  const size = length + Math.abs(diagonal);
  return embed(x, [size, size], {
    shape: [length],
    strides: [size + 1],
    offset: length === 0 ? 0 : diagonal < 0 ? -diagonal * size : diagonal,
  });
}

/** The sum of a matrix' main diagonal. @throws SHAPE_MISMATCH for what is no matrix. */
export function trace(x: Tensor): Tensor {
  checkTensor("trace", x);
  if (x.ownShape.length !== 2)
    throw mismatch(`trace: expected a matrix, but got tensor with dim ${x.ownShape.length}`);
  return diagonalOf(x).sum();
}

/** Columns in reverse order: flipped along axis 1. @throws INVALID_ARGUMENT for fewer axes. */
export const fliplr = (x: Tensor): Tensor => flip(x, 1);
/** Rows in reverse order: flipped along axis 0. */
export const flipud = (x: Tensor): Tensor => flip(x, 0);

/**
 * Turned by `k` quarters, from the first of `dims` towards the second.
 * @throws INVALID_ARGUMENT unless they are two axes.
 */
export function rot90(x: Tensor, k = 1, dims: readonly number[] = [0, 1]): Tensor {
  checkTensor("rot90", x);
  checkInteger("rot90", "k", k);
  if (!isList(dims) || dims.length !== 2) {
    throw invalid(`rot90: expected total rotation dims == 2, but got dims = ${describeValue(dims)}`);
  }
  const [from, to] = Array.from(dims, (dim) => normalizeAxis("rot90", dim, x.ownShape.length)) as [
    number,
    number,
  ];
  if (from === to)
    throw invalid(`rot90: expected rotation dims to be different, but got ${formatShape(dims)}`);
  const turns = ((k % 4) + 4) % 4;
  if (turns === 0) return x.alias();
  if (turns === 2) return flip(x, [from, to]);
  return turns === 1 ? transpose(flip(x, to), from, to) : flip(transpose(x, from, to), to);
}

/**
 * Each element along an axis (without `dim`: of the flattened tensor) as often as `repeats` says: one number, or one for each.
 * @throws INVALID_ARGUMENT.
 */
export function repeatInterleave(x: Tensor, repeats: number | readonly number[], dim?: number): Tensor {
  checkTensor("repeatInterleave", x);
  if (dim === undefined) return repeatInterleave(flatten(x), repeats, 0);
  const axis = normalizeAxis("repeatInterleave", dim, x.ownShape.length);
  const length = x.ownShape[axis] ?? 1;
  const counts = isList(repeats) ? repeats : Array.from({ length }, () => repeats as number);
  if (counts.length !== length || !Array.from(counts).every((n) => Number.isInteger(n) && n >= 0)) {
    throw invalid(
      `repeatInterleave: repeats must be a count, or as many as input along dim ${axis} has elements (${length}), but got ` +
        `${isList(repeats) ? formatShape(repeats) : describeValue(repeats)}`,
    );
  }
  const total = counts.reduce((sum, n) => sum + n, 0);
  checkRoom("repeatInterleave", x.backend, [total], "int32");
  const picks = arrayOf("int32", total);
  let at = 0;
  for (const [i, n] of counts.entries()) {
    picks.fill(i, at, at + n);
    at += n;
  }
  return indexSelect(x, axis, x.fromArray(picks, [total]));
}

export interface MeshgridOptions {
  /** 'ij' (default): the first vector runs along the first axis; 'xy': along the second. */
  readonly indexing?: "ij" | "xy" | undefined;
}

/**
 * Each of some vectors along an axis of its own, expanded along those of the others.
 * @throws INVALID_ARGUMENT, SHAPE_MISMATCH for what is no vector.
 */
export function meshgrid(tensors: readonly Tensor[], options: MeshgridOptions = {}): Tensor[] {
  checkOptions("meshgrid", options, { indexing: ["ij", "xy"] }, "{ indexing: 'xy' }");
  if (!isList(tensors) || tensors.length === 0) throw invalid("meshgrid expects a non-empty list of tensors");
  checkTensors("meshgrid", tensors);
  for (const tensor of tensors) {
    if (tensor.ownShape.length > 1) {
      throw mismatch(
        `meshgrid: Expected 0D or 1D tensor in the tensor list but got: ${formatShape(tensor.ownShape)}`,
      );
    }
  }
  const swap = options.indexing === "xy" && tensors.length > 1;
  const order = tensors.map((_, i) => (swap && i < 2 ? 1 - i : i));
  const shape = order.map((i) => tensors[i]!.numel());
  return tensors.map((tensor, i) => {
    const own = shape.map((_, axis) => (order[axis] === i ? tensor.numel() : 1));
    return expand(reshape(tensor, own), shape);
  });
}

/** x expanded to a shape that it broadcasts to: `expand`, under torch's name. @throws SHAPE_MISMATCH. */
export const broadcastTo = (x: Tensor, size: Shape): Tensor => expand(x, size);

/** Tensors expanded to the shape that they broadcast to. @throws SHAPE_MISMATCH. */
export function broadcastTensors(...tensors: readonly Tensor[]): Tensor[] {
  checkTensors("broadcastTensors", tensors);
  const shape = tensors.reduce<Shape>((all, x) => broadcastShapes(all, x.ownShape, "broadcastTensors"), []);
  return tensors.map((x) => expand(x, shape));
}

/** With at least `rank` axes. */
const atLeast = (x: Tensor, rank: number): Tensor => {
  if (x.ownShape.length >= rank) return x;
  return rank === 3 && x.ownShape.length === 2 ? unsqueeze(x, 2) : atLeast(unsqueeze(x, 0), rank);
};

function joined(
  label: string,
  tensors: readonly Tensor[],
  rank: number,
  dim: (rank: number) => number,
): Tensor {
  if (!isList(tensors) || tensors.length === 0) throw invalid(`${label} expects a non-empty TensorList`);
  checkTensors(label, tensors);
  const all = tensors.map((x) => atLeast(x, rank));
  return cat(all, dim(all[0]!.ownShape.length));
}

/** Side by side: along axis 1, vectors along axis 0. @throws SHAPE_MISMATCH, INVALID_ARGUMENT. */
export const hstack = (tensors: readonly Tensor[]): Tensor =>
  joined("hstack", tensors, 1, (rank) => (rank === 1 ? 0 : 1));
/** One below the other, vectors as rows. @throws SHAPE_MISMATCH, INVALID_ARGUMENT. */
export const vstack = (tensors: readonly Tensor[]): Tensor => joined("vstack", tensors, 2, () => 0);
/** One behind the other: along axis 2. @throws SHAPE_MISMATCH, INVALID_ARGUMENT. */
export const dstack = (tensors: readonly Tensor[]): Tensor => joined("dstack", tensors, 3, () => 2);

/** x where its column, and its row plus `diagonal`, say so, 0 elsewhere; the mask is computed on the backend. */
function triangle(
  label: string,
  x: Tensor,
  diagonal: number,
  keep: (column: Tensor, row: Tensor) => Tensor,
): Tensor {
  checkTensor(label, x);
  checkInteger(label, "diagonal", diagonal);
  if (x.ownShape.length < 2) {
    throw mismatch(
      `${label}: input tensor must have at least 2 dimensions, but got ${formatShape(x.ownShape)}`,
    );
  }
  const [rows, columns] = x.ownShape.slice(-2) as [number, number];
  const shift = Math.max(-rows, Math.min(diagonal, columns));
  return runScoped(() => {
    const row = x.fromArray(
      Int32Array.from({ length: rows }, (_, i) => i + shift),
      [rows, 1],
    );
    const column = x.fromArray(
      Int32Array.from({ length: columns }, (_, i) => i),
      [columns],
    );
    return where(keep(column, row), x, x.scalarLike(0));
  });
}

/** The upper triangle of the last two axes, from `diagonal` on (0: the main one); 0 below. */
export const triu = (x: Tensor, diagonal = 0): Tensor =>
  triangle("triu", x, diagonal, (column, row) => column.ge(row));
/** The lower triangle of the last two axes, up to `diagonal` (0: the main one); 0 above. */
export const tril = (x: Tensor, diagonal = 0): Tensor =>
  triangle("tril", x, diagonal, (column, row) => column.le(row));
