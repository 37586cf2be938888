/** ExponentialLR: times gamma at every epoch. */
import { checkGiven, checkNumber, type Signature } from "../../arguments.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import type { AnyOptimizer } from "./scheduler.ts";

const SIGNATURE: Signature = { options: { lastEpoch: "number" }, positional: { number: ["lastEpoch"] } };

/**
 * `new ExponentialLR(optimizer, gamma)`: rates times gamma at every epoch.
 * @throws INVALID_ARGUMENT
 */
export class ExponentialLR extends LRScheduler<{ readonly gamma: number }> {
  constructor(optimizer: AnyOptimizer, gamma: number, options: SchedulerOptions = {}, ...surplus: never[]) {
    checkNumber("ExponentialLR", "gamma", gamma);
    checkGiven("ExponentialLR", SIGNATURE, options, surplus);
    super(optimizer, { gamma }, options.lastEpoch);
  }

  protected override getLr(): number[] {
    return this.scaled(this.isInitial ? 1 : this.state.gamma);
  }

  protected override closedForm(): number[] {
    return this.based(this.state.gamma ** this.state.lastEpoch);
  }
}
