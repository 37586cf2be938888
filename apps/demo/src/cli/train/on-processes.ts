/** `mpiexec -n 4 demo train --parallel mpi`: the training in the processes that an MPI launcher started, of which rank 0 speaks. */
import { type Backend, Corr2dError } from "@corr2d/core";
import { mpi } from "@corr2d/mpi";
import type { Page } from "../page.ts";
import type { Terminal } from "../terminal.ts";
import { CommandError, UsageError } from "../usage-error.ts";
import { signals } from "./interrupts.ts";
import { runTrain, type TrainOptions } from "./train.ts";

/**
 * Runs this process's part of a training.
 * @returns the exit code.
 * @throws as runTrain; RANK_LOST when another rank fails; BACKEND_UNAVAILABLE without MPI.
 */
export async function trainOnProcesses(
  options: TrainOptions,
  loadBackend: () => Promise<Backend>,
  page: Page,
  terminal: Terminal,
): Promise<number> {
  if (options.install) throw new UsageError("--install: with --parallel mpi, install the images before");
  const collective = await mpi();
  const own: Terminal = collective.rank === 0 ? terminal : { ...terminal, out: () => {}, err: () => {} };
  try {
    const backend = await loadBackend();
    try {
      const code = await runTrain(options, backend, page, own, { collective, listen: signals });
      await collective.close();
      return code;
    } finally {
      await backend.close?.();
    }
  } catch (error) {
    // Others would wait for this rank. What they refuse alike is said once, by the first.
    if (error instanceof CommandError || error instanceof UsageError) {
      collective.abort(error.message);
      return error instanceof UsageError ? 2 : 1;
    }
    if (!(Corr2dError.isInstance(error) && error.code === "RANK_LOST")) collective.abort(error);
    throw error;
  }
}
