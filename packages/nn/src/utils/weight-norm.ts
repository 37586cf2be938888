/**
 * Weights as a length and a direction. Source: Salimans & Kingma 2016, "Weight normalization: a simple reparameterization to
 * accelerate training of deep neural networks".
 */
import type { Tensor } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { axesBeside, axisOf } from "./axes.ts";
import { type Parametrization, parameterOf } from "./parametrization-list.ts";
import { isParametrized, registerParametrization } from "./parametrize.ts";

/** Options of `weightNorm`. */
export interface WeightNormOptions {
  /** The axis whose slices have a length each (default 0); null, or −1 as in PyTorch, for one length of the whole. */
  readonly dim?: number | null | undefined;
}

const WEIGHT_NORM: Signature = { options: { dim: "any" }, positional: { number: ["dim"] } };

/** g · v / ‖v‖. */
class WeightNorm extends Module implements Parametrization {
  static override readonly typeName: string = "_WeightNorm";
  /** Null for one length of the whole. */
  readonly dim: number | null;

  constructor(dim: number | null) {
    super();
    this.dim = dim;
  }

  lengthOf(weight: Tensor): Tensor {
    return this.dim === null ? weight.norm() : weight.norm(2, axesBeside(this.dim, weight), true);
  }

  override forward(length: Tensor, direction: Tensor): Tensor {
    return direction.mul(length.div(this.lengthOf(direction)));
  }

  rightInverse(weight: Tensor): Tensor[] {
    return [this.lengthOf(weight), weight];
  }
}

/**
 * `weightNorm(layer, "weight", { dim })`: the weight becomes g · v / ‖v‖, where its lengths g and its direction v are learnt, as
 * `parametrizations.weight.original0` and `…original1`.
 *
 * Make the optimiser afterwards: its parameters are new.
 * @returns the layer.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export function weightNorm<M extends Module>(module: M, name = "weight", options: WeightNormOptions = {}): M {
  const owner = "weightNorm";
  const weight = parameterOf(owner, module, name);
  checkGiven(owner, WEIGHT_NORM, options);
  if (isParametrized(module, name)) {
    throw invalid(
      `${owner}: '${name}' of this ${module.typeName} is computed already, and lengths and directions can only be what is learnt: ` +
        "removeParametrizations first, or what else there is afterwards",
    );
  }
  const { dim = 0 } = options;
  const isWhole = dim === null || dim === -1;
  const parametrization = new WeightNorm(isWhole ? null : axisOf(owner, dim, weight.dim()));
  return registerParametrization(module, name, parametrization, { unsafe: true });
}
