/**
 * Weights of spectral norm one. Source: Miyato et al. 2018, "Spectral normalization for generative adversarial networks".
 */
import { noGrad, scope, type Tensor, zeros } from "@corr2d/core";
import { checkGiven, checkPositive, named, type Signature } from "../arguments.ts";
import { normalize } from "../distance.ts";
import * as init from "../init.ts";
import { Convolution } from "../layers/convolution.ts";
import { Module } from "../module.ts";
import { Buffer } from "../parameter.ts";
import { axesBeside, axisOf } from "./axes.ts";
import { type Parametrization, parameterOf } from "./parametrization-list.ts";
import { registerParametrization } from "./parametrize.ts";

/** Options of `spectralNorm`. */
export interface SpectralNormOptions {
  /** Steps of the power iteration at each use in training (default 1). */
  readonly nPowerIterations?: number | undefined;
  /** The least that a length is taken for (default 1e-12). */
  readonly eps?: number | undefined;
  /** The axis that makes the rows of the matrix (default 0; 1 of a transposed convolution). */
  readonly dim?: number | null | undefined;
}

const SPECTRAL_NORM: Signature = {
  options: { nPowerIterations: "number", eps: "number", dim: "any" },
  positional: { number: ["nPowerIterations", "eps", "dim"] },
};

/** Steps before the first use, so that the vectors are near the singular ones from the start. */
const WARM_UP = 15;

/** The weight, seen as a matrix, divided by its largest singular value: uᵀ · W · v, with vectors that a power iteration improves. */
class SpectralNorm extends Module implements Parametrization {
  static override readonly typeName: string = "_SpectralNorm";
  readonly nPowerIterations: number;
  readonly dim: number;
  readonly eps: number;
  readonly isOlder: boolean;
  /** [rows], in state dicts `_u`; null for a vector, whose length is exact. */
  u: Buffer | null = null;
  /** [columns], in state dicts `_v`; null for a vector. */
  v: Buffer | null = null;

  /** @param isOlder whether to do as PyTorch's older function: start cold, and take the columns first in each step. */
  constructor(weight: Tensor, nPowerIterations: number, dim: number, eps: number, isOlder: boolean) {
    super();
    this.nPowerIterations = nPowerIterations;
    this.dim = dim;
    this.eps = eps;
    this.isOlder = isOlder;
    if (weight.dim() === 1) return;
    noGrad(() =>
      scope(() => {
        const matrix = this.matrixOf(weight.detach());
        const [u, v] = matrix.shape.map((size) => {
          const drawn = init.normal(zeros([size], { dtype: weight.dtype, backend: weight.backend }));
          return normalize(drawn, { dim: 0, eps });
        });
        this.u = new Buffer(u!, { name: "_u" });
        this.v = new Buffer(v!, { name: "_v" });
        if (!isOlder) this.iterate(matrix, WARM_UP);
      }),
    );
  }

  matrixOf(weight: Tensor): Tensor {
    return weight.permute([this.dim, ...axesBeside(this.dim, weight)]).flatten(1);
  }

  iterate(matrix: Tensor, times: number): void {
    const { u, v, eps } = this;
    noGrad(() =>
      scope(() => {
        const rows = () => u!.assign(normalize(matrix.matmul(v!), { dim: 0, eps }));
        const columns = () => v!.assign(normalize(matrix.t().matmul(u!), { dim: 0, eps }));
        const step = this.isOlder ? [columns, rows] : [rows, columns];
        for (let i = 0; i < times; i++) for (const half of step) half();
      }),
    );
  }

  override forward(weight: Tensor): Tensor {
    const { u, v, eps } = this;
    if (u === null || v === null) return normalize(weight, { dim: 0, eps });
    const matrix = this.matrixOf(weight);
    if (this.training) this.iterate(matrix.detach(), this.nPowerIterations);
    return weight.div(matrix.matmul(v).mul(u).sum());
  }

  rightInverse(value: Tensor): Tensor {
    return value;
  }
}

function register<M extends Module>(
  module: M,
  name: string,
  options: SpectralNormOptions,
  isOlder: boolean,
): M {
  const owner = "spectralNorm";
  const weight = parameterOf(owner, module, name);
  checkGiven(owner, SPECTRAL_NORM, options);
  const { nPowerIterations = 1, eps = 1e-12 } = options;
  const dim = options.dim ?? (module instanceof Convolution && module.transposed ? 1 : 0);
  named(owner, () => checkPositive("n_power_iterations", nPowerIterations));
  const axis = axisOf(owner, dim, weight.dim());
  const parametrization = new SpectralNorm(weight, nPowerIterations, axis, eps, isOlder);
  // A look at the result would be a step of the iteration.
  return registerParametrization(module, name, parametrization, { unsafe: isOlder });
}

/**
 * `spectralNorm(layer, "weight", { nPowerIterations, eps, dim })`: the weight is divided by its largest singular value, which a power
 * iteration follows: at each use in training, and after `eval()` no more. What is learnt is `parametrizations.weight.original`, the
 * parameter there was.
 *
 * @returns the layer.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export function spectralNorm<M extends Module>(
  module: M,
  name = "weight",
  options: SpectralNormOptions = {},
): M {
  return register(module, name, options, false);
}

/**
 * PyTorch's older function, `torch.nn.utils.spectral_norm`: as `parametrizations.spectralNorm`, but the first use is the first step of
 * the power iteration, and each step takes the columns first. Its names in state dicts are those of `parametrizations`.
 *
 * @returns the layer.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export function olderSpectralNorm<M extends Module>(
  module: M,
  name = "weight",
  options: SpectralNormOptions = {},
): M {
  return register(module, name, options, true);
}
