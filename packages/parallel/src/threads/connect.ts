/** A thread's side: its place in the job that `runThreads` started. */
import { workerData } from "node:worker_threads";
import { invalid } from "../arguments.ts";
import type { Collective } from "../collective.ts";
import { collectiveOver } from "../collective-over.ts";
import type { ThreadJob } from "./job.ts";
import { ThreadTransport } from "./transport.ts";

/** Under which name the place is in `workerData`. */
export const PLACE = "@corr2d/parallel";

/** What a thread is told. */
export interface ThreadPlace {
  readonly job: ThreadJob;
  readonly rank: number;
}

let taken = false;

/**
 * This thread's collective, in a module that `runThreads` started. Call it once.
 * @throws INVALID_ARGUMENT elsewhere, and at a second call.
 */
export function threads(): Collective {
  const place = (workerData as { [PLACE]?: ThreadPlace } | null)?.[PLACE];
  if (place === undefined) {
    throw invalid(
      "threads: this is no thread of runThreads: start the module with runThreads(size, new URL('./train.js', import.meta.url))",
    );
  }
  if (taken) throw invalid("threads: this thread has its collective already: call it once, and pass that on");
  taken = true;
  return joinJob(place.job, place.rank);
}

/** The collective of one rank of a job. */
export function joinJob(job: ThreadJob, rank: number): Collective {
  return collectiveOver(new ThreadTransport(job, rank), { timeoutSeconds: job.timeoutSeconds });
}
