/** Values held between two bounds. */
import { apply, checkTensor, type Op } from "../autograd.ts";
import { isFloating } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { maximum, minimum } from "./binary.ts";
import { where } from "./where.ts";

const CLAMP: Op<{ readonly min: number; readonly max: number }> = {
  name: "ClampBackward1",
  forward: ([x], { min, max }) => minimum(maximum(x!, min), max),
  savesInputs: true,
  // PyTorch's rule: the bounds themselves pass the gradient.
  gradients: [
    (g, c) => {
      const x = c.input(0);
      return where(x.ge(c.attributes.min).mul(x.le(c.attributes.max)), g, 0);
    },
  ],
};

/** Values below `min` become `min`, above `max` become `max` (defaults −∞, ∞); NaN stays. */
export function clamp(x: Tensor, min?: number | null, max?: number | null): Tensor {
  checkTensor("clamp", x);
  // An integral tensor has no infinite bounds: those of int32 stand for them.
  const [least, most] = isFloating(x.dtype) ? [-Infinity, Infinity] : [-(2 ** 31), 2 ** 31 - 1];
  return apply(CLAMP, [x], { min: Math.max(least, min ?? least), max: Math.min(most, max ?? most) });
}
