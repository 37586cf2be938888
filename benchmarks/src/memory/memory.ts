/** The memory of training: each candidate in fresh child processes (`memory-child.ts` says what is measured). */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { REFERENCE_CANDIDATES } from "../measure.ts";
import type { Entry, WorkloadResult } from "../result.ts";
import { median, medianAbsoluteDeviation } from "../statistics.ts";

const CHILD = fileURLToPath(new URL("./memory-child.js", import.meta.url));
const SAMPLES = 3;

/** Whose memory can be told apart from everybody else's. */
export const MEMORY_CANDIDATES: readonly string[] = ["cpu-js", "cpu-wasm", "pytorch"];

export interface MemoryRow {
  readonly id: string;
  readonly suite: string;
  readonly title: string;
  /** The workload. */
  readonly step: string;
}

const rowOf = (step: string, title: string): MemoryRow => ({
  id: `memory-${step}`,
  suite: "memory",
  title: `peak of ${title}, batch 128`,
  step,
});

export const MEMORY: readonly MemoryRow[] = [
  rowOf("T1", "the LeNet step"),
  rowOf("T-32-64", "the step with 32 and 64 channels"),
  rowOf("T-ResNet-8", "the ResNet-8 step"),
];

/** @throws Error with the last line that the child wrote when it fails. */
async function sample(name: string, step: string): Promise<number> {
  const child = promisify(execFile)(process.execPath, ["--expose-gc", CHILD, name, step]);
  const { stdout } = await child.catch((error: { stderr?: string }) => {
    throw new Error(/^\w*Error: (.*)$/m.exec(error.stderr ?? "")?.[1] ?? "ended without a figure");
  });
  return Number(stdout);
}

export async function measureMemory(
  { id, suite, title, step }: MemoryRow,
  candidates: readonly string[],
): Promise<WorkloadResult> {
  const peaks = new Map<string, number[]>();
  const failed: Entry[] = [];
  for (const name of candidates) {
    try {
      const values: number[] = [];
      for (let i = 0; i < SAMPLES; i++) values.push(await sample(name, step));
      peaks.set(name, values);
    } catch (error) {
      failed.push({ name, status: "cannot", reason: (error as Error).message });
    }
  }
  const us = REFERENCE_CANDIDATES.find((name) => peaks.has(name)) ?? null;
  const entries = [...peaks].map(
    ([name, values]): Entry => ({
      name,
      status: "measured",
      value: median(values),
      mad: medianAbsoluteDeviation(values),
      ratio: us === null ? null : median(values) / median(peaks.get(us)!),
      threads: 1,
      samples: SAMPLES,
      disturbed: 0,
    }),
  );
  return {
    id,
    suite,
    title,
    unit: "B",
    threads: 1,
    flops: 0,
    us,
    entries: [...entries, ...failed],
    versions: {},
    peak: null,
  };
}
