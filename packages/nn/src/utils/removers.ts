/** The older names for taking normalisations of weights away again. */
import { invalid } from "../arguments.ts";
import { isModule, type Module } from "../module.ts";
import { listsOf } from "./parametrization-list.ts";
import { removeParametrizations } from "./parametrize.ts";

/**
 * Makes what `weightNorm` computes a parameter again, a new one, with the value that it has.
 * @returns the layer.
 * @throws INVALID_ARGUMENT
 */
export function removeWeightNorm<M extends Module>(module: M, name = "weight"): M {
  return removeParametrizations(module, name);
}

/**
 * Makes what `spectralNorm` computes a parameter again, with the value that it has: no step of the power iteration is made for it.
 * @returns the layer.
 * @throws INVALID_ARGUMENT
 */
export function removeSpectralNorm<M extends Module>(module: M, name = "weight"): M {
  if (!isModule(module)) throw invalid("removeSpectralNorm: expected a module");
  listsOf(module)[name]?.eval();
  return removeParametrizations(module, name);
}
