/** The memory of training: each candidate in fresh child processes (`memory-child.ts` says what is measured). */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { measureBytes } from "../bytes.ts";
import type { WorkloadResult } from "../result.ts";

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

/** @throws Error with the message of the child's when it fails. */
async function sample(name: string, step: string): Promise<number> {
  const child = promisify(execFile)(process.execPath, ["--expose-gc", CHILD, name, step]);
  const { stdout } = await child.catch((error: { stderr?: string }) => {
    throw new Error(/^\w*Error: (.*)$/m.exec(error.stderr ?? "")?.[1] ?? "ended without a figure");
  });
  return Number(stdout);
}

export const measureMemory = (row: MemoryRow, candidates: readonly string[]): Promise<WorkloadResult> =>
  measureBytes(row, candidates, async (name) => {
    const samples: number[] = [];
    for (let i = 0; i < SAMPLES; i++) samples.push(await sample(name, row.step));
    return samples;
  });
