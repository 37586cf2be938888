/** Where a loader is, as plain data for checkpoints: it survives JSON and `structuredClone`. */
import { Corr2dError, describeValue, type GeneratorState, isList } from "@corr2d/core";
import { readFrom } from "./arguments.ts";
import type { OrderState } from "./order.ts";

/** Where an epoch stands, as plain data. */
export interface EpochState {
  /** What the workers' seeds are counted from. */
  readonly baseSeed: number;
  /** Batches handed out; the one that the loop's body has counts. */
  readonly batches: number;
  readonly order: OrderState;
}

/** Where a loader stands, as plain data. */
export interface LoaderState {
  /** Null between epochs. */
  readonly epoch: EpochState | null;
  /** The states of the generators that the loader and its samplers were given, in their order. */
  readonly generators: readonly GeneratorState[];
  /** The state of each worker's default generator after the last batch of it that was handed out; empty without workers. */
  readonly workers: readonly GeneratorState[];
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * @param generators how many the loader has.
 * @param workers how many it has.
 * @throws STATE_DICT
 */
export function checkState(state: LoaderState, generators: number, workers: number): void {
  const refuse: (why: string) => never = (why) => {
    throw new Corr2dError("STATE_DICT", `DataLoader: loadStateDict() takes what stateDict() gave: ${why}`);
  };
  const read = readFrom(state, ({ epoch, generators, workers }) => ({
    epoch,
    states: generators,
    workerStates: workers,
  }));
  if (read === undefined) refuse(`it got ${describeValue(state)}`);
  const { epoch, states, workerStates } = read;
  if (!isList(states) || !isList(workerStates)) refuse("'generators' and 'workers' are arrays");
  if (states.length !== generators) {
    refuse(`it has the states of ${states.length} generators, and this loader was given ${generators}`);
  }
  if (workerStates.length !== 0 && workerStates.length !== workers) {
    refuse(`it was taken with ${workerStates.length} workers, and this loader has ${workers}`);
  }
  if (epoch === null) return;
  if (workerStates.length !== workers) {
    refuse(`it was taken with ${workerStates.length} workers, and this loader has ${workers}`);
  }
  const { baseSeed, batches, order } = epoch ?? {};
  const { pulled, done, draws } = order ?? {};
  const whole =
    isCount(baseSeed) &&
    isCount(batches) &&
    isCount(pulled) &&
    batches <= pulled &&
    typeof done === "boolean" &&
    isList(draws) &&
    draws.every((draw) => isCount(draw?.step) && isCount(draw?.generator) && draw.generator <= generators);
  if (!whole) refuse("'epoch' is null, or says { baseSeed, batches, order: { pulled, done, draws } }");
  if (workers === 0 && batches !== pulled) refuse("what was read ahead in it was read by workers");
}
