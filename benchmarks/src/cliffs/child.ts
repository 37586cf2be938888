/** The process in which one group of sweeps is measured; `../run-child.ts` starts it. */
import { settle } from "../measure.ts";
import { openBackend } from "../peers/corr2d-backend.ts";
import { SWEEP_GROUPS } from "./index.ts";
import { measureSweep, type Step } from "./measure.ts";

export interface CliffsRequest {
  readonly group: string;
  readonly threads: number;
  readonly backend: string;
}

export interface CliffsAnswer {
  readonly result: readonly Step[];
}

async function measure({ group, threads, backend: name }: CliffsRequest): Promise<CliffsAnswer> {
  const { sweeps } = SWEEP_GROUPS.find(({ id }) => id === group)!;
  const { backend } = await openBackend(name, threads);
  const steps: Step[] = [];
  for (const sweep of sweeps) steps.push(...(await measureSweep(sweep, backend, () => settle(threads))));
  await backend.close?.();
  return { result: steps };
}

process.once("message", (request: CliffsRequest) => {
  measure(request).then(
    (answer) => process.send!(answer, () => process.exit(0)),
    (error: unknown) => process.send!({ error: String(error) }, () => process.exit(1)),
  );
});
