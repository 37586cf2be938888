/**
 * Module: the base class of layers and networks.
 *
 * A module is a function: `net(x)` runs its `forward`. What it owns is what its own properties hold: parameters, buffers,
 * other modules, and arrays and plain objects of these, named by the property (`conv.weight`, `blocks.0.bias`); nothing is
 * registered. Order is that of assignment, names and state dicts are PyTorch's. Source: Paszke et al. 2019, "PyTorch: an imperative
 * style, high-performance deep learning library", section 4.
 */
import {
  type Backend,
  describeValue,
  type HookRemover,
  isInstance,
  isList,
  isTensor,
  isUninitialized,
  type Tensor,
} from "@corr2d/core";
import { invalid, isRecord } from "./arguments.ts";
import { callable } from "./callable.ts";
import { addHook, addPreHook, checkParameters, runModule } from "./calls.ts";
import { cloneOf } from "./clone.ts";
import { checkModuleName } from "./module-name.ts";
import { Buffer, bufferOptions, isParameter, Parameter } from "./parameter.ts";
import { indent } from "./python-text.ts";
import { checkCopy, MODULE, type Slot, slotsOf } from "./slots.ts";
import { type LoadOptions, type LoadResult, loadStateDict } from "./state-dict.ts";

// Of a type that says nothing of calls: the interface below says which they are.
const Callable: new () => object = /* @__PURE__ */ callable(MODULE, runModule);

/** Called as a function, a module runs `forward`, with its hooks, and errors say where in the network they arose. */
export interface Module {
  // biome-ignore lint/style/useShorthandFunctionType: it merges into the class below
  (...inputs: Parameters<this["forward"]>): ReturnType<this["forward"]>;
}

/** The modules whose text is being made: one that holds itself, at whatever depth, is shown by its name there. */
const printing = new Set<object>();

const join = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);

/**
 * Extend it, hold layers as properties, and write `forward`: it may take and give what you like, and `net(…)` does the same.
 *
 * @throws what the operations of `forward` throw, with the module's path in front of the message.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call alone
export abstract class Module extends Callable {
  /** The name to print where it is not the class's own: PyTorch's, and proof against minifiers. */
  static readonly typeName: string = "Module";
  /**
   * Whether a module says so, once, when it runs another that has parameters and is in none of its properties. Set it to
   * false on the class that means to.
   */
  static reportsUnheld = true;

  /** Whether layers such as Dropout behave as in training; set with `train()` and `eval()`. */
  training = true;

  /** What the module computes. Write it, and call the module: `net(x)`. `net.forward(x)` runs no hooks. */
  // biome-ignore lint/suspicious/noExplicitAny: each module says what its own takes and gives
  abstract forward(...inputs: any[]): any;

  /** The type as it is printed. */
  get typeName(): string {
    const type = this.constructor as typeof Module;
    return Object.hasOwn(type, "typeName") ? type.typeName : type.name;
  }

  // ——— What the module owns ———

  /** The modules held directly, with their names. */
  namedChildren(): [name: string, module: Module][] {
    const out: [string, Module][] = [];
    for (const { name, value } of slotsOf(this)) {
      const isOwn = isModule(value);
      checkCopy(name, value, isOwn);
      if (isOwn) out.push([name, value]);
    }
    return out;
  }

  /** The modules held directly. */
  children(): Module[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /**
   * Holds a module as the property `name`, in place of the one there: for names that are made while a network is built.
   * @throws INVALID_ARGUMENT for what is no module, and for names that are taken, empty, with a dot, or whole numbers.
   */
  addModule(name: string, module: Module): void {
    const owner = this.typeName;
    checkModuleName(owner, name);
    checkModule(owner, name, module);
    const holder = this as unknown as { [name: string]: unknown };
    if (name in this && !isModule(holder[name])) {
      throw invalid(`${owner}: attribute '${name}' already exists: choose another name`);
    }
    holder[name] = module;
  }

  /** This module (named "") and all below it, each once, parents first. */
  namedModules(): [name: string, module: Module][] {
    const seen = new Set<Module>();
    const out: [string, Module][] = [];
    const visit = (module: Module, name: string): void => {
      if (seen.has(module)) return;
      seen.add(module);
      out.push([name, module]);
      for (const [childName, child] of module.namedChildren()) visit(child, join(name, childName));
    };
    visit(this, "");
    return out;
  }

  /** This module and all below it, each once, parents first. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** The tensors that `pick` knows, in this module and below, each once. */
  #tensors<T extends Tensor>(pick: (slot: Slot) => string | undefined): [name: string, tensor: T][] {
    const seen = new Set<unknown>();
    const out: [string, T][] = [];
    for (const [prefix, module] of this.namedModules()) {
      for (const slot of slotsOf(module)) {
        const name = pick(slot);
        if (name === undefined || seen.has(slot.value)) continue;
        seen.add(slot.value);
        out.push([join(prefix, name), slot.value as T]);
      }
    }
    return out;
  }

  /**
   * The parameters of this module and all below it, each once, by name. Those of lazy layers that have not seen an input are
   * among them, without a value.
   * @throws INVALID_ARGUMENT where a plain tensor has taken a parameter's place.
   */
  namedParameters(): [name: string, parameter: Parameter][] {
    for (const module of this.modules()) checkParameters(module);
    return this.#tensors(parameterName);
  }

  /** The parameters of this module and all below it, each once: what an optimiser takes. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** The buffers of this module and all below it, each once, by name. */
  namedBuffers(): [name: string, buffer: Buffer][] {
    return this.#tensors(bufferName);
  }

  /** The buffers of this module and all below it, each once. */
  buffers(): Buffer[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  // ——— Hooks ———

  /**
   * Runs `hook` before `forward` whenever the module is called. What it returns (an array of inputs, or one) is taken instead.
   * @returns what removes it again.
   */
  registerForwardPreHook(hook: (module: this, inputs: Parameters<this["forward"]>) => unknown): HookRemover {
    return addPreHook(this, hook as never);
  }

  /**
   * Runs `hook` after `forward` whenever the module is called. What it returns, unless undefined, becomes the output.
   * @returns what removes it again.
   */
  registerForwardHook(
    hook: (module: this, inputs: Parameters<this["forward"]>, output: ReturnType<this["forward"]>) => unknown,
  ): HookRemover {
    return addHook(this, hook as never);
  }

  // ——— State ———

  /** The tensors that a state dict holds: per module parameters, then persistent buffers, then its children's. */
  #namedState(): [name: string, tensor: Tensor][] {
    const out: [string, Tensor][] = [];
    // Where a module was reached from: it may be held twice, but what holds itself is not its own part.
    const above = new Set<Module>();
    const visit = (module: Module, prefix: string): void => {
      if (above.has(module)) return;
      above.add(module);
      const held = slotsOf(module);
      for (const nameOf of [parameterName, persistentName]) {
        for (const slot of held) {
          const name = nameOf(slot);
          if (name !== undefined) out.push([join(prefix, name), slot.value as Tensor]);
        }
      }
      for (const [name, child] of module.namedChildren()) visit(child, join(prefix, name));
      above.delete(module);
    };
    visit(this, "");
    return out;
  }

  /**
   * The values of all parameters and persistent buffers, by PyTorch's names. Later training does not change them
   * (in PyTorch it does: there they are views).
   */
  stateDict(): Record<string, Tensor> {
    return Object.fromEntries(this.#namedState().map(([name, tensor]) => [name, tensor.detach()]));
  }

  /**
   * Assigns the values of a state dict, cast to each parameter's dtype; nothing is assigned when something does not
   * fit.
   *
   * @param stateDict names and tensors, as `stateDict()` gives them.
   * @param options `strict` (default true): whether missing and unexpected names are errors.
   * @returns the names that were missing and unexpected.
   * @throws STATE_DICT with PyTorch's message, listing everything that does not fit.
   */
  loadStateDict(stateDict: Readonly<Record<string, Tensor>>, options: LoadOptions = {}): LoadResult {
    return loadStateDict(this.typeName, this.#namedState(), stateDict, options);
  }

  /** Whether all parameters are to be trained (default true); `net.requiresGrad(false)` freezes them. */
  requiresGrad(requiresGrad = true): this {
    if (typeof requiresGrad !== "boolean") {
      throw invalid(`requiresGrad: the value is a boolean, but got ${describeValue(requiresGrad)}`);
    }
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const module of this.modules()) {
      for (const slot of slotsOf(module)) {
        if (parameterName(slot) !== undefined) (slot.value as Parameter).grad = null;
      }
    }
  }

  /** Sets the mode of this module and all below it: training (default), or not. */
  train(mode = true): this {
    if (typeof mode !== "boolean") {
      throw invalid(`training mode is expected to be boolean, but got ${describeValue(mode)}`);
    }
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`: as in use, not in training. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `fn` with every module below this one, children first, then with this one. */
  apply(fn: (module: Module) => void): this {
    if (typeof fn !== "function") {
      const hint = isTensor(fn) ? ": a module is called on a tensor, net(x)" : "";
      throw invalid(`apply takes a function, but got ${describeValue(fn)}${hint}`);
    }
    const above = new Set<Module>();
    const visit = (module: Module): void => {
      if (above.has(module)) return;
      above.add(module);
      for (const child of new Set(module.children())) visit(child);
      above.delete(module);
      fn(module);
    };
    visit(this);
    return this;
  }

  /**
   * Moves all parameters (with their gradients) and buffers to another backend. They are new tensors then: make
   * optimisers afterwards.
   *
   * @returns this module.
   * @throws DTYPE_UNSUPPORTED when the backend does not offer a dtype.
   */
  async to(backend: Backend): Promise<this> {
    const moved = new Map<Tensor, Tensor>();
    for (const module of this.modules()) {
      for (const slot of slotsOf(module)) {
        if ((parameterName(slot) ?? bufferName(slot)) === undefined) continue;
        const tensor = slot.value as Tensor;
        // What has no value yet takes its backend from the first input.
        if (isUninitialized(tensor) || tensor.backend === backend) continue;
        // A tensor held in two places stays one.
        const target = moved.get(tensor) ?? (await moveTensor(tensor, backend));
        moved.set(tensor, target);
        slot.holder[slot.key] = target;
      }
    }
    return this;
  }

  // ——— Copying ———

  /**
   * A copy that shares nothing with this module: parameters (without their gradients) and buffers, what is trained and frozen, the
   * mode, hooks, and all other properties, in arrays, plain objects, maps and sets too. What is held twice is one thing in the copy
   * as well. Functions, and objects of other classes, are the same ones.
   *
   * The class's constructor does not run, so what a class keeps in `#private` fields would be missing, which is an error when the
   * copy is called: such a class says in `remake` how one is made.
   * @throws INVALID_ARGUMENT for a module that holds the result of an operation, with PyTorch's message.
   */
  clone(): this {
    return cloneOf(this, (value) => (isModule(value) ? value.remake() : null)) as this;
  }

  /**
   * A new module of this one's class, to which `clone` gives copies of the properties. A class with `#private` fields overrides it:
   * `protected override remake() { return new Net(this.width); }`.
   */
  protected remake(): Module {
    // Without the constructors of the classes below this one.
    return Reflect.construct(Module as unknown as new () => Module, [], this.constructor) as Module;
  }

  // ——— Printing ———

  /** @throws INVALID_ARGUMENT: JSON leaves functions out, and a network that is missing would be noticed late. */
  toJSON(): never {
    throw invalid(
      `a module (${this.typeName}) has no JSON: stateDict() gives its values, String(net) its text`,
    );
  }

  /** What the printed form shows between the brackets, besides the children; layers override it. */
  extraRepr(): string {
    return "";
  }

  /** The text that PyTorch prints. */
  override toString(): string {
    if (printing.has(this)) return `${this.typeName}(...)`;
    printing.add(this);
    try {
      return this.#text();
    } finally {
      printing.delete(this);
    }
  }

  #text(): string {
    const extra = this.extraRepr();
    const lines: string[] = extra === "" ? [] : extra.split("\n");
    const own = lines.length;
    for (const [name, value] of Object.entries(this)) {
      const text = childText(value);
      if (text !== undefined) lines.push(`(${name}): ${indent(text)}`);
    }
    if (lines.length === 0) return `${this.typeName}()`;
    if (own === 1 && lines.length === 1) return `${this.typeName}(${extra})`;
    return `${this.typeName}(\n  ${lines.join("\n  ")}\n)`;
  }
}

/** The text of a module, and of an array or plain object that holds some; undefined for anything else. */
function childText(value: unknown, inside: readonly unknown[] = []): string | undefined {
  if (isModule(value)) return String(value);
  if (inside.includes(value)) return undefined; // a container that holds itself
  const texts = (items: readonly unknown[]): (string | undefined)[] =>
    items.map((item) => childText(item, [...inside, value]));
  if (isList(value)) {
    const found = texts(Array.from(value));
    return found.some((text) => text !== undefined) ? listText(value, found) : undefined;
  }
  if (!isRecord(value)) return undefined;
  const found = texts(Object.values(value));
  const lines = Object.keys(value).flatMap((name, i) =>
    found[i] === undefined ? [] : [`(${name}): ${indent(found[i])}`],
  );
  return lines.length === 0 ? undefined : `ModuleDict(\n  ${lines.join("\n  ")}\n)`;
}

/** An array of modules as PyTorch prints a ModuleList: runs of equal ones as `(0-2): 3 x …`. */
export function listText(items: readonly unknown[], found: readonly (string | undefined)[]): string {
  const texts = found.map((text, i) => text ?? describeValue(items[i]));
  const lines: string[] = [];
  for (let start = 0; start < texts.length; ) {
    let end = start;
    while (texts[end + 1] === texts[start]) end++;
    const text = indent(texts[start]!);
    lines.push(end === start ? `(${start}): ${text}` : `(${start}-${end}): ${end - start + 1} x ${text}`);
    start = end + 1;
  }
  return `ModuleList(\n  ${lines.join("\n  ")}\n)`;
}

function parameterName({ name, value }: Slot): string | undefined {
  return isParameter(value) ? name : undefined;
}

function bufferName({ name, value }: Slot): string | undefined {
  const options = bufferOptions(value);
  return options && (options.name ?? name);
}

/** The name of a buffer that state dicts hold. */
function persistentName(slot: Slot): string | undefined {
  return bufferOptions(slot.value)?.persistent === false ? undefined : bufferName(slot);
}

async function moveTensor(tensor: Tensor, backend: Backend): Promise<Tensor> {
  const data = await tensor.to(backend);
  const options = bufferOptions(tensor);
  if (options !== undefined) return new Buffer(data, options);
  const parameter = new Parameter(data, { requiresGrad: tensor.requiresGrad });
  if (tensor.grad !== null) parameter.grad = await tensor.grad.to(backend);
  return parameter;
}

/** @throws INVALID_ARGUMENT for what is no module; DUPLICATE_CORE for one that another copy of this package made. */
export function checkModule(owner: string, name: string, value: unknown): asserts value is Module {
  const isOwn = isModule(value);
  checkCopy(name, value, isOwn);
  if (!isOwn) throw invalid(`${owner}: ${describeValue(value)} is not a Module (argument '${name}')`);
}

/** Whether a value is a module, which is a function: what only inherits from one is none. */
export function isModule(value: unknown): value is Module {
  return typeof value === "function" && isInstance(value, Module);
}
