/**
 * Wrapping a backend so that the handles it gives out are known.
 *
 * Which arguments are handles, and how many an operation gives, says the contract's table. The tracker (free whatever a
 * case left alive), the composed twin and the validating wrapper (`strict.ts`) go by it.
 */
import {
  type Backend,
  COMPOSITES,
  type CompleteBackend,
  defineBackend,
  OPERATION_NAMES,
  OPERATIONS,
  type OperandInfo,
  type OperationArguments,
  type OperationName,
  operandsOf,
} from "@corr2d/core";
import { awaitedLater } from "./rejections.ts";

export type Operation = (...args: unknown[]) => unknown;

/** The operations that a backend has. */
export function operationsOf(backend: Backend): readonly OperationName[] {
  return OPERATION_NAMES.filter((name) => backend[name] !== undefined);
}

/** The arguments of a call with each handle replaced by what `replace` makes of it. */
export function mapOperands(
  name: OperationName,
  args: readonly unknown[],
  replace: (handle: unknown, info: OperandInfo) => unknown,
): unknown[] {
  const mapped = [...args];
  for (const info of operandsOf(name, args as OperationArguments<typeof name>)) {
    const { at, item } = info;
    if (item === null) mapped[at] = replace(args[at], info);
    else {
      if (item === 0) mapped[at] = [];
      (mapped[at] as unknown[]).push(replace((args[at] as unknown[])[item], info));
    }
  }
  return mapped;
}

/** The handles an operation gave: one, or several. (A handle may itself be an array.) */
export function handlesOf(name: OperationName, result: unknown): readonly unknown[] {
  return OPERATIONS[name].results.length > 1 ? (result as readonly unknown[]) : [result];
}

/** What an operation gives, from its handles: the opposite of `handlesOf`. */
export function resultFrom(name: OperationName, handles: readonly unknown[]): unknown {
  return OPERATIONS[name].results.length > 1 ? handles : handles[0];
}

/** A frozen copy of `backend` with some members replaced; what it declares stays as it is. */
export function withMembers<B extends Backend>(backend: B, members: Readonly<Record<string, unknown>>): B {
  return Object.freeze({ ...backend, ...members });
}

/** The backend with only what is required and its capabilities: core composes everything else. */
export function stripComposites(backend: Backend): Backend {
  const definition: Record<string, unknown> = { ...backend, optionalOps: [] };
  for (const member of COMPOSITES) delete definition[member];
  return defineBackend(definition as unknown as Backend);
}

export interface Tracker {
  readonly backend: CompleteBackend;
  /** Frees every handle that was given out and not freed; later frees are ignored. */
  release(): void;
}

/** Remembers the handles that `backend` gives out. */
export function trackHandles(backend: CompleteBackend): Tracker {
  const live = new Set<unknown>();
  let released = false;
  const members: Record<string, unknown> = {
    upload(data: Parameters<Backend["upload"]>[0]): unknown {
      const handle = backend.upload(data);
      live.add(handle);
      return handle;
    },
    /** A case that fails before it awaits its reads leaves them to nobody. */
    read: (...args: Parameters<Backend["read"]>) => awaitedLater(backend.read(...args)),
    free(handle: unknown): void {
      if (released) return;
      live.delete(handle);
      backend.free(handle);
    },
  };
  for (const name of OPERATION_NAMES) {
    const operation = backend[name] as Operation;
    members[name] = (...args: unknown[]): unknown => {
      const result = operation(...args);
      for (const handle of handlesOf(name, result)) live.add(handle);
      return result;
    };
  }
  return {
    backend: withMembers(backend, members),
    release(): void {
      released = true;
      for (const handle of live) backend.free(handle);
      live.clear();
    },
  };
}
