/** Casts between dtypes. */
import { apply, makeTensor, type Op } from "../autograd.ts";
import type { DType } from "../backend.ts";
import type { Tensor } from "../tensor.ts";
import { checkDtype } from "./operands.ts";
import * as primitives from "./primitives.ts";

const CAST: Op<{ readonly to: DType; readonly from: DType }> = {
  name: "ToCopyBackward0",
  forward: ([x], { to }) => makeTensor(primitives.cast(x!.storage, to), x!.ownShape),
  gradients: [(g, c) => cast(g, c.attributes.from)],
};

/**
 * The values in another dtype; to int32 by truncation. Differentiable between floating dtypes.
 * @throws DTYPE_UNSUPPORTED when the backend does not offer `dtype`.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  checkDtype("type", x.backend, dtype);
  return apply(CAST, [x], { to: dtype, from: x.dtype });
}
