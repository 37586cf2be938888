/**
 * The process in which one workload is measured with one number of threads, so that no workload runs in code that an
 * earlier one has taught the engine to expect something else, and a library that allows one setting per
 * process gets the right one. `run-child.ts` starts it with garbage collection exposed.
 */
import type { Schedule } from "./interleave.ts";
import { measureWorkload } from "./measure.ts";
import { createPace } from "./pace.ts";
import { corr2dPeer } from "./peers/corr2d.ts";
import { PEERS } from "./peers/index.ts";
import type { WorkloadResult } from "./result.ts";
import { WORKLOADS } from "./workloads/index.ts";

export interface ChildRequest {
  readonly workload: string;
  readonly threads: number;
  readonly backends: readonly string[];
  readonly peers: readonly string[];
  readonly schedule: Schedule;
  /** What earlier children know of the processor (`pace.ts`). */
  readonly bestPace: number;
}

export interface ChildAnswer {
  readonly result: WorkloadResult;
  readonly bestPace: number;
}

async function measure(request: ChildRequest): Promise<ChildAnswer> {
  const workload = WORKLOADS.find(({ id }) => id === request.workload)!;
  const variants = (workload.variants ?? []).filter((variant) =>
    request.backends.includes(variant.split("?")[0]!),
  );
  const ours = [...request.backends, ...variants].map((name) => corr2dPeer(name));
  // Beside itself on one thread: the speed-up then comes from interleaved samples too.
  if (request.threads > 1 && request.backends.includes("cpu-wasm")) ours.push(corr2dPeer("cpu-wasm", 1));
  const peers = PEERS.filter(({ name }) => request.peers.includes(name));
  const { threads, schedule } = request;
  const pace = createPace(threads, request.bestPace);
  const result = await measureWorkload(workload, [...ours, ...peers], threads, schedule, pace);
  return { result, bestPace: pace.best };
}

process.once("message", (request: ChildRequest) => {
  measure(request).then(
    (answer) => process.send!(answer, () => process.exit(0)),
    (error: unknown) => process.send!({ error: String(error) }, () => process.exit(1)),
  );
});
