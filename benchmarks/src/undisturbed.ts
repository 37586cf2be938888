/**
 * Samples of a processor that runs at its full pace: a sample that was disturbed, or would be, is taken again, as long
 * as the workload's allowance of time lasts. After that samples are kept as they come, and counted.
 */
import { setTimeout } from "node:timers/promises";
import { interleave, type Sampler, type Schedule, type Timing } from "./interleave.ts";
import type { Pace } from "./pace.ts";

/** Seconds that all candidates of a workload together may wait, and spend on samples that are thrown away. */
export interface Allowance {
  readonly seconds: number;
  used: number;
}

export interface UndisturbedSampler extends Sampler {
  /** Of each sample, whether the processor was slower before or after it. */
  readonly disturbed: readonly boolean[];
}

const PAUSE_MS = 200;

/** @param now seconds. */
export function undisturbed(
  { name, sample }: Sampler,
  pace: Pick<Pace, "isFull">,
  allowance: Allowance,
  now: () => number = () => performance.now() / 1000,
  pause: () => Promise<unknown> = () => setTimeout(PAUSE_MS),
): UndisturbedSampler {
  const disturbed: boolean[] = [];
  return {
    name,
    disturbed,
    async sample(seconds) {
      for (;;) {
        const start = now();
        const before = await pace.isFull();
        const mayWait = allowance.used < allowance.seconds;
        if (before || !mayWait) {
          const value = await sample(seconds);
          const isFull = before && (await pace.isFull());
          if (isFull || !mayWait) {
            disturbed.push(!isFull);
            return value;
          }
        } else await pause();
        allowance.used += now() - start;
      }
    },
  };
}

/** `interleave` with such samples; waiting counts against nobody's budget. */
export async function interleaveUndisturbed(
  samplers: readonly Sampler[],
  schedule: Schedule,
  settle: () => Promise<void>,
  pace: Pick<Pace, "isFull">,
): Promise<ReadonlyMap<string, Timing & { readonly disturbed: number }>> {
  const allowance: Allowance = { seconds: schedule.waitSeconds, used: 0 };
  const careful = samplers.map((sampler) => undisturbed(sampler, pace, allowance));
  const timings = await interleave(
    careful,
    schedule,
    settle,
    () => performance.now() / 1000 - allowance.used,
  );
  return new Map(
    careful.map(({ name, disturbed }) => {
      const timing = timings.get(name)!;
      return [name, { ...timing, disturbed: disturbed.slice(-timing.samples).filter(Boolean).length }];
    }),
  );
}
