/**
 * Wrapping a backend so that the handles it gives out are known.
 *
 * A table says which arguments of which member are handles; the tracker (free whatever a case left alive), the
 * composed twin and the validating wrapper (`strict.ts`) read it.
 */
import { type Backend, COMPOSITES, type Composites, defineBackend, type Primitives } from "@corr2d/core";

type Operands<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** The primitives, each with the positions of its operands among its arguments. */
export const PRIMITIVE_OPERANDS: Operands<keyof Primitives<unknown>> = {
  unary: [1],
  binary: [1, 3],
  select: [0, 2, 4],
  reduce: [1],
  strided: [0],
  stridedAdd: [0],
  gather: [0, 1],
  scatterAdd: [0, 1],
  matmul: [0, 1],
};

/** The composites, likewise. */
export const COMPOSITE_OPERANDS: Operands<keyof Composites<unknown>> = {
  fill: [],
  corr2d: [0, 1],
  corr2dInput: [0, 1],
  corr2dKernel: [0, 1],
  corr2dBias: [0, 1, 2],
  maxPool2d: [0],
  avgPool2d: [0],
  avgPool2dInput: [0],
  softmax: [0],
  logSoftmax: [0],
  activationGrad: [1, 2],
  addScaled: [0, 2],
};

export type OperationName = keyof Primitives<unknown> | keyof Composites<unknown>;

/** Every operation with the positions of its operands. */
export const OPERANDS: Operands<OperationName> = {
  ...PRIMITIVE_OPERANDS,
  ...COMPOSITE_OPERANDS,
};

export type Operation = (...args: unknown[]) => unknown;

/** The handles an operation gave: one, or maxPool2d's two. (A handle may itself be an array.) */
export function resultsOf(name: string, result: unknown): readonly unknown[] {
  return name === "maxPool2d" ? (result as readonly unknown[]) : [result];
}

/** A frozen copy of `backend` with some members replaced; what it declares stays as it is. */
export function withMembers(backend: Backend, members: Readonly<Record<string, unknown>>): Backend {
  return Object.freeze({ ...backend, ...members }) as Backend;
}

/** The backend with only its required functions and capabilities: core composes everything else. */
export function stripComposites(backend: Backend): Backend {
  const definition: Record<string, unknown> = { ...backend };
  for (const member of COMPOSITES) delete definition[member];
  delete definition.nativeComposites;
  return defineBackend(definition as unknown as Backend);
}

export interface Tracker {
  readonly backend: Backend;
  /** Frees every handle that was given out and not freed; later frees are ignored. */
  release(): void;
}

/** Remembers the handles that `backend` gives out. */
export function trackHandles(backend: Backend): Tracker {
  const live = new Set<unknown>();
  let released = false;
  const members: Record<string, unknown> = {
    free(handle: unknown): void {
      if (released) return;
      live.delete(handle);
      backend.free(handle);
    },
  };
  for (const name of ["upload", ...Object.keys(OPERANDS)]) {
    const operation = backend[name as OperationName] as Operation;
    members[name] = (...args: unknown[]): unknown => {
      const result = operation(...args);
      for (const handle of resultsOf(name, result)) live.add(handle);
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
