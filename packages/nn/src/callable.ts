/**
 * Instances that are functions: `net(x)`.
 *
 * The constructor returns an arrow function that has the class's prototype. It is a class of its own, above Module, so that
 * Module's fields and private names, and those of every class below, land on the function: a derived class puts them on what
 * its parent's constructor returns. docs/decisions/0012-callable-modules.md says what follows from it.
 */
import { PrintedAsText } from "@corr2d/core";

/** What an instance does when it is called. Not a method: nobody overrides it. */
type Run = (self: never, inputs: readonly unknown[]) => unknown;

/** The class whose instances, called, are `run`. They have `brand`, which other copies of this package recognise. */
export function callable(brand: symbol, run: Run): new () => object {
  class Callable extends PrintedAsText {
    constructor() {
      super();
      const self = (...inputs: readonly unknown[]): unknown => run(self as never, inputs);
      // Names for fields like any others.
      Reflect.deleteProperty(self, "name");
      Reflect.deleteProperty(self, "length");
      // biome-ignore lint/correctness/noConstructorReturn: what this class is for
      return Object.setPrototypeOf(self, new.target.prototype) as object;
    }
  }
  Object.defineProperty(Callable.prototype, brand, { value: true });
  return Callable;
}
