/** MultiplicativeLR: the last rates times a function of the epoch. */
import { checkGiven } from "../../arguments.ts";
import { LAMBDA_OPTIONS, type LrLambda, lambdasOf } from "./lambdas.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import type { AnyOptimizer } from "./scheduler.ts";
import type { PerGroup } from "./settings.ts";

/**
 * `new MultiplicativeLR(optimizer, () => 0.95)`: the last rates times a function of the epoch, or of the one of each group. State dicts hold no functions.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class MultiplicativeLR extends LRScheduler<{ readonly lrLambdas: readonly LrLambda[] }> {
  constructor(
    optimizer: AnyOptimizer,
    lrLambda: PerGroup<LrLambda>,
    options: SchedulerOptions = {},
    ...surplus: never[]
  ) {
    checkGiven("MultiplicativeLR", LAMBDA_OPTIONS, options, surplus);
    super(optimizer, { lrLambdas: lambdasOf(optimizer, lrLambda) }, options.lastEpoch);
  }

  protected override getLr(): number[] {
    const { lrLambdas, lastEpoch } = this.state;
    const present = this.scaled(1);
    return this.isInitial ? present : present.map((lr, i) => lr * (lrLambdas[i]?.(lastEpoch) ?? 1));
  }
}
