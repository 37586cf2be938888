/**
 * Adam and AdamW. Sources: Kingma & Ba 2015, "Adam: a method for stochastic optimization"; Reddi et al. 2018, "On the
 * convergence of Adam and beyond" (amsgrad); Loshchilov & Hutter 2019, "Decoupled weight decay regularization".
 * Book: Dive into Deep Learning, 12.10.
 */
import { addScaled, type Tensor } from "@corr2d/core";
import { checkGiven, type Signature } from "../arguments.ts";
import {
  type BetaOptions,
  checkBetas,
  countStep,
  type DirectionOptions,
  decayed,
  numberLike,
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

/** The options of Adam and AdamW, all optional. */
export type AdamOptions = Pick<DirectionOptions, "maximize"> &
  BetaOptions & {
    /** Learning rate (default 1e-3). */
    readonly lr: number;
    /** Adam: how much of the parameter is added to its gradient (default 0). AdamW: its decay per unit of lr (default 0.01). */
    readonly weightDecay: number;
    /** Divide by the largest running mean of squares so far (default false). */
    readonly amsgrad: boolean;
  };

const SIGNATURE: Signature = {
  options: {
    lr: "number",
    betas: "any",
    eps: "number",
    weightDecay: "number",
    amsgrad: "boolean",
    maximize: "boolean",
  },
  positional: { number: ["lr", "eps", "weightDecay"], array: ["betas"], boolean: ["amsgrad"] },
};

/**
 * `new Adam(net.parameters(), { lr, betas, eps, weightDecay, amsgrad, maximize })`.
 *
 * With g the gradient: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², and at step t
 * p ← p − lr · m / (1 − β₁ᵗ) / (√v / √(1 − β₂ᵗ) + eps).
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: Given<AdamOptions> = {}, ...surplus: never[]) {
    checkGiven("Adam", SIGNATURE, options, surplus);
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = options;
    const { amsgrad = false, maximize = false } = options;
    super(params, { lr, betas, eps, weightDecay, amsgrad, maximize });
    if (new.target === Adam) guardOptions(Adam.prototype, "Adam", Object.keys(SIGNATURE.options));
  }

  protected override get name(): string {
    return "Adam";
  }

  protected override checkOptions({ lr, eps, betas, weightDecay }: AdamOptions): void {
    checkNotNegative("learning rate", lr);
    checkNotNegative("epsilon value", eps);
    checkBetas(betas);
    checkNotNegative("weight_decay value", weightDecay);
  }

  /** Whether weight decay is a factor on the parameter, as in AdamW, or in the gradient. */
  protected get isDecoupled(): boolean {
    return false;
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: AdamOptions,
    state: ParamState,
  ): void {
    const { lr, betas, eps, amsgrad } = options;
    const [beta1, beta2] = betas;
    const step = countStep(state);
    const { factor, g } = decayed(parameter, gradient, options, this.isDecoupled);
    const mean = runningMean(state, "expAvg", beta1, g);
    let square = runningMean(state, "expAvgSq", beta2, g.square());
    if (amsgrad) {
      const latest = square;
      square = evolve(state, "maxExpAvgSq", (old) => (old === null ? latest : old.maximum(latest)));
    }
    const denominator = square
      .sqrt()
      .div(numberLike(square, Math.sqrt(1 - beta2 ** step)))
      .add(eps);
    parameter.assign(addScaled(parameter, factor, mean.div(denominator), -lr / (1 - beta1 ** step)));
  }
}

/**
 * `new AdamW(net.parameters(), { lr, betas, eps, weightDecay, amsgrad, maximize })`: Adam, with p ← p · (1 − lr ·
 * weightDecay) before each step in place of a decay in the gradient.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class AdamW extends Adam {
  constructor(params: Params<AdamOptions>, options: Given<AdamOptions> = {}, ...surplus: never[]) {
    checkGiven("AdamW", SIGNATURE, options, surplus);
    super(params, { ...options, weightDecay: options.weightDecay ?? 0.01 });
    if (new.target === AdamW) guardOptions(AdamW.prototype, "AdamW", Object.keys(SIGNATURE.options));
  }

  protected override get name(): string {
    return "AdamW";
  }

  protected override get isDecoupled(): boolean {
    return true;
  }
}
