/**
 * What happens when a module is called: hooks run around its forward, an error is told where it came from, and what a
 * program most likely did not mean is said. A direct `module.forward(x)` skips all of it, as in PyTorch.
 */
import { Corr2dError, describeValue, type HookRemover, isList, isTensor } from "@corr2d/core";
import { invalid } from "./arguments.ts";
import type { Module } from "./module.ts";
import { addModulePath } from "./module-path.ts";
import { isParameter } from "./parameter.ts";

// Part of every host, but not of the language: a package of no platform has to say so.
declare const console: { warn(message: string): void };

/** A call that is under way. */
interface Call {
  readonly module: Module;
  readonly inputs: readonly unknown[];
  readonly outer: Call | null;
}

type PreHook = (module: Module, inputs: readonly unknown[]) => unknown;
type Hook = (module: Module, inputs: readonly unknown[], output: unknown) => unknown;

/** What is remembered of a module that was called, or has hooks. */
interface CallRecord {
  /** The properties that held parameters when it was first called, or asked for them, or `noteParameters` looked. */
  parameterNames: readonly string[];
  readonly preHooks: Set<PreHook>;
  readonly hooks: Set<Hook>;
  /** The modules that it was seen to call. */
  readonly called: WeakSet<Module>;
}

const records = new WeakMap<Module, CallRecord>();
let current: Call | null = null;

function recordOf(module: Module): CallRecord {
  let record = records.get(module);
  if (record === undefined) {
    record = {
      parameterNames: parameterNamesOf(module),
      preHooks: new Set(),
      hooks: new Set(),
      called: new WeakSet(),
    };
    records.set(module, record);
  }
  return record;
}

function parameterNamesOf(module: Module): string[] {
  const holder = module as unknown as { readonly [name: string]: unknown };
  return Object.keys(module).filter((name) => isParameter(holder[name]));
}

/** Looks again which properties hold parameters, after one was meant to become, or no longer be, something else. */
export function noteParameters(module: Module): void {
  recordOf(module).parameterNames = parameterNamesOf(module);
}

/** What `module(...inputs)` does. */
export function runModule(module: Module, inputs: readonly unknown[]): unknown {
  const outer = current;
  current = { module, inputs, outer };
  try {
    if (typeof module.forward !== "function") {
      throw invalid(`Module [${module.typeName}] is missing the required "forward" function`);
    }
    const record = recordOf(module);
    checkParameters(module, record);
    if (outer !== null) reportUnheld(module, outer);
    let given = inputs;
    for (const hook of record.preHooks) {
      const changed = hook(module, given);
      if (changed !== undefined) given = isList(changed) ? changed : [changed];
    }
    let output: unknown = module.forward(...given);
    for (const hook of record.hooks) output = hook(module, given, output) ?? output;
    return output;
  } catch (thrown) {
    const error = clones.has(module) ? ofClone(module, thrown) : thrown;
    addModulePath(error, module, module.typeName, (child) => nameOf(module, child));
    throw error;
  } finally {
    current = outer;
  }
}

/** Modules that `clone()` made. */
const clones = new WeakSet<Module>();

/** What a copy's forward threw: the engine's word for a private field that is not there is no help. */
function ofClone(module: Module, thrown: unknown): unknown {
  if (!(thrown instanceof TypeError) || !/private/.test(thrown.message)) return thrown;
  const { typeName } = module;
  return new Corr2dError(
    "INVALID_ARGUMENT",
    `this ${typeName} is a copy, and clone() cannot copy #private fields: hold what they hold in properties, or let ${typeName} ` +
      `have remake() { return new ${typeName}(…); }, which clone() then gives the properties`,
    {},
    { cause: thrown },
  );
}

/** Marks a copy, and gives it the hooks of its original: the same functions, in lists of its own. */
export function noteClone(copy: Module, original: Module): void {
  clones.add(copy);
  const record = records.get(original);
  if (record === undefined) return;
  for (const hook of record.preHooks) recordOf(copy).preHooks.add(hook);
  for (const hook of record.hooks) recordOf(copy).hooks.add(hook);
}

/** A module calls those in its lists too: they are below it, not in its own properties. */
const nameOf = (module: Module, child: object): string | undefined =>
  module.namedModules().find(([, below]) => below === child)?.[0];

/** @throws INVALID_ARGUMENT, with PyTorch's message, where a plain tensor has taken a parameter's place. */
export function checkParameters(module: Module, { parameterNames }: CallRecord = recordOf(module)): void {
  for (let i = 0; i < parameterNames.length; i++) {
    const name = parameterNames[i]!;
    const value = (module as unknown as { readonly [name: string]: unknown })[name];
    if (isParameter(value) || !isTensor(value)) continue;
    throw invalid(
      `cannot assign a plain tensor as parameter '${name}' (nn.Parameter or null expected): write new Parameter(tensor), or ` +
        `change the values of the one there is, noGrad(() => ${name}.assign(tensor))`,
    );
  }
}

/** Says, once for each pair, that a module runs another with parameters that nothing around it holds or was given. */
function reportUnheld(module: Module, outer: Call): void {
  const { called } = recordOf(outer.module);
  if (called.has(module)) return;
  called.add(module);
  const type = outer.module.constructor as typeof Module;
  if (!type.reportsUnheld || !module.parameters().some((parameter) => parameter.requiresGrad)) return;
  for (let call: Call | null = outer; call !== null; call = call.outer) {
    if (
      call.inputs.some((input) => input === module || (isList(input) && input.includes(module))) ||
      call.module.modules().includes(module)
    )
      return;
  }
  console.warn(
    `${outer.module.typeName} runs a ${module.typeName} that is in none of its properties: parameters() does not find what ` +
      "that would learn, so no optimiser trains it and no state dict saves it. Hold it as a property, in an array or in a " +
      "plain object (not in a Map, and not as #private); or, where this is meant, set " +
      `${outer.module.typeName}.reportsUnheld = false.`,
  );
}

function register<T>(hooks: Set<T>, name: string, hook: T): HookRemover {
  if (typeof hook !== "function") {
    throw invalid(`${name} takes a function, but got ${describeValue(hook)}`);
  }
  hooks.add(hook);
  return {
    remove: () => {
      hooks.delete(hook);
    },
  };
}

export const addPreHook = (module: Module, hook: PreHook): HookRemover =>
  register(recordOf(module).preHooks, "registerForwardPreHook", hook);

export const addHook = (module: Module, hook: Hook): HookRemover =>
  register(recordOf(module).hooks, "registerForwardHook", hook);
