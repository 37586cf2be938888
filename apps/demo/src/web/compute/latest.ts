/**
 * Computing what is shown: every change of the state or of the backend computes anew, and of several runs under way
 * only the latest counts.
 *
 * The library's own errors are results too (a setting that no window fits): they are shown, not thrown.
 */
import { type Backend, Corr2dError } from "@corr2d/core";
import { useEffect, useState } from "preact/hooks";
import { session } from "./session.ts";

export interface Computed<T> {
  /** The latest result; while the next one is computed, still the one before. */
  readonly value: T | undefined;
  /** What the library says instead of a result. */
  readonly error: Corr2dError | undefined;
  readonly milliseconds: number;
  readonly backend: Backend;
}

/** `compute` runs whenever one of `inputs` or the backend changes. */
export function useComputed<T>(
  compute: (backend: Backend) => Promise<T>,
  inputs: readonly unknown[],
): Computed<T> {
  const { backend } = session.value;
  const [result, setResult] = useState<Computed<T>>({
    value: undefined,
    error: undefined,
    milliseconds: 0,
    backend,
  });
  useEffect(() => {
    let current = true;
    const begin = performance.now();
    const finish = (value: T | undefined, error: Corr2dError | undefined): void => {
      if (current) setResult({ value, error, milliseconds: performance.now() - begin, backend });
    };
    compute(backend).then(
      (value) => finish(value, undefined),
      (error: unknown) => {
        if (!Corr2dError.isInstance(error)) throw error;
        finish(undefined, error);
      },
    );
    return () => {
      current = false;
    };
  }, [backend, ...inputs]);
  return result;
}
