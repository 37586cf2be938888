/** Calls of everything public with arguments that nobody should give: a result or a coded error must come of each. */
import { types } from "node:util";
import { Corr2dError, isTensor, setBackend, setDefaultDtype, setPrintoptions, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import * as fc from "fast-check";
import type { Session } from "../session.ts";
import { make, type Recipe, recipes } from "./recipe.ts";
import { TARGETS, type Target } from "./targets.ts";
import { Thrown, type World } from "./values.ts";

export interface HostileCall {
  readonly target: string;
  readonly args: readonly Recipe[];
}

/** Arguments out of the air, or such as work, one of them exchanged or some left out. */
function callsOf({ name, working, options }: Target): fc.Arbitrary<HostileCall> {
  const recipe = recipes(options);
  const free = fc.array(recipe, { maxLength: 4 });
  const changed = fc
    .tuple(fc.constantFrom(...working, []), fc.nat({ max: 4 }), recipe)
    .map(([args, at, other]) => [...args.slice(0, at), other, ...args.slice(at + 1)]);
  return fc.record({
    target: fc.constant(name),
    args: fc.oneof({ weight: 1, arbitrary: free }, { weight: 2, arbitrary: changed }),
  });
}

export const hostileCalls: fc.Arbitrary<HostileCall> = fc.oneof(...TARGETS.map(callsOf));

const byName = new Map(TARGETS.map((target) => [target.name, target]));
const other = cpuJs();

/** A promise that takes longer does not settle. */
const PATIENCE_MS = 10_000;
/** Results of more elements are not read. */
const MOST_READ = 2 ** 20;

/** What the engine says to who calls such a function: the caller's own error, as much as one that it throws. */
const NOT_CALLABLE =
  /^Class constructor \w+ cannot be invoked without 'new'$|^Cannot perform 'apply' on a proxy/;

function isAllowed(error: unknown): boolean {
  if (error instanceof TypeError && NOT_CALLABLE.test(error.message)) return true;
  return error instanceof Thrown || (Corr2dError.isInstance(error) && error.code !== "INTERNAL");
}

async function settle(promise: Promise<unknown>): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the promise does not settle")), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function tryCall({ target, args }: HostileCall, session: Session): Promise<void> {
  const world: World = { backend: session.backend, other };
  setBackend(session.backend);
  const given = args.map((recipe) => make(recipe, world));
  try {
    let result = byName.get(target)!.call(given, world);
    if (types.isPromise(result)) result = await settle(result);
    if (
      isTensor(result) &&
      result.backend === session.backend &&
      !result.isDisposed &&
      result.numel() <= MOST_READ
    ) {
      await result.data();
      String(result);
    }
  } catch (error) {
    if (!isAllowed(error)) throw error;
    // What it says must be safe to read, whatever it was given.
    if (Corr2dError.isInstance(error) && typeof error.message !== "string")
      throw new Error("a message is no text");
  } finally {
    setBackend(session.backend);
    setDefaultDtype("float32");
  }
  // How tensors print may have been set; it must still be something that prints.
  String(zeros([2, 2], { backend: session.backend }));
  setPrintoptions({ precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sciMode: null });
}
