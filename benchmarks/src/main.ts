/** `pnpm bench`: measures what the arguments select, prints the tables, and writes them where asked. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type BenchArguments, MEASURABLE, parseArguments } from "./arguments.ts";
import { SWEEP_GROUPS } from "./cliffs/index.ts";
import type { Step } from "./cliffs/measure.ts";
import { QUICK, THOROUGH } from "./interleave.ts";
import { describeMachine } from "./machine.ts";
import { MEMORY, MEMORY_CANDIDATES, measureMemory } from "./memory/memory.ts";
import { createPace } from "./pace.ts";
import { isPath, OWN_BACKENDS, openBackend } from "./peers/corr2d-backend.ts";
import { PEERS } from "./peers/index.ts";
import { cannot } from "./peers/peer.ts";
import { runRecord } from "./record/record.ts";
import { renderMarkdown, renderTables } from "./report.ts";
import { type Cliffs, isMeasured, type WorkloadResult } from "./result.ts";
import { measureInChild, sweepInChild } from "./run-child.ts";
import { BUNDLE_SIZE, measureBundleSize, SIZE_CANDIDATES } from "./startup/bundle-size.ts";
import { COLD_CANDIDATES, COLD_START, measureColdStart } from "./startup/cold-start.ts";

function list(): string {
  const width = Math.max(...MEASURABLE.map(({ id }) => id.length));
  const line = (suite: string, id: string, title: string): string =>
    `${suite.padEnd(12)} ${id.padEnd(width)} ${title}`;
  const workloads = MEASURABLE.map(({ id, suite, title }) => line(suite, id, title));
  const peers = PEERS.map(({ name, description }) => `${name.padEnd(12)} ${description}`);
  return [line("suite", "id", "workload"), ...workloads, "", "peer", ...peers, ""].join("\n");
}

/** Absolute, because a child imports it from elsewhere. */
const located = (backend: string): string => (isPath(backend) ? resolve(backend) : backend);

/** Ends the program when a backend is neither ours nor a module that makes one. */
async function checkBackends(names: readonly string[]): Promise<void> {
  for (const name of names.filter((name) => !OWN_BACKENDS.includes(name.split("?")[0]!))) {
    try {
      const { backend } = await openBackend(located(name), 1);
      await backend.close?.();
    } catch (error) {
      process.stderr.write(
        `error: --backend: '${name}' gives no backend: ${cannot(error).cannot}\n` +
          `Backends are ${OWN_BACKENDS.join(", ")}, or a package or path whose default export makes one.\n`,
      );
      process.exit(2);
    }
  }
}

/** Seconds that `pace.ts`' work takes an undisturbed core, as far as the processes so far have seen. */
let bestPace = Number.POSITIVE_INFINITY;

async function measureStarts(
  args: BenchArguments,
  chosen: (name: string) => boolean,
): Promise<WorkloadResult> {
  const pace = createPace(1, bestPace);
  const candidates = COLD_CANDIDATES.filter((name) => name === "node" || chosen(name));
  const result = await measureColdStart(candidates, args.quick ? QUICK : THOROUGH, pace);
  bestPace = pace.best;
  await pace.close();
  return result;
}

async function measureOne(id: string, threads: number, args: BenchArguments): Promise<WorkloadResult | null> {
  const chosen = (name: string): boolean => args.peers.includes(name) || args.backends.includes(name);
  // None of these depends on threads.
  const memory = MEMORY.find((own) => own.id === id);
  if (memory !== undefined || id === COLD_START.id || id === BUNDLE_SIZE.id) {
    if (threads !== args.threads[0]) return null;
    if (memory !== undefined) return measureMemory(memory, MEMORY_CANDIDATES.filter(chosen));
    return id === COLD_START.id
      ? measureStarts(args, chosen)
      : measureBundleSize(SIZE_CANDIDATES.filter(chosen));
  }
  const answer = await measureInChild({
    workload: id,
    threads,
    backends: args.backends.map(located),
    peers: args.peers,
    schedule: args.quick ? QUICK : THOROUGH,
    bestPace,
  });
  bestPace = answer.bestPace;
  return answer.result;
}

/** Sweeps are about one backend: cpu-wasm, unless others alone were asked for. */
const sweptBackend = (names: readonly string[]): string =>
  located(names.find((name) => name.startsWith("cpu-wasm")) ?? names[0]!);

/** Whether something of ours is missing or wrong; what a peer cannot do is no failure. */
const hasFailed = (result: WorkloadResult, ours: readonly string[]): boolean =>
  result.entries.some((entry) => ours.includes(entry.name) && !isMeasured(entry));

async function main(): Promise<void> {
  const args = parseArguments(process.argv);
  if (args.list) {
    process.stdout.write(list());
    return;
  }
  await checkBackends(args.backends);
  const results: WorkloadResult[] = [];
  const cliffs: Cliffs[] = [];
  const report = { machine: describeMachine(), quick: args.quick, results, cliffs };
  // After each, so that half an hour's work is not lost when the next one fails.
  const save = async (): Promise<void> => {
    if (args.json !== null) await writeFile(args.json, `${JSON.stringify(report, null, 2)}\n`);
    if (args.markdown !== null) await writeFile(args.markdown, renderMarkdown(report));
  };
  for (const threads of args.threads) {
    const steps: Step[] = [];
    for (const [index, id] of args.workloads.entries()) {
      process.stderr.write(`[${index + 1}/${args.workloads.length}] ${id}, threads: ${threads}\n`);
      try {
        if (SWEEP_GROUPS.some((group) => group.id === id)) {
          const { result } = await sweepInChild({ group: id, threads, backend: sweptBackend(args.backends) });
          if (steps.length === 0) cliffs.push({ threads, steps });
          steps.push(...result);
        } else {
          const result = await measureOne(id, threads, args);
          if (result === null) continue;
          results.push(result);
          if (hasFailed(result, args.backends)) process.exitCode = 1;
        }
      } catch (error) {
        process.stderr.write(`${id} was not measured: ${String(error)}\n`);
        process.exitCode = 1;
        continue;
      }
      await save();
    }
  }
  process.stdout.write(`${renderTables(results, cliffs)}\n`);
}

if (process.argv[2] === "record") await runRecord(process.argv.slice(3));
else await main();
