/** Values held between two bounds. */
import { apply, checkTensor, type Op } from "../autograd.ts";
import { isBool, isFloating } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, type OptionTypes } from "../options.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { maximum, minimum } from "./binary.ts";
import { cast } from "./cast.ts";
import { floated } from "./promote.ts";
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

const CLAMP_OPTIONS: OptionTypes = { min: "any", max: "any" };

/** A bound of `clamp`: a number, or nothing. */
function bound(value: unknown, open: number): number {
  if (value === undefined || value === null) return open;
  if (typeof value === "number") return value;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `clamp: a bound must be a number, or null for none, but got ${describeValue(value)}`,
  );
}

/**
 * Values below `min` become `min`, above `max` become `max` (defaults −∞, ∞); NaN stays. Also `clamp(x, { min, max })`.
 * A bound that is no integer makes an integral tensor one of the default dtype.
 */
export function clamp(
  x: Tensor,
  min?:
    | number
    | null
    | { readonly min?: number | null | undefined; readonly max?: number | null | undefined },
  max?: number | null,
): Tensor {
  checkTensor("clamp", x);
  const isRecord = typeof min === "object" && min !== null;
  if (isRecord) checkOptions("clamp", min, CLAMP_OPTIONS);
  const given = isRecord ? min : { min, max };
  if (isBool(x.dtype)) return runScoped(() => clamp(cast(x, "int32"), given));
  const isFraction = (value: unknown) => typeof value === "number" && !Number.isInteger(value);
  if (!isFloating(x.dtype) && (isFraction(given.min) || isFraction(given.max))) {
    return floated(x, (floating) => clamp(floating, given));
  }
  // Bounds of an integral tensor are of its dtype: those of int32 stand for none, and for all beyond.
  const [least, most] = isFloating(x.dtype) ? [-Infinity, Infinity] : [-(2 ** 31), 2 ** 31 - 1];
  return apply(CLAMP, [x], {
    min: Math.max(least, bound(given.min, least)),
    max: Math.min(most, bound(given.max, most)),
  });
}
