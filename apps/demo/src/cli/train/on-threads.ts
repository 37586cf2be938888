/** `demo train --parallel threads`: the training in several threads, of which rank 0 speaks. */
import { parentPort, workerData } from "node:worker_threads";
import { runThreads, threads } from "@corr2d/parallel/threads";
import { type BackendOptions, loadBackend } from "../load-backend.ts";
import { Page } from "../page.ts";
import type { Terminal } from "../terminal.ts";
import { CommandError } from "../usage-error.ts";
import { findData } from "./find-data.ts";
import { sharedFlag, signals } from "./interrupts.ts";
import { runTrain, type TrainOptions } from "./train.ts";

/** What a rank is told: all that is plain data. */
export interface ThreadTraining {
  readonly options: TrainOptions;
  readonly backend: string;
  readonly backendOptions: BackendOptions | undefined;
}

type Surroundings = Omit<Terminal, "out" | "err" | "entry">;

interface RankData extends ThreadTraining {
  readonly terminal: Surroundings;
  readonly stop: Int32Array;
}

/** What rank 0 says. */
type Message = { readonly out: string } | { readonly err: string } | { readonly code: number };

/** How often the flag of the threads follows the signals of the process. */
const FOLLOW_MS = 20;

/**
 * Runs a training on so many threads.
 * @returns the exit code.
 * @throws RANK_LOST when one of them fails.
 */
export async function trainOnThreads(
  ranks: number,
  training: ThreadTraining,
  terminal: Terminal,
): Promise<number> {
  // Once, and before anybody waits for it.
  const { options } = training;
  if (options.install) await findData({ ...options, seed: options.seed ?? 0 }, terminal);
  const { cwd, columns, isTTY, colorDepth, debug } = terminal;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const data: RankData = { ...training, terminal: { cwd, columns, isTTY, colorDepth, debug }, stop };
  const interrupts = signals();
  const timer = setInterval(() => Atomics.store(stop, 0, interrupts.isInterrupted ? 1 : 0), FOLLOW_MS);
  let code = 1;
  try {
    await runThreads(ranks, terminal.entry, {
      worker: { workerData: data },
      onMessage: (given) => {
        const message = given as Message;
        if ("out" in message) terminal.out(message.out);
        else if ("err" in message) terminal.err(message.err);
        else code = message.code;
      },
    });
  } catch (error) {
    throw ownWords(error);
  } finally {
    clearInterval(timer);
    interrupts.close();
  }
  return code;
}

/** What a rank refused is said as one process says it: that a rank failed of it is no news to the user. */
function ownWords(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.name === CommandError.name
    ? new CommandError(cause.message, { cause: error })
    : error;
}

/** One of the threads. */
export async function runRank(): Promise<void> {
  const { options, backend: name, backendOptions, terminal: place, stop } = workerData as RankData;
  const collective = threads();
  const say = (message: Message): void => {
    if (collective.rank === 0) parentPort?.postMessage(message);
  };
  const terminal: Terminal = {
    ...place,
    entry: "",
    out: (out) => say({ out }),
    err: (err) => say({ err }),
  };
  const backend = await loadBackend(name, terminal.cwd, backendOptions);
  try {
    const page = new Page(terminal.columns, terminal.colorDepth > 1);
    const ranks = { collective, listen: () => sharedFlag(stop) };
    say({ code: await runTrain(options, backend, page, terminal, ranks) });
  } finally {
    await backend.close?.();
  }
  await collective.close();
}
