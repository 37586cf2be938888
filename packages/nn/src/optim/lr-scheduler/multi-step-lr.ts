/** MultiStepLR: times gamma at given epochs. */
import { describeValue, isList } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import type { AnyOptimizer } from "./scheduler.ts";

/** Options of `MultiStepLR`. */
export interface MultiStepLROptions extends SchedulerOptions {
  /** The factor (default 0.1). */
  readonly gamma?: number | undefined;
}

const SIGNATURE: Signature = {
  options: { gamma: "number", lastEpoch: "number" },
  positional: { number: ["gamma", "lastEpoch"] },
};

/** How often each epoch was named: PyTorch's state. */
type Milestones = Readonly<Record<number, number>>;

/** @throws INVALID_ARGUMENT */
function countMilestones(given: unknown): Milestones {
  if (!isList(given)) {
    throw invalid(`MultiStepLR: 'milestones' is an array of epochs, but got ${describeValue(given)}`);
  }
  const counts: Record<number, number> = {};
  for (const epoch of Array.from(given as readonly unknown[])) {
    if (typeof epoch !== "number") {
      throw invalid(`MultiStepLR: milestones are numbers of epochs, but got ${describeValue(epoch)}`);
    }
    counts[epoch] = (counts[epoch] ?? 0) + 1;
  }
  return counts;
}

/**
 * `new MultiStepLR(optimizer, milestones, { gamma })`: rates times gamma at each of the epochs `milestones`.
 * @throws INVALID_ARGUMENT
 */
export class MultiStepLR extends LRScheduler<{ readonly milestones: Milestones; readonly gamma: number }> {
  constructor(
    optimizer: AnyOptimizer,
    milestones: readonly number[],
    options: MultiStepLROptions = {},
    ...surplus: never[]
  ) {
    checkGiven("MultiStepLR", SIGNATURE, options, surplus);
    const { gamma = 0.1, lastEpoch } = options;
    super(optimizer, { milestones: countMilestones(milestones), gamma }, lastEpoch);
  }

  protected override getLr(): number[] {
    const { lastEpoch, milestones, gamma } = this.state;
    return this.scaled(gamma ** (milestones[lastEpoch] ?? 0));
  }

  protected override closedForm(): number[] {
    const { lastEpoch, milestones, gamma } = this.state;
    const passed = Object.entries(milestones).filter(([epoch]) => Number(epoch) <= lastEpoch);
    return this.based(gamma ** passed.reduce((sum, [, count]) => sum + count, 0));
  }
}
