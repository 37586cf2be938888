/** The command line of `pnpm bench`: what may be said, and what is meant when nothing is. */
import { Command, InvalidArgumentError } from "commander";
import { SWEEP_GROUPS } from "./cliffs/index.ts";
import { MEMORY } from "./memory/memory.ts";
import { OWN_BACKENDS } from "./peers/corr2d-backend.ts";
import { PEERS } from "./peers/index.ts";
import { BUNDLE_SIZE } from "./startup/bundle-size.ts";
import { COLD_START } from "./startup/cold-start.ts";
import { WORKLOADS } from "./workloads/index.ts";

export interface BenchArguments {
  /** Ids of workloads, in the table's order; `cold`, `size` and those of `memory` among them. */
  readonly workloads: readonly string[];
  readonly peers: readonly string[];
  readonly backends: readonly string[];
  readonly threads: readonly number[];
  readonly quick: boolean;
  readonly list: boolean;
  readonly json: string | null;
  readonly markdown: string | null;
}

/** Everything that can be measured, in the order of the report. */
export const MEASURABLE: readonly { readonly id: string; readonly suite: string; readonly title: string }[] =
  [...WORKLOADS, ...MEMORY, COLD_START, BUNDLE_SIZE, ...SWEEP_GROUPS];

const SUITES: readonly string[] = [...new Set(MEASURABLE.map(({ suite }) => suite))];

const commaList = (text: string): string[] => text.split(",").filter((item) => item !== "");

/** Ids of the named suites and workloads. */
function selectWorkloads(names: readonly string[]): string[] {
  for (const name of names) {
    if (!SUITES.includes(name) && !MEASURABLE.some(({ id }) => id === name)) {
      throw new InvalidArgumentError(
        `unknown suite or workload '${name}': suites are ${SUITES.join(", ")}; workloads ` +
          `${MEASURABLE.map(({ id }) => id).join(", ")}`,
      );
    }
  }
  return MEASURABLE.filter(({ id, suite }) => names.includes(id) || names.includes(suite)).map(
    ({ id }) => id,
  );
}

function selectPeers(names: readonly string[]): string[] {
  const known = PEERS.map(({ name }) => name);
  for (const name of names) {
    if (name !== "none" && !known.includes(name)) {
      throw new InvalidArgumentError(`unknown peer '${name}': peers are ${known.join(", ")}, or none`);
    }
  }
  return known.filter((name) => names.includes(name));
}

function parseThreads(text: string): number[] {
  const counts = commaList(text).map(Number);
  if (counts.length === 0 || counts.some((count) => !Number.isInteger(count) || count < 1)) {
    throw new InvalidArgumentError("threads are positive integers, as in 1,2");
  }
  return counts;
}

/** Calls `parse`, and ends the program as commander does for a bad argument (exit code 2) when it throws. */
function checked<T>(program: Command, option: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    program.error(`error: ${option}: ${error.message}`, { exitCode: 2, code: error.code });
  }
}

/** A program that parses and does not act. Tests add `exitOverride`. */
export function createProgram(): Command {
  return new Command("bench")
    .description("Measures corr2d side by side with its peers. Without options: everything, with one thread.")
    .option("--suite <names...>", `suites (${SUITES.join(", ")}) or workloads by id`)
    .option("--peer <names...>", "only these peers, or none")
    .option("--backend <names>", "backends of corr2d: names, packages or paths", OWN_BACKENDS.join(","))
    .option("--threads <counts>", "thread counts, each measured by itself", "1")
    .option("--quick", "a first look: few short samples", false)
    .option("--json <file>", "write the results as JSON")
    .option("--markdown <file>", "write the tables as Markdown")
    .option("--list", "list suites, workloads and peers, and measure nothing", false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
}

interface RawOptions {
  readonly suite?: readonly string[];
  readonly peer?: readonly string[];
  readonly backend: string;
  readonly threads: string;
  readonly quick: boolean;
  readonly list: boolean;
  readonly json?: string;
  readonly markdown?: string;
}

/** @param argv as `process.argv`. A bad argument ends the program through `program.error`. */
export function parseArguments(argv: readonly string[], program: Command = createProgram()): BenchArguments {
  program.parse([...argv]);
  const options = program.opts<RawOptions>();
  const { suite = SUITES, peer = PEERS.map(({ name }) => name) } = options;
  return {
    workloads: checked(program, "--suite", () => selectWorkloads(suite)),
    peers: checked(program, "--peer", () => selectPeers(peer)),
    backends: commaList(options.backend),
    threads: checked(program, "--threads", () => parseThreads(options.threads)),
    quick: options.quick,
    list: options.list,
    json: options.json ?? null,
    markdown: options.markdown ?? null,
  };
}
