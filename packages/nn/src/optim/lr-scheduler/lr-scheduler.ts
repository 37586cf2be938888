/** The base of schedules that compute rates from the number of epochs: `getLr`. */
import { describeValue, isList } from "@corr2d/core";
import { invalid } from "../../arguments.ts";
import { type AnyOptimizer, checkOptimizer, Scheduler } from "./scheduler.ts";

declare const console: { warn(message: string): void };

/** Options of `Scheduler`. */
export interface SchedulerOptions {
  /** The epoch to resume after; groups must have the `initialLr` that they got when the training started (default −1: none). */
  readonly lastEpoch?: number | undefined;
}

/** What every schedule counts. */
export interface Progress {
  /** The groups' first rates. */
  baseLrs: number[];
  /** How often `step` was called since the start. */
  lastEpoch: number;
  /** How often it was called since this object was made, with the start as the first. */
  _stepCount: number;
}

/**
 * Extend it for a schedule of one's own: give the settings to `super(optimizer, settings, lastEpoch)`, find them in `this.state`, and
 * write `getLr`. The first rates are set by the constructor.
 */
export abstract class LRScheduler<S extends object = object> extends Scheduler<S & Progress> {
  /** Whether the first rates are being set, which are those of the groups in schedules that change the last ones. */
  protected isInitial = false;

  /**
   * @param settings plain data, part of the state dict.
   * @throws INVALID_ARGUMENT, with PyTorch's messages.
   */
  constructor(optimizer: AnyOptimizer, settings: S, lastEpoch = -1) {
    checkOptimizer(optimizer);
    const baseLrs = optimizer.paramGroups.map((group, i): number => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined) {
        throw invalid(`param 'initialLr' is not specified in paramGroups[${i}] when resuming an optimizer`);
      }
      return group.initialLr as number;
    });
    super(optimizer, { ...settings, baseLrs, lastEpoch, _stepCount: 0 });
    if (typeof this.getLr !== "function") {
      throw invalid(
        "LRScheduler is what schedules extend: make a StepLR, or write getLr in a class of your own",
      );
    }
    this.begin();
  }

  /** The epoch: how often `step` was called. */
  get lastEpoch(): number {
    return this.state.lastEpoch;
  }

  /** The groups' first rates. */
  get baseLrs(): number[] {
    return [...this.state.baseLrs];
  }

  /** The rates of epoch `this.state.lastEpoch`, one for each group. */
  protected abstract getLr(): number[];

  /** The same from the first rates alone, for schedules whose `getLr` changes the last ones. */
  protected closedForm(): number[] {
    return this.getLr();
  }

  /**
   * Sets the rates of the next epoch. Call it after `optimizer.step()`.
   * @throws INVALID_ARGUMENT for an epoch, which PyTorch takes here.
   */
  override step(...surplus: never[]): void {
    if (surplus.length > 0) throw invalid("step takes no epoch: the schedule counts its calls");
    const { state } = this;
    if (state._stepCount === 1 && !this.optimizer.hasStepped) {
      console.warn(
        "Detected call of `scheduler.step()` before `optimizer.step()`. Call them in the opposite order: `optimizer.step()` " +
          "before `scheduler.step()`. Failure to do this will result in skipping the first value of the learning rate schedule.",
      );
    }
    state._stepCount++;
    state.lastEpoch++;
    this.setRates(this.getLr());
  }

  /**
   * Rates into the groups.
   * @throws INVALID_ARGUMENT for what are no numbers: a function that was given may return anything.
   */
  protected setRates(rates: readonly number[]): void {
    if (!isList(rates) || !rates.every((rate) => typeof rate === "number" && !Number.isNaN(rate))) {
      const got = isList(rates) ? Array.from(rates, describeValue).join(", ") : describeValue(rates);
      throw invalid(`a schedule gives a rate, a number, for each group, but got ${got}`);
    }
    const groups = this.optimizer.paramGroups;
    for (let i = 0; i < Math.min(rates.length, groups.length); i++) groups[i]!.lr = rates[i];
    this.noteRates();
  }

  /** The groups' present rates, times `factor`. */
  protected scaled(factor: number): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => (lr as number) * factor);
  }

  /** The first rates, times `factor`. */
  protected based(factor: number): number[] {
    return this.state.baseLrs.map((lr) => lr * factor);
  }

  override begin(): void {
    this.state._stepCount = 0;
    this.isInitial = true;
    this.step();
    this.isInitial = false;
  }

  override undo(): void {
    this.state.lastEpoch--;
  }

  override restart(): void {
    this.state.lastEpoch = 0;
    this.setRates(this.closedForm());
  }
}
