/** What the constructors of layers share: how messages call them, and how parameters are made and drawn. */
import { describeValue, type Shape, scope, type TensorOptions, zeros } from "@corr2d/core";
import { invalid } from "../arguments.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** Where a layer's parameters are made: dtype (default float32) and backend (default the current one). */
export type LayerOptions = Pick<TensorOptions, "dtype" | "backend">;

/** A parameter of zeros. */
export function zeroParameter(shape: Shape, { dtype, backend }: LayerOptions): Parameter {
  return scope(() => new Parameter(zeros(shape, { dtype, backend })));
}

/**
 * In the place of a parameter that an option leaves out: null. The types of layers do not say it, so that the usual layer needs no
 * `!`; PyTorch's do not either.
 */
export const ABSENT = null as never;

/** What normalisations learn: a scale of ones and a shift of zeros, or neither. */
export function affineOf(
  shape: Shape,
  affine: boolean,
  options: LayerOptions,
): { weight: Parameter; bias: Parameter } {
  if (!affine) return { weight: ABSENT, bias: ABSENT };
  return { weight: init.ones(zeroParameter(shape, options)), bias: zeroParameter(shape, options) };
}

/**
 * Draws the weight of a layer, then its bias, uniformly on ±1/√fanIn, as PyTorch does.
 *
 * PyTorch calls `kaimingUniform` with a = √5 for the weight: the same bound, but for its rounding in float64.
 */
export function drawParameters(weight: Parameter, bias: Parameter | null): void {
  const root = Math.sqrt(init.fans(weight).fanIn);
  const bound = Math.sqrt(3) * (Math.sqrt(1 / 3) / root);
  init.uniform(weight, -bound, bound);
  if (bias !== null) init.uniform(bias, -1 / root, 1 / root);
}

/** What messages of a constructor call the layer: as it is written here, not as PyTorch prints it. */
export const ownerOf = ({ typeName }: { readonly typeName: string }): string =>
  typeName.replace(/([12])d$/, "$1D");

/**
 * @param takes what the constructor takes.
 * @throws INVALID_ARGUMENT for what stands behind it: PyTorch's `inplace`, most likely.
 */
export function refuseSurplus(owner: string, takes: string, surplus: readonly unknown[]): void {
  if (surplus.length === 0) return;
  const got = describeValue(surplus[0]);
  throw invalid(
    `${owner} takes ${takes}, but got ${got} besides: results are new tensors, nothing is done in place`,
  );
}

/** @throws INVALID_ARGUMENT for options that a lazy layer takes from its first input. */
export function refusePlace(owner: string, { dtype, backend }: LayerOptions): void {
  if (dtype === undefined && backend === undefined) return;
  const name = dtype === undefined ? "backend" : "dtype";
  throw invalid(`${owner}: dtype and backend are those of the first input; leave '${name}' out`);
}

/** A layer that takes no arguments: PyTorch's `inplace` is refused. */
export abstract class PlainLayer extends Module {
  constructor(...surplus: never[]) {
    super();
    refuseSurplus(ownerOf(this), "no arguments", surplus);
  }
}
