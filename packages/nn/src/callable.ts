/**
 * Instances that are functions: `net(x)`.
 *
 * The constructor returns an arrow function that has the class's prototype. It is a class of its own, above Module, so that
 * Module's fields and private names, and those of every class below, land on the function: a derived class puts them on what
 * its parent's constructor returns. Docs: decision 11.
 */

/** What an instance does when it is called. Not a method: nobody overrides it. */
type Run = (self: never, inputs: readonly unknown[]) => unknown;

/** The class whose instances, called, are `run`. */
export function callable(run: Run): new () => object {
  return class {
    constructor() {
      const self = (...inputs: readonly unknown[]): unknown => run(self as never, inputs);
      // Names for fields like any others.
      Reflect.deleteProperty(self, "name");
      Reflect.deleteProperty(self, "length");
      // biome-ignore lint/correctness/noConstructorReturn: what this class is for
      return Object.setPrototypeOf(self, new.target.prototype) as object;
    }
  };
}
