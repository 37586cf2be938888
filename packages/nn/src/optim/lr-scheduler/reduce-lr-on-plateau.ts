/** ReduceLROnPlateau: smaller rates when a metric stops improving. */
import { describeValue } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import { type AnyOptimizer, checkOptimizer, Scheduler, type ScheduleState } from "./scheduler.ts";
import { type PerGroup, perGroup } from "./settings.ts";

/** Options of `ReduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  /** Whether a smaller metric is better ('min', default) or a larger one ('max'). */
  readonly mode?: "min" | "max" | undefined;
  /** The factor on the rates, below 1 (default 0.1). */
  readonly factor?: number | undefined;
  /** How many epochs without improvement are borne (default 10). */
  readonly patience?: number | undefined;
  /** What counts as an improvement (default 1e-4). */
  readonly threshold?: number | undefined;
  /** Whether `threshold` is a share of the best metric ('rel', default) or a difference ('abs'). */
  readonly thresholdMode?: "rel" | "abs" | undefined;
  /** How many epochs after a reduction are not judged (default 0). */
  readonly cooldown?: number | undefined;
  /** The least rate, for all groups or each (default 0). */
  readonly minLr?: PerGroup<number> | undefined;
  /** A smaller change of a rate than this is not made (default 1e-8). */
  readonly eps?: number | undefined;
}

const SIGNATURE: Signature = {
  options: {
    mode: "any",
    factor: "number",
    patience: "number",
    threshold: "number",
    thresholdMode: "any",
    cooldown: "number",
    minLr: "any",
    eps: "number",
  },
  positional: {
    number: ["factor", "patience", "threshold", "cooldown", "minLr", "eps"],
    string: ["mode", "thresholdMode"],
  },
};

interface State {
  readonly factor: number;
  /** The least rate of groups that are added later; null where each group has its own. */
  readonly defaultMinLr: number | null;
  minLrs: number[];
  readonly patience: number;
  readonly cooldown: number;
  readonly eps: number;
  lastEpoch: number;
  readonly mode: "min" | "max";
  readonly threshold: number;
  readonly thresholdMode: "rel" | "abs";
  /** Worse than any metric. */
  modeWorse: number;
  best: number;
  cooldownCounter: number;
  numBadEpochs: number;
}

const worstOf = (mode: "min" | "max"): number => (mode === "min" ? 1 : -1) * Number.POSITIVE_INFINITY;

/**
 * `new ReduceLROnPlateau(optimizer, { mode, factor, patience })`, and after each epoch `scheduler.step(metric)`.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class ReduceLROnPlateau extends Scheduler<State> {
  constructor(optimizer: AnyOptimizer, options: ReduceLROnPlateauOptions = {}, ...surplus: never[]) {
    checkGiven("ReduceLROnPlateau", SIGNATURE, options, surplus);
    const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = "rel" } = options;
    const { cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    if (!(factor < 1)) throw invalid("Factor should be < 1.0.");
    if (mode !== "min" && mode !== "max") throw invalid(`mode ${describeValue(mode)} is unknown!`);
    if (thresholdMode !== "rel" && thresholdMode !== "abs") {
      throw invalid(`threshold mode ${describeValue(thresholdMode)} is unknown!`);
    }
    checkOptimizer(optimizer);
    super(optimizer, {
      factor,
      defaultMinLr: typeof minLr === "number" ? minLr : null,
      minLrs: perGroup("minLr", optimizer, minLr),
      patience,
      cooldown,
      eps,
      lastEpoch: 0,
      mode,
      threshold,
      thresholdMode,
      modeWorse: worstOf(mode),
      best: worstOf(mode),
      cooldownCounter: 0,
      numBadEpochs: 0,
    });
  }

  /**
   * Judges the epoch that has ended, and reduces the rates when there were too many bad ones.
   * @param metrics a number: `await loss.item()`.
   * @throws INVALID_ARGUMENT for anything else.
   */
  override step(metrics: number): void {
    if (typeof metrics !== "number") {
      throw invalid(
        `ReduceLROnPlateau: step takes the metric, a number (await loss.item()), but got ${describeValue(metrics)}`,
      );
    }
    const { state } = this;
    state.lastEpoch++;
    if (isBetter(state, metrics)) {
      state.best = metrics;
      state.numBadEpochs = 0;
    } else state.numBadEpochs++;
    if (state.cooldownCounter > 0) {
      state.cooldownCounter--;
      state.numBadEpochs = 0;
    }
    if (state.numBadEpochs > state.patience) {
      this.#reduce();
      state.cooldownCounter = state.cooldown;
      state.numBadEpochs = 0;
    }
    this.noteRates();
  }

  override get takesMetric(): boolean {
    return true;
  }

  #reduce(): void {
    const { state } = this;
    const { paramGroups } = this.optimizer;
    if (paramGroups.length !== state.minLrs.length) {
      const { defaultMinLr } = state;
      if (defaultMinLr === null) {
        throw invalid(
          `The number of param groups in the \`optimizer\` (${paramGroups.length}) differs from when \`ReduceLROnPlateau\` was ` +
            `initialized (${state.minLrs.length}), usually due to a new param group being added to the optimizer. Make the ` +
            "scheduler anew, with a minLr for each group.",
        );
      }
      state.minLrs = paramGroups.map(() => defaultMinLr);
    }
    paramGroups.forEach((group, i) => {
      const reduced = Math.max(group.lr * state.factor, state.minLrs[i]!);
      if (group.lr - reduced > state.eps) group.lr = reduced;
    });
  }

  override loadStateDict(stateDict: ScheduleState): void {
    super.loadStateDict(stateDict);
    const { state } = this;
    state.modeWorse = worstOf(state.mode);
    // Null where JSON had no infinity.
    state.best ??= state.modeWorse;
  }
}

function isBetter({ mode, threshold, thresholdMode, best }: State, metric: number): boolean {
  if (mode === "min") return metric < (thresholdMode === "rel" ? best * (1 - threshold) : best - threshold);
  return metric > (thresholdMode === "rel" ? best * (1 + threshold) : best + threshold);
}
