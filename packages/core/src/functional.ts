/**
 * Derivatives of functions as tensors: PyTorch's `autograd.functional`.
 *
 * Rows of a Jacobian are vector–Jacobian products with unit vectors; a Jacobian–vector product is the derivative of a
 * vector–Jacobian product in its vector (Townsend 2017, "A new trick for calculating Jacobian vector products").
 */
import { checkTensor, enableGrad, grad } from "./autograd.ts";
import { eye, zeros } from "./create.ts";
import { Corr2dError } from "./errors.ts";
import { stack } from "./ops/cat.ts";
import { checkOptions, isList, type OptionTypes } from "./options.ts";
import { formatShape, sameShape, sizeOf } from "./shape.ts";
import { checkFunction } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** A function of tensors that gives one. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor;

/** Options of `jacobian`, `hessian`, `vjp` and `jvp`. */
export interface DerivativeOptions {
  /** Whether the result can itself be differentiated in the inputs (default false). */
  readonly createGraph?: boolean | undefined;
}

const OPTIONS: OptionTypes = { createGraph: "boolean" };

type OneOrMore = Tensor | readonly Tensor[];

/** The inputs as leaves, or in the graph they came from; the result of `fn`; and how to give results the form of the inputs. */
function start(owner: string, fn: TensorFunction, inputs: OneOrMore, options: DerivativeOptions) {
  checkFunction(owner, fn);
  checkOptions(owner, options, OPTIONS, "{ createGraph: true }");
  const createGraph = options.createGraph ?? false;
  const given: readonly Tensor[] = isList(inputs) ? inputs : [inputs as Tensor];
  const xs = given.map((x) => {
    checkTensor(owner, x);
    if (createGraph && x.requiresGrad) return x.clone();
    const leaf = x.detach();
    leaf.requiresGrad = true;
    return leaf;
  });
  const output = enableGrad(() => fn(...xs));
  checkTensor(`${owner}: the function's result`, output);
  return { xs, output, createGraph };
}

const inFormOf = <T>(inputs: OneOrMore, list: T[]): T | T[] => (isList(inputs) ? list : list[0]!);

/** Gradients of `output`, zeros where an input does not lead to it. */
function gradients(output: Tensor, xs: readonly Tensor[], gradient: Tensor, createGraph: boolean): Tensor[] {
  const found = output.requiresGrad
    ? grad(output, xs, { gradOutputs: gradient, createGraph, retainGraph: true, allowUnused: true })
    : xs.map(() => null);
  return found.map((g, i) => g ?? zeros(xs[i]!.shape, { dtype: xs[i]!.dtype, backend: xs[i]!.backend }));
}

function checkVector(owner: string, v: Tensor, like: Tensor): void {
  checkTensor(owner, v);
  if (sameShape(v.ownShape, like.ownShape)) return;
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `${owner}: v has invalid size: should be ${formatShape(like.ownShape)} but got ${formatShape(v.ownShape)}`,
  );
}

/**
 * The product of a vector with the Jacobian: the output of `fn`, and vᵀ · J for each input.
 *
 * @param v of the output's shape; may be left out for an output of one element.
 * @returns [output, gradients], the gradients as the inputs were given: one tensor, or an array.
 * @throws SHAPE_MISMATCH, NOT_SCALAR.
 */
export function vjp(
  func: TensorFunction,
  inputs: Tensor,
  v?: Tensor | null,
  options?: DerivativeOptions,
): [Tensor, Tensor];
export function vjp(
  func: TensorFunction,
  inputs: readonly Tensor[],
  v?: Tensor | null,
  options?: DerivativeOptions,
): [Tensor, Tensor[]];
export function vjp(
  func: TensorFunction,
  inputs: OneOrMore,
  v?: Tensor | null,
  options: DerivativeOptions = {},
): [Tensor, Tensor | Tensor[]] {
  const { xs, output, createGraph } = start("vjp", func, inputs, options);
  if (v !== undefined && v !== null) checkVector("vjp", v, output);
  else checkOne("vjp", output);
  const found = gradients(output, xs, v ?? output.detach().onesLike(), createGraph);
  return [createGraph ? output : output.detach(), inFormOf(inputs, found)];
}

function checkOne(owner: string, output: Tensor): void {
  if (output.numel() === 1) return;
  throw new Corr2dError(
    "NOT_SCALAR",
    `The vector v can only be None if the user-provided function returns a single Tensor with a single element: ${owner} got ` +
      `an output of shape ${formatShape(output.ownShape)}`,
  );
}

/**
 * The product of the Jacobian with a vector: the output of `fn`, and ∑ J · v over the inputs.
 *
 * @param v of the inputs' shapes, given as they are.
 * @returns [output, product], both of the output's shape.
 * @throws SHAPE_MISMATCH.
 */
export function jvp(
  func: TensorFunction,
  inputs: OneOrMore,
  v: OneOrMore,
  options: DerivativeOptions = {},
): [Tensor, Tensor] {
  const { xs, output, createGraph } = start("jvp", func, inputs, options);
  const vs: readonly Tensor[] = isList(v) ? v : [v as Tensor];
  for (const [i, x] of xs.entries()) checkVector("jvp", vs[i]!, x);
  const product = enableGrad(() => {
    const u = output.detach().mul(0);
    u.requiresGrad = true;
    const products = gradients(output, xs, u, true).map((g, i) => g.mul(vs[i]!).sum());
    const total = products.reduce((sum, term) => sum.add(term));
    return gradients(total, [u], total.detach().onesLike(), createGraph)[0]!;
  });
  return [createGraph ? output : output.detach(), product];
}

/**
 * The Jacobian of `fn`.
 *
 * @returns for each input a tensor of shape [...output, ...input], given as the inputs were: one, or an array.
 */
export function jacobian(func: TensorFunction, inputs: Tensor, options?: DerivativeOptions): Tensor;
export function jacobian(
  func: TensorFunction,
  inputs: readonly Tensor[],
  options?: DerivativeOptions,
): Tensor[];
export function jacobian(
  func: TensorFunction,
  inputs: OneOrMore,
  options: DerivativeOptions = {},
): Tensor | Tensor[] {
  const { xs, output, createGraph } = start("jacobian", func, inputs, options);
  const { shape, dtype, backend } = output;
  const size = output.numel();
  const units = eye(size, { dtype, backend });
  const rows = Array.from({ length: size }, (_, row) =>
    gradients(output, xs, units.slice(row).reshape(shape), createGraph),
  );
  const found = xs.map((x, i) => {
    const whole = [...shape, ...x.shape];
    if (sizeOf(whole) === 0) return zeros(whole, { dtype, backend });
    return stack(rows.map((row) => row[i]!)).reshape(whole);
  });
  return inFormOf(inputs, found);
}

/**
 * The Hessian of a function that gives one number.
 *
 * @returns a tensor of shape [...input, ...input]; of several inputs, an array of arrays of [...input i, ...input j].
 * @throws NOT_SCALAR.
 */
export function hessian(func: TensorFunction, inputs: Tensor, options?: DerivativeOptions): Tensor;
export function hessian(
  func: TensorFunction,
  inputs: readonly Tensor[],
  options?: DerivativeOptions,
): Tensor[][];
export function hessian(
  func: TensorFunction,
  inputs: OneOrMore,
  options: DerivativeOptions = {},
): Tensor | Tensor[][] {
  checkFunction("hessian", func);
  const given: readonly Tensor[] = isList(inputs) ? inputs : [inputs as Tensor];
  const rows = given.map((_, i) => {
    const gradient: TensorFunction = (...xs) => {
      const output = func(...xs);
      checkOne("hessian", output);
      return gradients(output, xs, output.detach().onesLike(), true)[i]!;
    };
    return jacobian(gradient, given, options);
  });
  return isList(inputs) ? rows : rows[0]![0]!;
}
