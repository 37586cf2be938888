/** Elementwise functions of one operand: value, derivative and, for the optional ones, the fallback side by side. */
import { apply, checkTensor, makeTensor, type Op } from "../autograd.ts";
import type { Activation, OptionalOp, UnaryOp } from "../backend.ts";
import { isBool, isFloating } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { UNARY_OPS } from "../operations.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { checkNumbers, gradName } from "./operands.ts";
import * as primitives from "./primitives.ts";
import { floated } from "./promote.ts";

type Value = (x: Tensor) => Tensor;

/** The backend's own function. */
const native =
  (member: UnaryOp): Value =>
  (x) =>
    makeTensor(primitives.unary(member, x.storage), x.ownShape);

/** The backend's own function where it lists it, else the fallback. */
export const optional =
  (member: UnaryOp & OptionalOp, fallback: Value): Value =>
  (x) =>
    x.ownBackend.optionalOps.includes(member)
      ? makeTensor(primitives.unary(member, x.storage), x.ownShape)
      : runScoped(() => fallback(x));

/** A function whose derivative is written in its input. */
const ofInput = (value: Value, name: string, gradient: (g: Tensor, x: Tensor) => Tensor): Op => ({
  name,
  forward: ([x]) => value(x!),
  savesInputs: true,
  gradients: [(g, c) => gradient(g, c.input(0))],
});

/** A function whose derivative is written in its output. */
const ofOutput = (value: Value, name: string, gradient: (g: Tensor, y: Tensor) => Tensor): Op => ({
  name,
  forward: ([x]) => value(x!),
  savesOutput: true,
  gradients: [(g, c) => gradient(g, c.output())],
});

/** A function whose derivative is a constant. */
const linear = (member: UnaryOp, gradient: (g: Tensor) => Tensor, value: Value = native(member)): Op => ({
  name: gradName(member),
  forward: ([x]) => value(x!),
  gradients: [gradient],
});

const flat = (member: UnaryOp): Op => linear(member, (g) => g.zerosLike());

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/** The functions of one operand that are no activations (`activation.ts`). */
type UnaryFunction = Exclude<UnaryOp, Activation | "gelu" | "geluSlope">;

const UNARY: { readonly [name in UnaryFunction]: Op } = {
  neg: linear("neg", (g) => g.neg()),
  sign: flat("sign"),
  floor: flat("floor"),
  ceil: flat("ceil"),
  round: flat("round"),
  trunc: flat("trunc"),
  abs: ofInput(native("abs"), "AbsBackward0", (g, x) => g.mul(x.sign())),
  square: ofInput(
    optional("square", (x) => x.mul(x)),
    "PowBackward0",
    (g, x) => g.mul(x.mul(2)),
  ),
  sqrt: ofOutput(native("sqrt"), "SqrtBackward0", (g, y) => g.div(y.mul(2))),
  rsqrt: ofOutput(
    optional("rsqrt", (x) => x.sqrt().reciprocal()),
    "RsqrtBackward0",
    (g, y) => g.mul(y.square().mul(y)).mul(-0.5),
  ),
  reciprocal: ofOutput(native("reciprocal"), "ReciprocalBackward0", (g, y) => g.mul(y.square()).neg()),
  exp: ofOutput(native("exp"), "ExpBackward0", (g, y) => g.mul(y)),
  expm1: ofOutput(native("expm1"), "Expm1Backward0", (g, y) => g.mul(y.add(1))),
  log: ofInput(native("log"), "LogBackward0", (g, x) => g.div(x)),
  log1p: ofInput(native("log1p"), "Log1PBackward0", (g, x) => g.div(x.add(1))),
  sin: ofInput(native("sin"), "SinBackward0", (g, x) => g.mul(x.cos())),
  cos: ofInput(native("cos"), "CosBackward0", (g, x) => g.mul(x.sin()).neg()),
  tan: ofOutput(
    optional("tan", (x) => x.sin().div(x.cos())),
    "TanBackward0",
    (g, y) => g.mul(y.square().add(1)),
  ),
  erf: ofInput(native("erf"), "ErfBackward0", (g, x) => g.mul(x.square().neg().exp()).mul(TWO_OVER_SQRT_PI)),
};

const IDENTITY_ON_INTEGERS = new Set<UnaryFunction>(["floor", "ceil", "round", "trunc"]);

/** As PyTorch: the sign of truth values is they, their squares are integers, the others are refused. */
function ofTruth(member: UnaryFunction, x: Tensor): Tensor {
  if (member === "sign") return x.alias();
  if (member === "square") return runScoped(() => x.int().square());
  if (member !== "neg") checkNumbers(member, x.dtype);
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use logicalNot() instead.",
  );
}

/** A function of one operand, by name. Of an integral tensor the values are integral, or of the default dtype where they are fractions. */
export function unary(member: UnaryFunction, x: Tensor): Tensor {
  checkTensor(member, x);
  if (isBool(x.dtype) && (UNARY_OPS[member].integers || IDENTITY_ON_INTEGERS.has(member))) {
    return ofTruth(member, x);
  }
  if (!isFloating(x.dtype) && !UNARY_OPS[member].integers) {
    if (IDENTITY_ON_INTEGERS.has(member)) return x.alias();
    return floated(x, (floating) => apply(UNARY[member], [floating], undefined));
  }
  return apply(UNARY[member], [x], undefined);
}

/** −x; on int32 too. */
export const neg = (x: Tensor): Tensor => unary("neg", x);
/** |x|; on int32 too. The gradient at 0 is 0. */
export const abs = (x: Tensor): Tensor => unary("abs", x);
/** −1, 0 or 1; NaN for NaN. On int32 too. Its gradient is 0. */
export const sign = (x: Tensor): Tensor => unary("sign", x);
/** x²; on int32 too. */
export const square = (x: Tensor): Tensor => unary("square", x);
/** The largest integer that is not above. Its gradient is 0. */
export const floor = (x: Tensor): Tensor => unary("floor", x);
/** The smallest integer that is not below. Its gradient is 0. */
export const ceil = (x: Tensor): Tensor => unary("ceil", x);
/** To the nearest integer, halves to the even one. Its gradient is 0. */
export const round = (x: Tensor): Tensor => unary("round", x);
/** The integer towards 0. Its gradient is 0. */
export const trunc = (x: Tensor): Tensor => unary("trunc", x);
/** √x; NaN below 0. */
export const sqrt = (x: Tensor): Tensor => unary("sqrt", x);
/** 1 / √x. */
export const rsqrt = (x: Tensor): Tensor => unary("rsqrt", x);
/** 1 / x. */
export const reciprocal = (x: Tensor): Tensor => unary("reciprocal", x);
/** eˣ. */
export const exp = (x: Tensor): Tensor => unary("exp", x);
/** eˣ − 1, precise near 0. */
export const expm1 = (x: Tensor): Tensor => unary("expm1", x);
/** The natural logarithm; NaN below 0. */
export const log = (x: Tensor): Tensor => unary("log", x);
/** ln(1 + x), precise near 0. */
export const log1p = (x: Tensor): Tensor => unary("log1p", x);
/** The sine, of radians. */
export const sin = (x: Tensor): Tensor => unary("sin", x);
/** The cosine, of radians. */
export const cos = (x: Tensor): Tensor => unary("cos", x);
/** The tangent, of radians. */
export const tan = (x: Tensor): Tensor => unary("tan", x);
/** The error function. */
export const erf = (x: Tensor): Tensor => unary("erf", x);
