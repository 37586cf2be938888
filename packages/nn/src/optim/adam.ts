/**
 * Adam and AdamW. Sources: Kingma & Ba 2015, "Adam: a method for stochastic optimization"; Reddi et al. 2018, "On the
 * convergence of Adam and beyond" (amsgrad); Loshchilov & Hutter 2019, "Decoupled weight decay regularization".
 * Book: Dive into Deep Learning, 12.10.
 */
import { addScaled, describeValue, full, type Tensor } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../arguments.ts";
import {
  checkNotNegative,
  evolve,
  type Given,
  guardOptions,
  Optimizer,
  type ParamState,
  type Params,
} from "./optimizer.ts";

// A type, not an interface: only types have the index signature that Options asks for.
/** The options of Adam and AdamW, all optional. */
export type AdamOptions = {
  /** Learning rate (default 1e-3). */
  readonly lr: number;
  /** How much of the running mean of the gradient, and of its square, is kept (default [0.9, 0.999]). */
  readonly betas: readonly [number, number];
  /** Added to the denominator (default 1e-8). */
  readonly eps: number;
  /** Adam: how much of the parameter is added to its gradient (default 0). AdamW: its decay per unit of lr (default 0.01). */
  readonly weightDecay: number;
  /** Divide by the largest running mean of squares so far (default false). */
  readonly amsgrad: boolean;
  /** Climb instead of descending (default false). */
  readonly maximize: boolean;
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
const NAMES: readonly string[] = /* @__PURE__ */ Object.keys(SIGNATURE.options);

function checkBetas(betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw invalid(`betas are two numbers, [0.9, 0.999], but got ${describeValue(betas)}`);
  }
  for (let i = 0; i < 2; i++) {
    const beta: unknown = betas[i];
    if (typeof beta === "number" && beta >= 0 && beta < 1) continue;
    throw invalid(`Invalid beta parameter at index ${i}: ${describeValue(beta)}`);
  }
}

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
    if (new.target === Adam) guardOptions(Adam.prototype, "Adam", NAMES);
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

  /** Where weight decay enters: the gradient here; in AdamW it is a factor on the parameter. */
  protected decay(p: Tensor, g: Tensor, { weightDecay }: AdamOptions): { factor: number; g: Tensor } {
    return { factor: 1, g: weightDecay === 0 ? g : addScaled(g, 1, p, weightDecay) };
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    options: AdamOptions,
    state: ParamState,
  ): void {
    const { lr, betas, eps, amsgrad, maximize } = options;
    const [beta1, beta2] = betas;
    const step = ((state.step as number | undefined) ?? 0) + 1;
    state.step = step;
    const { factor, g } = this.decay(parameter, maximize ? gradient.neg() : gradient, options);
    const mean = evolve(state, "expAvg", (old) =>
      old === null ? g.mul(1 - beta1) : addScaled(old, beta1, g, 1 - beta1),
    );
    let square = evolve(state, "expAvgSq", (old) =>
      old === null ? g.square().mul(1 - beta2) : addScaled(old, beta2, g.square(), 1 - beta2),
    );
    if (amsgrad) {
      const latest = square;
      square = evolve(state, "maxExpAvgSq", (old) => (old === null ? latest : old.maximum(latest)));
    }
    // Numbers beside a tensor are kept by core for the next time; this one is another at every step.
    const { dtype, backend } = square;
    const correction = full([], Math.sqrt(1 - beta2 ** step), { dtype, backend });
    const denominator = square.sqrt().div(correction).add(eps);
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
    if (new.target === AdamW) guardOptions(AdamW.prototype, "AdamW", NAMES);
  }

  protected override get name(): string {
    return "AdamW";
  }

  protected override decay(_: Tensor, g: Tensor, options: AdamOptions): { factor: number; g: Tensor } {
    return { factor: 1 - options.lr * options.weightDecay, g };
  }
}
