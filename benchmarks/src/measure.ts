/**
 * One workload from start to end: open the candidates, let each compute it, compare with the reference, time those
 * that agree, and express everybody's time in ours.
 */
import { relativeError, tolerance } from "./agreement.ts";
import { createSampler } from "./harness.ts";
import type { Sampler, Schedule } from "./interleave.ts";
import type { Pace } from "./pace.ts";
import { measurePeak, type Peak } from "./peak.ts";
import { reference } from "./peers/loops.ts";
import { type Candidate, cannot, isCannot, type OpenPeer, type Peer } from "./peers/peer.ts";
import type { Entry, NotMeasured, WorkloadResult } from "./result.ts";
import { pairedRatio } from "./statistics.ts";
import { interleaveUndisturbed } from "./undisturbed.ts";
import { flopsOf, termsOf } from "./workloads/cost.ts";
import { type Inputs, makeInputs } from "./workloads/inputs.ts";
import type { Task, Workload } from "./workloads/workload.ts";

/** Ours that ratios refer to, the first that was measured. */
export const REFERENCE_CANDIDATES: readonly string[] = ["cpu-wasm", "cpu-js"];

/** Threads that have just worked spin for a while before they sleep, and would disturb the next candidate. */
const THREADS_SETTLE_MS = 5;

/** An agreeing candidate, ready to be timed. */
interface Ready {
  readonly name: string;
  readonly open: OpenPeer;
  readonly candidate: Candidate;
}

async function prepare(
  peer: Peer,
  threads: number,
  task: Task,
  inputs: Inputs,
  expected: readonly ArrayLike<number>[],
): Promise<{ ready: Ready } | { failed: NotMeasured; version?: string }> {
  const { name } = peer;
  const open = await peer.open(threads);
  if (isCannot(open)) return { failed: { name, status: "cannot", reason: open.cannot } };
  const fail = (status: NotMeasured["status"], reason: string): { failed: NotMeasured; version: string } => ({
    failed: { name, status, reason },
    version: open.version,
  });
  try {
    const candidate = await open.prepare(task, inputs);
    if (isCannot(candidate)) return fail("cannot", candidate.cannot);
    await candidate.before?.();
    const error = relativeError(await candidate.check(), expected);
    const limit = tolerance(termsOf(task));
    if (error <= limit) return { ready: { name, open, candidate } };
    return fail(
      "disagrees",
      `error ${error.toExponential(1)} of the largest result, ${limit.toExponential(1)} allowed`,
    );
  } catch (error) {
    return fail("cannot", cannot(error).cannot);
  }
}

function samplerOf({ name, candidate }: Ready): Sampler {
  const { run, sample, before } = candidate;
  if (sample !== undefined) return { name, sample };
  return createSampler({ name, run: run!, ...(before === undefined ? {} : { before }) });
}

/**
 * Collects young garbage, so that nobody pays for another's, and lets finalisers and sleepy threads have their turn. A
 * full collection would also throw away compiled code that holds on to short-lived functions; V8 compiles it again
 * during the next sample, on the cores that the candidate's threads need.
 */
export async function settle(threads: number): Promise<void> {
  (globalThis as { gc?: (options: { type: "minor" }) => void }).gc?.({ type: "minor" });
  await new Promise((resolve) =>
    threads > 1 ? setTimeout(resolve, THREADS_SETTLE_MS) : setImmediate(resolve),
  );
}

export async function measureWorkload(
  workload: Workload,
  peers: readonly Peer[],
  threads: number,
  schedule: Schedule,
  pace: Pick<Pace, "isFull">,
): Promise<WorkloadResult> {
  const { id, suite, title, task } = workload;
  const peak: Peak | null = measurePeak();
  const inputs = makeInputs(task);
  const expected = reference(task, inputs)();

  const ready: Ready[] = [];
  const failed: NotMeasured[] = [];
  const versions: Record<string, string> = {};
  for (const peer of peers) {
    if (workload.candidates !== undefined && !workload.candidates.includes(peer.name)) continue;
    const prepared = await prepare(peer, threads, task, inputs, expected);
    if ("ready" in prepared) {
      ready.push(prepared.ready);
      versions[peer.name] = prepared.ready.open.version;
    } else {
      failed.push(prepared.failed);
      if (prepared.version !== undefined) versions[peer.name] = prepared.version;
    }
  }

  const timings = await interleaveUndisturbed(ready.map(samplerOf), schedule, () => settle(threads), pace);
  const us = REFERENCE_CANDIDATES.find((name) => timings.has(name)) ?? null;
  const entries = ready.map(({ name, open }): Entry => {
    const timing = timings.get(name)!;
    return {
      name,
      status: "measured",
      value: timing.median,
      mad: timing.mad,
      ratio: us === null ? null : pairedRatio(timing.rounds, timings.get(us)!.rounds),
      threads: open.threads,
      samples: timing.samples,
      disturbed: timing.disturbed,
    };
  });
  for (const { candidate, open } of ready) {
    await candidate.dispose?.();
    await open.close?.();
  }
  return {
    id,
    suite,
    title,
    unit: "s",
    threads,
    flops: flopsOf(task),
    us,
    entries: [...entries, ...failed],
    versions,
    peak,
  };
}
