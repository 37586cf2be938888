/** Elementwise operations of two operands, broadcasting: forward and gradient side by side. */
import { apply, isTensor, makeTensor, type Op } from "../autograd.ts";
import type { BinaryOp, OptionalOp } from "../backend.ts";
import { isBool, isFloating, type TensorDType } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, type OptionTypes } from "../options.ts";
import { broadcastShapes } from "../shape.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { checkNumbers, gradName, isPlain, type Operand, operands } from "./operands.ts";
import * as primitives from "./primitives.ts";
import { floated, promoted } from "./promote.ts";
import { unary } from "./unary.ts";
import { where } from "./where.ts";

type Gradient = NonNullable<Exclude<Op["gradients"], (...args: never) => unknown>[number]>;

/** What an operation is to two truth values. @throws DTYPE_UNSUPPORTED for subtraction. */
function onTruths(member: BinaryOp): BinaryOp {
  if (member === "sub") {
    throw refusedSubtraction("with two bool tensors is not supported. Use logicalXor() instead.");
  }
  return member === "add" ? "maximum" : member;
}

const refusedSubtraction = (why: string): Corr2dError =>
  new Corr2dError("DTYPE_UNSUPPORTED", `Subtraction, the \`-\` operator, ${why}`);

/** An operation of two operands; `dtype` is the result's where it is not theirs, `label` its name in messages. */
export function binaryOp(
  member: BinaryOp,
  gradients: readonly [Gradient | null, Gradient | null],
  saves: true | readonly number[] = true,
  dtype?: TensorDType,
  label: string = member,
): Op {
  return {
    name: gradName(member),
    forward([a, b]) {
      const shape = broadcastShapes(a!.ownShape, b!.ownShape, label);
      return makeTensor(
        primitives.binary(
          isBool(a!.ownDtype) ? onTruths(member) : member,
          a!.storage,
          a!.ownShape,
          b!.storage,
          b!.ownShape,
          shape,
          dtype,
        ),
        shape,
      );
    },
    savesInputs: saves,
    gradients,
  };
}

const run = (op: Op, label: string, a: Operand, b: Operand): Tensor => combined(op, operands(label, a, b));

function combined(op: Op, both: [Tensor, Tensor]): Tensor {
  if (both[0].ownDtype === both[1].ownDtype) return apply(op, both, undefined);
  return promoted(both[0], both[1], (left, right) => apply(op, [left, right], undefined));
}

const ADD = binaryOp("add", [(g) => g, (g) => g], []);
const SUB = binaryOp("sub", [(g) => g, (g) => g.neg()], []);
const MUL = binaryOp("mul", [(g, c) => g.mul(c.input(1)), (g, c) => g.mul(c.input(0))]);
/** The gradient towards the divisor: −a/b², as −((a/b)/b) · g, whose parts over- and underflow no sooner than it does. */
const DIV = binaryOp("div", [
  (g, c) => g.div(c.input(1)),
  (g, c) => c.input(0).div(c.input(1)).div(c.input(1)).neg().mul(g),
]);

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

type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** A comparison that every backend has. */
const comparison = (member: BinaryOp, label: Comparison): Op =>
  binaryOp(member, [null, null], [], "bool", label);

/** One that a backend may lack. */
function optionalComparison(
  member: BinaryOp & OptionalOp,
  label: Comparison,
  fallback: (a: Tensor, b: Tensor) => Tensor,
): Op {
  const own = comparison(member, label);
  return {
    ...own,
    forward: ([a, b]) =>
      a!.ownBackend.optionalOps.includes(member) ? own.forward([a!, b!], undefined) : fallback(a!, b!),
  };
}

const COMPARISONS: { readonly [name in Comparison]: Op } = {
  eq: comparison("equal", "eq"),
  ne: optionalComparison("notEqual", "ne", (a, b) => runScoped(() => a.eq(b).eq(0))),
  lt: comparison("less", "lt"),
  le: comparison("lessEqual", "le"),
  gt: optionalComparison("greater", "gt", (a, b) => b.lt(a)),
  ge: optionalComparison("greaterEqual", "ge", (a, b) => b.le(a)),
};

/** Options of `add` and `sub`. */
export interface AddOptions {
  /** What the second operand is multiplied by (default 1). */
  readonly alpha?: number | undefined;
}

const ADD_OPTIONS: OptionTypes = { alpha: "number" };

/** The second operand times `alpha`. */
function scaled(label: string, a: Operand, b: Operand, options: AddOptions): Operand {
  checkOptions(label, options, ADD_OPTIONS, "{ alpha: 2 }");
  const { alpha = 1 } = options;
  if (!Number.isInteger(alpha) && [a, b].every((x) => !isTensor(x) || !isFloating(x.dtype))) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${label}: For integral input tensors, argument alpha must not be a floating point number, but got ${alpha}`,
    );
  }
  return isPlain(b) ? Number(b) * alpha : mul(b, alpha);
}

/** x + other, or x + alpha · other; of truth values "or". */
export const add = (x: Operand, other: Operand, options?: AddOptions): Tensor =>
  run(ADD, "add", x, options === undefined ? other : scaled("add", x, other, options));

/**
 * x − other, or x − alpha · other.
 * @throws DTYPE_UNSUPPORTED for truth values, with PyTorch's message.
 */
export function sub(x: Operand, other: Operand, options?: AddOptions): Tensor {
  const both = operands("sub", x, options === undefined ? other : scaled("sub", x, other, options));
  const isTruth = typeof x === "boolean" || isBool(both[0].ownDtype);
  if (isTruth === (typeof other === "boolean" || isBool(both[1].ownDtype))) return combined(SUB, both);
  throw refusedSubtraction(
    "with a bool tensor is not supported. If you are trying to invert a mask, use logicalNot() instead.",
  );
}

/** x · other; of truth values "and". */
export const mul = (x: Operand, other: Operand): Tensor => run(MUL, "mul", x, other);
/** The larger of two, element by element; NaN wins. */
export const maximum = (x: Operand, other: Operand): Tensor => run(MAXIMUM, "maximum", x, other);
/** The smaller of two, element by element; NaN wins. */
export const minimum = (x: Operand, other: Operand): Tensor => run(MINIMUM, "minimum", x, other);

/** bool: true where the comparison holds. */
export const compare = (name: Comparison, a: Operand, b: Operand): Tensor =>
  run(COMPARISONS[name], name, a, b);

/** Where x = other. */
export const eq = (x: Operand, other: Operand): Tensor => compare("eq", x, other);
/** Where x ≠ other. */
export const ne = (x: Operand, other: Operand): Tensor => compare("ne", x, other);
/** Where x < other. */
export const lt = (x: Operand, other: Operand): Tensor => compare("lt", x, other);
/** Where x ≤ other. */
export const le = (x: Operand, other: Operand): Tensor => compare("le", x, other);
/** Where x > other. */
export const gt = (x: Operand, other: Operand): Tensor => compare("gt", x, other);
/** Where x ≥ other. */
export const ge = (x: Operand, other: Operand): Tensor => compare("ge", x, other);

type RoundingMode = "trunc" | "floor";

/** Options of `div`. */
export interface DivOptions {
  /** 'trunc' rounds the quotient toward zero, 'floor' down; without it the division is exact, of int32 too. */
  readonly roundingMode?: RoundingMode | undefined;
}

const DIV_OPTIONS: OptionTypes = { roundingMode: "any" };

/**
 * `x / other`. Integers give the default dtype unless a rounding mode is given (PyTorch's true division).
 * @throws INVALID_ARGUMENT on an unknown rounding mode.
 */
export function div(x: Operand, other: Operand, options?: DivOptions): Tensor {
  checkOptions("div", options, DIV_OPTIONS, "{ roundingMode: 'floor' }");
  const roundingMode = options?.roundingMode;
  if (roundingMode !== undefined && roundingMode !== "trunc" && roundingMode !== "floor") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `div expected rounding_mode to be one of 'trunc' or 'floor' but found ${describeValue(roundingMode)}`,
    );
  }
  return promoted(...operands("div", x, other), (left, right) =>
    roundingMode === undefined ? trueQuotient(left, right) : roundedDiv(roundingMode, left, right),
  );
}

const trueQuotient = (a: Tensor, b: Tensor): Tensor =>
  floated(a, (left) => floated(b, (right) => apply(DIV, [left, right], undefined)));

/** Steps have no slope, nor have those of NaN in PyTorch. */
const ROUNDED_DIV: Op<RoundingMode> = {
  name: "DivBackward1",
  forward: ([a, b], roundingMode) => runScoped(() => roundedQuotient(roundingMode, a!, b!)),
  gradients: [(g) => g.zerosLike(), (g) => g.zerosLike()],
};

function roundedDiv(roundingMode: RoundingMode, left: Tensor, right: Tensor): Tensor {
  checkNumbers(`div with roundingMode '${roundingMode}'`, left.dtype);
  return apply(ROUNDED_DIV, [left, right], roundingMode);
}

function roundedQuotient(roundingMode: RoundingMode, left: Tensor, right: Tensor): Tensor {
  const quotient = apply(DIV, [left, right], undefined);
  if (isFloating(quotient.dtype)) return unary(roundingMode, quotient);
  if (roundingMode === "trunc") return quotient;
  // Truncation went up where the quotient is negative and inexact.
  const inexact = compare("ne", mul(quotient, right), left);
  const negative = compare("ne", compare("lt", left, 0), compare("lt", right, 0));
  return sub(quotient, cast(mul(negative, inexact), quotient.dtype));
}
