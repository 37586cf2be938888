/**
 * What the adaptive optimisers have in common: the direction of a step, decay, running means, and numbers that differ from step to step.
 *
 * A mean starts at zero, so its first value needs no tensor of zeros. Numbers that change at every step stand in
 * `addScaled`, or in a tensor of their own: core keeps the plain numbers beside a tensor for the next time.
 */
import { addScaled, describeValue, full, isList, type Tensor } from "@corr2d/core";
import { invalid } from "../arguments.ts";
import { evolve, type ParamState } from "./optimizer.ts";

/** @throws INVALID_ARGUMENT unless `betas` are two numbers in [0, 1), with PyTorch's message. */
export function checkBetas(betas: unknown): void {
  if (!isList(betas) || betas.length !== 2) {
    throw invalid(`betas are two numbers, [0.9, 0.999], but got ${describeValue(betas)}`);
  }
  for (let i = 0; i < 2; i++) {
    const beta: unknown = betas[i];
    if (typeof beta === "number" && beta >= 0 && beta < 1) continue;
    throw invalid(`Invalid beta parameter at index ${i}: ${describeValue(beta)}`);
  }
}

// Types, not interfaces: only types have the index signature that Options asks for.
/** What every optimiser can be told of its direction. */
export type DirectionOptions = {
  /** How much of the parameter is added to its gradient (default 0). */
  readonly weightDecay: number;
  /** Climb instead of descending (default false). */
  readonly maximize: boolean;
};

/** How the decay of weights enters, where that can be chosen. */
export type DecoupledOptions = {
  /** Whether weightDecay is how much of the parameter itself decays per unit of lr, as in AdamW (default false). */
  readonly decoupledWeightDecay: boolean;
};

/** What Adam and those that came from it have in common. */
export type BetaOptions = {
  /** How much of the running mean of the gradient, and of its square (in Adamax its largest size), is kept (default [0.9, 0.999]). */
  readonly betas: readonly [number, number];
  /** Added to the denominator (default 1e-8). */
  readonly eps: number;
};

/** The gradient, negated to maximise, plus weightDecay · p. */
export function directionOf(
  p: Tensor,
  gradient: Tensor,
  { weightDecay, maximize }: DirectionOptions,
): Tensor {
  const g = maximize ? gradient.neg() : gradient;
  return weightDecay === 0 ? g : addScaled(g, 1, p, weightDecay);
}

/**
 * The direction of a step, and the factor on the parameter before it: weight decay is in the one, or *decoupled*, a factor
 * 1 − lr · weightDecay.
 */
export function decayed(
  p: Tensor,
  gradient: Tensor,
  options: DirectionOptions & { readonly lr: number },
  decoupled: boolean,
): { readonly factor: number; readonly g: Tensor } {
  const { lr, weightDecay, maximize } = options;
  if (!decoupled) return { factor: 1, g: directionOf(p, gradient, options) };
  return { factor: 1 - lr * weightDecay, g: directionOf(p, gradient, { weightDecay: 0, maximize }) };
}

/** Counts the step in the state, from 1. */
export function countStep(state: ParamState): number {
  const step = ((state.step as number | undefined) ?? 0) + 1;
  state.step = step;
  return step;
}

/** Replaces the running mean under `name` by kept · mean + (1 − kept) · value. */
export function runningMean(state: ParamState, name: string, kept: number, value: Tensor): Tensor {
  return evolve(state, name, (old) =>
    old === null ? value.mul(1 - kept) : addScaled(old, kept, value, 1 - kept),
  );
}

/** A number that is another at every step, as a tensor to stand beside `tensor`. */
export function numberLike({ dtype, backend }: Tensor, value: number): Tensor {
  return full([], value, { dtype, backend });
}
