/** Figures in bytes, which disturb nobody: of one candidate after the other. */
import { REFERENCE_CANDIDATES } from "./measure.ts";
import { type Entry, outsideResult, type WorkloadResult } from "./result.ts";
import { median, medianAbsoluteDeviation } from "./statistics.ts";

/** @param samplesOf a candidate's figures; its failure becomes a line of the table. */
export async function measureBytes(
  row: Pick<WorkloadResult, "id" | "suite" | "title">,
  candidates: readonly string[],
  samplesOf: (name: string) => Promise<readonly number[]>,
): Promise<WorkloadResult> {
  const figures = new Map<string, readonly number[]>();
  const failed: Entry[] = [];
  for (const name of candidates) {
    try {
      figures.set(name, await samplesOf(name));
    } catch (error) {
      failed.push({ name, status: "cannot", reason: (error as Error).message.split("\n", 1)[0]! });
    }
  }
  const us = REFERENCE_CANDIDATES.find((name) => figures.has(name)) ?? null;
  const entries = [...figures].map(
    ([name, samples]): Entry => ({
      name,
      status: "measured",
      value: median(samples),
      mad: medianAbsoluteDeviation(samples),
      ratio: us === null ? null : median(samples) / median(figures.get(us)!),
      threads: 1,
      samples: samples.length,
      disturbed: 0,
    }),
  );
  return outsideResult(row, "B", us, [...entries, ...failed]);
}
