/**
 * What all optimisers share: parameter groups, their options and errors, state dicts, the printed form.
 *
 * A *group* is a list of parameters with options of its own; `optimizer.paramGroups[0].lr = 0.01` changes one while
 * training. State that an optimiser keeps per parameter lives in tensors of its own, which outlive every scope and
 * are assigned step by step, so training needs no memory beyond them.
 */
import { Corr2dError, isTensor, keep, noGrad, scope, type Tensor } from "@corr2d/core";
import { type PrintedValue, pythonText, snakeCase } from "../python-text.ts";

/** Options of an optimiser, each of which a group may set for itself. */
export type Options = Readonly<Record<string, PrintedValue>>;

/** Parameters with options. */
export type ParamGroup<O> = { params: Tensor[] } & { -readonly [K in keyof O]: O[K] };

/** Options as callers give them: all may be left out. */
export type Given<O> = { readonly [K in keyof O]?: O[K] | undefined };

/** Parameters, and the options in which they differ from the optimiser's. */
export type GroupOf<O> = { readonly params: Iterable<Tensor> } & Given<O>;

/** What optimisers take: parameters, or groups of them with options. */
export type Params<O> = Iterable<Tensor> | Iterable<GroupOf<O>>;

/** What is kept for a parameter: tensors of its shape, or counts. */
export type ParamState = Record<string, Tensor | number>;

/** The state of an optimiser; parameters are numbered in the order of the groups. */
export interface OptimizerState<O> {
  readonly state: Readonly<Record<number, ParamState>>;
  readonly paramGroups: readonly ({ readonly params: readonly number[] } & O)[];
}

function invalid(message: string): Corr2dError {
  return new Corr2dError("INVALID_ARGUMENT", message);
}

/** The state with its tensors replaced; counts stay. */
function mapTensors(state: ParamState, replace: (tensor: Tensor) => Tensor): ParamState {
  const entries = Object.entries(state);
  return Object.fromEntries(entries.map(([name, value]) => [name, isTensor(value) ? replace(value) : value]));
}

/**
 * @param what PyTorch's words for the option.
 * @throws INVALID_ARGUMENT unless `value` is a number from 0 on.
 */
export function checkNotNegative(what: string, value: number): void {
  if (!(value >= 0)) throw invalid(`Invalid ${what}: ${value}`);
}

export abstract class Optimizer<O extends Options> {
  /** The groups, with options that may be changed between steps. */
  readonly paramGroups: ParamGroup<O>[] = [];
  readonly #defaults: O;
  readonly #state = new Map<Tensor, ParamState>();

  /** @throws INVALID_ARGUMENT, with PyTorch's messages. */
  constructor(params: Params<O>, defaults: O) {
    this.#defaults = defaults;
    if (isTensor(params)) {
      throw invalid(
        "params argument given to the optimizer should be an iterable of Tensors or dicts, but got a tensor: put it in [ ]",
      );
    }
    const list: readonly unknown[] = [...params];
    if (list.length === 0) throw invalid("optimizer got an empty parameter list");
    const grouped = list.every((item) => typeof item === "object" && item !== null && "params" in item);
    for (const group of grouped ? list : [{ params: list }]) this.addParamGroup(group as GroupOf<O>);
  }

  /** The name in the printed form. */
  protected abstract get name(): string;

  /** @throws INVALID_ARGUMENT for options out of range. */
  protected abstract checkOptions(options: O): void;

  /** Updates one parameter; runs without recording, in a scope. */
  protected abstract update(parameter: Tensor, gradient: Tensor, options: O, state: ParamState): void;

  /**
   * Adds a group, for example of layers that start to be trained later. Options it does not name are the optimiser's.
   * @throws INVALID_ARGUMENT, with PyTorch's messages.
   */
  addParamGroup(group: GroupOf<O>): void {
    const given = Object.entries(group).filter(([name, value]) => name !== "params" && value !== undefined);
    const unknown = given.find(([name]) => !(name in this.#defaults));
    if (unknown) {
      throw invalid(
        `${this.name} has no option '${unknown[0]}': use ${Object.keys(this.#defaults).join(", ")}`,
      );
    }
    const options: O = { ...this.#defaults, ...Object.fromEntries(given) };
    this.checkOptions(options);
    const params = isTensor(group.params) ? [group.params] : [...group.params];
    const known = new Set(this.#params());
    for (const param of params) {
      if (!isTensor(param)) {
        throw invalid(`optimizer can only optimize Tensors, but one of the params is ${typeof param}`);
      }
      if (!param.isLeaf) {
        throw invalid(
          "can't optimize a non-leaf Tensor: this one is the result of an operation; make a Parameter of it",
        );
      }
      if (known.has(param)) throw invalid("some parameters appear in more than one parameter group");
    }
    if (new Set(params).size !== params.length) {
      throw invalid("optimizer contains a parameter group with duplicate parameters");
    }
    this.paramGroups.push({ ...options, params } as ParamGroup<O>);
  }

  /** The parameters of all groups. */
  #params(): Tensor[] {
    return this.paramGroups.flatMap((group) => group.params);
  }

  /**
   * Updates every parameter that has a gradient. Tensors made on the way are freed; saved values of the graph are not
   * touched, since the parameters are rebound.
   */
  step(): void {
    noGrad(() => {
      for (const group of this.paramGroups) {
        for (const parameter of group.params) {
          const gradient = parameter.grad;
          if (gradient === null) continue;
          const kept = this.#state.get(parameter) ?? {};
          this.#state.set(parameter, kept);
          scope(() => this.update(parameter, gradient, group as unknown as O, kept));
        }
      }
    });
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.#params()) parameter.grad = null;
  }

  /** The options of all groups, and what is kept per parameter, by number. Later steps do not change it. */
  stateDict(): OptimizerState<O> {
    const numbers = new Map(this.#params().map((param, number) => [param, number]));
    const state: Record<number, ParamState> = {};
    for (const [param, kept] of this.#state) {
      state[numbers.get(param)!] = mapTensors(kept, (tensor) => tensor.detach());
    }
    const paramGroups = this.paramGroups.map((group) => ({
      ...group,
      params: group.params.map((param) => numbers.get(param)!),
    }));
    return { state, paramGroups: paramGroups as unknown as OptimizerState<O>["paramGroups"] };
  }

  /**
   * Continues from what `stateDict` gave: the options and what was kept per parameter.
   * @throws STATE_DICT when groups or their sizes differ, with PyTorch's messages.
   */
  loadStateDict(dict: OptimizerState<O>): void {
    const { paramGroups } = this;
    if (dict.paramGroups.length !== paramGroups.length) {
      throw new Corr2dError("STATE_DICT", "loaded state dict has a different number of parameter groups");
    }
    const numbers = new Map<number, Tensor>();
    dict.paramGroups.forEach(({ params }, i) => {
      const own = paramGroups[i]!.params;
      if (params.length !== own.length) {
        throw new Corr2dError(
          "STATE_DICT",
          "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
        );
      }
      params.forEach((number, at) => {
        numbers.set(number, own[at]!);
      });
    });
    paramGroups.forEach((group, i) => {
      Object.assign(group, { ...dict.paramGroups[i], params: group.params });
    });
    this.#state.clear();
    for (const [number, kept] of Object.entries(dict.state)) {
      const param = numbers.get(Number(number));
      if (param !== undefined)
        this.#state.set(
          param,
          mapTensors(kept, (tensor) => keep(tensor.detach())),
        );
    }
  }

  /** The text that PyTorch prints, without the options that are not offered here. */
  toString(): string {
    const groups = this.paramGroups.map(({ params: _, ...options }, i) => {
      const lines = Object.entries(options as Options)
        .map(([name, value]) => `    ${snakeCase(name)}: ${pythonText(value)}\n`)
        .sort();
      return `\nParameter Group ${i}\n${lines.join("")}`;
    });
    return `${this.name} (${groups.join("")})`;
  }
}

/**
 * Replaces what is kept under `name`: `next` gets the old value, or null the first time.
 *
 * @returns the new value, which lives until it is replaced.
 */
export function evolve(state: ParamState, name: string, next: (old: Tensor | null) => Tensor): Tensor {
  const old = state[name];
  if (isTensor(old)) return old.assign(next(old));
  const first = keep(next(null).detach());
  state[name] = first;
  return first;
}
