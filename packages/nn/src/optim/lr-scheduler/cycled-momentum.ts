/** Momentum that falls while the rate rises, for OneCycleLR and CyclicLR: SGD's `momentum`, or the first of Adam's `betas`. */
import { invalid } from "../../arguments.ts";
import type { AnyOptimizer } from "./scheduler.ts";
import { type PerGroup, perGroup } from "./settings.ts";

/** How the momentum goes against the rate. */
export interface MomentumOptions {
  /** Whether momentum goes the other way (default true). */
  readonly cycleMomentum?: boolean | undefined;
  /** The least momentum, for all groups or each. */
  readonly baseMomentum?: PerGroup<number> | undefined;
  /** The largest momentum, for all groups or each. */
  readonly maxMomentum?: PerGroup<number> | undefined;
}

/** What state dicts say of it. */
export interface MomentumState {
  readonly cycleMomentum: boolean;
  readonly useBeta1: boolean;
}

/** Bounds of momentum, one for each group. */
export interface MomentumBounds {
  readonly base: readonly number[];
  readonly max: readonly number[];
}

/**
 * Whether the optimiser's momentum is in `betas`.
 * @throws INVALID_ARGUMENT, with PyTorch's message, when it has none.
 */
export function usesBeta1({ paramGroups }: AnyOptimizer): boolean {
  const [group] = paramGroups;
  if (!("momentum" in group) && !("betas" in group)) {
    throw invalid(
      "optimizer must support momentum or beta1 with `cycleMomentum` option enabled: write { cycleMomentum: false }",
    );
  }
  return "betas" in group;
}

/** Sets the momentum of a group. */
export function setMomentum(
  group: AnyOptimizer["paramGroups"][number],
  useBeta1: boolean,
  momentum: number,
): void {
  if (useBeta1) group.betas = Object.freeze([momentum, group.betas[1]]);
  else group.momentum = momentum;
}

/**
 * The bounds that were given; at the start of a training they are noted in the groups, whose momentum is then the largest.
 * @throws INVALID_ARGUMENT
 */
export function momentumBounds(
  optimizer: AnyOptimizer,
  base: PerGroup<number>,
  max: PerGroup<number>,
  isStart: boolean,
): MomentumBounds {
  const useBeta1 = usesBeta1(optimizer);
  const bounds = {
    base: perGroup("baseMomentum", optimizer, base),
    max: perGroup("maxMomentum", optimizer, max),
  };
  if (isStart) {
    optimizer.paramGroups.forEach((group, i) => {
      group.baseMomentum = bounds.base[i];
      group.maxMomentum = bounds.max[i];
      setMomentum(group, useBeta1, bounds.max[i]!);
    });
  }
  return bounds;
}
