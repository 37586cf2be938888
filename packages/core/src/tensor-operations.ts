/**
 * Operations as methods: what programs chain. Each calls the function of its name in `ops/`, where its checks and its gradient are.
 * `Tensor` adds what a tensor is: memory, shape, place in the graph.
 */
import * as blend from "./ops/blend.ts";
import { cumsum } from "./ops/cumulative.ts";
import type { NestedArray } from "./ops/data.ts";
import * as exponential from "./ops/exponential.ts";
import * as like from "./ops/like.ts";
import * as movement from "./ops/movement.ts";
import type { Operand } from "./ops/operands.ts";
import type { Sizes, TensorOptions } from "./ops/place.ts";
import * as products from "./ops/products.ts";
import * as rearrange from "./ops/rearrange.ts";
import type { ValuesAndIndices } from "./ops/reduce.ts";
import * as sorting from "./ops/sort.ts";
import { type Shape, sizesFrom } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

export abstract class TensorOperations {
  // ——— Elementwise ———

  /** The logarithm to base 2. */
  log2(this: Tensor): Tensor {
    return exponential.log2(this);
  }
  /** The logarithm to base 10. */
  log10(this: Tensor): Tensor {
    return exponential.log10(this);
  }
  /** 2ˣ. */
  exp2(this: Tensor): Tensor {
    return exponential.exp2(this);
  }
  /**
   * Numbers in place of NaN (default 0), ∞ and −∞ (default: the largest and smallest of the dtype).
   * @throws INVALID_ARGUMENT for unknown options.
   */
  nanToNum(this: Tensor, options?: blend.NanToNumOptions): Tensor {
    return blend.nanToNum(this, options);
  }
  /**
   * `value` where `mask` is true, this elsewhere; both broadcast.
   * @param value a number, or a tensor without axes.
   * @throws SHAPE_MISMATCH, DTYPE_MISMATCH, BACKEND_MISMATCH.
   */
  maskedFill(this: Tensor, mask: Tensor, value: Operand): Tensor {
    return blend.maskedFill(this, mask, value);
  }
  /**
   * this + weight · (end − this).
   * @throws SHAPE_MISMATCH, DTYPE_MISMATCH, BACKEND_MISMATCH.
   */
  lerp(this: Tensor, end: Tensor, weight: Operand): Tensor {
    return blend.lerp(this, end, weight);
  }

  // ——— Order and running sums ———

  /**
   * The elements along an axis (default the last) in order, and where they were. NaN is the greatest; equal elements keep their order.
   * @throws INVALID_ARGUMENT.
   */
  sort(this: Tensor, dim?: number, options?: sorting.SortOptions): ValuesAndIndices {
    return sorting.sort(this, dim, options);
  }
  /** Where the elements that come first, second, … along an axis are. @throws INVALID_ARGUMENT. */
  argsort(this: Tensor, dim?: number, options?: sorting.SortOptions): Tensor {
    return sorting.argsort(this, dim, options);
  }
  /**
   * The `k` largest elements along an axis (default the last), in order, and where they are; the smallest with `{ largest: false }`.
   * @throws INVALID_ARGUMENT unless there are as many.
   */
  topk(this: Tensor, k: number, dim?: number, options?: sorting.TopkOptions): ValuesAndIndices {
    return sorting.topk(this, k, dim, options);
  }
  /** Along an axis, the sum of each element and all before it. @throws INVALID_ARGUMENT. */
  cumsum(this: Tensor, dim: number): Tensor {
    return cumsum(this, dim);
  }

  // ——— Movement ———

  /** `reshape`, under its other name: a tensor is always contiguous. */
  view(this: Tensor, shape: Shape | number, ...rest: number[]): Tensor {
    return movement.reshape(this, sizesFrom(shape, rest));
  }
  /** Reshaped to the shape of `other`. @throws SHAPE_MISMATCH for another number of elements. */
  viewAs(this: Tensor, other: Tensor): Tensor {
    return movement.reshape(this, movement.shapeOf("viewAs", other));
  }
  /** Expanded to the shape of `other`. @throws SHAPE_MISMATCH where it does not broadcast to it. */
  expandAs(this: Tensor, other: Tensor): Tensor {
    return movement.expand(this, movement.shapeOf("expandAs", other));
  }
  /**
   * One axis as several, of which one may be −1.
   * @throws SHAPE_MISMATCH unless they multiply up to the axis.
   */
  unflatten(this: Tensor, dim: number, sizes: Shape): Tensor {
    return rearrange.unflatten(this, dim, sizes);
  }
  /** `transpose`, under NumPy's name. */
  swapaxes(this: Tensor, axis0: number, axis1: number): Tensor {
    return movement.transpose(this, axis0, axis1);
  }
  /**
   * Axes moved to other places; the rest keep their order.
   * @throws INVALID_ARGUMENT unless source and destination are as many different axes.
   */
  movedim(this: Tensor, source: number | readonly number[], destination: number | readonly number[]): Tensor {
    return rearrange.movedim(this, source, destination);
  }
  /**
   * `chunks` parts of one size along an axis; the last may be smaller, and there may be fewer.
   * @throws INVALID_ARGUMENT.
   */
  chunk(this: Tensor, chunks: number, dim?: number): Tensor[] {
    return rearrange.chunk(this, chunks, dim);
  }
  /**
   * The positions of an axis (default the first), each without it.
   * @throws INVALID_ARGUMENT for a scalar.
   */
  unbind(this: Tensor, dim?: number): Tensor[] {
    return rearrange.unbind(this, dim);
  }
  /**
   * The whole repeated along each axis; new axes may be added in front.
   * @throws INVALID_ARGUMENT for fewer counts than axes.
   */
  repeat(this: Tensor, sizes: readonly number[] | number, ...rest: number[]): Tensor {
    return rearrange.repeat(this, sizesFrom(sizes, rest));
  }
  /**
   * The elements moved on by `shifts` along `dims` (default: along the flattened tensor); those that leave at the end come in at the start.
   * @throws INVALID_ARGUMENT unless there is a whole shift for each axis.
   */
  roll(this: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
    return rearrange.roll(this, shifts, dims);
  }
  // ——— Products ———

  /** The product of two matrices. @throws SHAPE_MISMATCH for other ranks. */
  mm(this: Tensor, mat2: Tensor): Tensor {
    return products.mm(this, mat2);
  }
  /** The products of as many pairs of matrices: [b, n, k] and [b, k, m]. @throws SHAPE_MISMATCH. */
  bmm(this: Tensor, mat2: Tensor): Tensor {
    return products.bmm(this, mat2);
  }
  /** The product of a matrix and a vector. @throws SHAPE_MISMATCH for other ranks. */
  mv(this: Tensor, vec: Tensor): Tensor {
    return products.mv(this, vec);
  }
  /** The sum of the products of two vectors. @throws SHAPE_MISMATCH. */
  dot(this: Tensor, other: Tensor): Tensor {
    return products.dot(this, other);
  }
  /** The products of all pairs of two vectors, [n, m]. @throws SHAPE_MISMATCH for other ranks. */
  outer(this: Tensor, vec2: Tensor): Tensor {
    return products.outer(this, vec2);
  }

  // ——— New tensors of this dtype, on this backend ———

  /** Zeros: `x.newZeros([2, 3], options)`, or `x.newZeros(2, 3)`. @throws INVALID_ARGUMENT, DTYPE_UNSUPPORTED. */
  newZeros(this: Tensor, ...args: Sizes<TensorOptions>): Tensor {
    return like.newConstant("newZeros", this, args, 0);
  }
  /** Ones, as `newZeros`. */
  newOnes(this: Tensor, ...args: Sizes<TensorOptions>): Tensor {
    return like.newConstant("newOnes", this, args, 1);
  }
  /** Zeros, as `newZeros`: memory is never left as it was. */
  newEmpty(this: Tensor, ...args: Sizes<TensorOptions>): Tensor {
    return like.newConstant("newEmpty", this, args, 0);
  }
  /** `fillValue` everywhere. @throws INVALID_ARGUMENT, DTYPE_UNSUPPORTED. */
  newFull(this: Tensor, size: Shape, fillValue: number, options?: TensorOptions): Tensor {
    return like.newFull(this, size, fillValue, options);
  }
  /** A copy of numbers, nested to the rank. @throws SHAPE_MISMATCH on ragged data, INVALID_ARGUMENT, DTYPE_UNSUPPORTED. */
  newTensor(this: Tensor, data: NestedArray, options?: TensorOptions): Tensor {
    return like.newTensor(this, data, options);
  }
}
