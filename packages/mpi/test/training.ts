/** Trainings over MPI that tests start. */
import { join } from "node:path";
import type { Trained, Wanted } from "../../parallel/test/training.ts";
import { type Ended, type Programs, ranks, runProgram } from "./job.ts";

/** For trainings that nothing happens to: a loaded machine may be slow. */
const PATIENT_SECONDS = 300;

export function startTraining(
  programs: Programs,
  mpiexec: string,
  size: number,
  name: string,
  {
    fault = null,
    ...wanted
  }: Partial<Omit<Wanted, "path">> & { readonly timeoutSeconds?: number | undefined } = {},
): Promise<Ended> {
  const all = { path: join(programs.folder, name), fault, timeoutSeconds: PATIENT_SECONDS, ...wanted };
  const env = { TMPDIR: programs.folder };
  return runProgram(ranks(mpiexec, size, programs.path("train"), JSON.stringify(all)), env);
}

/** @throws Error unless the job ends well. */
export function trainedOf({ code, err, results }: Ended): Trained {
  if (code !== 0 || results.length !== 1) throw new Error(`it ended with ${code}: ${err}`);
  const trained = results[0] as Record<"weights" | "gradients", number[][]> &
    Pick<Trained, "begun" | "losses">;
  const arrays = (lists: number[][]): Float32Array[] => lists.map((list) => Float32Array.from(list));
  return { ...trained, weights: arrays(trained.weights), gradients: arrays(trained.gradients) };
}
