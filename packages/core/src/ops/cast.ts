/** Casts between dtypes. */
import { apply, makeTensor, type Op } from "../autograd.ts";
import { isBool, storedAs, type TensorDType } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { checkDtype } from "./operands.ts";
import * as primitives from "./primitives.ts";

const CAST: Op<{ readonly to: TensorDType; readonly from: TensorDType }> = {
  name: "ToCopyBackward0",
  forward: ([x], { to }) =>
    isBool(to) ? x!.ne(0) : makeTensor(primitives.cast(x!.storage, storedAs(to)), x!.ownShape),
  gradients: [(g, c) => cast(g, c.attributes.from)],
};

/**
 * The values in another dtype; to int32 by truncation, to bool whether they are not 0 (NaN is not). Differentiable between
 * floating dtypes.
 * @throws DTYPE_UNSUPPORTED when the backend does not offer `dtype`.
 */
export function cast(x: Tensor, dtype: TensorDType): Tensor {
  if (x.dtype === dtype) return x;
  checkDtype("type", x.backend, dtype);
  return apply(CAST, [x], { to: dtype, from: x.dtype });
}
