/** Elements replaced or mixed: by a mask, for what is no number, between two tensors. */
import { checkTensor, checkTensors, type Op } from "../autograd.ts";
import { DTYPES, isFloating } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, type OptionTypes } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { isPlain, type Operand, toScalar } from "./operands.ts";
import { choose, WHERE, where } from "./where.ts";

const MASKED_FILL: Op = { ...WHERE, name: "MaskedFillBackward0" };

/**
 * `value` where `mask` is true, x elsewhere; x and mask broadcast.
 *
 * @param mask what comparisons give.
 * @param value a number, or a tensor without axes.
 * @throws SHAPE_MISMATCH, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export function maskedFill(x: Tensor, mask: Tensor, value: Operand): Tensor {
  checkTensor("maskedFill", x);
  const filling = isPlain(value) ? toScalar("maskedFill", value, x) : value;
  checkTensors("maskedFill", [x, filling]);
  if (filling.ownShape.length > 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      "maskedFill: masked_fill_ only supports a 0-dimensional value tensor, but got tensor with " +
        `${filling.ownShape.length} dimension(s): where(mask, value, x) takes any`,
    );
  }
  return choose(MASKED_FILL, "maskedFill", mask, filling, x);
}

/** Options of `nanToNum`. */
export interface NanToNumOptions {
  /** In place of NaN (default 0). */
  readonly nan?: number | undefined;
  /** In place of ∞ (default: the largest number of the dtype). */
  readonly posinf?: number | undefined;
  /** In place of −∞ (default: minus that). */
  readonly neginf?: number | undefined;
}

const NAN_TO_NUM_OPTIONS: OptionTypes = { nan: "number", posinf: "number", neginf: "number" };

/** x with numbers in place of NaN and infinities, which have no gradient; integers as they are. */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  checkTensor("nanToNum", x);
  checkOptions("nanToNum", options, NAN_TO_NUM_OPTIONS, "{ nan: 0 }");
  if (!isFloating(x.ownDtype)) return x.alias();
  const largest = DTYPES[x.ownDtype].largest;
  const { nan = 0, posinf = largest, neginf = -largest } = options;
  const finite = where(x.eq(Infinity), posinf, where(x.eq(-Infinity), neginf, x));
  return where(x.eq(x), finite, nan);
}

/**
 * x + weight · (end − x), exact at both ends.
 *
 * @param weight a number, or one for each element, broadcasting.
 * @throws SHAPE_MISMATCH, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export function lerp(x: Tensor, end: Tensor, weight: Operand): Tensor {
  checkTensors("lerp", [x, end]);
  const way = end.sub(x);
  if (isPlain(weight)) {
    const share = Number(weight);
    return Math.abs(share) < 0.5 ? x.add(way.mul(share)) : end.sub(way.mul(1 - share));
  }
  checkTensors("lerp", [x, weight]);
  return where(weight.abs().lt(0.5), x.add(way.mul(weight)), end.sub(way.mul(weight.neg().add(1))));
}
