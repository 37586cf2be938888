/** ChainedScheduler: several schedules at once. */
import { checkGiven, type Signature } from "../../arguments.ts";
import { CombinedScheduler, checkSchedulers } from "./combined.ts";
import type { AnyOptimizer, Scheduler } from "./scheduler.ts";

/** Options of `ChainedScheduler`. */
export interface ChainedSchedulerOptions {
  /** Default: that of the schedulers. */
  readonly optimizer?: AnyOptimizer | undefined;
}

const SIGNATURE: Signature = { options: { optimizer: "any" } };

/**
 * `new ChainedScheduler(schedulers)`: each changes the rates that the one before it left.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class ChainedScheduler extends CombinedScheduler {
  constructor(schedulers: readonly Scheduler[], options: ChainedSchedulerOptions = {}, ...surplus: never[]) {
    checkGiven("ChainedScheduler", SIGNATURE, options, surplus);
    checkSchedulers("ChainedScheduler", schedulers, options.optimizer);
    super(schedulers[0]!.optimizer, schedulers, {});
  }

  #each(run: (scheduler: Scheduler) => void): void {
    for (const scheduler of this.schedulers) run(scheduler);
    this.noteRates();
  }

  /** Sets the rates of the next epoch. Call it after `optimizer.step()`. */
  override step(): void {
    this.#each((scheduler) => scheduler.step());
  }

  override begin(): void {
    this.#each((scheduler) => scheduler.begin());
  }

  override restart(): void {
    this.#each((scheduler) => scheduler.restart());
  }
}
