/**
 * Matrix products. One entry, `MATMUL`, of batched matrices with optional transposition, is closed under
 * differentiation: each gradient of a product is a product of the other factor and the cotangent.
 */
import { apply, checkTensors, makeTensor, type Op } from "../autograd.ts";
import type { MatmulSize } from "../backend.ts";
import { Corr2dError } from "../errors.ts";
import { broadcastShapes, checkBias, formatShape, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expand, reshape, squeeze } from "./movement.ts";
import { checkFloating, checkSameDtype } from "./operands.ts";
import * as primitives from "./primitives.ts";

interface MatmulAttributes {
  readonly size: MatmulSize;
  /** The result's shape, of batch · rows · columns elements. */
  readonly shape: Shape;
}

/** op(a) · op(b) for a batch of pairs, op being transposition or nothing. */
const MATMUL: Op<MatmulAttributes> = {
  name: "MmBackward0",
  forward: ([a, b], { size, shape }) => makeTensor(primitives.matmul(a!.storage, b!.storage, size), shape),
  savesInputs: true,
  gradients: [
    // y = A·B: dA = g·Bᵀ, or for a stored transposed, dAᵀ = B·gᵀ.
    (g, c) => {
      const { batch, rows, inner, columns, transposeA, transposeB } = c.attributes.size;
      const b = c.input(1);
      return transposeA
        ? product(
            b,
            g,
            { batch, rows: inner, inner: columns, columns: rows, transposeA: transposeB, transposeB: true },
            c.shape(0),
          )
        : product(
            g,
            b,
            { batch, rows, inner: columns, columns: inner, transposeA: false, transposeB: !transposeB },
            c.shape(0),
          );
    },
    // dB = Aᵀ·g, or for b stored transposed, dBᵀ = gᵀ·A.
    (g, c) => {
      const { batch, rows, inner, columns, transposeA, transposeB } = c.attributes.size;
      const a = c.input(0);
      return transposeB
        ? product(
            g,
            a,
            { batch, rows: columns, inner: rows, columns: inner, transposeA: true, transposeB: transposeA },
            c.shape(1),
          )
        : product(
            a,
            g,
            { batch, rows: inner, inner: rows, columns, transposeA: !transposeA, transposeB: false },
            c.shape(1),
          );
    },
  ],
};

/** The batched product of matrices as they are stored; operands have been checked. */
export function product(a: Tensor, b: Tensor, size: MatmulSize, shape: Shape): Tensor {
  return apply(MATMUL, [a, b], { size, shape });
}

function checkFactors(op: string, a: Tensor, b: Tensor): void {
  checkTensors(op, [a, b]);
  checkFloating(op, a);
  checkFloating(op, b);
  checkSameDtype(op, a, b);
}

function mismatch(
  a: Shape,
  b: Shape,
  hint = "the columns of the first must equal the rows of the second",
): Corr2dError {
  return new Corr2dError(
    "SHAPE_MISMATCH",
    `mat1 and mat2 shapes cannot be multiplied (${a.join("x")} and ${b.join("x")}): ${hint}`,
  );
}

/**
 * The matrix product, with NumPy's rules: vectors are rows on the left and columns on the right and lose that axis
 * again; leading axes broadcast.
 *
 * @throws SHAPE_MISMATCH with PyTorch's message, DTYPE_UNSUPPORTED for int32, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export function matmul(x: Tensor, other: Tensor): Tensor {
  checkFactors("matmul", x, other);
  if (x.ownShape.length === 0 || other.ownShape.length === 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `both arguments to matmul need to be at least 1D, but they are ${x.ownShape.length}D and ${other.ownShape.length}D`,
    );
  }
  if (x.ownShape.length === 1) {
    if (other.ownShape.length === 1 && x.numel() !== other.numel())
      throw mismatch(x.ownShape, other.ownShape);
    return squeeze(matmul(reshape(x, [1, x.numel()]), other), other.ownShape.length === 1 ? 0 : -2);
  }
  if (other.ownShape.length === 1) return squeeze(matmul(x, reshape(other, [other.numel(), 1])), -1);

  const [rows, inner] = x.ownShape.slice(-2) as [number, number];
  const [innerB, columns] = other.ownShape.slice(-2) as [number, number];
  if (inner !== innerB) throw mismatch(x.ownShape, other.ownShape);
  const plain = { inner, columns, transposeA: false, transposeB: false };
  const batchA = x.ownShape.slice(0, -2);
  const batchB = other.ownShape.slice(0, -2);
  if (sizeOf(batchB) === 1 && batchB.length <= batchA.length) {
    // One matrix on the right: all rows on the left make one tall product.
    return product(x, other, { batch: 1, rows: sizeOf(batchA) * rows, ...plain }, [...batchA, rows, columns]);
  }
  const batch = broadcastShapes(batchA, batchB, "matmul");
  const left = expand(x, [...batch, rows, inner]);
  const right = expand(other, [...batch, inner, columns]);
  return product(left, right, { batch: sizeOf(batch), rows, ...plain }, [...batch, rows, columns]);
}

/**
 * x · wᵀ + bias: a fully connected layer.
 *
 * @param x [..., in]
 * @param weight [out, in]
 * @param bias [out], optional
 * @throws SHAPE_MISMATCH, DTYPE_UNSUPPORTED, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  checkFactors("linear", x, weight);
  const inner = x.ownShape.at(-1);
  if (inner === undefined || weight.ownShape.length !== 2 || weight.ownShape[1] !== inner) {
    const hint = x.ownShape.length > 2 ? " (an image batch needs flatten(1) before a linear layer)" : "";
    throw mismatch(
      [inner ? x.numel() / inner : 0, inner ?? 0],
      [weight.ownShape[1] ?? 0, weight.ownShape[0] ?? 0],
      `input ${formatShape(x.ownShape)}, weight ${formatShape(weight.ownShape)}${hint}`,
    );
  }
  const columns = weight.ownShape[0]!;
  checkBias(weight.ownShape, bias?.ownShape, columns);
  if (bias) {
    checkTensors("linear", [x, bias]);
    checkSameDtype("linear", x, bias);
  }
  const lead = x.ownShape.slice(0, -1);
  const size = { batch: 1, rows: sizeOf(lead), inner, columns, transposeA: false, transposeB: true };
  const out = product(x, weight, size, [...lead, columns]);
  return bias ? out.add(bias) : out;
}
