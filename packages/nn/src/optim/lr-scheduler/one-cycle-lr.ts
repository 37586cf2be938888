/** OneCycleLR. Source: Smith & Topin 2018, "Super-convergence: very fast training of neural networks using large learning rates". */
import { describeValue } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import { type AnnealStrategy, anneal } from "./annealing.ts";
import {
  type MomentumOptions,
  type MomentumState,
  momentumBounds,
  setMomentum,
  usesBeta1,
} from "./cycled-momentum.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import { type AnyOptimizer, checkOptimizer } from "./scheduler.ts";
import { type PerGroup, perGroup } from "./settings.ts";

/** Options of `OneCycleLR`. */
export interface OneCycleLROptions extends SchedulerOptions, MomentumOptions {
  /** The number of steps; or give the two below. */
  readonly totalSteps?: number | undefined;
  /** With `stepsPerEpoch` in place of `totalSteps`. */
  readonly epochs?: number | undefined;
  /** Steps of an epoch. */
  readonly stepsPerEpoch?: number | undefined;
  /** The share of the steps in which rates rise (default 0.3). */
  readonly pctStart?: number | undefined;
  /** Along a cosine (default) or a line. */
  readonly annealStrategy?: AnnealStrategy | undefined;
  /** The first rate is maxLr / divFactor (default 25). */
  readonly divFactor?: number | undefined;
  /** The last rate is the first / finalDivFactor (default 1e4). */
  readonly finalDivFactor?: number | undefined;
  /** Back to the first rate as it came, and only then to the last (default false). */
  readonly threePhase?: boolean | undefined;
}

const SIGNATURE: Signature = {
  options: {
    totalSteps: "number",
    epochs: "number",
    stepsPerEpoch: "number",
    pctStart: "number",
    annealStrategy: "any",
    cycleMomentum: "boolean",
    baseMomentum: "any",
    maxMomentum: "any",
    divFactor: "number",
    finalDivFactor: "number",
    threePhase: "boolean",
    lastEpoch: "number",
  },
  positional: {
    number: ["totalSteps", "epochs", "stepsPerEpoch", "pctStart"],
    string: ["annealStrategy"],
    boolean: ["cycleMomentum", "threePhase"],
  },
};

type Rate = "initialLr" | "maxLr" | "minLr";
type Momentum = "baseMomentum" | "maxMomentum";

/** A part of the cycle: the step that ends it, and what of a group it goes from and to. */
interface Phase {
  readonly endStep: number;
  readonly startLr: Rate;
  readonly endLr: Rate;
  readonly startMomentum: Momentum;
  readonly endMomentum: Momentum;
}

interface Settings extends MomentumState {
  readonly totalSteps: number;
  readonly _schedulePhases: readonly Phase[];
  readonly _annealFuncType: AnnealStrategy;
}

const phase = (
  endStep: number,
  startLr: Rate,
  endLr: Rate,
  startMomentum: Momentum,
  endMomentum: Momentum,
): Phase => ({ endStep, startLr, endLr, startMomentum, endMomentum });

function phasesOf(total: number, pctStart: number, threePhase: boolean): Phase[] {
  const rise = phase(pctStart * total - 1, "initialLr", "maxLr", "maxMomentum", "baseMomentum");
  if (!threePhase) return [rise, phase(total - 1, "maxLr", "minLr", "baseMomentum", "maxMomentum")];
  return [
    rise,
    phase(2 * pctStart * total - 2, "maxLr", "initialLr", "baseMomentum", "maxMomentum"),
    phase(total - 1, "initialLr", "minLr", "maxMomentum", "maxMomentum"),
  ];
}

/** @throws INVALID_ARGUMENT, with PyTorch's messages. */
function totalStepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  const checked = (name: string, value: number): number => {
    if (Number.isInteger(value) && value > 0) return value;
    throw invalid(`Expected positive integer ${name}, but got ${value}`);
  };
  if (totalSteps !== undefined) return checked("totalSteps", totalSteps);
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw invalid("You must define either totalSteps OR (epochs AND stepsPerEpoch)");
  }
  return checked("epochs", epochs) * checked("stepsPerEpoch", stepsPerEpoch);
}

/**
 * `new OneCycleLR(optimizer, maxLr, { totalSteps })`: up to `maxLr`, for all groups or each, and down to almost nothing, with momentum the
 * other way. Step it after every batch.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class OneCycleLR extends LRScheduler<Settings> {
  constructor(
    optimizer: AnyOptimizer,
    maxLr: PerGroup<number>,
    options: OneCycleLROptions = {},
    ...surplus: never[]
  ) {
    checkOptimizer(optimizer);
    checkGiven("OneCycleLR", SIGNATURE, options, surplus);
    const { pctStart = 0.3, annealStrategy = "cos", cycleMomentum = true, lastEpoch = -1 } = options;
    const { divFactor = 25, finalDivFactor = 1e4, threePhase = false } = options;
    const { baseMomentum = 0.85, maxMomentum = 0.95 } = options;
    const totalSteps = totalStepsOf(options);
    if (!(pctStart >= 0 && pctStart <= 1)) {
      throw invalid(`Expected float between 0 and 1 pctStart, but got ${pctStart}`);
    }
    if (annealStrategy !== "cos" && annealStrategy !== "linear") {
      throw invalid(
        `annealStrategy must be one of 'cos' or 'linear', instead got ${describeValue(annealStrategy)}`,
      );
    }
    const maxLrs = perGroup("maxLr", optimizer, maxLr);
    const useBeta1 = cycleMomentum && usesBeta1(optimizer);
    const isStart = lastEpoch === -1;
    if (cycleMomentum) momentumBounds(optimizer, baseMomentum, maxMomentum, isStart);
    if (isStart) {
      optimizer.paramGroups.forEach((group, i) => {
        group.initialLr = maxLrs[i]! / divFactor;
        group.maxLr = maxLrs[i];
        group.minLr = group.initialLr / finalDivFactor;
      });
    }
    const _schedulePhases = phasesOf(totalSteps, pctStart, threePhase);
    super(
      optimizer,
      { totalSteps, _schedulePhases, _annealFuncType: annealStrategy, cycleMomentum, useBeta1 },
      lastEpoch,
    );
  }

  protected override getLr(): number[] {
    const { lastEpoch, totalSteps, _schedulePhases, _annealFuncType, cycleMomentum, useBeta1 } = this.state;
    if (lastEpoch > totalSteps) {
      throw invalid(`Tried to step ${lastEpoch} times. The specified number of total steps is ${totalSteps}`);
    }
    const found = _schedulePhases.findIndex(({ endStep }) => lastEpoch <= endStep);
    const at = found === -1 ? _schedulePhases.length - 1 : found;
    const { endStep, startLr, endLr, startMomentum, endMomentum } = _schedulePhases[at]!;
    const startStep = _schedulePhases[at - 1]?.endStep ?? 0;
    const share = (lastEpoch - startStep) / (endStep - startStep);
    return this.optimizer.paramGroups.map((group) => {
      if (cycleMomentum) {
        const momentum = anneal(_annealFuncType, group[startMomentum], group[endMomentum], share);
        setMomentum(group, useBeta1, momentum);
      }
      return anneal(_annealFuncType, group[startLr], group[endLr], share);
    });
  }
}
