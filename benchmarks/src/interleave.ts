/**
 * Who is timed when. Candidates take turns, one short sample each per round, and every round starts with the next
 * one: whatever the machine does for a second (another process, a lower clock) then hits all of them, and no one
 * always runs in the caches another has left. Time itself comes from the samplers, so this file can be tested with
 * made-up clocks.
 */
import { median, medianAbsoluteDeviation } from "./statistics.ts";

/** Something that can be timed. */
export interface Sampler {
  readonly name: string;
  /** Runs for about `seconds`, at least once; gives the seconds of one call. */
  sample(seconds: number): Promise<number>;
}

export interface Schedule {
  /** Samples per candidate. */
  readonly rounds: number;
  /** Length of one sample. */
  readonly sampleSeconds: number;
  /** Unrecorded running before the first round: engines compile in stages. */
  readonly warmSeconds: number;
  /** JavaScript engines count calls, not seconds: whoever has had fewer runs on, for two seconds at most. */
  readonly warmCalls: number;
  /** A candidate that has used this much, warm-up included, drops out of further rounds (after `leastSamples`). */
  readonly budgetSeconds: number;
  /** What a slow candidate gets at least. */
  readonly leastSamples: number;
  /** A candidate whose one call outlasts this is not called again: its warm-up is its only sample. */
  readonly patienceSeconds: number;
  /** What all candidates together may wait for an undisturbed processor (`undisturbed.ts`). */
  readonly waitSeconds: number;
}

export const THOROUGH: Schedule = {
  rounds: 15,
  sampleSeconds: 0.02,
  warmSeconds: 0.15,
  warmCalls: 3000,
  budgetSeconds: 4,
  leastSamples: 3,
  patienceSeconds: 10,
  waitSeconds: 30,
};

/** For a first look: seconds instead of minutes, and figures to match. */
export const QUICK: Schedule = {
  rounds: 3,
  sampleSeconds: 0.01,
  warmSeconds: 0.1,
  warmCalls: 0,
  budgetSeconds: 1,
  leastSamples: 1,
  patienceSeconds: 2,
  waitSeconds: 2,
};

/** A call that takes longer spends its time in loops, which are compiled while they run. */
const LONG_CALL_SECONDS = 0.005;
const LONGEST_WARM_UP_SECONDS = 2;

export interface Timing {
  /** Seconds per call, of all samples. */
  readonly median: number;
  readonly mad: number;
  /** How many samples there were. */
  readonly samples: number;
  /** Seconds per call by round; null where the candidate had used its budget. */
  readonly rounds: readonly (number | null)[];
}

/**
 * Times all samplers, interleaved.
 *
 * @param settle runs before every sample, untimed (garbage collection, a pause for threads to go to sleep).
 * @param now seconds, for budgets only.
 */
export async function interleave(
  samplers: readonly Sampler[],
  schedule: Schedule,
  settle: () => Promise<void>,
  now: () => number = () => performance.now() / 1000,
): Promise<ReadonlyMap<string, Timing>> {
  const spent = new Map<string, number>();
  const run = async (sampler: Sampler, seconds: number): Promise<number> => {
    await settle();
    const start = now();
    const perCall = await sampler.sample(seconds);
    spent.set(sampler.name, (spent.get(sampler.name) ?? 0) + now() - start);
    return perCall;
  };

  const rounds = new Map<string, (number | null)[]>(samplers.map(({ name }) => [name, []]));
  const hopeless = new Map<string, number>();
  for (const sampler of samplers) {
    const perCall = await run(sampler, schedule.warmSeconds);
    if (perCall > schedule.patienceSeconds) hopeless.set(sampler.name, perCall);
    const missing = schedule.warmCalls * perCall - schedule.warmSeconds;
    if (missing > 0 && perCall < LONG_CALL_SECONDS)
      await run(sampler, Math.min(missing, LONGEST_WARM_UP_SECONDS));
  }

  for (let round = 0; round < schedule.rounds; round++) {
    for (let turn = 0; turn < samplers.length; turn++) {
      const sampler = samplers[(round + turn) % samplers.length]!;
      const { name } = sampler;
      const slow = hopeless.get(name);
      if (slow !== undefined) rounds.get(name)!.push(round === 0 ? slow : null);
      else if (round >= schedule.leastSamples && spent.get(name)! > schedule.budgetSeconds) {
        rounds.get(name)!.push(null);
      } else rounds.get(name)!.push(await run(sampler, schedule.sampleSeconds));
    }
  }

  return new Map(
    [...rounds].map(([name, values]) => {
      const timed = values.filter((value) => value !== null);
      const mad = medianAbsoluteDeviation(timed);
      return [name, { median: median(timed), mad, samples: timed.length, rounds: values }];
    }),
  );
}
