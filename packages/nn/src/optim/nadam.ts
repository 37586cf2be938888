/** NAdam: Adam with Nesterov's momentum. Source: Dozat 2016, "Incorporating Nesterov momentum into Adam". */
import { addScaled, type Tensor } from "@corr2d/core";
import { checkGiven, type Signature } from "../arguments.ts";
import {
  type BetaOptions,
  checkBetas,
  countStep,
  type DecoupledOptions,
  type DirectionOptions,
  decayed,
  numberLike,
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

/** The options of NAdam, all optional. */
export type NAdamOptions = DirectionOptions &
  DecoupledOptions &
  BetaOptions & {
    /** Learning rate (default 2e-3). */
    readonly lr: number;
    /** How fast the momentum comes to β₁ (default 4e-3). */
    readonly momentumDecay: number;
  };

const SIGNATURE: Signature = {
  options: {
    lr: "number",
    betas: "any",
    eps: "number",
    weightDecay: "number",
    momentumDecay: "number",
    decoupledWeightDecay: "boolean",
    maximize: "boolean",
  },
  positional: {
    number: ["lr", "eps", "weightDecay", "momentumDecay"],
    array: ["betas"],
    boolean: ["decoupledWeightDecay"],
  },
};

/**
 * `new NAdam(net.parameters(), { lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay, maximize })`.
 *
 * With g the gradient: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², μₜ = β₁ (1 − ½ · 0.96^(t · momentumDecay)), and at step t
 * p ← p − lr · ((1 − μₜ) g / (1 − μ₁…μₜ) + μₜ₊₁ m / (1 − μ₁…μₜ₊₁)) / (√(v / (1 − β₂ᵗ)) + eps).
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(params: Params<NAdamOptions>, options: Given<NAdamOptions> = {}, ...surplus: never[]) {
    checkGiven("NAdam", SIGNATURE, options, surplus);
    const { lr = 2e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, momentumDecay = 4e-3 } = options;
    const { decoupledWeightDecay = false, maximize = false } = options;
    super(params, { lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay, maximize });
    if (new.target === NAdam) guardOptions(NAdam.prototype, "NAdam", Object.keys(SIGNATURE.options));
  }

  protected override get name(): string {
    return "NAdam";
  }

  protected override checkOptions(options: NAdamOptions): void {
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("epsilon value", options.eps);
    checkBetas(options.betas);
    checkNotNegative("weight_decay value", options.weightDecay);
    checkNotNegative("momentum_decay value", options.momentumDecay);
  }

  protected override update(p: Tensor, gradient: Tensor, options: NAdamOptions, state: ParamState): void {
    const { lr, betas, eps, momentumDecay, decoupledWeightDecay } = options;
    const [beta1, beta2] = betas;
    const step = countStep(state);
    const { factor, g } = decayed(p, gradient, options, decoupledWeightDecay);
    const momentumAt = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const momentum = momentumAt(step);
    const next = momentumAt(step + 1);
    const product = ((state.muProduct as number | undefined) ?? 1) * momentum;
    state.muProduct = product;
    const mean = runningMean(state, "expAvg", beta1, g);
    const square = runningMean(state, "expAvgSq", beta2, g.square());
    const denominator = square
      .div(numberLike(square, 1 - beta2 ** step))
      .sqrt()
      .add(eps);
    const byGradient = addScaled(p, factor, g.div(denominator), (-lr * (1 - momentum)) / (1 - product));
    p.assign(addScaled(byGradient, 1, mean.div(denominator), (-lr * next) / (1 - product * next)));
  }
}
