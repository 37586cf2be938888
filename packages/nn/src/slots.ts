/**
 * What a module holds: the objects among its own properties, and among those of the arrays and plain objects there, however
 * deep. Nothing else is looked into: what is private, and what other classes' objects hold, is not the module's.
 */
import { Corr2dError, isList } from "@corr2d/core";
import { invalid, isRecord } from "./arguments.ts";
import { isParameter } from "./parameter.ts";

/** On the prototype of modules, of every copy of this package. */
export const MODULE: symbol = /* @__PURE__ */ Symbol.for("@corr2d/nn.module");

/** A place that holds something: `holder[key]`. */
export interface Slot {
  /** As state dicts have it: `weight`, `blocks.0`, `paths.left`. */
  readonly name: string;
  readonly holder: Record<string | number, unknown>;
  readonly key: string | number;
  readonly value: object;
}

/** Whether `value` can have properties: modules are functions. */
const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/**
 * The slots of a module, in the order of its properties.
 * @throws INVALID_ARGUMENT for a Map or Set that holds modules or parameters, which have no names there.
 */
export function slotsOf(module: object): Slot[] {
  const out: Slot[] = [];
  const inside = new Set<object>();
  const visit = (holder: Record<string | number, unknown>, prefix: string): void => {
    for (const key of Object.keys(holder)) {
      const value = holder[key];
      if (!isObject(value)) continue;
      const name = `${prefix}${key}`;
      if (isList(value) || isRecord(value)) {
        if (inside.has(value)) continue; // a container that holds itself
        inside.add(value);
        visit(value as Record<string, unknown>, `${name}.`);
        inside.delete(value);
        continue;
      }
      checkCollection(name, value);
      out.push({ name, holder, key, value });
    }
  };
  visit(module as Record<string, unknown>, "");
  return out;
}

function checkCollection(name: string, value: object): void {
  if (!(value instanceof Map || value instanceof Set)) return;
  for (const item of value.values()) {
    if (!isParameter(item) && !isModuleOfAnyCopy(item)) continue;
    const kind = value instanceof Map ? "Map" : "Set";
    throw invalid(
      `'${name}' is a ${kind} that holds modules or parameters: they would have no names in state dicts, so hold them in an ` +
        "array or a plain object",
    );
  }
}

function isModuleOfAnyCopy(value: unknown): boolean {
  try {
    return typeof value === "function" && MODULE in value;
  } catch {
    return false; // a proxy that was revoked
  }
}

/** @throws DUPLICATE_CORE for a module that another copy of this package made. */
export function checkCopy(name: string, value: unknown, isOwn: boolean): void {
  if (isOwn || !isModuleOfAnyCopy(value)) return;
  throw new Corr2dError(
    "DUPLICATE_CORE",
    `'${name}' is a module of another copy of @corr2d/nn. \`npm ls @corr2d/nn\` lists the copies: let every package use one ` +
      "(npm dedupe, or an override).",
  );
}
