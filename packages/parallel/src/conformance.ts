/**
 * `@corr2d/parallel/conformance`: what every `Collective` promises, as cases that all its ranks run together. What ends a job, a rank
 * that dies or hangs, is for each transport's own tests: it takes the collective with it.
 */
import type { Collective } from "./collective.ts";
import { CALLS } from "./conformance/calls.ts";
import type { CollectiveCase } from "./conformance/case.ts";
import { MOVES } from "./conformance/moves.ts";
import { SUMS } from "./conformance/sums.ts";

export type { CollectiveCase } from "./conformance/case.ts";

/** All cases, in an order that suits finding out what is wrong. */
export const collectiveCases: readonly CollectiveCase[] = [...MOVES, ...SUMS, ...CALLS];

/** How a case went on this rank. */
export interface CollectiveCaseResult {
  readonly name: string;
  /** What was wrong; null when nothing was. */
  readonly error: unknown;
}

/**
 * Runs every case, on every rank of a job. It stops after a case that fails on any rank, as ranks may be out of step then.
 * @returns how the cases went that were run; where one failed elsewhere, its error here says so.
 */
export async function runCollectiveCases(collective: Collective): Promise<CollectiveCaseResult[]> {
  const results: CollectiveCaseResult[] = [];
  for (const { name, run } of collectiveCases) {
    let error: unknown = null;
    try {
      await run(collective);
    } catch (thrown) {
      error = thrown;
    }
    try {
      const failed = await collective.allGather(new Int32Array([error === null ? 0 : 1]));
      const ranks = [...failed].flatMap((flag, rank) => (flag === 1 ? [rank] : []));
      if (ranks.length > 0) error ??= new Error(`it failed on rank ${ranks.join(", ")}`);
    } catch (thrown) {
      error ??= thrown;
    }
    results.push({ name, error });
    if (error !== null) break;
  }
  return results;
}
