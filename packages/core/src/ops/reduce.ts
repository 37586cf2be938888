/**
 * Reductions over axes: forward and gradient side by side.
 *
 * `dim` is a number, several, or absent for all axes, as in PyTorch; `keepDim` leaves reduced axes with size 1.
 */
import { apply, makeTensor, type Op } from "../autograd.ts";
import type { ReduceOp } from "../backend.ts";
import { Corr2dError } from "../errors.ts";
import { formatShape, normalizeAxes, normalizeAxis, reducedShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import * as call from "./call.ts";
import { checkFloating, where } from "./elementwise.ts";
import { gather } from "./indexing.ts";
import { expand, reshape } from "./movement.ts";

/** Which axes to reduce; absent or null: all. */
export type Dim = number | readonly number[] | null | undefined;

export interface ReduceOptions {
  readonly keepDim?: boolean | undefined;
}

interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keepDim: boolean;
  /** The input's shape with the reduced axes of size 1: gradients broadcast from it. */
  readonly keptShape: Shape;
}

function forward(member: ReduceOp): Op<ReduceAttributes>["forward"] {
  return ([x], { axes, keepDim }) => {
    const shape = reducedShape(x!.shape, axes, keepDim);
    if (axes.length === 0) return makeTensor(x!.storage.retain(), shape);
    return makeTensor(call.reduce(member, x!.storage, x!.shape, axes), shape);
  };
}

const SUM: Op<ReduceAttributes> = {
  name: "SumBackward1",
  forward: forward("sum"),
  gradients: [(g, c) => expand(g.shape.length === 0 ? g : reshape(g, c.attributes.keptShape), c.shape(0))],
};

/**
 * The product of the other elements is p / x, unless something is zero: with one zero only that element has a
 * gradient, the product of the rest; with two or more there is none.
 */
const PROD: Op<ReduceAttributes> = {
  name: "ProdBackward1",
  forward: forward("prod"),
  savesInputs: true,
  gradients: [
    (g, c) => {
      const { axes, keptShape } = c.attributes;
      const x = c.input(0);
      const zero = x.eq(0);
      const zeros = zero.sum(axes, { keepDim: true });
      const safe = where(zero, 1, x);
      const product = safe.prod(axes, { keepDim: true });
      const others = where(
        zeros.eq(0),
        product.div(safe),
        where(zeros.eq(1).mul(zero), product, x.zerosLike()),
      );
      return reshape(g, keptShape).mul(others);
    },
  ],
};

/** The elements that equal the extreme share its gradient evenly, as in PyTorch's amax. */
function extreme(member: "max" | "min", name: string): Op<ReduceAttributes> {
  return {
    name,
    forward: forward(member),
    savesInputs: true,
    savesOutput: true,
    gradients: [
      (g, c) => {
        const { axes, keptShape } = c.attributes;
        const winners = c.input(0).eq(reshape(c.output(), keptShape));
        const shares = winners.sum(axes, { keepDim: true }).type(g.dtype);
        return where(winners, reshape(g, keptShape).div(shares), 0);
      },
    ],
  };
}
const AMAX = extreme("max", "AmaxBackward0");
const AMIN = extreme("min", "AminBackward0");

function run(op: Op<ReduceAttributes>, label: string, x: Tensor, dim: Dim, options: ReduceOptions): Tensor {
  const axes = normalizeAxes(dim, x.shape.length);
  if (op !== SUM && op !== PROD && x.size === 0 && axes.some((axis) => x.shape[axis] === 0)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${label}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the ` +
        `'dim' argument (shape ${formatShape(x.shape)})`,
    );
  }
  const attributes = {
    axes,
    keepDim: options.keepDim ?? false,
    keptShape: reducedShape(x.shape, axes, true),
  };
  return apply(op, [x], attributes);
}

/** Over nothing: 0. */
export const sum = (x: Tensor, dim?: Dim, options: ReduceOptions = {}): Tensor =>
  run(SUM, "sum", x, dim, options);
/** Over nothing: 1. */
export const prod = (x: Tensor, dim?: Dim, options: ReduceOptions = {}): Tensor =>
  run(PROD, "prod", x, dim, options);
/** The largest element; ties share the gradient evenly. */
export const amax = (x: Tensor, dim?: Dim, options: ReduceOptions = {}): Tensor =>
  run(AMAX, "amax", x, dim, options);
/** The smallest element; ties share the gradient evenly. */
export const amin = (x: Tensor, dim?: Dim, options: ReduceOptions = {}): Tensor =>
  run(AMIN, "amin", x, dim, options);

/** The arithmetic mean; over nothing NaN. Floating dtypes only. */
export function mean(x: Tensor, dim?: Dim, options: ReduceOptions = {}): Tensor {
  checkFloating("mean", x);
  const axes = normalizeAxes(dim, x.shape.length);
  const count = axes.reduce((n, axis) => n * x.shape[axis]!, 1);
  return sum(x, axes, options).div(count);
}

/** The variance, divided by n − correction (default 1: Bessel's, as in PyTorch). */
export function variance(
  x: Tensor,
  dim?: Dim,
  options: ReduceOptions & { readonly correction?: number | undefined } = {},
): Tensor {
  const axes = normalizeAxes(dim, x.shape.length);
  const count = axes.reduce((n, axis) => n * x.shape[axis]!, 1);
  const centred = x.sub(mean(x, axes, { keepDim: true }));
  return sum(centred.square(), axes, options).div(Math.max(0, count - (options.correction ?? 1)));
}

/** The square root of `variance`. */
export const std = (
  x: Tensor,
  dim?: Dim,
  options: ReduceOptions & { readonly correction?: number | undefined } = {},
): Tensor => variance(x, dim, options).sqrt();

/** ln Σ eˣ, with the maximum taken out first. */
export function logSumExp(x: Tensor, dim?: Dim, options: ReduceOptions = {}): Tensor {
  checkFloating("logSumExp", x);
  const axes = normalizeAxes(dim, x.shape.length);
  const max = amax(x, axes, { keepDim: true }).detach();
  // Infinite maxima would give ∞ − ∞; 0 in their place lets exp overflow or vanish as it should.
  const shift = where(max.sub(max).eq(0), max, 0);
  const total = sum(x.sub(shift).exp(), axes, { keepDim: true }).log().add(shift);
  return options.keepDim ? total : reshape(total, reducedShape(x.shape, axes, false));
}

function argOp(
  member: "argmax" | "argmin",
  x: Tensor,
  dim: number | undefined,
  options: ReduceOptions,
): Tensor {
  if (dim === undefined) {
    const flat = argOp(member, reshape(x, [x.size]), 0, {});
    return options.keepDim
      ? reshape(
          flat,
          x.shape.map(() => 1),
        )
      : flat;
  }
  const axis = normalizeAxis(dim, x.shape.length);
  const source = x.shape.length === 0 ? [1] : x.shape;
  if (source[axis] === 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${member}(): Expected reduction dim ${axis} to have non-zero size (shape ${formatShape(x.shape)})`,
    );
  }
  const shape = x.shape.length === 0 ? [] : reducedShape(x.shape, [axis], options.keepDim ?? false);
  return makeTensor(call.reduce(member, x.storage, source, [axis]), shape);
}

/** The int32 position of the first largest element (the first NaN, if any) along `dim`, or in the flattened tensor. */
export const argmax = (x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor =>
  argOp("argmax", x, dim, options);
/** The int32 position of the first smallest element along `dim`, or in the flattened tensor. */
export const argmin = (x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor =>
  argOp("argmin", x, dim, options);

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
  options: ReduceOptions = {},
): ValuesAndIndices {
  const axis = normalizeAxis(dim, x.shape.length);
  const kept = argOp(member, x, axis, { keepDim: true });
  const values = x.shape.length === 0 ? x.alias() : gather(x, axis, kept);
  if (options.keepDim || x.shape.length === 0) return { values, indices: kept };
  const shape = reducedShape(x.shape, [axis], false);
  return { values: reshape(values, shape), indices: reshape(kept, shape) };
}

/** The p-norm over `dim` (default 2). */
export function norm(x: Tensor, p = 2, dim?: Dim, options: ReduceOptions = {}): Tensor {
  if (p === 1) return sum(x.abs(), dim, options);
  if (p === 2) return sum(x.square(), dim, options).sqrt();
  if (p === Number.POSITIVE_INFINITY) return amax(x.abs(), dim, options);
  return sum(x.abs().pow(p), dim, options).pow(1 / p);
}
