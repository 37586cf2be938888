/** What a run of the benchmark yields: the content of `--json`, and what the Markdown is rendered from. */
import type { Step } from "./cliffs/measure.ts";
import type { Machine } from "./machine.ts";
import type { Peak } from "./peak.ts";

/** A candidate that was measured. */
export interface Measured {
  readonly name: string;
  readonly status: "measured";
  /** The median, in the result's unit. */
  readonly value: number;
  /** The median absolute deviation. */
  readonly mad: number;
  /** How many times ours it takes: the median of the rounds' ratios; null without one of ours to compare with. */
  readonly ratio: number | null;
  /** Threads it used. */
  readonly threads: number;
  readonly samples: number;
  /** Samples among them that were taken while something else slowed the processor. */
  readonly disturbed: number;
}

/** One that takes no part, or whose answer is wrong. */
export interface NotMeasured {
  readonly name: string;
  readonly status: "cannot" | "disagrees";
  readonly reason: string;
}

export type Entry = Measured | NotMeasured;

export interface WorkloadResult {
  readonly id: string;
  readonly suite: string;
  readonly title: string;
  /** Seconds of one call, or bytes. */
  readonly unit: "s" | "B";
  /** Threads that every candidate was offered. */
  readonly threads: number;
  /** Floating-point operations of one call; 0 where a rate would say nothing. */
  readonly flops: number;
  /** The candidate of ours that ratios refer to; null when none was measured. */
  readonly us: string | null;
  readonly entries: readonly Entry[];
  /** Version of each candidate that opened. */
  readonly versions: Readonly<Record<string, string>>;
  /** The peak of one thread, measured in the same process. */
  readonly peak: Peak | null;
}

export interface Report {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly results: readonly WorkloadResult[];
  /** Of the suite `cliffs`, by the number of threads. */
  readonly cliffs: readonly Cliffs[];
}

/** The neighbours of all sweeps that were measured. */
export interface Cliffs {
  readonly threads: number;
  readonly steps: readonly Step[];
}

/** The result of what processes of one thread show from outside: nothing to count in it, and no versions. */
export const outsideResult = (
  { id, suite, title }: Pick<WorkloadResult, "id" | "suite" | "title">,
  unit: WorkloadResult["unit"],
  us: string | null,
  entries: readonly Entry[],
): WorkloadResult => ({
  id,
  suite,
  title,
  unit,
  threads: 1,
  flops: 0,
  us,
  entries,
  versions: {},
  peak: null,
});

export const isMeasured = (entry: Entry): entry is Measured => entry.status === "measured";

export const entryOf = (result: WorkloadResult, name: string): Measured | null =>
  result.entries.filter(isMeasured).find((entry) => entry.name === name) ?? null;
