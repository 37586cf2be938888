/** Modules in a row. Book: Dive into Deep Learning, 6.1. */
import { describeValue, isList, type Tensor } from "@corr2d/core";
import { invalid, isRecord } from "../arguments.ts";
import { isModule, Module } from "../module.ts";
import { checkCopy } from "../slots.ts";

class Modules extends Module {
  static override readonly typeName: string = "Sequential";

  [index: number]: Module;

  constructor(...modules: readonly unknown[]) {
    super();
    const first = modules[0];
    const isNamed = modules.length === 1 && isRecord(first);
    if (isNamed) for (const name of Object.keys(first)) checkName("Sequential", name);
    const list: readonly unknown[] = modules.length === 1 && isList(first) ? first : modules;
    for (const [name, module] of isNamed ? Object.entries(first) : list.entries()) {
      const isOwn = isModule(module);
      checkCopy(String(name), module, isOwn);
      if (!isOwn) throw invalid(`Sequential: ${describeValue(module)} is not a Module (argument '${name}')`);
      if (name in this) {
        throw invalid(`Sequential: attribute '${name}' already exists: choose another name`);
      }
      (this as Record<string, unknown>)[name] = module;
    }
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

/** @throws INVALID_ARGUMENT for a name that a module of a container cannot have. */
export function checkName(
  owner: string,
  name: string,
  instead = "give the modules one by one, new Sequential(a, b), or as an array, or by other names",
): void {
  if (name === "" || name.includes(".")) {
    const why = name === "" ? "be empty" : 'contain "."';
    throw invalid(`${owner}: module name can't ${why}, got: ${describeValue(name)}`);
  }
  // Objects list such names first, smallest first, in whatever order they were written.
  if (!/^(0|[1-9]\d*)$/.test(name)) return;
  throw invalid(
    `${owner}: JavaScript moves names that are whole numbers, like '${name}', to the front of an object, so their order is ` +
      `lost: ${instead}`,
  );
}
