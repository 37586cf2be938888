/** Modules in a row. Book: Dive into Deep Learning, 6.1. */
import { Corr2dError, type Tensor } from "@corr2d/core";
import { Module } from "../module.ts";

/**
 * `new Sequential(a, b, …)` or `new Sequential({ conv: a, act: b, … })`: each module's output is the next one's input.
 * Modules are held as properties: `net[0]`, or by the names given.
 *
 * @throws INVALID_ARGUMENT for what is not a module, or a name that Sequential has itself.
 */
export class Sequential extends Module {
  static override readonly typeName: string = "Sequential";

  [index: number]: Module;

  constructor(...modules: readonly Module[] | readonly [Readonly<Record<string, Module>>]) {
    super();
    const [first] = modules;
    const named =
      modules.length === 1 && typeof first === "object" && first !== null && !(first instanceof Module);
    for (const [name, module] of Object.entries(named ? first : modules)) {
      if (!(module instanceof Module)) {
        throw new Corr2dError(
          "INVALID_ARGUMENT",
          `Sequential: ${String(module)} is not a Module (argument '${name}')`,
        );
      }
      if (name in this) {
        throw new Corr2dError("INVALID_ARGUMENT", `attribute '${name}' already exists: choose another name`);
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
