/** The backend that new tensors go to when none is named. */
import type { Backend } from "./backend.ts";
import { CONTRACT, isBackend } from "./define-backend.ts";
import { Corr2dError } from "./errors.ts";
import { describeValue, isInstance } from "./options.ts";

let current: Backend | null = null;

/**
 * Throws unless `backend` was made by `defineBackend`.
 * @throws BACKEND_INVALID, also for a promise of a backend.
 */
export function checkBackend(backend: Backend): Backend {
  if (isBackend(backend) && backend.contract === CONTRACT) return backend;
  const hint = isInstance(backend, Promise)
    ? "a promise: await the factory, as in setBackend(await cpuWasm())"
    : typeof backend === "function"
      ? "a function: call the factory, as in setBackend(cpuJs())"
      : describeValue(backend);
  throw new Corr2dError("BACKEND_INVALID", `expected a backend made by defineBackend, but got ${hint}`);
}

/** Makes `backend` the one that new tensors go to. Existing tensors stay where they are. */
export function setBackend(backend: Backend): void {
  current = checkBackend(backend);
}

/**
 * The backend that new tensors go to.
 * @throws BACKEND_MISSING.
 */
export function getBackend(): Backend {
  if (current !== null) return current;
  throw new Corr2dError(
    "BACKEND_MISSING",
    "no backend was chosen: install one, for example @corr2d/cpu-js, and call setBackend(cpuJs()) first, or name it " +
      "per tensor with { backend }.",
  );
}

/**
 * Waits until a backend has done all that was asked of it; at once where it works at once. Never rejects: an operation that
 * failed tells whoever reads its result. In a loop that reads nothing it bounds what a late backend has queued.
 *
 * @param backend default: the one that new tensors go to.
 * @throws BACKEND_MISSING, BACKEND_INVALID.
 */
export async function synchronize(backend: Backend = getBackend()): Promise<void> {
  await checkBackend(backend).settled?.();
}
