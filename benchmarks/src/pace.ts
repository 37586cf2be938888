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
  close(): Promise<void>;
}

/** Undisturbed cores differ by a twentieth, disturbed ones take 1.25 times as long and more. */
const SLOWER = 1.15;

/**
 * @param threads of the candidates. Two at least where there are two cores: some candidates are other processes.
 * @param best seconds that the work takes an undisturbed core, as far as is known.
 */
export function createPace(threads: number, best: number = Number.POSITIVE_INFINITY): Pace {
  const workers = Array.from(
    { length: Math.min(Math.max(threads, 2), availableParallelism()) - 1 },
    () => new Worker(new URL("./pace-worker.js", import.meta.url)),
  );
  const work = createWork();
  return {
    get best() {
      return best;
    },
    async isFull() {
      const answers = workers.map(async (worker) => {
        const answer = once(worker, "message");
        worker.postMessage(null);
        return (await answer)[0] as number;
      });
      const times = [work(), ...(await Promise.all(answers))];
      best = Math.min(best, ...times);
      return Math.max(...times) <= SLOWER * best;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
