/**
 * The instances of the backend that a suite runs on: one serves all cases of a group, plain and validated, and a
 * second one those that compare two.
 *
 * A new one is made when the group changes, and after `discard`: what a failed case left behind must not fail its
 * neighbours.
 */
import { type Backend, isBackend } from "@corr2d/core";
import type { BackendFactory } from "./case.ts";
import { withTimeLimit } from "./time-limit.ts";

interface Pair {
  readonly group: string;
  readonly backend: Promise<Backend>;
  sibling: Promise<Backend> | null;
}

export interface Instances {
  /** The instance that serves `group`. */
  serve(group: string): Promise<Backend>;
  /** The second instance of the group that is being served. */
  sibling(): Promise<Backend>;
  /** Closes both, but does not wait for ever, nor complain: the case that failed was reported. */
  discard(): Promise<void>;
  /** Closes both. */
  close(): Promise<void>;
}

/**
 * An instance, made by `defineBackend`: whatever else a factory gives has not been checked, and lacks what core adds.
 * @throws TypeError when it is something else.
 */
export async function makeInstance(factory: BackendFactory): Promise<Backend> {
  const backend = await factory();
  if (isBackend(backend)) return backend;
  throw new TypeError(
    "the factory gave something that defineBackend did not make: it has to give defineBackend({ … })",
  );
}

/** Instances that `factory` makes, each with `timeLimit` milliseconds to close. */
export function createInstances(factory: BackendFactory, timeLimit: number): Instances {
  let current: Pair | null = null;
  const make = (): Promise<Backend> => makeInstance(factory);

  const closeOne = async (instance: Promise<Backend> | null): Promise<void> => {
    // One that never came to be was reported by the cases that wanted it.
    const backend = await instance?.catch(() => null);
    await backend?.close?.();
  };

  const close = async (): Promise<void> => {
    if (current === null) return;
    const { group, backend, sibling } = current;
    current = null;
    const closing = Promise.all([closeOne(backend), closeOne(sibling)]);
    await withTimeLimit(closing, timeLimit, `close(), after the cases of ${group},`);
  };

  return {
    async serve(group) {
      if (current?.group !== group) {
        await close();
        current = { group, backend: make(), sibling: null };
      }
      return (current as Pair).backend;
    },
    sibling() {
      if (current === null) throw new Error("no group is being served");
      current.sibling ??= make();
      return current.sibling;
    },
    discard: () => close().catch(() => {}),
    close,
  };
}
