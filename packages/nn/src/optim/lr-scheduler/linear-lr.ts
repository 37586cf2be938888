/** LinearLR: a warm-up, or a linear decay. */
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import type { AnyOptimizer } from "./scheduler.ts";
import { checkAboveZero } from "./settings.ts";

/** Options of `LinearLR`. */
export interface LinearLROptions extends SchedulerOptions {
  /** The first factor, above 0 and at most 1 (default 1/3). */
  readonly startFactor?: number | undefined;
  /** The last factor, 0 to 1 (default 1). */
  readonly endFactor?: number | undefined;
  /** The epoch from which the last factor holds (default 5). */
  readonly totalIters?: number | undefined;
}

const SIGNATURE: Signature = {
  options: { startFactor: "number", endFactor: "number", totalIters: "number", lastEpoch: "number" },
  positional: { number: ["startFactor", "endFactor", "totalIters", "lastEpoch"] },
};

interface Settings {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;
}

/**
 * `new LinearLR(optimizer, { startFactor, endFactor, totalIters })`: rates times a factor that goes from the one to the other.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class LinearLR extends LRScheduler<Settings> {
  constructor(optimizer: AnyOptimizer, options: LinearLROptions = {}, ...surplus: never[]) {
    checkGiven("LinearLR", SIGNATURE, options, surplus);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5, lastEpoch } = options;
    if (!(startFactor > 0 && startFactor <= 1)) {
      throw invalid(
        `Starting multiplicative factor expected to be greater than 0 and less or equal to 1, but got ${startFactor}`,
      );
    }
    if (!(endFactor >= 0 && endFactor <= 1)) {
      throw invalid(`Ending multiplicative factor expected to be between 0 and 1, but got ${endFactor}`);
    }
    checkAboveZero("LinearLR", "totalIters", totalIters);
    super(optimizer, { startFactor, endFactor, totalIters }, lastEpoch);
  }

  protected override getLr(): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this.state;
    if (lastEpoch === 0) return this.scaled(startFactor);
    if (this.isInitial || lastEpoch > totalIters) return this.scaled(1);
    const range = endFactor - startFactor;
    return this.scaled(1 + range / (totalIters * startFactor + (lastEpoch - 1) * range));
  }

  protected override closedForm(): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this.state;
    return this.based(
      startFactor + ((endFactor - startFactor) * Math.min(totalIters, lastEpoch)) / totalIters,
    );
  }
}
