/** The conformance suite in the page: in slices, so that the page stays alive, with everything counted as it comes. */

import { createSuite, type Entry, type Outcome } from "@corr2d/conformance";
import type { DType } from "@corr2d/core";
import { type BackendChoice, makeBackend } from "../compute/session.ts";
import { breathe } from "./workloads.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface SuiteProgress {
  readonly done: number;
  readonly count: number;
  readonly seconds: number;
  readonly total: Counts;
  /** By group of cases: a member of the contract, or a topic. */
  readonly groups: ReadonlyMap<string, Counts>;
  /** By member and dtype: what the matrix has a cell for. */
  readonly cells: ReadonlyMap<string, Counts>;
  readonly failures: readonly { readonly id: string; readonly message: string }[];
  /** Reasons for skips, with their numbers. */
  readonly skips: ReadonlyMap<string, number>;
}

const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };

/** Plain and validated runs of a group are counted together. */
const plainGroup = (entry: Entry): string => entry.group.replace("validated/", "");

export const cellKey = (member: string, dtype: DType): string => `${member} ${dtype}`;

/** The parts that can be run by themselves. */
export function suiteGroups(): string[] {
  return [...new Set(createSuite(() => makeBackend({ name: "cpu-js", threads: 1 })).entries.map(plainGroup))];
}

function added(counts: Counts, { status }: Outcome): Counts {
  const key = status === "known failure" ? "failed" : status;
  return { ...counts, [key]: counts[key] + 1 };
}

const SLICE_MS = 30;

/** Runs the suite, or one group of it. Ends early, without an error, when `signal` is aborted. */
export async function runSuite(
  choice: BackendChoice,
  group: string | null,
  signal: AbortSignal,
  onProgress: (progress: SuiteProgress) => void,
): Promise<void> {
  const suite = createSuite(() => makeBackend(choice));
  const entries = suite.entries.filter((entry) => group === null || plainGroup(entry) === group);
  const begin = performance.now();
  let total = NONE;
  const groups = new Map<string, Counts>();
  const cells = new Map<string, Counts>();
  const failures: SuiteProgress["failures"][number][] = [];
  const skips = new Map<string, number>();
  const report = (done: number): void =>
    onProgress({
      done,
      count: entries.length,
      seconds: (performance.now() - begin) / 1000,
      total,
      groups,
      cells,
      failures,
      skips,
    });
  let sliceEnd = 0;
  for (const [i, entry] of entries.entries()) {
    if (performance.now() > sliceEnd) {
      report(i);
      await breathe();
      sliceEnd = performance.now() + SLICE_MS;
    }
    if (signal.aborted) break;
    const outcome = await entry.run();
    total = added(total, outcome);
    const name = plainGroup(entry);
    groups.set(name, added(groups.get(name) ?? NONE, outcome));
    if (entry.covers !== undefined) {
      const key = cellKey(entry.covers.member, entry.covers.dtype);
      cells.set(key, added(cells.get(key) ?? NONE, outcome));
    }
    if (outcome.status === "failed") failures.push({ id: entry.id, message: outcome.error.message });
    if (outcome.status === "skipped") skips.set(outcome.reason, (skips.get(outcome.reason) ?? 0) + 1);
  }
  report(total.passed + total.failed + total.skipped);
  await suite.close();
}
