/** Modules in a row. Book: Dive into Deep Learning, 6.1. */
import { isList, type Tensor } from "@corr2d/core";
import { invalid, isRecord } from "../arguments.ts";
import { checkModule, Module } from "../module.ts";
import { isPlace } from "../module-name.ts";

class Modules extends Module {
  static override readonly typeName: string = "Sequential";

  [index: number]: Module;

  constructor(...modules: readonly unknown[]) {
    super();
    const first = modules[0];
    if (modules.length === 1 && isRecord(first)) {
      for (const [name, module] of Object.entries(first)) this.addModule(name, module as Module);
      return;
    }
    const list: readonly unknown[] = modules.length === 1 && isList(first) ? first : modules;
    for (const [place, module] of list.entries()) this.#put(place, module);
  }

  #put(place: number, module: unknown): void {
    checkModule("Sequential", String(place), module);
    this[place] = module;
  }

  /**
   * Puts a module at the end.
   * @throws INVALID_ARGUMENT where modules have names, in front of which JavaScript would put it: use addModule.
   */
  append(module: Module): this {
    const names = this.namedChildren().map(([name]) => name);
    const named = names.find((name) => !isPlace(name));
    if (named !== undefined) {
      throw invalid(
        `Sequential: append gives the name '${names.length}', which JavaScript would list before '${named}': write ` +
          "addModule(name, module)",
      );
    }
    this.#put(names.length, module);
    return this;
  }

  override forward(x: Tensor): Tensor {
    let out = x;
    for (const module of this) out = module(out);
    return out;
  }

  /** The number of modules. */
  override get length(): number {
    return this.children().length;
  }

  /** The modules in order. */
  [Symbol.iterator](): Iterator<Module> {
    return this.children()[Symbol.iterator]();
  }
}

/** Modules in a row; what is known of each by its place or name is known to the compiler too. */
export type Sequential = Modules;

/** The places of a list of modules. */
type Places<List extends readonly Module[]> = { [place in keyof List & `${number}`]: List[place] };

interface SequentialConstructor {
  new <List extends readonly Module[]>(modules: readonly [...List]): Sequential & Places<List>;
  new <List extends readonly Module[]>(...modules: List): Sequential & Places<List>;
  new <Names extends { readonly [name: string]: Module }>(modules: Names): Sequential & Names;
  /** For classes that extend it. */
  new (...modules: readonly Module[]): Sequential;
  readonly prototype: Sequential;
  readonly typeName: string;
  reportsUnheld: boolean;
}

/**
 * `new Sequential(a, b, …)`, `new Sequential([a, b, …])` or `new Sequential({ conv: a, act: b, … })`: each module's output is the next one's input.
 * Modules are held as properties: `net[0]`, or by the names given, `net.conv`.
 *
 * @throws INVALID_ARGUMENT for what is not a module, and for names that Sequential has itself, that would not keep their
 *   place (whole numbers) or that PyTorch refuses (empty, or with a dot).
 */
export const Sequential: SequentialConstructor = Modules as never;
