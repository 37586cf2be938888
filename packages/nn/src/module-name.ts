/** The names that modules in others can have. */
import { describeValue } from "@corr2d/core";
import { invalid } from "./arguments.ts";

/** @throws INVALID_ARGUMENT for a name that a module in another cannot have. */
export function checkModuleName(
  owner: string,
  name: unknown,
  instead = "use other names, or a list: new Sequential(a, b), new ModuleList([a, b])",
): asserts name is string {
  if (typeof name !== "string") {
    throw invalid(`${owner}: module name should be a string, but got ${describeValue(name)}`);
  }
  if (name === "" || name.includes(".")) {
    const why = name === "" ? "be empty" : 'contain "."';
    throw invalid(`${owner}: module name can't ${why}, got: ${describeValue(name)}`);
  }
  // Objects list such names first, smallest first, in whatever order they were written.
  if (!isPlace(name)) return;
  throw invalid(
    `${owner}: JavaScript moves names that are whole numbers, like '${name}', to the front of an object, so their order is ` +
      `lost: ${instead}`,
  );
}

/** Whether a name is that of a place in a list. */
export const isPlace = (name: string): boolean => /^(0|[1-9]\d*)$/.test(name);
