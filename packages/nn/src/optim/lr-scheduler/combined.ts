/** Schedulers made of others: what SequentialLR and ChainedScheduler share. */
import { Corr2dError, describeValue, isInstance, isList } from "@corr2d/core";
import { invalid } from "../../arguments.ts";
import { type AnyOptimizer, Scheduler, type ScheduleState } from "./scheduler.ts";

/**
 * @param owner the class that was given `schedulers`.
 * @throws INVALID_ARGUMENT, with PyTorch's messages, unless they are schedulers of the optimiser that step without a metric.
 */
export function checkSchedulers(
  owner: string,
  schedulers: unknown,
  optimizer: AnyOptimizer | undefined,
): asserts schedulers is Scheduler[] {
  if (!isList(schedulers)) {
    throw invalid(`${owner} expects an array of schedulers, but got ${describeValue(schedulers)}`);
  }
  if (schedulers.length < 1) {
    throw invalid(`${owner} expects at least one scheduler, but got no scheduler.`);
  }
  const [first] = schedulers as readonly (Scheduler | undefined)[];
  for (const [i, scheduler] of Array.from(schedulers as readonly unknown[]).entries()) {
    if (!isInstance(scheduler, Scheduler)) {
      throw invalid(`${owner} expects schedulers, but got ${describeValue(scheduler)} at index ${i}`);
    }
    if (scheduler.takesMetric) {
      throw invalid(
        `${owner} does not support \`ReduceLROnPlateau\` scheduler as it requires a metric when calling \`step\`, but got one ` +
          `at index ${i} in the given schedulers sequence.`,
      );
    }
    if (scheduler.optimizer !== (optimizer ?? first?.optimizer)) {
      throw invalid(
        `${owner} expects all schedulers to belong to the same optimizer, but the one at index ${i} has another.`,
      );
    }
  }
}

/** A scheduler that steps others; their states are in its own. */
export abstract class CombinedScheduler<S extends object = object> extends Scheduler<S> {
  readonly #schedulers: readonly Scheduler[];

  constructor(optimizer: AnyOptimizer, schedulers: readonly Scheduler[], state: S) {
    super(optimizer, state);
    this.#schedulers = [...schedulers];
  }

  protected get schedulers(): readonly Scheduler[] {
    return this.#schedulers;
  }

  override undo(): void {
    for (const scheduler of this.#schedulers) scheduler.undo();
  }

  /** With those of its schedulers, as `_schedulers`. */
  override stateDict(): ScheduleState {
    return { ...super.stateDict(), _schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()) };
  }

  override loadStateDict(stateDict: ScheduleState): void {
    const states = (stateDict as ScheduleState | null)?._schedulers;
    if (!isList(states) || states.length !== this.#schedulers.length) {
      throw new Corr2dError(
        "STATE_DICT",
        `loaded state dict has no '_schedulers' with ${this.#schedulers.length} states`,
      );
    }
    const before = this.stateDict();
    try {
      this.#load(stateDict);
    } catch (error) {
      this.#load(before);
      throw error;
    }
  }

  #load(stateDict: ScheduleState): void {
    super.loadStateDict(stateDict);
    const states = stateDict._schedulers as readonly ScheduleState[];
    this.#schedulers.forEach((scheduler, i) => {
      scheduler.loadStateDict(states[i]!);
    });
  }
}
