/** Stochastic gradient descent. Book: Dive into Deep Learning, 3.4 and 12.4–12.6. */
import { addScaled, type Tensor } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../arguments.ts";
import { type DirectionOptions, directionOf } from "./moments.ts";
import {
  checkNotNegative,
  evolve,
  type Given,
  guardOptions,
  Optimizer,
  type ParamState,
  type Params,
} from "./optimizer.ts";

/** The options of SGD, all optional. */
export type SGDOptions = DirectionOptions & {
  /** Learning rate (default 1e-3). */
  readonly lr: number;
  /** How much of the velocity is kept (default 0: none is). */
  readonly momentum: number;
  /** The part of each gradient, the first excepted, that does not enter the velocity (default 0). */
  readonly dampening: number;
  /** Step by the velocity as it will be (default false). */
  readonly nesterov: boolean;
};

const SIGNATURE: Signature = {
  options: {
    lr: "number",
    momentum: "number",
    dampening: "number",
    weightDecay: "number",
    nesterov: "boolean",
    maximize: "boolean",
  },
  positional: { number: ["lr", "momentum", "dampening", "weightDecay"], boolean: ["nesterov"] },
};

/**
 * `new SGD(net.parameters(), { lr, momentum, dampening, weightDecay, nesterov, maximize })`.
 *
 * With g the gradient (negated to maximise, plus weightDecay · p) and v the velocity:
 * v ← momentum · v + (1 − dampening) · g, at first v ← g; p ← p − lr · v, or for Nesterov's form
 * p ← p − lr · (g + momentum · v). Parameters without a gradient stay as they are.
 *
 * Sources: Polyak 1964; Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning"
 * (there the learning rate enters the velocity; here, as in PyTorch, it multiplies it).
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: Given<SGDOptions> = {}, ...surplus: never[]) {
    checkGiven("SGD", SIGNATURE, options, surplus);
    const { lr = 1e-3, momentum = 0, dampening = 0, weightDecay = 0 } = options;
    const { nesterov = false, maximize = false } = options;
    super(params, { lr, momentum, dampening, weightDecay, nesterov, maximize });
    if (new.target === SGD) guardOptions(SGD.prototype, "SGD", Object.keys(SIGNATURE.options));
  }

  protected override get name(): string {
    return "SGD";
  }

  protected override checkOptions(options: SGDOptions): void {
    checkNotNegative("learning rate", options.lr);
    checkNotNegative("momentum value", options.momentum);
    checkNotNegative("weight_decay value", options.weightDecay);
    if (options.nesterov && (options.momentum <= 0 || options.dampening !== 0)) {
      throw invalid(
        "Nesterov momentum requires a momentum and zero dampening: " +
          `got momentum=${options.momentum} and dampening=${options.dampening}`,
      );
    }
  }

  protected override update(p: Tensor, gradient: Tensor, options: SGDOptions, state: ParamState): void {
    const { lr, momentum, dampening, nesterov } = options;
    let g = directionOf(p, gradient, options);
    if (momentum !== 0) {
      const force = g;
      const velocity = evolve(state, "momentumBuffer", (old) =>
        old === null ? force : addScaled(old, momentum, force, 1 - dampening),
      );
      g = nesterov ? addScaled(force, 1, velocity, momentum) : velocity;
    }
    p.assign(addScaled(p, 1, g, -lr));
  }
}
