/** SequentialLR: one schedule after another. */
import { describeValue, isList } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import { CombinedScheduler, checkSchedulers } from "./combined.ts";
import type { SchedulerOptions } from "./lr-scheduler.ts";
import { type AnyOptimizer, checkOptimizer, type Scheduler } from "./scheduler.ts";

const SIGNATURE: Signature = { options: { lastEpoch: "number" }, positional: { number: ["lastEpoch"] } };

interface Progress {
  readonly _milestones: readonly number[];
  lastEpoch: number;
}

/**
 * `new SequentialLR(optimizer, schedulers, milestones)`: each scheduler from its epoch on; the first begins at 0, the others at their
 * milestones.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export class SequentialLR extends CombinedScheduler<Progress> {
  constructor(
    optimizer: AnyOptimizer,
    schedulers: readonly Scheduler[],
    milestones: readonly number[],
    options: SchedulerOptions = {},
    ...surplus: never[]
  ) {
    checkOptimizer(optimizer);
    checkSchedulers("SequentialLR", schedulers, optimizer);
    checkGiven("SequentialLR", SIGNATURE, options, surplus);
    if (!isList(milestones)) {
      throw invalid(`SequentialLR: 'milestones' is an array of epochs, but got ${describeValue(milestones)}`);
    }
    if (milestones.length !== schedulers.length - 1) {
      throw invalid(
        "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but " +
          `got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`,
      );
    }
    super(optimizer, schedulers, { _milestones: [...milestones], lastEpoch: (options.lastEpoch ?? -1) + 1 });
    for (const group of optimizer.paramGroups) group.lr = group.initialLr;
    this.undo();
    this.#begin();
  }

  /** Sets the rates of the next epoch. Call it after `optimizer.step()`. */
  override step(): void {
    const { state } = this;
    const { _milestones } = state;
    state.lastEpoch++;
    const passed = _milestones.filter((milestone) => milestone <= state.lastEpoch).length;
    const present = this.schedulers[passed]!;
    if (_milestones[passed - 1] === state.lastEpoch) present.restart();
    else present.step();
    this.noteRates();
  }

  #begin(): void {
    this.schedulers[0]!.begin();
    this.noteRates();
  }

  override begin(): void {
    this.state.lastEpoch = 0;
    this.#begin();
  }

  override restart(): void {
    this.state.lastEpoch = 0;
    this.schedulers[0]!.restart();
    this.noteRates();
  }
}
