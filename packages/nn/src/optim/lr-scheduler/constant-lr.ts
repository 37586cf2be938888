/** ConstantLR: smaller rates for the first epochs. */
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import type { AnyOptimizer } from "./scheduler.ts";

/** Options of `ConstantLR`. */
export interface ConstantLROptions extends SchedulerOptions {
  /** The factor, 0 to 1 (default 1/3). */
  readonly factor?: number | undefined;
  /** For how many epochs (default 5). */
  readonly totalIters?: number | undefined;
}

const SIGNATURE: Signature = {
  options: { factor: "number", totalIters: "number", lastEpoch: "number" },
  positional: { number: ["factor", "totalIters", "lastEpoch"] },
};

/**
 * `new ConstantLR(optimizer, { factor, totalIters })`: rates times `factor` until epoch `totalIters`.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class ConstantLR extends LRScheduler<{ readonly factor: number; readonly totalIters: number }> {
  constructor(optimizer: AnyOptimizer, options: ConstantLROptions = {}, ...surplus: never[]) {
    checkGiven("ConstantLR", SIGNATURE, options, surplus);
    const { factor = 1 / 3, totalIters = 5, lastEpoch } = options;
    if (!(factor >= 0 && factor <= 1)) {
      throw invalid(`Constant multiplicative factor expected to be between 0 and 1, but got ${factor}`);
    }
    super(optimizer, { factor, totalIters }, lastEpoch);
  }

  protected override getLr(): number[] {
    const { lastEpoch, factor, totalIters } = this.state;
    if (lastEpoch === 0) return this.scaled(factor);
    if (lastEpoch !== totalIters) return this.scaled(1);
    // From rates of 0 no factor leads back (PyTorch divides by zero).
    return factor === 0 ? this.based(1) : this.scaled(1 / factor);
  }

  protected override closedForm(): number[] {
    const { lastEpoch, factor, totalIters } = this.state;
    return this.based(lastEpoch >= totalIters ? 1 : factor);
  }
}
