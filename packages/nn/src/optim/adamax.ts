/** Adamax. Source: Kingma & Ba 2015, "Adam: a method for stochastic optimization", section 7. */
import { addScaled, type Tensor } from "@corr2d/core";
import { checkGiven, type Signature } from "../arguments.ts";
import {
  type BetaOptions,
  checkBetas,
  countStep,
  type DirectionOptions,
  directionOf,
  runningMean,
} from "./moments.ts";
import {
  checkNotNegative,
  evolve,
  type Given,
  guardOptions,
  Optimizer,
  type ParamState,
  type Params,
} from "./optimizer.ts";

/** The options of Adamax, all optional. */
export type AdamaxOptions = DirectionOptions &
  BetaOptions & {
    /** Learning rate (default 2e-3). */
    readonly lr: number;
  };

const SIGNATURE: Signature = {
  options: { lr: "number", betas: "any", eps: "number", weightDecay: "number", maximize: "boolean" },
  positional: { number: ["lr", "eps", "weightDecay"], array: ["betas"] },
};

/**
 * `new Adamax(net.parameters(), { lr, betas, eps, weightDecay, maximize })`.
 *
 * With g the gradient (negated to maximise, plus weightDecay · p): m ← β₁ m + (1 − β₁) g, u ← max(β₂ u, |g| + eps), and at step t
 * p ← p − lr / (1 − β₁ᵗ) · m / u.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(params: Params<AdamaxOptions>, options: Given<AdamaxOptions> = {}, ...surplus: never[]) {
    checkGiven("Adamax", SIGNATURE, options, surplus);
    const { lr = 2e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = options;
    const { maximize = false } = options;
    super(params, { lr, betas, eps, weightDecay, maximize });
    if (new.target === Adamax) guardOptions(Adamax.prototype, "Adamax", Object.keys(SIGNATURE.options));
  }

  protected override get name(): string {
    return "Adamax";
  }

  protected override checkOptions(options: AdamaxOptions): void {
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("epsilon value", options.eps);
    checkBetas(options.betas);
    checkNotNegative("weight_decay value", options.weightDecay);
  }

  protected override update(p: Tensor, gradient: Tensor, options: AdamaxOptions, state: ParamState): void {
    const { lr, betas, eps } = options;
    const [beta1, beta2] = betas;
    const step = countStep(state);
    const g = directionOf(p, gradient, options);
    const mean = runningMean(state, "expAvg", beta1, g);
    const size = g.abs().add(eps);
    const largest = evolve(state, "expInf", (old) => (old === null ? size : old.mul(beta2).maximum(size)));
    p.assign(addScaled(p, 1, mean.div(largest), -lr / (1 - beta1 ** step)));
  }
}
