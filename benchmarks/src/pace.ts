/**
 * How fast the processor runs now, beside how fast it can. A virtual machine shares its cores: with a neighbour on the
 * same core, everything takes 1.4 to 1.7 times as long there, for seconds or minutes, on one core and not on the
 * other. Fixed work (`pace-work.ts`) is timed on several threads at once; who measures can then wait, or measure again.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { createWork } from "./pace-work.ts";

export interface Pace {
  /** Does the fixed work on all threads: whether each took about as long as it takes an undisturbed core. */
  isFull(): Promise<boolean>;
  /** Seconds of the fixed work on the fastest core, so far. */
  readonly best: number;
}

/** Undisturbed cores differ by a twentieth, disturbed ones take 1.25 times as long and more. */
const SLOWER = 1.15;

/**
 * @param threads what does the work, at the same time, and tells the seconds it took.
 * @param best seconds that the work takes an undisturbed core, as far as is known.
 */
export function paceOf(threads: readonly (() => Promise<number> | number)[], best: number): Pace {
  return {
    get best() {
      return best;
    },
    async isFull() {
      const times = await Promise.all(threads.map((work) => work()));
      best = Math.min(best, ...times);
      return Math.max(...times) <= SLOWER * best;
    },
  };
}

function workOf(worker: Worker): () => Promise<number> {
  return async () => {
    const answer = once(worker, "message");
    worker.postMessage(null);
    return (await answer)[0] as number;
  };
}

/**
 * @param threads of the candidates. Two at least where there are two cores: some candidates are other processes.
 * @param best as in `paceOf`.
 */
export function createPace(threads: number, best: number): Pace & { close(): Promise<void> } {
  const workers = Array.from(
    { length: Math.min(Math.max(threads, 2), availableParallelism()) - 1 },
    () => new Worker(new URL("./pace-worker.js", import.meta.url)),
  );
  // This thread last: its work does not let it start another's.
  const pace = paceOf([...workers.map(workOf), createWork()], best);
  return {
    isFull: pace.isFull,
    get best() {
      return pace.best;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
