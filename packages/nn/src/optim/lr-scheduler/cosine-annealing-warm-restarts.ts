/** CosineAnnealingWarmRestarts. Source: Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts". */
import { describeValue } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import { LRScheduler, type Progress, type SchedulerOptions } from "./lr-scheduler.ts";
import type { AnyOptimizer } from "./scheduler.ts";

/** Options of `CosineAnnealingWarmRestarts`. */
export interface CosineAnnealingWarmRestartsOptions extends SchedulerOptions {
  /** How much longer each period is than the last, an integer from 1 on (default 1). */
  readonly tMult?: number | undefined;
  /** The least rate (default 0). */
  readonly etaMin?: number | undefined;
}

const SIGNATURE: Signature = {
  options: { tMult: "number", etaMin: "number", lastEpoch: "number" },
  positional: { number: ["tMult", "etaMin", "lastEpoch"] },
};

interface Settings {
  readonly t0: number;
  /** The length of the present period. */
  tI: number;
  readonly tMult: number;
  readonly etaMin: number;
  /** The epochs since the last restart. */
  tCur: number;
}

/**
 * Counts from `epoch`.
 * @throws INVALID_ARGUMENT for one below 0, with PyTorch's message.
 */
function goTo(state: Settings & Progress, epoch: number): void {
  if (!(typeof epoch === "number" && epoch >= 0)) {
    throw invalid(`Expected non-negative epoch, but got ${describeValue(epoch)}`);
  }
  const { t0, tMult } = state;
  // With tMult 1 the periods are alike; one loop would count through all of them.
  let start = tMult === 1 ? epoch - (epoch % t0) : 0;
  let length = t0;
  while (epoch >= start + length) {
    start += length;
    length *= tMult;
  }
  state.lastEpoch = Math.floor(epoch);
  state.tI = length;
  state.tCur = epoch - start;
}

/**
 * `new CosineAnnealingWarmRestarts(optimizer, t0, { tMult, etaMin })`: down to `etaMin` along half a cosine in `t0` epochs, then from the
 * start again, `tMult` times as long each time.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class CosineAnnealingWarmRestarts extends LRScheduler<Settings> {
  constructor(
    optimizer: AnyOptimizer,
    t0: number,
    options: CosineAnnealingWarmRestartsOptions = {},
    ...surplus: never[]
  ) {
    checkGiven("CosineAnnealingWarmRestarts", SIGNATURE, options, surplus);
    const { tMult = 1, etaMin = 0, lastEpoch = -1 } = options;
    if (!Number.isInteger(t0) || t0 <= 0) {
      throw invalid(`Expected positive integer t0, but got ${describeValue(t0)}`);
    }
    if (!Number.isInteger(tMult) || tMult < 1) {
      throw invalid(`Expected integer tMult >= 1, but got ${tMult}`);
    }
    super(optimizer, { t0, tI: t0, tMult, etaMin, tCur: lastEpoch }, lastEpoch);
  }

  protected override getLr(): number[] {
    const { tCur, tI, etaMin, baseLrs } = this.state;
    return baseLrs.map((lr) => etaMin + ((lr - etaMin) * (1 + Math.cos((Math.PI * tCur) / tI))) / 2);
  }

  /**
   * Sets the rates of the next epoch, or of `epoch`, which may be a fraction: `scheduler.step(epoch + batch / batches)`.
   * @throws INVALID_ARGUMENT for an epoch below 0, with PyTorch's message.
   */
  override step(epoch?: number): void {
    const { state } = this;
    if (epoch === undefined && state.lastEpoch >= 0) {
      state.lastEpoch++;
      state.tCur++;
      if (state.tCur >= state.tI) {
        state.tCur %= state.tI;
        state.tI *= state.tMult;
      }
    } else goTo(state, epoch ?? 0);
    this.setRates(this.getLr());
  }

  override restart(): void {
    this.step(0);
  }
}
