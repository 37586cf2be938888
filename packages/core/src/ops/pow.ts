/** Powers: of two tensors, or by a number, for which PyTorch uses roots and products where there are any. */
import { apply, checkTensor, type Op } from "../autograd.ts";
import { isBool, isFloating } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { binaryOp } from "./binary.ts";
import { cast } from "./cast.ts";
import { checkFloating, checkNumbers, isPlain, type Operand, operands } from "./operands.ts";
import { floated, promoted } from "./promote.ts";
import { unary } from "./unary.ts";
import { where } from "./where.ts";

const POW: Op = binaryOp("pow", [
  // d/da aᵇ = b · aᵇ⁻¹, taken as 0 where b = 0 (PyTorch's rule: 0 · ∞ would be NaN at a = 0).
  (g, c) => {
    const b = c.input(1);
    return where(b.eq(0), 0, g.mul(b.mul(c.input(0).pow(b.sub(1)))));
  },
  // d/db aᵇ = aᵇ · ln a, taken as 0 where a = 0 and b ≥ 0 (PyTorch's rule: 0 · −∞ would be NaN).
  (g, c) => {
    const a = c.input(0);
    const b = c.input(1);
    const slope = a.pow(b).mul(a.log());
    return where(a.eq(0).mul(b.ge(0)), 0, g.mul(slope));
  },
]);

/** The exponents that are a few faster operations, as in PyTorch: so (−∞)^½ is √−∞ = NaN, where IEEE 754's pow has ∞. */
const SHORT_CUTS: { readonly [exponent: number]: (x: Tensor) => Tensor } = {
  [-2]: (x) => x.square().reciprocal(),
  [-1]: (x) => x.reciprocal(),
  [-0.5]: (x) => x.rsqrt(),
  0.5: (x) => x.sqrt(),
  2: (x) => x.square(),
  3: (x) => x.square().mul(x),
};

const POW_NUMBER: Op<number> = {
  name: "PowBackward0",
  forward: ([x], exponent) =>
    runScoped(() => SHORT_CUTS[exponent]?.(x!) ?? apply(POW, operands("pow", x!, exponent), undefined)),
  savesInputs: true,
  gradients: [
    (g, c) => {
      const exponent = c.attributes;
      return exponent === 0
        ? g.zerosLike()
        : g.mul(
            c
              .input(0)
              .pow(exponent - 1)
              .mul(exponent),
          );
    },
  ],
};

/** A power of an integral tensor: products, which wrap as integers do, by squaring. */
function integralPower(x: Tensor, exponent: number): Tensor {
  if (exponent < 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `Integers to negative integer powers are not allowed: pow: the tensor is ${x.dtype} and the exponent ${exponent}; cast ` +
        "with .float() first",
    );
  }
  if (isBool(x.dtype)) return integralPower(cast(x, "int32"), exponent);
  if (exponent === 0) return x.onesLike();
  const root = integralPower(x, Math.floor(exponent / 2)).square();
  return exponent % 2 === 0 ? root : root.mul(x);
}

/**
 * `x ** exponent`. An integral tensor to an integer is integral, to a fraction of the default dtype.
 * @throws INVALID_ARGUMENT for a negative power of integers; DTYPE_UNSUPPORTED for integral exponents in a tensor of an
 *   integral base.
 */
export function pow(x: Operand, exponent: Operand): Tensor {
  if (!isPlain(x)) {
    checkTensor("pow", x);
    if (exponent === 2) return unary("square", x);
    if (typeof exponent === "boolean") {
      checkNumbers("pow", x.dtype);
      return pow(x, Number(exponent));
    }
    if (typeof exponent === "number") {
      if (Number.isInteger(exponent) && !isFloating(x.dtype))
        return runScoped(() => integralPower(x, exponent));
      return floated(x, (base) => apply(POW_NUMBER, [base], exponent));
    }
  }
  return promoted(...operands("pow", x, exponent), (base, power) => {
    checkFloating("pow", base);
    return apply(POW, [base, power], undefined);
  });
}
