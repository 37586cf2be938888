/** SWALR: to a constant rate, for averages of weights. Source: Izmailov et al. 2018, "Averaging weights leads to wider optima and better generalization". */
import { describeValue } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import { type AnnealStrategy, anneal } from "./annealing.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import { type AnyOptimizer, checkOptimizer } from "./scheduler.ts";
import { type PerGroup, perGroup } from "./settings.ts";

/** Options of `SWALR`. */
export interface SWALROptions extends SchedulerOptions {
  /** In how many epochs (default 10). */
  readonly annealEpochs?: number | undefined;
  /** Along a cosine (default) or a line. */
  readonly annealStrategy?: AnnealStrategy | undefined;
}

const SIGNATURE: Signature = {
  options: { annealEpochs: "number", annealStrategy: "any", lastEpoch: "number" },
  positional: { number: ["annealEpochs", "lastEpoch"], string: ["annealStrategy"] },
};

interface Settings {
  readonly annealEpochs: number;
  readonly _annealStrategy: AnnealStrategy;
}

/**
 * `new SWALR(optimizer, swaLr, { annealEpochs })`: from the rates there are to `swaLr`, for all groups or each.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class SWALR extends LRScheduler<Settings> {
  constructor(
    optimizer: AnyOptimizer,
    swaLr: PerGroup<number>,
    options: SWALROptions = {},
    ...surplus: never[]
  ) {
    checkOptimizer(optimizer);
    checkGiven("SWALR", SIGNATURE, options, surplus);
    const { annealEpochs = 10, annealStrategy = "cos", lastEpoch } = options;
    const swaLrs = perGroup("swaLr", optimizer, swaLr);
    if (annealStrategy !== "cos" && annealStrategy !== "linear") {
      throw invalid(
        `annealStrategy must by one of 'cos' or 'linear', instead got ${describeValue(annealStrategy)}`,
      );
    }
    if (!Number.isInteger(annealEpochs) || annealEpochs < 0) {
      throw invalid(`annealEpochs must be equal or greater than 0, got ${annealEpochs}`);
    }
    optimizer.paramGroups.forEach((group, i) => {
      group.swaLr = swaLrs[i];
    });
    super(optimizer, { annealEpochs, _annealStrategy: annealStrategy }, lastEpoch);
  }

  protected override getLr(): number[] {
    const { annealEpochs, _annealStrategy, _stepCount } = this.state;
    const step = annealEpochs === 0 ? Math.max(1, _stepCount - 1) : _stepCount - 1;
    const shareAt = (at: number): number => {
      const share = Math.max(0, Math.min(1, at / Math.max(1, annealEpochs)));
      return anneal(_annealStrategy, 0, 1, share);
    };
    const last = shareAt(step - 1);
    const next = shareAt(step);
    return this.optimizer.paramGroups.map(({ lr, swaLr }): number => {
      const first = last === 1 ? swaLr : (lr - last * swaLr) / (1 - last);
      return swaLr * next + first * (1 - next);
    });
  }
}
