/** CosineAnnealingLR. Source: Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", without the restarts. */
import { checkGiven, type Signature } from "../../arguments.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import type { AnyOptimizer } from "./scheduler.ts";
import { checkAboveZero } from "./settings.ts";

/** Options of `CosineAnnealingLR`. */
export interface CosineAnnealingLROptions extends SchedulerOptions {
  /** The least rate (default 0). */
  readonly etaMin?: number | undefined;
}

const SIGNATURE: Signature = {
  options: { etaMin: "number", lastEpoch: "number" },
  positional: { number: ["etaMin", "lastEpoch"] },
};

/** 1 + cos(π · share): 2 at the start, 0 at the end. */
const wave = (share: number): number => 1 + Math.cos(Math.PI * share);

/**
 * `new CosineAnnealingLR(optimizer, tMax, { etaMin })`: down to `etaMin` along half a cosine in `tMax` epochs, and up again in as many.
 * @throws INVALID_ARGUMENT
 */
export class CosineAnnealingLR extends LRScheduler<{ readonly tMax: number; readonly etaMin: number }> {
  constructor(
    optimizer: AnyOptimizer,
    tMax: number,
    options: CosineAnnealingLROptions = {},
    ...surplus: never[]
  ) {
    checkAboveZero("CosineAnnealingLR", "tMax", tMax);
    checkGiven("CosineAnnealingLR", SIGNATURE, options, surplus);
    super(optimizer, { tMax, etaMin: options.etaMin ?? 0 }, options.lastEpoch);
  }

  protected override getLr(): number[] {
    const { lastEpoch, tMax, etaMin, baseLrs } = this.state;
    const present = this.scaled(1);
    if (this.isInitial) return present;
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      // At the bottom the ratio below is 0 / 0.
      return present.map((lr, i) => lr + ((baseLrs[i]! - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2);
    }
    const ratio = wave(lastEpoch / tMax) / wave((lastEpoch - 1) / tMax);
    return present.map((lr) => ratio * (lr - etaMin) + etaMin);
  }

  protected override closedForm(): number[] {
    const { lastEpoch, tMax, etaMin, baseLrs } = this.state;
    return baseLrs.map((lr) => etaMin + ((lr - etaMin) * wave(lastEpoch / tMax)) / 2);
  }
}
