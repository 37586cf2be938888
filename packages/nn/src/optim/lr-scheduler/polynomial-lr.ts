/** PolynomialLR: down to zero along a power. */
import { checkGiven, type Signature } from "../../arguments.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import type { AnyOptimizer } from "./scheduler.ts";
import { checkAboveZero } from "./settings.ts";

/** Options of `PolynomialLR`. */
export interface PolynomialLROptions extends SchedulerOptions {
  /** The epoch at which rates are 0 (default 5). */
  readonly totalIters?: number | undefined;
  /** Default 1. */
  readonly power?: number | undefined;
}

const SIGNATURE: Signature = {
  options: { totalIters: "number", power: "number", lastEpoch: "number" },
  positional: { number: ["totalIters", "power", "lastEpoch"] },
};

/**
 * `new PolynomialLR(optimizer, { totalIters, power })`: rates times (1 − epoch / totalIters) ** power.
 * @throws INVALID_ARGUMENT
 */
export class PolynomialLR extends LRScheduler<{ readonly totalIters: number; readonly power: number }> {
  constructor(optimizer: AnyOptimizer, options: PolynomialLROptions = {}, ...surplus: never[]) {
    checkGiven("PolynomialLR", SIGNATURE, options, surplus);
    const { totalIters = 5, power = 1, lastEpoch } = options;
    checkAboveZero("PolynomialLR", "totalIters", totalIters);
    super(optimizer, { totalIters, power }, lastEpoch);
  }

  protected override getLr(): number[] {
    const { lastEpoch, totalIters, power } = this.state;
    if (this.isInitial || lastEpoch > totalIters) return this.scaled(1);
    return this.scaled(((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** power);
  }

  protected override closedForm(): number[] {
    const { lastEpoch, totalIters, power } = this.state;
    return this.based((1 - Math.min(totalIters, lastEpoch) / totalIters) ** power);
  }
}
