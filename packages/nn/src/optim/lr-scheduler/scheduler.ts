/**
 * What everything that changes learning rates has in common: the optimiser, the last rates, state dicts.
 *
 * All that a scheduler knows is in `state`, under the names of PyTorch's state dict in camelCase, as plain data: its state dict is a
 * copy. What groups keep for it (`initialLr`) is in theirs, so save the optimiser's state dict too.
 */
import { Corr2dError, describeValue, isInstance, isList } from "@corr2d/core";
import { invalid, isRecord } from "../../arguments.ts";
import { Optimizer } from "../optimizer.ts";

/** An optimiser of whatever options. */
// biome-ignore lint/suspicious/noExplicitAny: a scheduler reads and writes options of groups by name
export type AnyOptimizer = Optimizer<any>;

/** Plain data, as JSON has it. */
export type Plain = number | string | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** A scheduler's state dict. */
export type ScheduleState = Readonly<Record<string, Plain>>;

/** Rates, one for each group. */
interface LastRates {
  _lastLr: Rates;
}

/** An optimiser has a group at least. */
type Rates = [number, ...number[]];

const lastRates = (optimizer: AnyOptimizer): Rates =>
  optimizer.paramGroups.map(({ lr }) => lr as number) as Rates;

/** A copy, with null for functions. */
function copyOf(value: unknown): Plain {
  if (typeof value === "function") return null;
  if (isList(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value as Plain;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOf(inner)]));
}

/** Whether a value is a function, or a list of them: state dicts have no place for these. */
const isFunctions = (value: unknown): boolean =>
  typeof value === "function" || (isList(value) && value.some(isFunctions));

const kindOf = (value: unknown): string => (isList(value) ? "array" : typeof value);

/** @throws STATE_DICT when something is missing, or is of another kind. */
function checkState(own: ScheduleState, dict: unknown): asserts dict is ScheduleState {
  if (!isRecord(dict)) {
    throw new Corr2dError(
      "STATE_DICT",
      `loaded state dict is not what stateDict() gives: expected an object, but got ${describeValue(dict)}`,
    );
  }
  for (const [name, value] of Object.entries(own)) {
    if (!Object.hasOwn(dict, name)) {
      throw new Corr2dError("STATE_DICT", `loaded state dict of a scheduler has no '${name}'`);
    }
    const given = dict[name];
    // JSON has no infinity: it writes null.
    if (given === null || value === null || isFunctions(value) || kindOf(given) === kindOf(value)) continue;
    throw new Corr2dError(
      "STATE_DICT",
      `loaded state dict of a scheduler: expected '${name}' to be like ${describeValue(value)}, but got ${describeValue(given)}`,
    );
  }
  const groups = own._lastLr as readonly number[];
  if ((dict._lastLr as readonly number[]).length !== groups.length) {
    throw new Corr2dError("STATE_DICT", "loaded state dict has a different number of parameter groups");
  }
}

/** @throws INVALID_ARGUMENT, with PyTorch's message, unless `value` is an optimiser whose groups have a rate. */
export function checkOptimizer(value: unknown): asserts value is AnyOptimizer {
  if (!isInstance(value, Optimizer)) throw invalid(`${describeValue(value)} is not an Optimizer`);
  for (const { lr } of (value as AnyOptimizer).paramGroups) {
    if (typeof lr === "number") continue;
    throw invalid(
      `a scheduler changes the option 'lr' of groups, which is a number, but got ${describeValue(lr)}`,
    );
  }
}

/** What changes the learning rates of an optimiser. */
export abstract class Scheduler<S extends object = object> {
  /** The optimiser whose rates it sets. */
  readonly optimizer: AnyOptimizer;
  /** All that it knows; a copy is its state dict. */
  protected readonly state: S & LastRates;

  /**
   * @param state the settings, and what changes from step to step.
   * @throws INVALID_ARGUMENT for what is no optimiser.
   */
  constructor(optimizer: AnyOptimizer, state: S) {
    checkOptimizer(optimizer);
    this.optimizer = optimizer;
    this.state = { ...state, _lastLr: lastRates(optimizer) };
  }

  /** Sets the rates of the next epoch, or of the next batch for schedules that count these. */
  abstract step(...given: unknown[]): void;

  /** The rates that were set last, one for each group. */
  getLastLr(): [number, ...number[]] {
    return [...this.state._lastLr];
  }

  /** Plain data from which `loadStateDict` continues. Save the optimiser's beside it. */
  stateDict(): ScheduleState {
    return copyOf(this.state) as ScheduleState;
  }

  /**
   * Continues from what `stateDict` gave. The rates themselves are in the optimiser's.
   * @throws STATE_DICT for what it cannot have given, changing nothing.
   */
  loadStateDict(stateDict: ScheduleState): void {
    const { state } = this;
    checkState(state as unknown as ScheduleState, stateDict);
    const own = Object.entries(state).filter(([, value]) => !isFunctions(value));
    for (const [name] of own) (state as Record<string, unknown>)[name] = copyOf(stateDict[name]);
  }

  /** Notes the groups' rates as those that were set last. */
  protected noteRates(): void {
    this.state._lastLr = lastRates(this.optimizer);
  }

  /** Whether `step` has to be told how well the epoch went. @internal */
  get takesMetric(): boolean {
    return false;
  }

  // ——— For SequentialLR and ChainedScheduler, which run others ———

  /** Sets the first rates. @internal */
  begin(): void {}

  /** Takes back that it has begun: another runs first. @internal */
  undo(): void {}

  /** Starts, when its turn comes. @internal */
  restart(): void {}
}
