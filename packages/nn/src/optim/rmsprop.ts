/**
 * RMSprop. Sources: Hinton 2012, lecture 6e of "Neural networks for machine learning"; Graves 2013, "Generating sequences
 * with recurrent neural networks" (centered). Book: Dive into Deep Learning, 12.8.
 */
import { addScaled, type Tensor } from "@corr2d/core";
import { checkGiven, type Signature } from "../arguments.ts";
import { countStep, type DirectionOptions, directionOf, runningMean } from "./moments.ts";
import {
  checkNotNegative,
  evolve,
  type Given,
  guardOptions,
  Optimizer,
  type ParamState,
  type Params,
} from "./optimizer.ts";

/** The options of RMSprop, all optional. */
export type RMSpropOptions = DirectionOptions & {
  /** Learning rate (default 0.01). */
  readonly lr: number;
  /** How much of the running mean of squares is kept (default 0.99). */
  readonly alpha: number;
  /** Added to the denominator (default 1e-8). */
  readonly eps: number;
  /** How much of the velocity is kept (default 0: there is none). */
  readonly momentum: number;
  /** Divide by the gradient's standard deviation, not by its root mean square (default false). */
  readonly centered: boolean;
};

const SIGNATURE: Signature = {
  options: {
    lr: "number",
    alpha: "number",
    eps: "number",
    weightDecay: "number",
    momentum: "number",
    centered: "boolean",
    maximize: "boolean",
  },
  positional: { number: ["lr", "alpha", "eps", "weightDecay", "momentum"], boolean: ["centered"] },
};

/**
 * `new RMSprop(net.parameters(), { lr, alpha, eps, weightDecay, momentum, centered, maximize })`.
 *
 * With g the gradient (negated to maximise, plus weightDecay · p): v ← α v + (1 − α) g², p ← p − lr · g / (√v + eps). Centered, v is
 * less the square of the running mean of g; with momentum, p ← p − lr · b and b ← momentum · b + g / (√v + eps).
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, options: Given<RMSpropOptions> = {}, ...surplus: never[]) {
    checkGiven("RMSprop", SIGNATURE, options, surplus);
    const { lr = 0.01, alpha = 0.99, eps = 1e-8, weightDecay = 0, momentum = 0 } = options;
    const { centered = false, maximize = false } = options;
    super(params, { lr, alpha, eps, weightDecay, momentum, centered, maximize });
    if (new.target === RMSprop) guardOptions(RMSprop.prototype, "RMSprop", Object.keys(SIGNATURE.options));
  }

  protected override get name(): string {
    return "RMSprop";
  }

  protected override checkOptions(options: RMSpropOptions): void {
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("epsilon value", options.eps);
    checkNotNegative("momentum value", options.momentum);
    checkNotNegative("weight_decay value", options.weightDecay);
    checkNotNegative("alpha value", options.alpha);
  }

  protected override update(p: Tensor, gradient: Tensor, options: RMSpropOptions, state: ParamState): void {
    const { lr, alpha, eps, momentum, centered } = options;
    countStep(state);
    const g = directionOf(p, gradient, options);
    const square = runningMean(state, "squareAvg", alpha, g.square());
    const variance = centered ? square.sub(runningMean(state, "gradAvg", alpha, g).square()) : square;
    const scaled = g.div(variance.sqrt().add(eps));
    const velocity =
      momentum === 0
        ? scaled
        : evolve(state, "momentumBuffer", (old) =>
            old === null ? scaled : addScaled(old, momentum, scaled, 1),
          );
    p.assign(addScaled(p, 1, velocity, -lr));
  }
}
