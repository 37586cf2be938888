/**
 * RAdam: Adam without its warm-up. Source: Liu et al. 2020, "On the variance of the adaptive learning rate and beyond".
 */
import { addScaled, type Tensor } from "@corr2d/core";
import { checkGiven, type Signature } from "../arguments.ts";
import {
  type BetaOptions,
  checkBetas,
  countStep,
  type DecoupledOptions,
  type DirectionOptions,
  decayed,
  runningMean,
} from "./moments.ts";
import {
  checkNotNegative,
  type Given,
  guardOptions,
  Optimizer,
  type ParamState,
  type Params,
} from "./optimizer.ts";

/** The options of RAdam, all optional. */
export type RAdamOptions = DirectionOptions &
  DecoupledOptions &
  BetaOptions & {
    /** Learning rate (default 1e-3). */
    readonly lr: number;
  };

const SIGNATURE: Signature = {
  options: {
    lr: "number",
    betas: "any",
    eps: "number",
    weightDecay: "number",
    decoupledWeightDecay: "boolean",
    maximize: "boolean",
  },
  positional: { number: ["lr", "eps", "weightDecay"], array: ["betas"], boolean: ["decoupledWeightDecay"] },
};

/**
 * `new RAdam(net.parameters(), { lr, betas, eps, weightDecay, decoupledWeightDecay, maximize })`.
 *
 * With g the gradient: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², ρ = 2 / (1 − β₂) − 1, ρₜ = ρ − 2 t β₂ᵗ / (1 − β₂ᵗ). At step t
 * p ← p − lr · m / (1 − β₁ᵗ), times r √(1 − β₂ᵗ) / (√v + eps) once ρₜ > 5, where
 * r² = (ρₜ − 4) (ρₜ − 2) ρ / ((ρ − 4) (ρ − 2) ρₜ).
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(params: Params<RAdamOptions>, options: Given<RAdamOptions> = {}, ...surplus: never[]) {
    checkGiven("RAdam", SIGNATURE, options, surplus);
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = options;
    const { decoupledWeightDecay = false, maximize = false } = options;
    super(params, { lr, betas, eps, weightDecay, decoupledWeightDecay, maximize });
    if (new.target === RAdam) guardOptions(RAdam.prototype, "RAdam", Object.keys(SIGNATURE.options));
  }

  protected override get name(): string {
    return "RAdam";
  }

  protected override checkOptions(options: RAdamOptions): void {
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("epsilon value", options.eps);
    checkBetas(options.betas);
    checkNotNegative("weight_decay value", options.weightDecay);
  }

  protected override update(p: Tensor, gradient: Tensor, options: RAdamOptions, state: ParamState): void {
    const { lr, betas, eps, decoupledWeightDecay } = options;
    const [beta1, beta2] = betas;
    const step = countStep(state);
    const { factor, g } = decayed(p, gradient, options, decoupledWeightDecay);
    const mean = runningMean(state, "expAvg", beta1, g);
    const square = runningMean(state, "expAvgSq", beta2, g.square());
    const rate = -lr / (1 - beta1 ** step);
    const correction = 1 - beta2 ** step;
    const limit = 2 / (1 - beta2) - 1;
    const length = limit - (2 * step * beta2 ** step) / correction;
    if (length <= 5) {
      p.assign(addScaled(p, factor, mean, rate));
      return;
    }
    const rectified = Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
    p.assign(
      addScaled(p, factor, mean.div(square.sqrt().add(eps)), rate * rectified * Math.sqrt(correction)),
    );
  }
}
