/**
 * Reductions over axes: forward and gradient side by side.
 *
 * `dim` is a number, several, or absent for all axes, as in PyTorch; `keepdim` leaves reduced axes with size 1.
 */
import { apply, checkTensor, type GradientFunction, isTensor, makeTensor, type Op } from "../autograd.ts";
import type { ReduceOp } from "../backend.ts";
import { isBool, isFloating, storedAs } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, type OptionTypes } from "../options.ts";
import { formatShape, normalizeAxes, normalizeAxis, reducedShape, type Shape } from "../shape.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { maximum, minimum } from "./binary.ts";
import { cast } from "./cast.ts";
import { gather } from "./indexing.ts";
import { expand, reshape } from "./movement.ts";
import { checkFloating, checkNumbers, gradName } from "./operands.ts";
import * as primitives from "./primitives.ts";
import { floated } from "./promote.ts";
import { where } from "./where.ts";

/** Which axes to reduce; absent or null: all. */
export type Dim = number | readonly number[] | null | undefined;

/** Options of reductions to several axes or one. */
export interface ReduceOptions {
  /** Whether the axes stay, of size 1 (default false). */
  readonly keepdim?: boolean | undefined;
}

interface ReduceAttributes extends ReduceOptions {
  readonly axes: readonly number[];
  /** The input's shape with the reduced axes of size 1: gradients broadcast from it. */
  readonly keptShape: Shape;
}

function forward(member: ReduceOp): Op<ReduceAttributes>["forward"] {
  return ([x], { axes, keepdim }) => {
    const shape = reducedShape(x!.ownShape, axes, keepdim);
    // Truth values are counted.
    const out = member === "sum" || member === "prod" ? storedAs(x!.dtype) : x!.dtype;
    if (axes.length === 0) return runScoped(() => reshape(cast(x!, out), shape));
    if (member === "min" && !x!.backend.optionalOps.includes(member)) {
      return runScoped(() => reshape(mirrored(amax(mirrored(x!), axes)), shape));
    }
    return makeTensor(primitives.reduce(member, x!.storage, x!.ownShape, axes, out), shape);
  };
}

/** The fallback for min and argmin: values in the opposite order, as −x, or −1 − x where −x would overflow. */
export function mirrored(x: Tensor): Tensor {
  if (isBool(x.dtype)) return x.eq(0);
  return isFloating(x.dtype) ? x.neg() : x.neg().sub(1);
}

/** An operation under its names in PyTorch: of everything, and of the axes that `dim` names. */
type Overloads = readonly [all: Op<ReduceAttributes>, some: Op<ReduceAttributes>];

const overloads = (name: string, op: Omit<Op<ReduceAttributes>, "name">): Overloads => [
  { ...op, name: `${name}Backward0` },
  { ...op, name: `${name}Backward1` },
];

/** A sum's gradient goes to every element of it. */
const spread: GradientFunction<ReduceAttributes> = (g, c) =>
  expand(g.ownShape.length === 0 ? g : reshape(g, c.attributes.keptShape), c.shape(0));

const SUM = overloads("Sum", { forward: forward("sum"), gradients: [spread] });

/** How many elements each result is of. */
const countOf = (shape: Shape, axes: readonly number[]): number =>
  axes.reduce((count, axis) => count * shape[axis]!, 1);

const MEAN = overloads("Mean", {
  forward: (inputs, attributes) =>
    SUM[1].forward(inputs, attributes).div(countOf(inputs[0]!.ownShape, attributes.axes)),
  gradients: [(g, c) => spread(g.div(countOf(c.shape(0), c.attributes.axes)), c)],
});

/**
 * The product of the other elements is p / x, unless something is zero: with one zero only that element has a
 * gradient, the product of the rest; with two or more there is none.
 */
const PROD = overloads("Prod", {
  forward: forward("prod"),
  savesInputs: true,
  gradients: [
    (g, c) => {
      const { axes, keptShape } = c.attributes;
      const x = c.input(0);
      const zero = x.eq(0);
      const zeros = zero.sum(axes, { keepdim: true });
      const safe = where(zero, 1, x);
      const others = safe.prod(axes, { keepdim: true }).div(safe);
      return reshape(g, keptShape).mul(where(zeros.eq(zero), others, 0));
    },
  ],
});

function checkNotEmpty(label: string, shape: Shape, axes: readonly number[]): void {
  if (countOf(shape, axes) > 0) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${label}(): Expected reduction dim ${axes.join(", ")} to have non-zero size (shape ${formatShape(shape)})`,
  );
}

/** The elements that equal the extreme share its gradient evenly, as in PyTorch's amax. */
function extreme(member: "max" | "min"): Overloads {
  const label = `a${member}`;
  const reduce = forward(member);
  const op: Op<ReduceAttributes> = {
    name: gradName(label),
    forward(inputs, attributes) {
      checkNotEmpty(label, inputs[0]!.ownShape, attributes.axes);
      return reduce(inputs, attributes);
    },
    savesInputs: true,
    savesOutput: true,
    gradients: [
      (g, c) => {
        const { axes, keptShape } = c.attributes;
        const winners = c.input(0).eq(reshape(c.output(), keptShape));
        const share = reshape(g, keptShape).div(winners.sum(axes, { keepdim: true }).type(g.dtype));
        // A NaN wins but equals nothing: divided among none, its gradient is NaN everywhere, as in PyTorch.
        return where(winners, share, share.mul(0));
      },
    ],
  };
  return [op, op];
}
const AMAX = extreme("max");
const AMIN = extreme("min");

const REDUCE_OPTIONS: OptionTypes = { keepdim: "boolean" };

/** `keepdim` in PyTorch's place, `sum(1, true)`, or in options. */
export type KeepDim = ReduceOptions | boolean;

export function toOptions(op: string, options: KeepDim): ReduceOptions {
  if (typeof options === "boolean") return { keepdim: options };
  checkOptions(op, options, REDUCE_OPTIONS, "{ keepdim: true }");
  return options;
}

function run(ops: Overloads, label: string, x: Tensor, dim: Dim, keepdim: KeepDim): Tensor {
  checkTensor(label, x);
  const options = toOptions(label, keepdim);
  const axes = normalizeAxes(label, dim, x.ownShape.length);
  const keptShape = reducedShape(x.ownShape, axes, true);
  const op = ops[dim === undefined || dim === null ? 0 : 1];
  return apply(op, [x], { axes, keepdim: options.keepdim, keptShape });
}

/** Over nothing: 0. Truth values are counted, as int32. */
export const sum = (x: Tensor, dim?: Dim, options: KeepDim = {}): Tensor => run(SUM, "sum", x, dim, options);
/** Over nothing: 1. */
export const prod = (x: Tensor, dim?: Dim, options: KeepDim = {}): Tensor =>
  run(PROD, "prod", x, dim, options);
/** The largest element; ties share the gradient evenly. */
export const amax = (x: Tensor, dim?: Dim, options: KeepDim = {}): Tensor =>
  run(AMAX, "amax", x, dim, options);
/** The smallest element; ties share the gradient evenly. */
export const amin = (x: Tensor, dim?: Dim, options: KeepDim = {}): Tensor =>
  run(AMIN, "amin", x, dim, options);

/** The arithmetic mean; over nothing NaN. Floating dtypes only. */
export function mean(x: Tensor, dim?: Dim, options: KeepDim = {}): Tensor {
  checkTensor("mean", x);
  checkFloating("mean", x);
  return run(MEAN, "mean", x, dim, options);
}

/** Options of `var` and `std`. */
export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements (default 1: Bessel's). */
  readonly correction?: number | undefined;
}

const VARIANCE_OPTIONS: OptionTypes = { ...REDUCE_OPTIONS, correction: "number" };

/**
 * Deviations from the mean over `axes`, as a scale times numbers of at most 1: their squares neither over- nor underflow
 * where PyTorch's, which it accumulates in double precision, do not. The scale is a constant to gradients.
 */
function deviations(x: Tensor, axes: readonly number[]): { scaled: Tensor; scale: Tensor } {
  const d = x.sub(mean(x, axes, { keepdim: true }));
  const largest =
    countOf(x.ownShape, axes) === 0
      ? d.sum(axes, { keepdim: true })
      : amax(d.detach().abs(), axes, { keepdim: true });
  // Nothing to scale by in 0, ∞ and NaN; those times 0 are NaN, or ruled out by themselves.
  const scale = where(largest.mul(0).eq(0).mul(largest.ne(0)), largest, 1).detach();
  return { scaled: d.div(scale), scale };
}

/** Σ scaled² / (n − correction), over `axes`. */
function meanSquare(scaled: Tensor, axes: readonly number[], correction = 1): Tensor {
  const count = Math.max(0, countOf(scaled.ownShape, axes) - correction);
  return sum(scaled.square(), axes, { keepdim: true }).div(count);
}

/** The variance, divided by n − correction (default 1: Bessel's, as in PyTorch). */
export function variance(x: Tensor, dim?: Dim, options: VarianceOptions = {}): Tensor {
  checkTensor("var", x);
  checkOptions("var", options, VARIANCE_OPTIONS, "{ correction: 0 }");
  const axes = normalizeAxes("var", dim, x.ownShape.length);
  const { scaled, scale } = deviations(x, axes);
  const kept = meanSquare(scaled, axes, options.correction).mul(scale).mul(scale);
  return reshape(kept, reducedShape(x.ownShape, axes, options.keepdim));
}

/** xᵖ for x ≥ 0, with a gradient of 0 at 0, where the true one may be infinite (PyTorch's rule for norms). */
function power(x: Tensor, p: number): Tensor {
  const zero = x.eq(0);
  const safe = where(zero, 1, x);
  return where(zero, p > 0 ? 0 : Infinity, p === 0.5 ? safe.sqrt() : safe.pow(p));
}

/** The square root of `variance`; where all elements are equal its gradient is 0. */
export function std(x: Tensor, dim?: Dim, options: VarianceOptions = {}): Tensor {
  checkTensor("std", x);
  checkOptions("std", options, VARIANCE_OPTIONS, "{ correction: 0 }");
  const axes = normalizeAxes("std", dim, x.ownShape.length);
  const { scaled, scale } = deviations(x, axes);
  const kept = power(meanSquare(scaled, axes, options.correction), 0.5).mul(scale);
  return reshape(kept, reducedShape(x.ownShape, axes, options.keepdim));
}

/** ln Σ eˣ, with the maximum taken out first; over nothing −∞. */
export function logsumexp(x: Tensor, dim?: Dim, keepdim: KeepDim = {}): Tensor {
  checkTensor("logsumexp", x);
  const options = toOptions("logsumexp", keepdim);
  if (!isFloating(x.dtype)) return floated(x, (floating) => logsumexp(floating, dim, options));
  const axes = normalizeAxes("logsumexp", dim, x.ownShape.length);
  if (countOf(x.ownShape, axes) === 0) return sum(x, axes, options).log();
  const max = amax(x, axes, { keepdim: true }).detach();
  // Infinite maxima would give ∞ − ∞; 0 in their place lets exp overflow or vanish as it should.
  const shift = where(max.sub(max).eq(0), max, 0);
  const total = sum(x.sub(shift).exp(), axes, { keepdim: true }).log().add(shift);
  return reshape(total, reducedShape(x.ownShape, axes, options.keepdim));
}

function argOp(
  member: "argmax" | "argmin",
  x: Tensor,
  dim: number | undefined,
  options: ReduceOptions,
): Tensor {
  checkTensor(member, x);
  if (dim === undefined) {
    const found = argOp(member, reshape(x, [x.numel()]), 0, {});
    return reshape(
      found,
      reducedShape(x.ownShape, normalizeAxes(member, dim, x.ownShape.length), options.keepdim),
    );
  }
  const axis = normalizeAxis(member, dim, x.ownShape.length);
  const source = x.ownShape.length === 0 ? [1] : x.ownShape;
  checkNotEmpty(member, source, [axis]);
  const shape = reducedShape(x.ownShape, [axis], options.keepdim);
  if (member === "argmin" && !x.backend.optionalOps.includes(member)) {
    return runScoped(() => reshape(argOp("argmax", mirrored(x.detach()), axis, {}), shape));
  }
  return makeTensor(primitives.reduce(member, x.storage, source, [axis], "int32"), shape);
}

function position(member: "argmax" | "argmin", x: Tensor, dim: number | undefined, keepdim: KeepDim): Tensor {
  const options = toOptions(member, keepdim);
  checkTensor(member, x);
  checkNumbers(member, x.dtype);
  return argOp(member, x, dim, options);
}

/** The int32 position of the first largest element (the first NaN, if any) along `dim`, or in the flattened tensor. */
export const argmax = (x: Tensor, dim?: number, options: KeepDim = {}): Tensor =>
  position("argmax", x, dim, options);
/** The int32 position of the first smallest element along `dim`, or in the flattened tensor. */
export const argmin = (x: Tensor, dim?: number, options: KeepDim = {}): Tensor =>
  position("argmin", x, dim, options);

/** What `max(dim)` and `min(dim)` give: the extremes and where they are. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  /** int32, not differentiable. */
  readonly indices: Tensor;
}

/** The extremes along one axis, with positions; the first of several takes the gradient. */
export function extremeAlong(
  member: "argmax" | "argmin",
  x: Tensor,
  dim: number,
  keepdim: KeepDim = {},
): ValuesAndIndices {
  const label = member === "argmax" ? "max" : "min";
  checkTensor(label, x);
  const options = toOptions(label, keepdim);
  const axis = normalizeAxis(label, dim, x.ownShape.length);
  const kept = argOp(member, x, axis, { keepdim: true });
  const values = x.ownShape.length === 0 ? x.alias() : gather(x, axis, kept);
  const shape = reducedShape(x.ownShape, [axis], options.keepdim);
  return { values: reshape(values, shape), indices: reshape(kept, shape) };
}

/** The largest element, or with `dim` the largest along it and where they are. @throws INVALID_ARGUMENT over nothing. */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, dim: number, options?: KeepDim): ValuesAndIndices;
export function max(x: Tensor, other: Tensor): Tensor;
export function max(x: Tensor, dim?: number | Tensor, options?: KeepDim): Tensor | ValuesAndIndices {
  if (dim === undefined) return amax(x);
  return isTensor(dim) ? maximum(x, dim) : extremeAlong("argmax", x, dim, options);
}

/** The smallest element, or with `dim` the smallest along it and where they are. @throws INVALID_ARGUMENT over nothing. */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, dim: number, options?: KeepDim): ValuesAndIndices;
export function min(x: Tensor, other: Tensor): Tensor;
export function min(x: Tensor, dim?: number | Tensor, options?: KeepDim): Tensor | ValuesAndIndices {
  if (dim === undefined) return amin(x);
  return isTensor(dim) ? minimum(x, dim) : extremeAlong("argmin", x, dim, options);
}

/** The p-norm over `dim` (default 2): ±∞ is the largest or smallest magnitude, 0 counts what is not 0. */
export function norm(x: Tensor, p = 2, dim?: Dim, options: KeepDim = {}): Tensor {
  checkTensor("norm", x);
  if (typeof p !== "number") {
    throw new Corr2dError("INVALID_ARGUMENT", `norm: p must be a number, but got ${describeValue(p)}`);
  }
  checkFloating("norm", x);
  if (p === 0) return sum(x.sign().square(), dim, options);
  if (p === 1) return sum(x.abs(), dim, options);
  if (p === Infinity) return amax(x.abs(), dim, options);
  if (p === -Infinity) return amin(x.abs(), dim, options);
  return power(sum(p === 2 ? x.square() : power(x.abs(), p), dim, options), 1 / p);
}
