/**
 * node memory-child.js CANDIDATE WORKLOAD: prints the bytes of memory that training adds to a process in which all code has run:
 * network, data and a few steps, at their peak. Linux alone says that of a process: it can be told to forget its peak so far.
 */
import { readFile, writeFile } from "node:fs/promises";
import { corr2dPeer } from "../peers/corr2d.ts";
import { isCannot, type OpenPeer } from "../peers/peer.ts";
import { pytorchWith } from "../peers/pytorch.ts";
import { WORKLOADS } from "../workloads/index.ts";
import { makeInputs } from "../workloads/inputs.ts";
import type { NetworkTask } from "../workloads/networks.ts";
import type { LenetTask, Task } from "../workloads/workload.ts";

const STEPS = 5;

/** A figure of /proc/PID/status, in bytes. */
async function figureOf(pid: number, name: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)![1]);
}

async function train(peer: OpenPeer, task: Task): Promise<void> {
  const candidate = await peer.prepare(task, makeInputs(task));
  if (isCannot(candidate)) throw new Error(candidate.cannot);
  for (let step = 0; step < STEPS; step++) await (candidate.run ?? (() => candidate.sample!(0)))();
  await candidate.dispose?.();
}

async function peakOf(name: string, task: LenetTask | NetworkTask): Promise<number> {
  // PyTorch's allocator as its users have it, which gives memory back.
  const open = await (name === "pytorch" ? pytorchWith({}) : corr2dPeer(name)).open(1);
  if (isCannot(open)) throw new Error(open.cannot);
  try {
    // Loads and compiles what the steps need.
    await train(open, { ...task, batch: 1 });
    (globalThis as { gc?: () => void }).gc?.();
    const pid = open.pid ?? process.pid;
    const before = await figureOf(pid, "VmRSS");
    await writeFile(`/proc/${pid}/clear_refs`, "5"); // 5: the peak (proc(5))
    await train(open, task);
    return (await figureOf(pid, "VmHWM")) - before;
  } finally {
    await open.close?.();
  }
}

const [name, id] = process.argv.slice(2) as [string, string];
const { task } = WORKLOADS.find((workload) => workload.id === id)!;
const bytes = await peakOf(name, task as LenetTask | NetworkTask);
process.stdout.write(`${bytes}\n`, () => process.exit(0));
