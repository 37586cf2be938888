/** What the constructors of layers share: how parameters are made and drawn, and checks of sizes. */
import { Corr2dError, type Shape, scope, type TensorOptions, zeros } from "@corr2d/core";
import * as init from "../init.ts";
import { Parameter } from "../parameter.ts";

/** Where a layer's parameters are made: dtype (default float32) and backend (default the current one). */
export type LayerOptions = Pick<TensorOptions, "dtype" | "backend">;

/** A parameter of zeros. */
export function zeroParameter(shape: Shape, { dtype, backend }: LayerOptions): Parameter {
  return scope(() => new Parameter(zeros(shape, { dtype, backend })));
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

/**
 * @param name PyTorch's name of the argument.
 * @throws INVALID_ARGUMENT unless `value` is a positive integer.
 */
export function checkPositive(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new Corr2dError("INVALID_ARGUMENT", `${name} must be a positive integer, but got ${value}`);
}
