/**
 * Adagrad. Source: Duchi et al. 2011, "Adaptive subgradient methods for online learning and stochastic optimization". Book:
 * Dive into Deep Learning, 12.7.
 */
import { addScaled, type Tensor } from "@corr2d/core";
import { checkGiven, type Signature } from "../arguments.ts";
import { countStep, type DirectionOptions, directionOf } from "./moments.ts";
import {
  checkNotNegative,
  evolve,
  type Given,
  guardOptions,
  Optimizer,
  type ParamState,
  type Params,
} from "./optimizer.ts";

/** The options of Adagrad, all optional. */
export type AdagradOptions = DirectionOptions & {
  /** Learning rate (default 0.01). */
  readonly lr: number;
  /** How fast the learning rate falls: it is lr / (1 + (t − 1) · lrDecay) at step t (default 0). */
  readonly lrDecay: number;
  /** What the sum of squares starts from (default 0). */
  readonly initialAccumulatorValue: number;
  /** Added to the denominator (default 1e-10). */
  readonly eps: number;
};

const SIGNATURE: Signature = {
  options: {
    lr: "number",
    lrDecay: "number",
    weightDecay: "number",
    initialAccumulatorValue: "number",
    eps: "number",
    maximize: "boolean",
  },
  positional: { number: ["lr", "lrDecay", "weightDecay", "initialAccumulatorValue", "eps"] },
};

/**
 * `new Adagrad(net.parameters(), { lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize })`.
 *
 * With g the gradient (negated to maximise, plus weightDecay · p): s ← s + g², and at step t
 * p ← p − lr / (1 + (t − 1) · lrDecay) · g / (√s + eps).
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: Given<AdagradOptions> = {}, ...surplus: never[]) {
    checkGiven("Adagrad", SIGNATURE, options, surplus);
    const { lr = 0.01, lrDecay = 0, weightDecay = 0, initialAccumulatorValue = 0, eps = 1e-10 } = options;
    const { maximize = false } = options;
    super(params, { lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize });
    if (new.target === Adagrad) guardOptions(Adagrad.prototype, "Adagrad", Object.keys(SIGNATURE.options));
  }

  protected override get name(): string {
    return "Adagrad";
  }

  protected override checkOptions(options: AdagradOptions): void {
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("lr_decay value", options.lrDecay);
    checkNotNegative("weight_decay value", options.weightDecay);
    checkNotNegative("initial_accumulator_value value", options.initialAccumulatorValue);
    checkNotNegative("epsilon value", options.eps);
  }

  protected override update(p: Tensor, gradient: Tensor, options: AdagradOptions, state: ParamState): void {
    const { lr, lrDecay, initialAccumulatorValue, eps } = options;
    const step = countStep(state);
    const g = directionOf(p, gradient, options);
    const sum = evolve(state, "sum", (old) => g.square().add(old ?? initialAccumulatorValue));
    p.assign(addScaled(p, 1, g.div(sum.sqrt().add(eps)), -lr / (1 + (step - 1) * lrDecay)));
  }
}
