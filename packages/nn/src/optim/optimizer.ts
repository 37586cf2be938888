/**
 * What all optimisers share: parameter groups, their options and errors, state dicts, the printed form.
 *
 * A *group* is a list of parameters with options of its own; `optimizer.paramGroups[0].lr = 0.01` changes one while
 * training. State that an optimiser keeps per parameter lives in tensors of its own, which outlive every scope and
 * are assigned step by step, so training needs no memory beyond them.
 */
import {
  Corr2dError,
  describeValue,
  isList,
  isTensor,
  keep,
  noGrad,
  type OptionTypes,
  PrintedAsText,
  scope,
  type Tensor,
} from "@corr2d/core";
import { checkGiven, invalid, isRecord, itemsOf } from "../arguments.ts";
import { type PrintedValue, pythonText, snakeCase } from "../python-text.ts";

/** Options of an optimiser, each of which a group may set for itself. */
export type Options = Readonly<Record<string, PrintedValue>>;

/** What a scheduler notes in groups: the rate that the training started with. */
interface Scheduled {
  initialLr?: number | undefined;
}

/** Parameters with options. */
export type ParamGroup<O> = { params: Tensor[] } & { -readonly [K in keyof O]: O[K] } & Scheduled;

/** Options as callers give them: all may be left out. */
export type Given<O> = { readonly [K in keyof O]?: O[K] | undefined };

/** Parameters, and the options in which they differ from the optimiser's. */
export type GroupOf<O> = { readonly params: Iterable<Tensor> } & Given<O> & Readonly<Scheduled>;

/** What optimisers take: parameters, or groups of them with options. */
export type Params<O> = Iterable<Tensor> | Iterable<GroupOf<O>>;

/** What is kept for a parameter: tensors of its shape, or counts. */
export type ParamState = Record<string, Tensor | number>;

/** The state of an optimiser; parameters are numbered in the order of the groups. */
export interface OptimizerState<O> {
  readonly state: Readonly<Record<number, ParamState>>;
  readonly paramGroups: readonly ({ readonly params: readonly number[] } & O)[];
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
  if (!(value >= 0)) throw invalid(`Invalid ${what}: ${describeValue(value)}`);
}

/** The options whose type is known, with it. */
type TypedOptions = readonly { readonly name: string; readonly type: string }[];

/** What the options of a group have to be: what their defaults are. */
function typesOf(defaults: Options): OptionTypes {
  const types = Object.entries(defaults).map(([name, value]) => {
    const type = typeof value;
    return [name, type === "number" || type === "boolean" ? type : "any"] as const;
  });
  return { params: "any", ...Object.fromEntries(types), initialLr: "number" };
}

const withoutUndefined = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;

/**
 * Checks what a group's options have been set to since it was made.
 * @throws INVALID_ARGUMENT
 */
function checkTypes(owner: string, group: object, typed: TypedOptions): void {
  // In every step of every group, so without iterators.
  for (let i = 0; i < typed.length; i++) {
    const option = typed[i]!;
    const value = (group as Record<string, unknown>)[option.name];
    if (typeof value === option.type) continue;
    throw invalid(
      `${owner}: '${option.name}' of a group is a ${option.type}, but got ${describeValue(value)}`,
    );
  }
}

/** Options with copies of their arrays, which nobody can change. */
function ownArrays<T extends object>(options: T): T {
  const entries = Object.entries(options);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isList(value) ? Object.freeze([...value]) : value]),
  ) as T;
}

/**
 * What was given as parameters or groups, as a list.
 * @throws INVALID_ARGUMENT with PyTorch's message.
 */
function listOf(params: unknown): unknown[] {
  if (isTensor(params)) throw notParams("a tensor: put it in [ ]");
  if (hasParameters(params)) throw notParams("a module: write net.parameters()");
  const items = itemsOf(params);
  if (items === null) throw notParams(describeValue(params));
  return items;
}

/** Whether it is a module, of any copy of this package. */
function hasParameters(value: unknown): boolean {
  try {
    return typeof (value as { readonly parameters?: unknown } | null | undefined)?.parameters === "function";
  } catch {
    return false; // a proxy that was revoked
  }
}

const notParams = (got: string): Corr2dError =>
  invalid(`params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${got}`);

/** What people of other libraries call an optimiser's learning rate and decay. */
const OTHER_NAMES = { learningRate: "lr", learning_rate: "lr", weight_decay: "weightDecay" };

/**
 * Makes reading and writing an option on the optimiser itself an error that says where it is: options belong to groups,
 * and such a property would change nothing. Subclasses are left alone: they may have fields of these names.
 */
export function guardOptions(prototype: object, name: string, options: readonly string[]): void {
  const all = { ...OTHER_NAMES, ...Object.fromEntries(options.map((option) => [option, option])) };
  for (const [property, option] of Object.entries(all)) {
    if (Object.hasOwn(prototype, property)) return;
    const refuse = (self: unknown): void => {
      if (Object.getPrototypeOf(self) !== prototype) return;
      throw invalid(
        `${name} has no property '${property}': options belong to groups of parameters; write ` +
          `optimizer.paramGroups[0].${option}`,
      );
    };
    Object.defineProperty(prototype, property, {
      configurable: true,
      get() {
        return refuse(this);
      },
      set(value: unknown) {
        refuse(this);
        Object.defineProperty(this, property, {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      },
    });
  }
}

let optimizers = 0;

/** What all optimisers are: groups of parameters with their options, and a state for each parameter. */
export abstract class Optimizer<O extends Options> extends PrintedAsText {
  /** A number that no other optimiser has: to tools that compare objects by their fields, no two are equal. */
  readonly id: number = ++optimizers;
  /** The groups, one at least, with options that may be changed between steps. */
  readonly paramGroups: [ParamGroup<O>, ...ParamGroup<O>[]] = [] as never;
  readonly #defaults: O;
  readonly #types: OptionTypes;
  readonly #typed: TypedOptions;
  readonly #state = new Map<Tensor, ParamState>();
  #hasStepped = false;

  /**
   * @param defaults all options; groups must keep the type of those that are numbers or booleans.
   * @throws INVALID_ARGUMENT, with PyTorch's messages.
   */
  constructor(params: Params<O>, defaults: O) {
    super();
    if (new.target === (Optimizer as unknown)) {
      throw invalid("Optimizer is what optimisers extend: make an SGD, Adam, AdamW or one of your own");
    }
    this.#defaults = ownArrays(defaults);
    this.#types = typesOf(defaults);
    this.#typed = Object.entries(this.#types).flatMap(([name, type]) =>
      (type === "number" || type === "boolean") && name in defaults ? [{ name, type }] : [],
    );
    const list = listOf(params);
    if (list.length === 0) throw invalid("optimizer got an empty parameter list");
    const grouped = list.every((item) => isRecord(item) && "params" in item);
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
  addParamGroup(paramGroup: GroupOf<O>): void {
    checkGiven(this.name, { options: this.#types }, paramGroup ?? null);
    const { params: listed, ...given } = paramGroup;
    const params = isTensor(listed) ? [listed] : listOf(listed);
    const options = ownArrays({ ...this.#defaults, ...withoutUndefined(given) });
    this.checkOptions(options);
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
   * @throws INVALID_ARGUMENT for options of a group that were set to what they cannot be, and for a closure: evaluate the
   *   loss before.
   */
  step(...surplus: never[]): void {
    if (surplus.length > 0) {
      throw invalid(`${this.name}: step takes no closure: compute the loss and its gradients before it`);
    }
    this.#hasStepped = true;
    noGrad(() => {
      for (const group of this.paramGroups) {
        checkTypes(this.name, group, this.#typed);
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

  /** Whether `step` was called: a scheduler that comes first skips its first rate. @internal */
  get hasStepped(): boolean {
    return this.#hasStepped;
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
   * @throws STATE_DICT when groups or their sizes differ, with PyTorch's messages, and for what is no state dict;
   *   INVALID_ARGUMENT for options that a group cannot have.
   */
  loadStateDict(stateDict: OptimizerState<O>): void {
    const { paramGroups } = this;
    checkStateDict(stateDict);
    if (stateDict.paramGroups.length !== paramGroups.length) {
      throw new Corr2dError("STATE_DICT", "loaded state dict has a different number of parameter groups");
    }
    const numbers = new Map<number, Tensor>();
    stateDict.paramGroups.forEach(({ params }, i) => {
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
    const loaded = paramGroups.map((group, i) => {
      const options = ownArrays({ ...group, ...withoutUndefined(stateDict.paramGroups[i]!) });
      checkTypes(this.name, options, this.#typed);
      this.checkOptions(options as unknown as O);
      return { ...options, params: group.params };
    });
    paramGroups.forEach((group, i) => {
      Object.assign(group, loaded[i]);
    });
    this.#state.clear();
    for (const [number, kept] of Object.entries(stateDict.state)) {
      const param = numbers.get(Number(number));
      if (param !== undefined)
        this.#state.set(
          param,
          mapTensors(kept, (tensor) => keep(tensor.detach())),
        );
    }
  }

  /** Frameworks that wrap plain objects in proxies, such as Vue, leave this kind alone. */
  get [Symbol.toStringTag](): string {
    return this.name;
  }

  /** The text that PyTorch prints, without the options that are not offered here. */
  override toString(): string {
    const groups = this.paramGroups.map(({ params: _, ...options }, i) => {
      const lines = Object.entries(options as Options)
        .map(([name, value]) => `    ${snakeCase(name)}: ${pythonText(value)}\n`)
        .sort();
      return `\nParameter Group ${i}\n${lines.join("")}`;
    });
    return `${this.name} (${groups.join("")})`;
  }
}

/** @throws STATE_DICT for what `stateDict` cannot have given. */
function checkStateDict(dict: unknown): void {
  const isGroup = (group: unknown): boolean => isRecord(group) && isList(group.params);
  const isKept = (kept: unknown): boolean =>
    isRecord(kept) && Object.values(kept).every((value) => isTensor(value) || typeof value === "number");
  if (
    isRecord(dict) &&
    isList(dict.paramGroups) &&
    Array.from(dict.paramGroups).every(isGroup) &&
    isRecord(dict.state) &&
    Object.values(dict.state).every(isKept)
  ) {
    return;
  }
  throw new Corr2dError(
    "STATE_DICT",
    "loaded state dict is not what stateDict() gives: { state: { 0: { … } }, paramGroups: [{ params: [0], … }] }, where " +
      "state holds tensors and numbers",
  );
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
