/** The worker that trains, on a backend of its own. */
import { setBackend } from "@corr2d/core";
import { serve, type TaskRun } from "@corr2d/worker";
import { type BackendChoice, makeBackend } from "../compute/session.ts";
import { type Ask, type FitInput, type FitReport, fit } from "./fit.ts";

interface WorkerInput extends FitInput {
  readonly backend: BackendChoice;
}

const backends = new Map<string, ReturnType<typeof makeBackend>>();

const training = serve(async ({ backend: choice, ...input }: WorkerInput, run: TaskRun<FitReport, Ask>) => {
  const key = `${choice.name} ${choice.threads}`;
  const making = backends.get(key) ?? makeBackend(choice);
  backends.set(key, making);
  const backend = await making;
  setBackend(backend); // the loader's batches go to it
  await fit(input, run, backend);
});

export type Training = typeof training;
