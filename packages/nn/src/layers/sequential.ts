/** Modules in a row. Book: Dive into Deep Learning, 6.1. */
import { describeValue, type Tensor } from "@corr2d/core";
import { invalid, isRecord } from "../arguments.ts";
import { Module } from "../module.ts";

/**
 * `new Sequential(a, b, …)`, `new Sequential([a, b, …])` or `new Sequential({ conv: a, act: b, … })`: each module's output is the next one's input.
 * Modules are held as properties: `net[0]`, or by the names given.
 *
 * @throws INVALID_ARGUMENT for what is not a module, and for names that Sequential has itself, that would not keep their
 *   place (whole numbers) or that PyTorch refuses (empty, or with a dot).
 */
export class Sequential extends Module {
  static override readonly typeName: string = "Sequential";

  [index: number]: Module;

  constructor(
    ...modules: readonly Module[] | readonly [readonly Module[]] | readonly [Readonly<Record<string, Module>>]
  ) {
    super();
    const first: unknown = modules[0];
    const isNamed = modules.length === 1 && isRecord(first);
    if (isNamed) for (const name of Object.keys(first)) checkName(name);
    const list: readonly unknown[] = modules.length === 1 && Array.isArray(first) ? first : modules;
    for (const [name, module] of isNamed ? Object.entries(first) : list.entries()) {
      if (!(module instanceof Module)) {
        throw invalid(`Sequential: ${describeValue(module)} is not a Module (argument '${name}')`);
      }
      if (name in this) {
        throw invalid(`Sequential: attribute '${name}' already exists: choose another name`);
      }
      (this as Record<string, unknown>)[name] = module;
    }
  }

  override forward(x: Tensor): Tensor {
    let out = x;
    for (const module of this) out = module.forward(out);
    return out;
  }

  /** The number of modules. */
  get length(): number {
    return this.children().length;
  }

  /** The modules in order. */
  [Symbol.iterator](): Iterator<Module> {
    return (this.children() as unknown as Module[])[Symbol.iterator]();
  }
}

/** @throws INVALID_ARGUMENT for a name that a module of a Sequential cannot have. */
function checkName(name: string): void {
  if (name === "" || name.includes(".")) {
    const why = name === "" ? "be empty" : 'contain "."';
    throw invalid(`Sequential: module name can't ${why}, got: ${describeValue(name)}`);
  }
  // Objects list such names first, smallest first, in whatever order they were written.
  if (!/^(0|[1-9]\d*)$/.test(name)) return;
  throw invalid(
    `Sequential: JavaScript moves names that are whole numbers, like '${name}', to the front of an object, so their order is ` +
      "lost: give the modules one by one, new Sequential(a, b), or as an array, or by other names",
  );
}
