/** Adadelta. Source: Zeiler 2012, "ADADELTA: an adaptive learning rate method". Book: Dive into Deep Learning, 12.9. */
import { addScaled, isTensor, type Tensor } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../arguments.ts";
import { countStep, type DirectionOptions, directionOf, runningMean } from "./moments.ts";
import {
  checkNotNegative,
  type Given,
  guardOptions,
  Optimizer,
  type ParamState,
  type Params,
} from "./optimizer.ts";

/** The options of Adadelta, all optional. */
export type AdadeltaOptions = DirectionOptions & {
  /** Learning rate (default 1). */
  readonly lr: number;
  /** How much of the running means of squares is kept (default 0.9). */
  readonly rho: number;
  /** Added to the means of squares (default 1e-6). */
  readonly eps: number;
};

const SIGNATURE: Signature = {
  options: { lr: "number", rho: "number", eps: "number", weightDecay: "number", maximize: "boolean" },
  positional: { number: ["lr", "rho", "eps", "weightDecay"] },
};

/**
 * `new Adadelta(net.parameters(), { lr, rho, eps, weightDecay, maximize })`.
 *
 * With g the gradient (negated to maximise, plus weightDecay · p): v ← ρ v + (1 − ρ) g², d = g · √(u + eps) / √(v + eps),
 * u ← ρ u + (1 − ρ) d², p ← p − lr · d.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: Params<AdadeltaOptions>, options: Given<AdadeltaOptions> = {}, ...surplus: never[]) {
    checkGiven("Adadelta", SIGNATURE, options, surplus);
    const { lr = 1, rho = 0.9, eps = 1e-6, weightDecay = 0 } = options;
    const { maximize = false } = options;
    super(params, { lr, rho, eps, weightDecay, maximize });
    if (new.target === Adadelta) guardOptions(Adadelta.prototype, "Adadelta", Object.keys(SIGNATURE.options));
  }

  protected override get name(): string {
    return "Adadelta";
  }

  protected override checkOptions(options: AdadeltaOptions): void {
    checkNotNegative("learning rate", options.lr);
    if (!(options.rho >= 0 && options.rho <= 1)) throw invalid(`Invalid rho value: ${options.rho}`);
    checkNotNegative("epsilon value", options.eps);
    checkNotNegative("weight_decay value", options.weightDecay);
  }

  protected override update(p: Tensor, gradient: Tensor, options: AdadeltaOptions, state: ParamState): void {
    const { lr, rho, eps } = options;
    countStep(state);
    const g = directionOf(p, gradient, options);
    const square = runningMean(state, "squareAvg", rho, g.square());
    const past = state.accDelta;
    const size = isTensor(past) ? past.add(eps).sqrt() : Math.sqrt(eps);
    const change = g.mul(size).div(square.add(eps).sqrt());
    runningMean(state, "accDelta", rho, change.square());
    p.assign(addScaled(p, 1, change, -lr));
  }
}
