/** CyclicLR. Source: Smith 2017, "Cyclical learning rates for training neural networks". */
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import {
  type MomentumOptions,
  type MomentumState,
  momentumBounds,
  setMomentum,
  usesBeta1,
} from "./cycled-momentum.ts";
import { LRScheduler, type SchedulerOptions } from "./lr-scheduler.ts";
import { type AnyOptimizer, checkOptimizer } from "./scheduler.ts";
import { checkAboveZero, type PerGroup, perGroup } from "./settings.ts";

/** How the height of cycles falls: not, by half each time, or by gamma at each step. */
export type CyclicMode = "triangular" | "triangular2" | "exp_range";

/** Options of `CyclicLR`. */
export interface CyclicLROptions extends SchedulerOptions, MomentumOptions {
  /** Steps in which rates rise (default 2000). */
  readonly stepSizeUp?: number | undefined;
  /** Steps in which they fall (default: as many). */
  readonly stepSizeDown?: number | undefined;
  /** Default 'triangular'. */
  readonly mode?: CyclicMode | undefined;
  /** The base of 'exp_range' (default 1). */
  readonly gamma?: number | undefined;
  /** In place of a mode: the factor on the height, 0 to 1. */
  readonly scaleFn?: ((x: number) => number) | undefined;
  /** Whether `scaleFn` gets the number of the cycle (default) or of the step. */
  readonly scaleMode?: "cycle" | "iterations" | undefined;
}

const SIGNATURE: Signature = {
  options: {
    stepSizeUp: "number",
    stepSizeDown: "number",
    mode: "any",
    gamma: "number",
    scaleFn: "function",
    scaleMode: ["cycle", "iterations"],
    cycleMomentum: "boolean",
    baseMomentum: "any",
    maxMomentum: "any",
    lastEpoch: "number",
  },
  positional: {
    number: ["stepSizeUp", "stepSizeDown", "gamma"],
    string: ["mode", "scaleMode"],
    boolean: ["cycleMomentum"],
  },
};

interface Settings extends MomentumState {
  readonly maxLrs: readonly number[];
  /** The length of a cycle. */
  readonly totalSize: number;
  /** The share of it in which rates rise. */
  readonly stepRatio: number;
  readonly mode: CyclicMode;
  readonly gamma: number;
  readonly scaleMode: "cycle" | "iterations";
  readonly _scaleFnCustom: ((x: number) => number) | null;
  readonly baseMomentums: readonly number[];
  readonly maxMomentums: readonly number[];
}

/** The factor on the height of a cycle. */
function scaleOf({ mode, gamma, _scaleFnCustom }: Settings, x: number): number {
  if (_scaleFnCustom !== null) return _scaleFnCustom(x);
  if (mode === "triangular") return 1;
  return mode === "triangular2" ? 1 / 2 ** (x - 1) : gamma ** x;
}

/**
 * `new CyclicLR(optimizer, baseLr, maxLr, { stepSizeUp })`: up and down between two rates, for all groups or each, with momentum the other
 * way. Step it after every batch.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class CyclicLR extends LRScheduler<Settings> {
  constructor(
    optimizer: AnyOptimizer,
    baseLr: PerGroup<number>,
    maxLr: PerGroup<number>,
    options: CyclicLROptions = {},
    ...surplus: never[]
  ) {
    checkOptimizer(optimizer);
    checkGiven("CyclicLR", SIGNATURE, options, surplus);
    const {
      stepSizeUp = 2000,
      stepSizeDown = stepSizeUp,
      gamma = 1,
      scaleFn = null,
      lastEpoch = -1,
    } = options;
    const { mode = "triangular", scaleMode = "cycle", cycleMomentum = true } = options;
    const { baseMomentum = 0.8, maxMomentum = 0.9 } = options;
    checkAboveZero("CyclicLR", "stepSizeUp", stepSizeUp);
    checkAboveZero("CyclicLR", "stepSizeDown", stepSizeDown);
    if (scaleFn === null && mode !== "triangular" && mode !== "triangular2" && mode !== "exp_range") {
      throw invalid(
        "mode is invalid and scaleFn is null: modes are 'triangular', 'triangular2', 'exp_range'",
      );
    }
    const baseLrs = perGroup("baseLr", optimizer, baseLr);
    const maxLrs = perGroup("maxLr", optimizer, maxLr);
    const useBeta1 = cycleMomentum && usesBeta1(optimizer);
    const isStart = lastEpoch === -1;
    const bounds = cycleMomentum
      ? momentumBounds(optimizer, baseMomentum, maxMomentum, isStart)
      : { base: [], max: [] };
    if (isStart) {
      optimizer.paramGroups.forEach((group, i) => {
        group.lr = baseLrs[i];
      });
    }
    const totalSize = stepSizeUp + stepSizeDown;
    const byMode = mode === "exp_range" ? "iterations" : "cycle";
    super(
      optimizer,
      {
        maxLrs,
        totalSize,
        stepRatio: stepSizeUp / totalSize,
        mode,
        gamma,
        scaleMode: scaleFn === null ? byMode : scaleMode,
        _scaleFnCustom: scaleFn,
        cycleMomentum,
        useBeta1,
        baseMomentums: bounds.base,
        maxMomentums: bounds.max,
      },
      lastEpoch,
    );
    // Not the groups' first rates, should they have had others.
    this.state.baseLrs = baseLrs;
  }

  protected override getLr(): number[] {
    const { state } = this;
    const { lastEpoch, totalSize, stepRatio, baseLrs, maxLrs, baseMomentums, maxMomentums } = state;
    const cycle = Math.floor(1 + lastEpoch / totalSize);
    const x = 1 + lastEpoch / totalSize - cycle;
    const height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    const scale = scaleOf(state, state.scaleMode === "cycle" ? cycle : lastEpoch);
    if (state.cycleMomentum) {
      this.optimizer.paramGroups.slice(0, maxMomentums.length).forEach((group, i) => {
        const max = maxMomentums[i]!;
        setMomentum(group, state.useBeta1, max - (max - baseMomentums[i]!) * height * scale);
      });
    }
    return baseLrs.map((base, i) => base + (maxLrs[i]! - base) * height * scale);
  }
}
