/**
 * What operands of different dtypes are computed in: PyTorch's type promotion.
 *
 * The wider dtype wins, with one exception: beside a tensor with axes, one without (and so a number) counts only by its
 * kind, so that a float64 scalar does not make float64 of a float32 image. Casts are recorded, so gradients come back in
 * each operand's own dtype.
 */
import { getDefaultDtype } from "../default-dtype.ts";
import { isFloating, TENSOR_DTYPES, type TensorDType, widerDtype } from "../dtype.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";

/** The dtype that an operation of both computes in. */
export function promotedDtype(a: Tensor, b: Tensor): TensorDType {
  const isScalar = a.ownShape.length === 0;
  if (
    isScalar !== (b.ownShape.length === 0) &&
    TENSOR_DTYPES[a.ownDtype].kind === TENSOR_DTYPES[b.ownDtype].kind
  ) {
    return isScalar ? b.ownDtype : a.ownDtype;
  }
  return widerDtype(a.ownDtype, b.ownDtype);
}

/** `fn` of both in the dtype that they promote to. The casts last as long as the call. */
export function promoted(a: Tensor, b: Tensor, fn: (a: Tensor, b: Tensor) => Tensor): Tensor {
  if (a.ownDtype === b.ownDtype) return fn(a, b);
  const dtype = promotedDtype(a, b);
  return runScoped(() => fn(cast(a, dtype), cast(b, dtype)));
}

/** `fn` of the tensor, of the default dtype where it is integral: for functions whose values are fractions. */
export function floated(x: Tensor, fn: (x: Tensor) => Tensor): Tensor {
  return isFloating(x.dtype) ? fn(x) : runScoped(() => fn(cast(x, getDefaultDtype())));
}
