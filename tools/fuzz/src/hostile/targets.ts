/**
 * Everything that can be called, from the export lists: a new export is here by itself. Functions, classes (by `new`), and
 * the methods and accessors of their instances. What arguments work, and which options are known, is found by trying.
 */
import * as core from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import * as data from "@corr2d/data";
import * as io from "@corr2d/io";
import * as nn from "@corr2d/nn";
import * as fc from "fast-check";
import { make, ordinary, type Recipe } from "./recipe.ts";
import type { World } from "./values.ts";

export interface Target {
  /** `core.corr2d`, `new nn.SGD`, `nn.SGD#step`, `core.Tensor#grad=`. */
  readonly name: string;
  /** What is called, with an instance where it needs one. */
  call(args: readonly unknown[], world: World): unknown;
  /** Some argument lists that it takes. */
  readonly working: readonly (readonly Recipe[])[];
  /** The options it knows. */
  readonly options: readonly string[];
}

type Call = Target["call"];
// biome-ignore lint/suspicious/noExplicitAny: plain JavaScript
type Any = any;

/** What the types keep from callers, and JavaScript cannot: marked `@internal`, or protected. */
const INTERNAL = new Set([
  ...[
    "new core.Tensor",
    "storage",
    "gradNode",
    "leaf",
    "attachNode",
    "aliasLeaf",
    "alias",
    "accumulateGrad",
    "scalarLike",
  ],
  ...[
    "fromArray",
    "constructor",
    "nextWord",
    "update",
    "decay",
    "checkOptions",
    "start",
    "initialize",
    "drop",
    "include",
    "checkRank",
  ],
]);

/** How often it is tried with options; and, where nothing works yet, with arguments alone. */
const TRIES = 20;
const MOST_TRIES = 250;
const MOST_WORKING = 6;
/** A promise that takes longer is taken for one that works. */
const PATIENCE_MS = 1000;

/** What is tried, always the same. */
const ATTEMPTS: readonly (readonly Recipe[])[] = fc.sample(fc.array(ordinary, { maxLength: 3 }), {
  seed: 1,
  numRuns: 1500,
});

const isClass = (value: unknown): boolean =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));

/** What a promise comes to, if it does so soon. */
async function awaited(promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs what may fail. @returns whether it worked. */
async function attempt(
  call: Call,
  args: readonly Recipe[],
  world: World,
): Promise<{ readonly error?: unknown }> {
  try {
    const result: unknown = call(
      args.map((recipe) => make(recipe, world)),
      world,
    );
    if (result instanceof Promise) await awaited(result);
    return {};
  } catch (error) {
    return { error };
  } finally {
    core.setBackend(world.backend);
  }
}

async function explored(name: string, call: Call, world: World): Promise<Target> {
  const working: (readonly Recipe[])[] = [];
  const options = new Set<string>();
  // Each target has attempts of its own, in which no other's luck counts.
  const start = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) * 7;
  for (let i = 0; i < (working.length === 0 ? MOST_TRIES : TRIES); i++) {
    const args = ATTEMPTS[(start + i) % ATTEMPTS.length]!;
    if (working.length < MOST_WORKING && (await attempt(call, args, world)).error === undefined)
      working.push(args);
    if (i >= TRIES) continue;
    // An option that nobody has makes the message list those that there are.
    for (let at = 0; at <= args.length; at++) {
      const { error } = await attempt(call, [...args.slice(0, at), { options: { "?": "1" } }], world);
      const listed = /options are (?:an object of )?([\w, ]+?)(?:, but got|$)/.exec(
        error instanceof Error ? error.message : "",
      );
      for (const option of listed?.[1]?.split(", ") ?? []) options.add(option);
    }
  }
  return { name, call, working, options: [...options] };
}

/** How to make an instance, found by trying; classes that cannot be made (abstract ones) have none. */
function instanceOf(type: Any, world: World): ((world: World) => object) | null {
  for (const args of ATTEMPTS) {
    const build = (other: World): object => new type(...args.map((recipe) => make(recipe, other)));
    try {
      build(world);
      return build;
    } catch {
      // The next may do.
    }
  }
  return null;
}

/** Methods and accessors along the chain of prototypes, each where it is found first. */
function members(prototype: object): [name: string | symbol, descriptor: PropertyDescriptor][] {
  const found = new Map<string | symbol, PropertyDescriptor>();
  for (
    let at: object | null = prototype;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const name of Reflect.ownKeys(at)) {
      if (!found.has(name)) found.set(name, Object.getOwnPropertyDescriptor(at, name)!);
    }
  }
  return [...found].filter(([name]) => !INTERNAL.has(String(name)));
}

/** Whether an accessor gives a method. */
function isMethod(object: object, key: string | symbol): boolean {
  try {
    return typeof Reflect.get(object, key) === "function";
  } catch {
    return false; // it refuses to be read
  }
}

// Losses warn of shapes that broadcast, which those of such calls do more often than not.
console.warn = () => {};

async function list(): Promise<Target[]> {
  const backend = cpuJs();
  const world: World = { backend, other: cpuJs() };
  core.setBackend(backend);
  const calls: [name: string, call: Call][] = [];
  const add = (name: string, call: Call): void => {
    if (!INTERNAL.has(name)) calls.push([name, call]);
  };
  const seen = new Set<unknown>();

  const addInstance = (name: string, build: (world: World) => object): void => {
    for (const [key, { get, set, value }] of members(Object.getPrototypeOf(build(world)))) {
      const path = `${name}#${String(key)}`;
      if (typeof value === "function" && !seen.has(value)) {
        seen.add(value);
        add(path, (args, other) => (build(other) as Any)[key](...args));
      }
      if (get !== undefined && !seen.has(get)) {
        seen.add(get);
        add(path, (_, other) => (build(other) as Any)[key]);
        if (isMethod(build(world), key))
          add(`${path}()`, (args, other) => (build(other) as Any)[key](...args));
      }
      if (set !== undefined && !seen.has(set)) {
        seen.add(set);
        add(`${path}=`, (args, other) => {
          (build(other) as Any)[key] = args[0];
        });
      }
    }
  };

  const addAll = (prefix: string, exports: object): void => {
    for (const [key, value] of Object.entries(exports) as [string, Any][]) {
      const name = `${prefix}.${key}`;
      if (isClass(value)) {
        add(`new ${name}`, (args) => new value(...args));
        for (const own of Object.getOwnPropertyNames(value)) {
          if (typeof value[own] === "function" && own !== "prototype")
            add(`${name}.${own}`, (args) => value[own](...args));
        }
        const build =
          value === core.Tensor
            ? (other: World) => make("matrix", other) as object
            : instanceOf(value, world);
        if (build !== null) addInstance(name, build);
      } else if (typeof value === "function") add(name, (args) => value(...args));
      else if (Object.prototype.toString.call(value) === "[object Module]") addAll(name, value);
    }
  };
  addAll("core", core);
  addAll("nn", nn);
  addAll("data", data);
  addAll("io", io);
  const out: Target[] = [];
  for (const [name, call] of calls) out.push(await explored(name, call, world));
  return out;
}

export const TARGETS: readonly Target[] = await list();
