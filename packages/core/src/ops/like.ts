/** New tensors beside one that is there: by default on its backend, and of its dtype. */
import { checkTensor, makeTensor } from "../autograd.ts";
import { checkOptions } from "../options.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { fromNested, type NestedArray, upload } from "./data.ts";
import {
  constant,
  marked,
  place,
  type Sizes,
  shapeAndOptions,
  TENSOR_OPTIONS,
  type TensorOptions,
} from "./place.ts";

/** `fillValue` everywhere, of a shape that is given. */
export function newFull(
  x: Tensor,
  size: Shape,
  fillValue: number,
  options: TensorOptions = {},
  op = "newFull",
): Tensor {
  checkTensor(op, x);
  checkOptions(op, options, TENSOR_OPTIONS);
  const at = place(op, size, options, x.ownDtype, x.ownBackend);
  return marked(makeTensor(constant(op, fillValue, at), at.shape), at);
}

/** `fillValue` everywhere, of a shape in either form. */
export function newConstant(op: string, x: Tensor, args: Sizes<TensorOptions>, fillValue: number): Tensor {
  const [shape, options] = shapeAndOptions(op, args, TENSOR_OPTIONS);
  return newFull(x, shape as Shape, fillValue, options, op);
}

/** A copy of numbers, nested to the rank. */
export function newTensor(x: Tensor, data: NestedArray, options: TensorOptions = {}): Tensor {
  checkTensor("newTensor", x);
  checkOptions("newTensor", options, TENSOR_OPTIONS);
  const { dtype } = place("newTensor", [], options, x.ownDtype, x.ownBackend);
  const { values, shape } = fromNested(data, dtype);
  const at = place("newTensor", shape, options, x.ownDtype, x.ownBackend);
  return marked(makeTensor(upload(at.backend, values, dtype), at.shape), at);
}

/** `fillValue` everywhere, of x's shape. */
const like = (op: string, x: Tensor, fillValue: number, options: TensorOptions | undefined): Tensor => {
  checkTensor(op, x);
  return newFull(x, x.ownShape, fillValue, options, op);
};

/**
 * Zeros of x's shape; of its dtype and on its backend unless the options say otherwise.
 * @throws INVALID_ARGUMENT, DTYPE_UNSUPPORTED.
 */
export const zerosLike = (x: Tensor, options?: TensorOptions): Tensor => like("zerosLike", x, 0, options);
/** Ones of x's shape, as `zerosLike`. */
export const onesLike = (x: Tensor, options?: TensorOptions): Tensor => like("onesLike", x, 1, options);
/** `fillValue` everywhere, of x's shape, as `zerosLike`. */
export const fullLike = (x: Tensor, fillValue: number, options?: TensorOptions): Tensor =>
  like("fullLike", x, fillValue, options);
/** Zeros of x's shape, as `zerosLike`: memory is never left as it was. */
export const emptyLike = (x: Tensor, options?: TensorOptions): Tensor => like("emptyLike", x, 0, options);
