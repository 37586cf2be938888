/** What the constructors of layers share: where parameters are made, and checks of sizes. */
import { Corr2dError, type Shape, scope, type TensorOptions, zeros } from "@corr2d/core";
import { Parameter } from "../parameter.ts";

/** Where a layer's parameters are made: dtype (default float32) and backend (default the current one). */
export type LayerOptions = Pick<TensorOptions, "dtype" | "backend">;

/** A parameter of zeros. */
export function zeroParameter(shape: Shape, { dtype, backend }: LayerOptions): Parameter {
  return scope(() => new Parameter(zeros(shape, { dtype, backend })));
}

/**
 * @param name PyTorch's name of the argument.
 * @throws INVALID_ARGUMENT unless `value` is a positive integer.
 */
export function checkPositive(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new Corr2dError("INVALID_ARGUMENT", `${name} must be a positive integer, but got ${value}`, {
    [name]: value,
  });
}
