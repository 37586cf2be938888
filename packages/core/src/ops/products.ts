/** Products of vectors and matrices of fixed ranks, by `matmul` and elementwise products. */
import { checkTensors } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { matmul } from "./matmul.ts";
import { reshape } from "./movement.ts";

const mismatch = (message: string): Corr2dError => new Corr2dError("SHAPE_MISMATCH", message);

const rankOf = (x: Tensor): number => x.ownShape.length;

/**
 * The products of all pairs, [n, m], of two vectors.
 * @throws SHAPE_MISMATCH for what is no vector.
 */
export function outer(x: Tensor, vec2: Tensor): Tensor {
  checkTensors("outer", [x, vec2]);
  for (const [each, name] of [
    [x, "self"],
    [vec2, "vec2"],
  ] as const) {
    if (rankOf(each) !== 1) throw mismatch(`outer: Expected 1-D argument ${name}, but got ${rankOf(each)}-D`);
  }
  return reshape(x, [x.numel(), 1]).mul(vec2);
}

/**
 * The sum of the products of two vectors, of int32 too.
 * @throws SHAPE_MISMATCH unless both are vectors of one length.
 */
export function dot(x: Tensor, other: Tensor): Tensor {
  checkTensors("dot", [x, other]);
  if (rankOf(x) !== 1 || rankOf(other) !== 1) {
    throw mismatch(`dot: 1D tensors expected, but got ${rankOf(x)}D and ${rankOf(other)}D tensors`);
  }
  if (x.numel() !== other.numel()) {
    throw mismatch(
      `dot: inconsistent tensor size, expected tensor ${formatShape(x.ownShape)} and src ${formatShape(other.ownShape)} to have the ` +
        `same number of elements, but got ${x.numel()} and ${other.numel()} elements respectively`,
    );
  }
  return x.mul(other).sum();
}

/**
 * The product of two matrices, [n, k] and [k, m], without broadcasting.
 * @throws SHAPE_MISMATCH, DTYPE_UNSUPPORTED, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export function mm(x: Tensor, mat2: Tensor): Tensor {
  checkTensors("mm", [x, mat2]);
  for (const [each, name] of [
    [x, "self"],
    [mat2, "mat2"],
  ] as const) {
    if (rankOf(each) !== 2)
      throw mismatch(`mm: ${name} must be a matrix, but has shape ${formatShape(each.ownShape)}`);
  }
  return matmul(x, mat2);
}

/**
 * The product of a matrix [n, k] and a vector [k].
 * @throws SHAPE_MISMATCH, DTYPE_UNSUPPORTED, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export function mv(x: Tensor, vec: Tensor): Tensor {
  checkTensors("mv", [x, vec]);
  if (rankOf(x) !== 2 || rankOf(vec) !== 1) {
    throw mismatch(
      `mv: matrix @ vector expected, got shapes ${formatShape(x.ownShape)} and ${formatShape(vec.ownShape)}`,
    );
  }
  return matmul(x, vec);
}

/**
 * The products of as many pairs of matrices: [b, n, k] and [b, k, m] give [b, n, m].
 * @throws SHAPE_MISMATCH, DTYPE_UNSUPPORTED, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export function bmm(x: Tensor, mat2: Tensor): Tensor {
  checkTensors("bmm", [x, mat2]);
  for (const [each, name] of [
    [x, "batch1"],
    [mat2, "batch2"],
  ] as const) {
    if (rankOf(each) !== 3)
      throw mismatch(`bmm: ${name} must be a 3D tensor, but has shape ${formatShape(each.ownShape)}`);
  }
  const [[batch, , inner], other] = [x, mat2].map((each) => each.ownShape) as [
    [number, number, number],
    number[],
  ];
  if (other[0] !== batch || other[1] !== inner) {
    throw mismatch(
      `bmm: Expected size for first two dimensions of batch2 tensor to be: [${batch}, ${inner}] but got: ` +
        `${formatShape(other.slice(0, 2))}.`,
    );
  }
  return matmul(x, mat2);
}
