/** StepLR: times gamma every `stepSize` epochs. */
import { checkGiven, type Signature } from "../../arguments.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import type { AnyOptimizer } from "./scheduler.ts";
import { checkAboveZero } from "./settings.ts";

/** Options of `StepLR`. */
export interface StepLROptions extends SchedulerOptions {
  /** The factor (default 0.1). */
  readonly gamma?: number | undefined;
}

const SIGNATURE: Signature = {
  options: { gamma: "number", lastEpoch: "number" },
  positional: { number: ["gamma", "lastEpoch"] },
};

/**
 * `new StepLR(optimizer, stepSize, { gamma })`: rates times gamma every `stepSize` epochs.
 * @throws INVALID_ARGUMENT
 */
export class StepLR extends LRScheduler<{ readonly stepSize: number; readonly gamma: number }> {
  constructor(optimizer: AnyOptimizer, stepSize: number, options: StepLROptions = {}, ...surplus: never[]) {
    checkAboveZero("StepLR", "stepSize", stepSize);
    checkGiven("StepLR", SIGNATURE, options, surplus);
    super(optimizer, { stepSize, gamma: options.gamma ?? 0.1 }, options.lastEpoch);
  }

  protected override getLr(): number[] {
    const { lastEpoch, stepSize, gamma } = this.state;
    return this.scaled(lastEpoch === 0 || lastEpoch % stepSize !== 0 ? 1 : gamma);
  }

  protected override closedForm(): number[] {
    const { lastEpoch, stepSize, gamma } = this.state;
    return this.based(gamma ** Math.floor(lastEpoch / stepSize));
  }
}
