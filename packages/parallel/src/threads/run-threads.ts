/** The launcher: starts a module in several threads, and ends all of them when one fails. */
import { Worker, type WorkerOptions } from "node:worker_threads";
import { Corr2dError, checkOptions, describeValue } from "@corr2d/core";
import { checkTimeout, DEFAULT_TIMEOUT_SECONDS, invalid, rankLost, reasonOf } from "../arguments.ts";
import { PLACE, type ThreadPlace } from "./connect.ts";
import { JobMemory, makeJob, STATE, type ThreadJob } from "./job.ts";
import { changed } from "./wait.ts";

/** Options of `runThreads`. */
export interface RunThreadsOptions {
  /** How long a rank waits for the others in a call (default 8). */
  readonly timeoutSeconds?: number | undefined;
  /** Makes every message late, as a network would (default 0). */
  readonly delaySeconds?: number | undefined;
  /** What each rank can send, as over a network (default Infinity). */
  readonly bytesPerSecond?: number | undefined;
  /** Node's `WorkerOptions` of each thread: `workerData` (an object), `argv`, `env`, `execArgv`, … */
  readonly worker?: Readonly<Record<string, unknown>> | undefined;
  /** Called with what ranks send by `parentPort.postMessage`. */
  readonly onMessage?: ((message: unknown, rank: number) => void) | undefined;
}

/** What a Worker can be made of. (Written without Node's types, for projects that have none.) */
type ModuleOfWorker = string | { readonly href: string };

/** More have no place on one machine, and each has shared memory with each other. */
const MOST_THREADS = 256;

/**
 * Runs a module in `size` threads, whose ranks are 0 to size − 1. Resolves when all have closed their collective and ended. A
 * rank that throws, exits, or does not come to a call in time ends all of them.
 *
 * @param module what each thread runs, as `new Worker` takes it: it calls `threads()`.
 * @throws RANK_LOST, which names the rank and says why, with what the rank threw as its `cause`; INVALID_ARGUMENT.
 */
export async function runThreads(
  size: number,
  module: ModuleOfWorker,
  options: RunThreadsOptions = {},
): Promise<void> {
  const job = checkedJob(size, options);
  const memory = new JobMemory(job);
  const { workerData, ...rest } = (options.worker ?? {}) as WorkerOptions;
  const workers: Worker[] = [];
  let isOver = false;
  /** What ended the job, if this thread was the first to say so: the memory does not keep a cause. */
  let ended: Corr2dError | undefined;
  /** Ends the job. What a rank wrote first is what counts: others may fail because of it. */
  const fail = (error: Corr2dError): void => {
    if (memory.end(error)) ended = error;
    for (const worker of workers) void worker.terminate();
  };

  const ends: Promise<void>[] = [];
  for (let rank = 0; rank < size; rank++) {
    const place: ThreadPlace = { job, rank };
    let worker: Worker;
    try {
      worker = new Worker(module as string | URL, { ...rest, workerData: { ...workerData, [PLACE]: place } });
    } catch (error) {
      for (const started of workers) void started.terminate();
      throw notStarted(error);
    }
    workers.push(worker);
    worker.on("message", (message) => options.onMessage?.(message, rank));
    worker.on("error", (error) => fail(rankLost([rank], `rank ${rank} failed: ${reasonOf(error)}`, error)));
    ends.push(
      new Promise((resolve) => {
        worker.on("exit", (code) => {
          const why = whyEnded(rank, code, memory.state(rank));
          if (why !== undefined) fail(rankLost([rank], why));
          resolve();
        });
      }),
    );
  }

  const watch = async (): Promise<void> => {
    const bell = memory.bellAt(size);
    for (;;) {
      const seen = Atomics.load(memory.numbers, bell);
      const error = memory.ended();
      if (error !== undefined) fail(error);
      if (error !== undefined || isOver) return;
      await changed(memory.numbers, bell, seen, Infinity);
    }
  };
  void watch();
  await Promise.all(ends);
  isOver = true;
  memory.ring(size);
  const error = ended ?? memory.ended();
  if (error !== undefined) throw error;
}

/** What Node does not take as a module, or cannot send as an option. */
const notStarted = (cause: unknown): Corr2dError =>
  new Corr2dError(
    "INVALID_ARGUMENT",
    `runThreads: a thread could not be started (${reasonOf(cause)}): the module is a file, such as new URL('./train.js', import.meta.url), and 'worker' holds what new Worker takes`,
    {},
    { cause },
  );

/** The code with which Node ends a thread whose module awaits, at its top, what nothing is left to settle. */
const NEVER_SETTLED = 13;

/** What is wrong with a thread's end, if something is. */
function whyEnded(rank: number, code: number, state: number): string | undefined {
  if (code === NEVER_SETTLED)
    return `rank ${rank} ended with code ${code}: its module awaits a promise that never settles`;
  if (code !== 0) return `rank ${rank} ended with code ${code}`;
  if (state === STATE.away) return `rank ${rank} ended without taking part: its module calls threads()`;
  if (state === STATE.here)
    return `rank ${rank} ended without closing its collective: await collective.close()`;
  return undefined;
}

/** What is taken apart and put together again, which would lose all else. */
function checkPlainObject(name: string, value: unknown): void {
  if (value === undefined || Object.prototype.toString.call(value) === "[object Object]") return;
  throw invalid(`runThreads: '${name}' is a plain object, but got ${describeValue(value)}`);
}

function checkedJob(size: unknown, options: RunThreadsOptions): ThreadJob {
  checkOptions("runThreads", options, {
    timeoutSeconds: "number",
    delaySeconds: "number",
    bytesPerSecond: "number",
    worker: "any",
    onMessage: "function",
  });
  const { worker } = options;
  checkPlainObject("worker", worker);
  checkPlainObject("worker.workerData", worker?.workerData);
  if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > MOST_THREADS) {
    throw invalid(
      `runThreads: 'size' is how many threads, from 1 to ${MOST_THREADS}, but got ${describeValue(size)}`,
    );
  }
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, delaySeconds = 0, bytesPerSecond = Infinity } = options;
  checkTimeout("runThreads", timeoutSeconds);
  if (!(delaySeconds >= 0 && delaySeconds < timeoutSeconds)) {
    throw invalid(
      `runThreads: 'delaySeconds' is from 0 to below timeoutSeconds (${timeoutSeconds}), but got ${describeValue(delaySeconds)}`,
    );
  }
  if (!(bytesPerSecond > 0)) {
    throw invalid(`runThreads: 'bytesPerSecond' is above 0, but got ${describeValue(bytesPerSecond)}`);
  }
  return makeJob(size as number, timeoutSeconds, { delaySeconds, bytesPerSecond });
}
