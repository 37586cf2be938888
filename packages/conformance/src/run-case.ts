/**
 * Running one case on one backend, with everything a case may rely on set up and checked afterwards.
 *
 * After the case its handles are freed and, where the backend counts (`stats`), the counts must be back where
 * they were: a composite that forgets a temporary fails whichever case called it (§2.9).
 */
import {
  type Backend,
  type BackendStats,
  type CompleteBackend,
  nativeComposites,
  withFallbacks,
} from "@corr2d/core";
import type { BackendFactory, Case } from "./case.ts";
import { stripComposites, type Tracker, trackHandles } from "./handles.ts";
import { createRandom, seedOf } from "./random.ts";
import { settledStats } from "./settled-stats.ts";
import { strict } from "./strict.ts";

function checkLeak(before: BackendStats | null, after: BackendStats | null): void {
  if (before === null || after === null) return;
  const handles = after.liveHandles - before.liveHandles;
  const bytes = after.liveBytes - before.liveBytes;
  if (handles === 0 && bytes === 0) return;
  throw new Error(
    `leak: stats() counts ${handles} handles and ${bytes} bytes more after the case than before`,
  );
}

/** The failure with what is needed to find and repeat it. */
function describeFailure(item: Case, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`${item.clause} ${item.id}: ${message} (seed ${seedOf(item.id)})`, { cause: error });
}

export interface RunOptions {
  /** Through the wrapper of `strict.ts`. */
  readonly validated?: boolean;
  /** A second instance that others may share. Left out: one of the case's own. */
  readonly sibling?: () => Promise<Backend>;
}

/**
 * Runs a case.
 * @throws Error naming clause, id and seed when the clause is broken.
 */
export async function runCase(
  item: Case,
  backend: Backend,
  factory: BackendFactory,
  { validated = false, sibling }: RunOptions = {},
): Promise<void> {
  const before = await settledStats(backend);
  const guard = validated ? strict(backend) : null;
  const base = guard === null ? backend : guard.backend;
  const native = trackHandles(withFallbacks(base));
  const twin: { tracker?: Tracker } = {}; // made when asked for: many cases do without
  const created: Backend[] = [];
  const create = async (): Promise<CompleteBackend> => {
    const instance = await factory();
    created.push(instance);
    return withFallbacks(instance);
  };
  try {
    await item.run({
      id: item.id,
      clause: item.clause,
      backend: native.backend,
      get composed() {
        twin.tracker ??= trackHandles(withFallbacks(stripComposites(base)));
        return twin.tracker.backend;
      },
      native: nativeComposites(backend),
      validated,
      random: createRandom(seedOf(item.id)),
      create,
      sibling: sibling === undefined ? create : async () => withFallbacks(await sibling()),
    });
    await guard?.settle();
    native.release();
    twin.tracker?.release();
    checkLeak(before, await settledStats(backend));
  } catch (error) {
    throw describeFailure(item, error);
  } finally {
    native.release();
    twin.tracker?.release();
    for (const instance of created) await instance.close?.();
  }
}
