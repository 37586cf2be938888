/** Sparse weights. Source: Martens 2010, "Deep learning via Hessian-free optimization". */
import { drawNormal, drawPermutation, type Tensor } from "@corr2d/core";
import { checkGiven, checkNumber, checkTensor, invalid, type Signature } from "../arguments.ts";
import { assignDrawn, checkRank, type DrawOptions } from "./draw.ts";

/** Options of `sparse`. */
export interface SparseOptions extends DrawOptions {
  /** The standard deviation of the values that are not zero (default 0.01). */
  readonly std?: number | undefined;
}

const SPARSE: Signature = { options: { std: "number", generator: "any" }, positional: { number: ["std"] } };

/**
 * `sparse(w, sparsity, { std })`: normal, with the share `sparsity` of each column zero, rounded up. Returns the tensor.
 * @throws SHAPE_MISMATCH unless it has two axes; INVALID_ARGUMENT unless sparsity is in [0, 1].
 */
export function sparse<T extends Tensor>(tensor: T, sparsity: number, options: SparseOptions = {}): T {
  checkTensor("init.sparse", tensor);
  checkNumber("init.sparse", "sparsity", sparsity);
  checkGiven("init.sparse", SPARSE, options);
  if (!(sparsity >= 0 && sparsity <= 1)) {
    throw invalid(`init.sparse: expected sparsity in [0, 1], but got ${sparsity}`);
  }
  checkRank("init.sparse", tensor, tensor.shape.length === 2, "2");
  const [rows, columns] = tensor.shape as [number, number];
  return assignDrawn("init.sparse", tensor, options, (generator, n, dtype) => {
    const values = drawNormal(generator, n, dtype, 0, options.std ?? 0.01);
    for (let column = 0; column < columns; column++) {
      const order = drawPermutation(generator, rows);
      for (const row of order.subarray(0, Math.ceil(sparsity * rows))) values[row * columns + column] = 0;
    }
    return values;
  });
}
