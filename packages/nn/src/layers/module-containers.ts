/**
 * Modules in a list and by name, for a module that runs them itself. Arrays and plain objects do the same; these print and are saved
 * alike, and a port reads like the original.
 */
import { describeValue } from "@corr2d/core";
import { invalid, isRecord, itemsOf } from "../arguments.ts";
import { checkModule, listText, Module } from "../module.ts";

/** The message of a call that PyTorch refuses too. */
const notCalled = (typeName: string): Error =>
  invalid(`Module [${typeName}] is missing the required "forward" function: call the modules that it holds`);

/**
 * `new ModuleList([a, b, …])`: modules by place, `list[0]`, and in a loop.
 * @throws INVALID_ARGUMENT for what is not a module.
 */
export class ModuleList<M extends Module = Module> extends Module {
  static override readonly typeName: string = "ModuleList";

  [index: number]: M;

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  /** The number of modules. */
  override get length(): number {
    return this.children().length;
  }

  /** The modules in order. */
  [Symbol.iterator](): Iterator<M> {
    return (this.children() as M[])[Symbol.iterator]();
  }

  /** The module at a place; negative ones count from the end. */
  at(index: number): M | undefined {
    if (!Number.isInteger(index))
      throw invalid(`ModuleList: at takes an integer, but got ${describeValue(index)}`);
    return (this.children() as M[]).at(index);
  }

  /** Puts a module at the end. */
  append(module: M): this {
    checkModule("ModuleList", String(this.length), module);
    this[this.length] = module;
    return this;
  }

  /** Puts modules at the end. */
  extend(modules: Iterable<M>): this {
    const items = itemsOf(modules);
    if (items === null) {
      throw invalid(`ModuleList: expected an array of modules, but got ${describeValue(modules)}`);
    }
    for (const module of items) this.append(module as M);
    return this;
  }

  /** Puts a module in front of the place `index`. */
  insert(index: number, module: M): this {
    checkModule("ModuleList", describeValue(index), module);
    const list = this.children() as M[];
    if (!Number.isInteger(index) || Math.abs(index) > list.length) {
      throw invalid(`ModuleList: index ${describeValue(index)} is out of range`);
    }
    list.splice(index, 0, module);
    for (const [place, each] of list.entries()) this[place] = each;
    return this;
  }

  override forward(..._inputs: unknown[]): never {
    throw notCalled(this.typeName);
  }

  override toString(): string {
    const children = this.children();
    return children.length === 0 ? "ModuleList()" : listText(children, children.map(String));
  }
}

class Named extends Module {
  static override readonly typeName: string = "ModuleDict";

  constructor(modules: { readonly [name: string]: Module } = {}) {
    super();
    this.update(modules);
  }

  /** The number of modules. */
  override get length(): number {
    return this.children().length;
  }

  /** The names in order. */
  [Symbol.iterator](): Iterator<string> {
    return this.keys()[Symbol.iterator]();
  }

  /** The names, in order. */
  keys(): string[] {
    return this.namedChildren().map(([name]) => name);
  }

  /** The modules, in order. */
  values(): Module[] {
    return this.children();
  }

  /** Names and modules in order: PyTorch's `items`. */
  entries(): [name: string, module: Module][] {
    return this.namedChildren();
  }

  /** Whether there is a module of this name. */
  has(name: string): boolean {
    return this.keys().includes(name);
  }

  /** The module of that name. */
  get(name: string): Module | undefined {
    return this.namedChildren().find(([own]) => own === name)?.[1];
  }

  /** Puts a module under a name, in place of the one there. */
  set(name: string, module: Module): this {
    this.addModule(name, module);
    return this;
  }

  /** Puts modules under their names. */
  update(modules: { readonly [name: string]: Module }): this {
    if (!isRecord(modules)) {
      throw invalid(`ModuleDict: expected an object of modules by name, but got ${describeValue(modules)}`);
    }
    for (const [name, module] of Object.entries(modules)) this.set(name, module as Module);
    return this;
  }

  /** Takes a module out. */
  delete(name: string): boolean {
    return this.has(name) && Reflect.deleteProperty(this, name);
  }

  override forward(..._inputs: unknown[]): never {
    throw notCalled(this.typeName);
  }
}

/** Modules by name; those given to the constructor are known to the compiler. */
export type ModuleDict = Named;

interface ModuleDictConstructor {
  new <Names extends { readonly [name: string]: Module }>(modules: Names): ModuleDict & Names;
  new (): ModuleDict;
  readonly prototype: ModuleDict;
  readonly typeName: string;
  reportsUnheld: boolean;
}

/**
 * `new ModuleDict({ conv, act, … })`: modules by name, `dict.conv` or `dict.get("conv")`, in the order given.
 * @throws INVALID_ARGUMENT for what is not a module, and for names that ModuleDict has itself, that would not keep their place (whole
 *   numbers) or that PyTorch refuses (empty, or with a dot).
 */
export const ModuleDict: ModuleDictConstructor = Named as never;
