/**
 * Elementwise operations of one, two and three operands, casts included: forward and gradient side by side.
 *
 * A number beside a tensor becomes a scalar tensor of the tensor's dtype, kept per backend, so `x.mul(2)` uploads
 * nothing after its first call. Two tensors must agree in dtype: nothing is promoted silently.
 */
import { apply, checkTensor, checkTensors, isFloating, makeTensor, type Op } from "../autograd.ts";
import type { Activation, Backend, BinaryOp, DType, UnaryOp } from "../backend.ts";
import { Corr2dError } from "../errors.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import { keep } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import * as call from "./call.ts";

/** What stands beside a tensor in an elementwise operation. */
export type Operand = Tensor | number;

const SCALARS_PER_DTYPE = 512;
const scalars = new WeakMap<Backend, { readonly [dtype in DType]: Map<number | string, Tensor> }>();

/** A scalar tensor that stays on the backend. */
function cachedScalar(backend: Backend, value: number, dtype: DType): Tensor {
  let tables = scalars.get(backend);
  if (tables === undefined) {
    tables = { float32: new Map(), float64: new Map(), int32: new Map() };
    scalars.set(backend, tables);
  }
  const table = tables[dtype];
  const key = Object.is(value, -0) ? "-0" : value; // A Map takes −0 for 0.
  let scalar = table.get(key);
  if (scalar === undefined) {
    if (table.size >= SCALARS_PER_DTYPE) table.clear(); // Not disposed: one may be an operand just now.
    scalar = keep(makeTensor(call.fill(backend, value, 1, dtype), []));
    table.set(key, scalar);
  }
  return scalar;
}

/**
 * A number as a scalar tensor beside `like`.
 * @throws INVALID_ARGUMENT, DTYPE_MISMATCH for a fraction beside an int32 tensor.
 */
export function toOperand(op: string, value: number, like: Tensor): Tensor {
  checkTensor(op, like);
  if (like.dtype === "int32" && !(Number.isInteger(value) && Math.abs(value) <= 2 ** 31)) {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `${op}: ${value} is not an int32, and the tensor is int32; cast it first with .float()`,
    );
  }
  return cachedScalar(like.backend, value, like.dtype);
}

/**
 * Throws unless the operands have one dtype.
 * @throws DTYPE_MISMATCH naming the remedy.
 */
export function checkSameDtype(op: string, a: Tensor, b: Tensor): void {
  if (a.dtype === b.dtype) return;
  throw new Corr2dError(
    "DTYPE_MISMATCH",
    `${op}: expected both tensors to have the same dtype, but got ${a.dtype} and ${b.dtype}: cast one, ` +
      `for example with .type("${a.dtype === "int32" ? b.dtype : a.dtype}")`,
  );
}

/**
 * Throws unless the tensor has a floating dtype.
 * @throws DTYPE_UNSUPPORTED.
 */
export function checkFloating(op: string, ...tensors: readonly Tensor[]): void {
  for (const tensor of tensors) {
    if (isFloating(tensor.dtype)) continue;
    throw new Corr2dError(
      "DTYPE_UNSUPPORTED",
      `${op} is not implemented for int32 tensors; cast to floating point first with .float()`,
    );
  }
}

type Gradient = NonNullable<Exclude<Op["gradients"], (...args: never) => unknown>[number]>;

/** `MulBackward0` for `mul`, as PyTorch names most. */
export const gradName = (member: string): string => `${member[0]!.toUpperCase()}${member.slice(1)}Backward0`;

function binaryOp(
  member: BinaryOp,
  gradients: readonly [Gradient | null, Gradient | null],
  saves: true | readonly number[] = true,
  dtype?: DType,
): Op {
  return {
    name: gradName(member),
    forward([a, b]) {
      const shape = broadcastShapes(a!.shape, b!.shape);
      return makeTensor(call.binary(member, a!.storage, a!.shape, b!.storage, b!.shape, shape, dtype), shape);
    },
    savesInputs: saves,
    gradients,
  };
}

/** Both as tensors; at least one has to be one. */
function operands(op: string, a: Operand, b: Operand): [Tensor, Tensor] {
  const left = typeof a === "number" ? toOperand(op, a, b as Tensor) : a;
  const right = typeof b === "number" ? toOperand(op, b, left) : b;
  checkTensors(op, [left, right]);
  checkSameDtype(op, left, right);
  return [left, right];
}

const run = (op: Op, label: string, a: Operand, b: Operand): Tensor =>
  apply(op, operands(label, a, b), undefined);

const ADD = binaryOp("add", [(g) => g, (g) => g], []);
const SUB = binaryOp("sub", [(g) => g, (g) => g.neg()], []);
const MUL = binaryOp("mul", [(g, c) => g.mul(c.input(1)), (g, c) => g.mul(c.input(0))]);
const DIV = binaryOp("div", [
  (g, c) => g.div(c.input(1)),
  (g, c) => g.mul(c.input(0)).neg().div(c.input(1).square()),
]);

/** d/da aᵇ = b · aᵇ⁻¹, taken as 0 where b = 0 (PyTorch's rule: 0 · ∞ would be NaN at a = 0). */
const powBase: Gradient = (g, c) => {
  const b = c.input(1);
  return where(b.eq(0), 0, g.mul(b.mul(c.input(0).pow(b.sub(1)))));
};
/** d/db aᵇ = aᵇ · ln a, taken as 0 where a = 0 and b ≥ 0 (PyTorch's rule: 0 · −∞ would be NaN). */
const powExponent: Gradient = (g, c) => {
  const a = c.input(0);
  const b = c.input(1);
  const slope = a.pow(b).mul(a.log());
  return where(a.eq(0).mul(b.ge(0)), 0, g.mul(slope));
};
const POW = binaryOp("pow", [powBase, powExponent]);

/** The operand that loses has no gradient; at a tie each takes half, beside a NaN all, as in PyTorch. */
const share = (loses: "lt" | "gt", mine: 0 | 1): Gradient => {
  return (g, c) => {
    const a = c.input(mine);
    const b = c.input(mine === 0 ? 1 : 0);
    return where(a.eq(b), g.div(2), where(a[loses](b), 0, g));
  };
};
const MAXIMUM = binaryOp("maximum", [share("lt", 0), share("lt", 1)]);
const MINIMUM = binaryOp("minimum", [share("gt", 0), share("gt", 1)]);

const comparison = (member: BinaryOp): Op => binaryOp(member, [null, null], [], "int32");
type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";
const COMPARISONS: { readonly [name in Comparison]: Op } = {
  eq: comparison("equal"),
  ne: comparison("notEqual"),
  lt: comparison("less"),
  le: comparison("lessEqual"),
  gt: comparison("greater"),
  ge: comparison("greaterEqual"),
};

export const add = (a: Operand, b: Operand): Tensor => run(ADD, "add", a, b);
export const sub = (a: Operand, b: Operand): Tensor => run(SUB, "sub", a, b);
export const mul = (a: Operand, b: Operand): Tensor => run(MUL, "mul", a, b);
export const maximum = (a: Operand, b: Operand): Tensor => run(MAXIMUM, "maximum", a, b);
export const minimum = (a: Operand, b: Operand): Tensor => run(MINIMUM, "minimum", a, b);

/** int32: 1 where the comparison holds, 0 elsewhere. */
export const compare = (name: Comparison, a: Operand, b: Operand): Tensor =>
  run(COMPARISONS[name], name, a, b);

/** `a ** b`. On int32 tensors only through a cast. */
export function pow(a: Operand, b: Operand): Tensor {
  if (typeof a !== "number") {
    checkTensor("pow", a);
    if (b === 2) return unary("square", a);
    checkFloating("pow", a);
  }
  return run(POW, "pow", a, b);
}

export interface DivOptions {
  /** 'trunc' rounds the quotient toward zero, 'floor' down; without it the division is exact, of int32 too. */
  readonly roundingMode?: "trunc" | "floor" | undefined;
}

/**
 * `a / b`. Two int32 operands give float32 unless a rounding mode is given (PyTorch's true division).
 * @throws INVALID_ARGUMENT on an unknown rounding mode.
 */
export function div(a: Operand, b: Operand, options: DivOptions = {}): Tensor {
  const { roundingMode } = options;
  const integral = (typeof a === "number" ? (b as Tensor) : a).dtype === "int32";
  if (roundingMode === undefined) {
    if (!integral) return run(DIV, "div", a, b);
    return run(DIV, "div", typeof a === "number" ? a : toFloat(a), typeof b === "number" ? b : toFloat(b));
  }
  if (roundingMode !== "trunc" && roundingMode !== "floor") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `div expected rounding_mode to be one of 'trunc' or 'floor' but found '${String(roundingMode)}'`,
    );
  }
  const [left, right] = operands("div", a, b);
  const quotient = apply(DIV, [left, right], undefined);
  if (!integral) return unary(roundingMode, quotient);
  if (roundingMode === "trunc") return quotient;
  // Truncation went up where the quotient is negative and inexact.
  const exact = compare("eq", mul(quotient, right), left);
  const negative = compare("ne", compare("lt", left, 0), compare("lt", right, 0));
  return sub(quotient, mul(negative, compare("eq", exact, 0)));
}

/** A function whose derivative is written in its input x or in its output y. */
function unaryOp(
  member: UnaryOp,
  saves: "input" | "output",
  gradient: (g: Tensor, saved: Tensor) => Tensor,
  name = gradName(member),
): Op {
  const ofInput = saves === "input";
  return {
    name,
    forward: ([x]) => makeTensor(call.unary(member, x!.storage), x!.shape),
    ...(ofInput ? { savesInputs: true } : { savesOutput: true }),
    gradients: [(g, c) => gradient(g, ofInput ? c.input(0) : c.output())],
  };
}

/** A function whose derivative is a constant. */
function linearOp(member: UnaryOp, gradient: (g: Tensor) => Tensor): Op {
  return {
    name: gradName(member),
    forward: ([x]) => makeTensor(call.unary(member, x!.storage), x!.shape),
    gradients: [gradient],
  };
}

const flatOp = (member: UnaryOp): Op => linearOp(member, (g) => g.zerosLike());

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/** The functions of one operand that are no activations and no casts. */
type UnaryFunction = Exclude<UnaryOp, Activation | `to${string}`>;

const UNARY: { readonly [name in UnaryFunction]: Op } = {
  neg: linearOp("neg", (g) => g.neg()),
  sign: flatOp("sign"),
  floor: flatOp("floor"),
  ceil: flatOp("ceil"),
  round: flatOp("round"),
  trunc: flatOp("trunc"),
  abs: unaryOp("abs", "input", (g, x) => g.mul(x.sign())),
  square: unaryOp("square", "input", (g, x) => g.mul(x.mul(2)), gradName("pow")),
  sqrt: unaryOp("sqrt", "output", (g, y) => g.div(y.mul(2))),
  rsqrt: unaryOp("rsqrt", "output", (g, y) => g.mul(y.pow(3)).mul(-0.5)),
  reciprocal: unaryOp("reciprocal", "output", (g, y) => g.mul(y.square()).neg()),
  exp: unaryOp("exp", "output", (g, y) => g.mul(y)),
  expm1: unaryOp("expm1", "output", (g, y) => g.mul(y.add(1))),
  log: unaryOp("log", "input", (g, x) => g.div(x)),
  log1p: unaryOp("log1p", "input", (g, x) => g.div(x.add(1)), "Log1PBackward0"),
  sin: unaryOp("sin", "input", (g, x) => g.mul(x.cos())),
  cos: unaryOp("cos", "input", (g, x) => g.mul(x.sin()).neg()),
  tan: unaryOp("tan", "output", (g, y) => g.mul(y.square().add(1))),
  erf: unaryOp("erf", "input", (g, x) => g.mul(x.square().neg().exp()).mul(TWO_OVER_SQRT_PI)),
};

const ON_INTEGERS = new Set<UnaryFunction>(["neg", "abs", "sign", "square"]);
const IDENTITY_ON_INTEGERS = new Set<UnaryFunction>(["floor", "ceil", "round", "trunc"]);

/** A function of one operand, by name. On int32 tensors those that stay integral. */
export function unary(member: UnaryFunction, x: Tensor): Tensor {
  if (x.dtype === "int32" && !ON_INTEGERS.has(member)) {
    if (IDENTITY_ON_INTEGERS.has(member)) return x.alias();
    checkFloating(member, x);
  }
  return apply(UNARY[member], [x], undefined);
}

const CASTS = { float32: "toFloat32", float64: "toFloat64", int32: "toInt32" } as const;

const CAST: Op<{ readonly to: DType; readonly from: DType }> = {
  name: "ToCopyBackward0",
  forward: ([x], { to }) => makeTensor(call.unary(CASTS[to], x!.storage, to), x!.shape),
  gradients: [(g, c) => cast(g, c.attributes.from)],
};

/**
 * The values in another dtype; to int32 by truncation. Differentiable between floating dtypes.
 * @throws DTYPE_UNSUPPORTED when the backend does not offer `dtype`.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  checkDtype(x.backend, dtype);
  return apply(CAST, [x], { to: dtype, from: x.dtype });
}

const toFloat = (x: Tensor): Tensor => (x.dtype === "int32" ? cast(x, "float32") : x);

/**
 * Throws unless the backend offers the dtype.
 * @throws DTYPE_UNSUPPORTED, INVALID_ARGUMENT.
 */
export function checkDtype(backend: Backend, dtype: DType): void {
  if (!(dtype in CASTS)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `unknown dtype '${String(dtype)}': use 'float32', 'float64' or 'int32'`,
    );
  }
  if (backend.dtypes.includes(dtype)) return;
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    `backend ${backend.name} does not offer ${dtype} (it has ${backend.dtypes.join(", ")}); use another dtype, or a ` +
      "backend that has it, such as @corr2d/cpu-js",
  );
}

const WHERE: Op = {
  name: "WhereBackward0",
  forward([condition, a, b]) {
    const shape = broadcastShapes(condition!.shape, broadcastShapes(a!.shape, b!.shape));
    const storage = call.select(
      condition!.storage,
      condition!.shape,
      a!.storage,
      a!.shape,
      b!.storage,
      b!.shape,
      shape,
    );
    return makeTensor(storage, shape);
  },
  savesInputs: [0],
  gradients: [null, (g, c) => where(c.input(0), g, 0), (g, c) => where(c.input(0), 0, g)],
};

/**
 * `condition ? a : b` elementwise, broadcasting. A NaN in the branch not taken does not leak.
 *
 * @param condition int32, anything but 0 is true (what comparisons give).
 * @throws DTYPE_MISMATCH, SHAPE_MISMATCH, BACKEND_MISMATCH.
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  checkTensor("where", condition);
  if (condition.dtype !== "int32") {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `where: the condition must be an int32 tensor (what comparisons give), but got ${condition.dtype}; write for ` +
        "example x.ne(0)",
    );
  }
  const [left, right] =
    typeof a === "number" && typeof b === "number"
      ? [cachedScalar(condition.backend, a, "float32"), cachedScalar(condition.backend, b, "float32")]
      : operands("where", a, b);
  checkTensors("where", [condition, left]);
  return apply(WHERE, [condition, left, right], undefined);
}

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
  // An int32 tensor has no infinite bounds: its own stand for them.
  const [least, most] = x.dtype === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [-Infinity, Infinity];
  return apply(CLAMP, [x], { min: Math.max(least, min ?? least), max: Math.min(most, max ?? most) });
}

const ADD_SCALED: Op<{ readonly scaleA: number; readonly scaleB: number }> = {
  name: "AddBackward0",
  forward: ([a, b], { scaleA, scaleB }) =>
    makeTensor(call.addScaled(a!.storage, scaleA, b!.storage, scaleB), a!.shape),
  gradients: [(g, c) => g.mul(c.attributes.scaleA), (g, c) => g.mul(c.attributes.scaleB)],
};

/**
 * `scaleA · a + scaleB · b` in one pass: the step of an optimiser.
 *
 * @param a floating
 * @param b of the same shape and dtype
 * @throws SHAPE_MISMATCH, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISMATCH.
 */
export function addScaled(a: Tensor, scaleA: number, b: Tensor, scaleB: number): Tensor {
  checkTensors("addScaled", [a, b]);
  checkFloating("addScaled", a, b);
  checkSameDtype("addScaled", a, b);
  if (!sameShape(a.shape, b.shape)) {
    throw new Corr2dError("SHAPE_MISMATCH", `addScaled: shapes [${a.shape}] and [${b.shape}] must be equal`);
  }
  return apply(ADD_SCALED, [a, b], { scaleA, scaleB });
}
