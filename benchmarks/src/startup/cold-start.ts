/**
 * From the start of a process to its first correlation: each candidate in fresh child processes that take turns,
 * with a bare Node, which does nothing, as the floor.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Schedule } from "../interleave.ts";
import { REFERENCE_CANDIDATES } from "../measure.ts";
import type { Pace } from "../pace.ts";
import { type Entry, outsideResult, type WorkloadResult } from "../result.ts";
import { pairedRatio } from "../statistics.ts";
import { interleaveUndisturbed } from "../undisturbed.ts";

export const COLD_START = {
  id: "cold",
  suite: "startup",
  title: "process start to first result: 1×28×28 → 6, 5×5 p2",
} as const;

export const COLD_CANDIDATES: readonly string[] = [
  "node",
  "cpu-js",
  "cpu-wasm",
  "tfjs-cpu",
  "tfjs-wasm",
  "ort-web",
  "ort-node",
  "jax-js",
];

const SCRIPT = fileURLToPath(new URL("./first-result.js", import.meta.url));

/** Seconds until the child says that it is ready. @throws Error with what it wrote when it fails instead. */
function timeStart(name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [SCRIPT, name], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    let ready: number | null = null;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (ready === null && output.includes("ready\n")) ready = (performance.now() - start) / 1000;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.on("error", reject);
    child.on("close", () => {
      if (ready !== null) resolve(ready);
      else reject(new Error(/^\w*Error.*$/m.exec(errors)?.[0] ?? "ended without a result"));
    });
  });
}

export async function measureColdStart(
  candidates: readonly string[],
  schedule: Schedule,
  pace: Pick<Pace, "isFull">,
): Promise<WorkloadResult> {
  const failed: Entry[] = [];
  const working: string[] = [];
  for (const name of candidates) {
    try {
      await timeStart(name);
      working.push(name);
    } catch (error) {
      failed.push({ name, status: "cannot", reason: (error as Error).message });
    }
  }
  const timings = await interleaveUndisturbed(
    working.map((name) => ({ name, sample: () => timeStart(name) })),
    { ...schedule, budgetSeconds: Number.POSITIVE_INFINITY },
    async () => {},
    pace,
  );
  const us = REFERENCE_CANDIDATES.find((name) => timings.has(name)) ?? null;
  const entries = working.map((name): Entry => {
    const timing = timings.get(name)!;
    return {
      name,
      status: "measured",
      value: timing.median,
      mad: timing.mad,
      ratio: us === null ? null : pairedRatio(timing.rounds, timings.get(us)!.rounds),
      threads: 1,
      samples: timing.samples,
      disturbed: timing.disturbed,
    };
  });
  return outsideResult(COLD_START, "s", us, [...entries, ...failed]);
}
