/** Sums of products in one call, remainders and one-sided bounds: functions alone, so that applications shed them. */
import { apply, checkTensor, checkTensors, type Op } from "../autograd.ts";
import { isFloating } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, type OptionTypes } from "../options.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { maximum, minimum } from "./binary.ts";
import { unsqueeze } from "./movement.ts";
import { type Operand, operands } from "./operands.ts";
import { mm } from "./products.ts";
import { promoted } from "./promote.ts";
import { norm } from "./reduce.ts";
import { where } from "./where.ts";

export interface ValueOption {
  /** What the product or quotient is multiplied by (default 1). */
  readonly value?: number | undefined;
}

const VALUE_OPTION: OptionTypes = { value: "number" };

/** x + value · tensor1 · tensor2. @throws SHAPE_MISMATCH, BACKEND_MISMATCH. */
export function addcmul(x: Tensor, tensor1: Tensor, tensor2: Tensor, options: ValueOption = {}): Tensor {
  checkOptions("addcmul", options, VALUE_OPTION, "{ value: 2 }");
  checkTensors("addcmul", [x, tensor1, tensor2]);
  return x.add(tensor1.mul(tensor2).mul(options.value ?? 1));
}

/** x + value · tensor1 / tensor2. @throws SHAPE_MISMATCH, BACKEND_MISMATCH. */
export function addcdiv(x: Tensor, tensor1: Tensor, tensor2: Tensor, options: ValueOption = {}): Tensor {
  checkOptions("addcdiv", options, VALUE_OPTION, "{ value: 2 }");
  checkTensors("addcdiv", [x, tensor1, tensor2]);
  return x.add(tensor1.div(tensor2).mul(options.value ?? 1));
}

export interface AddmmOptions {
  /** What x is multiplied by (default 1); with 0 nothing of it counts. */
  readonly beta?: number | undefined;
  /** What the product is multiplied by (default 1). */
  readonly alpha?: number | undefined;
}

/**
 * beta · x + alpha · mat1 · mat2, of matrices.
 * @throws SHAPE_MISMATCH, DTYPE_UNSUPPORTED, DTYPE_MISMATCH, BACKEND_MISMATCH.
 */
export function addmm(x: Tensor, mat1: Tensor, mat2: Tensor, options: AddmmOptions = {}): Tensor {
  checkOptions("addmm", options, { beta: "number", alpha: "number" }, "{ beta: 0.5 }");
  checkTensors("addmm", [x, mat1, mat2]);
  const { beta = 1, alpha = 1 } = options;
  const product = mm(mat1, mat2);
  const scaled = alpha === 1 ? product : product.mul(alpha);
  return beta === 0 ? scaled : scaled.add(beta === 1 ? x : x.mul(beta));
}

/** Values below `min` become `min`. */
export const clampMin = (x: Tensor, min: Operand): Tensor => maximum(x, min);
/** Values above `max` become `max`. */
export const clampMax = (x: Tensor, max: Operand): Tensor => minimum(x, max);

/** a − q · b for the quotient q; where b is infinite and q 0, a itself. */
const rest = (a: Tensor, b: Tensor, quotient: Tensor): Tensor =>
  where(quotient.eq(0), a, a.sub(quotient.mul(b)));

/** What is left of a division whose quotient is rounded: with the sign that it has to have, where the quotient's rounding spoils it. */
const REMAINDERS: Readonly<Record<"fmod" | "remainder", Op>> = {
  fmod: {
    name: "FmodBackward0",
    forward: ([a, b]) =>
      runScoped(() => {
        const left = rest(a!, b!, a!.div(b!, { roundingMode: "trunc" }));
        // Rounded up to an integer: one divisor too many was taken.
        return where(left.mul(a!.sign()).lt(0), left.add(b!.abs().mul(a!.sign())), left);
      }),
    savesInputs: true,
    gradients: [(g) => g, (g, c) => g.mul(c.input(0).div(c.input(1), { roundingMode: "trunc" })).neg()],
  },
  remainder: {
    name: "RemainderBackward0",
    forward: ([a, b]) =>
      runScoped(() => {
        const quotient = a!.div(b!, { roundingMode: "floor" });
        const left = a!.sub(quotient.mul(b!));
        const far = isFloating(b!.ownDtype) ? b!.abs().eq(Infinity) : b!.ne(b!);
        const beside = where(a!.sign().mul(b!.sign()).lt(0), b!, a!);
        const near = where(left.mul(b!.sign()).lt(0), left.add(b!), left);
        const none = a!.sub(a!); // NaN for what is not finite
        return where(far, where(none.eq(0), beside, none), near);
      }),
    savesInputs: true,
    gradients: [(g) => g, (g, c) => g.mul(c.input(0).div(c.input(1), { roundingMode: "floor" })).neg()],
  },
};

function remainderOf(label: "fmod" | "remainder", x: Tensor, other: Operand): Tensor {
  checkTensor(label, x);
  const [left, right] = operands(label, x, other);
  return promoted(left, right, (a, b) => apply(REMAINDERS[label], [a, b], undefined));
}

/** What is left of x / other, rounded toward 0: with the sign of x. To a rounding of x. */
export const fmod = (x: Tensor, other: Operand): Tensor => remainderOf("fmod", x, other);
/** What is left of x / other, rounded down: with the sign of `other`, Python's %. To a rounding of x. */
export const remainder = (x: Tensor, other: Operand): Tensor => remainderOf("remainder", x, other);

/**
 * The p-norms (default 2) of the differences of all pairs of rows: [..., n, m] and [..., k, m] give [..., n, k]. Each pair's
 * difference is made: n · k · m numbers.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT.
 */
export function cdist(x1: Tensor, x2: Tensor, p = 2): Tensor {
  checkTensors("cdist", [x1, x2]);
  if (typeof p !== "number" || !(p >= 0)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `cdist only supports non-negative p values, but got ${describeValue(p)}`,
    );
  }
  for (const [x, name] of [
    [x1, "X1"],
    [x2, "X2"],
  ] as const) {
    if (x.ownShape.length >= 2) continue;
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `cdist only supports at least 2D tensors, ${name} got: ${x.ownShape.length}D`,
    );
  }
  if (x1.ownShape.at(-1) !== x2.ownShape.at(-1)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `cdist: X1 and X2 must have the same number of columns. X1: ${x1.ownShape.at(-1)} X2: ${x2.ownShape.at(-1)}`,
    );
  }
  return norm(unsqueeze(x1, -2).sub(unsqueeze(x2, -3)), p, -1);
}
