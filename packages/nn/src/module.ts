/**
 * Module: the base class of layers and networks.
 *
 * A module is run as `module.forward(x)`. What it owns is what its own properties hold: parameters, buffers, other
 * modules, and arrays of these, named by the property (`conv.weight`, `blocks.0.bias`); nothing is registered. Order
 * is that of assignment, names and state dicts are PyTorch's. Source: Paszke et al. 2019, "PyTorch: an imperative
 * style, high-performance deep learning library", section 4.
 */
import { type Backend, describeValue, type Tensor } from "@corr2d/core";
import { invalid } from "./arguments.ts";
import { addModulePath } from "./module-path.ts";
import { Buffer, bufferOptions, checkInitialized, isParameter, Parameter } from "./parameter.ts";
import { indent } from "./python-text.ts";
import { type LoadOptions, type LoadResult, loadStateDict } from "./state-dict.ts";

/** Any module, whatever it takes and gives. */
export type AnyModule = Module<never[], unknown>;

/** A place that holds something a module owns: `holder[key]`. */
interface Slot {
  readonly name: string;
  readonly holder: Record<string | number, unknown>;
  readonly key: string | number;
  readonly value: unknown;
}

/** The objects among the own properties of a module, arrays element by element. */
function slots(module: object): Slot[] {
  const out: Slot[] = [];
  const holder = module as Record<string, unknown>;
  for (const name of Object.keys(holder)) {
    const value = holder[name];
    if (!Array.isArray(value)) {
      if (isObject(value)) out.push({ name, holder, key: name, value });
      continue;
    }
    for (let i = 0; i < value.length; i++) {
      if (isObject(value[i]))
        out.push({ name: `${name}.${i}`, holder: value as never, key: i, value: value[i] });
    }
  }
  return out;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

/** The modules whose text is being made: one that holds itself, at whatever depth, is shown by its name there. */
const printing = new Set<object>();

const join = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);

/**
 * @typeParam Inputs what `forward` takes (default: one tensor).
 * @typeParam Output what `forward` gives (default: a tensor).
 */
export abstract class Module<Inputs extends readonly unknown[] = [x: Tensor], Output = Tensor> {
  /** The name to print where it is not the class's own: PyTorch's, and proof against minifiers. */
  static readonly typeName: string = "Module";

  /** Whether layers such as Dropout behave as in training; set with `train()` and `eval()`. */
  training = true;

  constructor() {
    // Errors that leave a forward are told the module's path on their way out.
    const forward = (this.forward as typeof this.forward | undefined) ?? this.#missing;
    const located = (...inputs: Inputs): Output => {
      try {
        return forward.call(this, ...inputs);
      } catch (error) {
        addModulePath(error, this, this.typeName, (child) => this.#nameOf(child));
        throw error;
      }
    };
    Object.defineProperty(this, "forward", { value: located, writable: true, configurable: true });
  }

  /**
   * What the module computes. Call it directly: `net.forward(x)`.
   * @throws what its operations throw, with the module's path in front of the message.
   */
  abstract forward(...inputs: Inputs): Output;

  #missing(): never {
    throw invalid(`Module [${this.typeName}] is missing the required "forward" function`);
  }

  /** The type as it is printed. */
  get typeName(): string {
    const type = this.constructor as typeof Module;
    return Object.hasOwn(type, "typeName") ? type.typeName : type.name;
  }

  #nameOf(child: object): string | undefined {
    return slots(this).find((slot) => slot.value === child)?.name;
  }

  // ——— What the module owns ———

  /** The modules held directly, with their names. */
  namedChildren(): [name: string, module: AnyModule][] {
    const found = slots(this).filter((slot) => slot.value instanceof Module);
    return found.map((slot) => [slot.name, slot.value as AnyModule]);
  }

  /** The modules held directly. */
  children(): AnyModule[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /** This module (named "") and all below it, each once, parents first. */
  namedModules(): [name: string, module: AnyModule][] {
    const seen = new Set<AnyModule>();
    const out: [string, AnyModule][] = [];
    const visit = (module: AnyModule, name: string): void => {
      if (seen.has(module)) return;
      seen.add(module);
      out.push([name, module]);
      for (const [childName, child] of module.namedChildren()) visit(child, join(name, childName));
    };
    visit(this as unknown as AnyModule, "");
    return out;
  }

  /** This module and all below it, each once, parents first. */
  modules(): AnyModule[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** The tensors that `pick` knows, in this module and below, each once. */
  #tensors(pick: (slot: Slot) => string | undefined): [name: string, tensor: Tensor][] {
    const seen = new Set<unknown>();
    const out: [string, Tensor][] = [];
    for (const [prefix, module] of this.namedModules()) {
      for (const slot of slots(module)) {
        const name = pick(slot);
        if (name === undefined || seen.has(slot.value)) continue;
        seen.add(slot.value);
        out.push([join(prefix, name), slot.value as Tensor]);
      }
    }
    return out;
  }

  /**
   * The parameters of this module and all below it, each once, by name.
   * @throws INVALID_ARGUMENT while a lazy layer has not seen its first input.
   */
  namedParameters(): [name: string, parameter: Parameter][] {
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

  // ——— State ———

  /** The tensors that a state dict holds: per module parameters, then persistent buffers, then its children's. */
  #namedState(): [name: string, tensor: Tensor][] {
    const out: [string, Tensor][] = [];
    // Where a module was reached from: it may be held twice, but what holds itself is not its own part.
    const above = new Set<AnyModule>();
    const visit = (module: AnyModule, prefix: string): void => {
      if (above.has(module)) return;
      above.add(module);
      const held = slots(module);
      for (const nameOf of [parameterName, persistentName]) {
        for (const slot of held) {
          const name = nameOf(slot);
          if (name !== undefined) out.push([join(prefix, name), slot.value as Tensor]);
        }
      }
      for (const [name, child] of module.namedChildren()) visit(child, join(prefix, name));
      above.delete(module);
    };
    visit(this as unknown as AnyModule, "");
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
   * @param state names and tensors, as `stateDict()` gives them.
   * @param options `strict` (default true): whether missing and unexpected names are errors.
   * @returns the names that were missing and unexpected.
   * @throws STATE_DICT with PyTorch's message, listing everything that does not fit.
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>, options: LoadOptions = {}): LoadResult {
    return loadStateDict(this.typeName, this.#namedState(), state, options);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const module of this.modules()) {
      for (const slot of slots(module)) {
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
  apply(fn: (module: AnyModule) => void): this {
    if (typeof fn !== "function") throw invalid(`apply takes a function, but got ${describeValue(fn)}`);
    const above = new Set<AnyModule>();
    const visit = (module: AnyModule): void => {
      if (above.has(module)) return;
      above.add(module);
      for (const child of new Set(module.children())) visit(child);
      above.delete(module);
      fn(module);
    };
    visit(this as unknown as AnyModule);
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
      for (const slot of slots(module)) {
        if ((parameterName(slot) ?? bufferName(slot)) === undefined) continue;
        const tensor = slot.value as Tensor;
        if (tensor.backend === backend) continue;
        // A tensor held in two places stays one.
        const target = moved.get(tensor) ?? (await moveTensor(tensor, backend));
        moved.set(tensor, target);
        slot.holder[slot.key] = target;
      }
    }
    return this;
  }

  // ——— Printing ———

  /** What the printed form shows between the brackets, besides the children; layers override it. */
  extraRepr(): string {
    return "";
  }

  /** The text that PyTorch prints. */
  toString(): string {
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
      if (value instanceof Module) lines.push(`(${name}): ${indent(String(value))}`);
      else if (Array.isArray(value) && value.some((item) => item instanceof Module)) {
        lines.push(`(${name}): ${indent(listText(value))}`);
      }
    }
    if (lines.length === 0) return `${this.typeName}()`;
    if (own === 1 && lines.length === 1) return `${this.typeName}(${extra})`;
    return `${this.typeName}(\n  ${lines.join("\n  ")}\n)`;
  }
}

/** An array of modules as PyTorch prints a ModuleList: runs of equal ones as `(0-2): 3 x …`. */
function listText(modules: readonly unknown[]): string {
  const texts = Array.from(modules, (item) => (item instanceof Module ? String(item) : describeValue(item)));
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
  checkInitialized(value);
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
