/**
 * `corr2d-conformance`, without the process around it: arguments in, text out, an exit code back.
 *
 * 0: everything passed; 1: something failed, or a backend could not start; 2: the command was wrong.
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Backend, nativeComposites } from "@corr2d/core";
import type { BackendFactory } from "./case.ts";
import { exposeCollector } from "./collector.ts";
import { compareTraining } from "./cross-backend.ts";
import { makeInstance } from "./instances.ts";
import { loadBackend, SHORT_NAMES, UsageError } from "./load-backend.ts";
import { type BackendReport, comparisonTable, matrixMarkdown, type Result } from "./report.ts";
import { createSuite, REQUIREMENTS, type SuiteOptions } from "./suite.ts";

const HELP = `Usage: corr2d-conformance BACKEND [BACKEND…] [options]

Runs the conformance suite of corr2d's backend contract.
BACKEND is a path (./my-backend.js), an installed package, or one of ${SHORT_NAMES.join(", ")};
the module's default export makes the backend.

  --strict         a skip is a failure …
  --allow NAME     … unless it is for this requirement (${REQUIREMENTS.join(", ")}); repeatable
  --filter TEXT    only cases whose clause or id contains TEXT; repeatable: one of them
  --bail           stops at the first failure
  --time-limit MS  milliseconds after which a case that does not end has failed (60000)
  --memory         also whether memory is given back, by measuring the process; slow
  --options JSON   handed to every factory, such as '{"threads":2}'
  --json FILE      writes every outcome
  --matrix FILE    writes the op × backend matrix in Markdown
  --list           prints clause and id of every case, runs nothing
  --help
`;

/** Where the command reads its surroundings and writes its text. */
export interface Surroundings {
  readonly directory: string;
  readonly write: (text: string) => void;
}

/** A backend that could be made. */
interface Started {
  readonly label: string;
  readonly factory: BackendFactory;
  readonly backend: BackendReport["backend"];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        strict: { type: "boolean", default: false },
        allow: { type: "string", multiple: true, default: [] },
        filter: { type: "string", multiple: true, default: [] },
        bail: { type: "boolean", default: false },
        "time-limit": { type: "string" },
        memory: { type: "boolean", default: false },
        options: { type: "string" },
        json: { type: "string" },
        matrix: { type: "string" },
        list: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** What the command line says of the suite. */
function suiteOptions(values: ReturnType<typeof parse>["values"]): SuiteOptions {
  const timeLimit = Number(values["time-limit"] ?? 60_000);
  if (!(timeLimit > 0))
    throw new UsageError(`--time-limit is a number of milliseconds, not '${values["time-limit"]}'`);
  for (const name of values.allow) {
    if (!REQUIREMENTS.includes(name)) {
      throw new UsageError(
        `unknown --allow '${name}': no case requires it; it is one of ${REQUIREMENTS.join(", ")}`,
      );
    }
  }
  if (values.memory) exposeCollector();
  return {
    strict: values.strict && { allow: values.allow },
    ...(values.filter.length === 0 ? {} : { filter: values.filter }),
    timeLimit,
    memory: values.memory,
  };
}

function parseOptions(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--options is not JSON: ${(error as Error).message}`);
  }
}

/**
 * Makes an instance of every backend named, to know what it declares; those that cannot be made are reported and
 * left out.
 */
async function startBackends(
  words: readonly string[],
  options: unknown,
  { directory, write }: Surroundings,
): Promise<readonly Started[]> {
  const started: Started[] = [];
  for (const word of words) {
    try {
      const factory = await loadBackend(word, directory, options);
      const instance = await makeInstance(factory);
      const { name, contract, features, dtypes, optionalOps } = instance;
      const native = nativeComposites(instance);
      await instance.close?.();
      const label = started.some((other) => other.label === name) ? `${name} (${started.length + 1})` : name;
      const backend = { name, contract, features, dtypes, optionalOps, nativeComposites: native };
      started.push({ label, factory, backend });
    } catch (error) {
      if (error instanceof UsageError) throw error;
      write(`FAILED ${word} could not start: ${(error as Error).message}\n`);
    }
  }
  return started;
}

/** Runs one backend's suite, reporting failures as they come; with `bail`, to the first. */
async function runBackend(
  { label, factory, backend }: Started,
  options: SuiteOptions,
  bail: boolean,
  write: Surroundings["write"],
): Promise<BackendReport> {
  const suite = createSuite(factory, options);
  const results: Result[] = [];
  const start = performance.now();
  for (const entry of suite.entries) {
    const outcome = await entry.run();
    const { id, clause, group, covers } = entry;
    results.push({ id, clause, group, outcome, ...(covers === undefined ? {} : { covers }) });
    if (outcome.status !== "failed") continue;
    write(`FAILED ${label} ${outcome.error.message}\n`);
    if (bail) break;
  }
  await suite.close();
  const milliseconds = performance.now() - start;
  write(`${suite.summary()} (${(milliseconds / 1000).toFixed(1)} s)\n`);
  return { label, backend, results, milliseconds };
}

const hasFailed = ({ results }: BackendReport): boolean =>
  results.some(({ outcome }) => outcome.status === "failed");

/** The cross-backend case; its failure's message, or null. */
async function runCrossBackend(started: readonly Started[]): Promise<string | null> {
  const backends: Backend[] = [];
  try {
    for (const { factory } of started) backends.push(await factory());
    await compareTraining(backends);
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    for (const backend of backends) await backend.close?.();
  }
}

function reportJson(reports: readonly BackendReport[], crossBackend: string | null | undefined): string {
  const plain = reports.map(({ label, backend, results, milliseconds }) => ({
    label,
    ...backend,
    milliseconds: Math.round(milliseconds),
    results: results.map(({ id, clause, outcome }) => ({
      id,
      clause,
      ...(outcome.status === "failed" ? { status: "failed", message: outcome.error.message } : outcome),
    })),
  }));
  const cross =
    crossBackend === undefined
      ? {}
      : {
          crossBackend:
            crossBackend === null ? { status: "passed" } : { status: "failed", message: crossBackend },
        };
  return `${JSON.stringify({ backends: plain, ...cross }, null, 2)}\n`;
}

/** Prints every case that the options leave. */
function list(options: SuiteOptions, write: Surroundings["write"]): void {
  const unused = (): never => {
    throw new Error("--list runs nothing");
  };
  for (const entry of createSuite(unused, options).entries) write(`${entry.clause} ${entry.id}\n`);
}

async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { directory, write } = surroundings;
  const { values, positionals } = parse(args);
  if (values.help) {
    write(HELP);
    return 0;
  }
  const options = suiteOptions(values);
  if (values.list) {
    list(options, write);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError(`no backend was named\n\n${HELP}`);

  const started = await startBackends(positionals, parseOptions(values.options), surroundings);
  const reports: BackendReport[] = [];
  for (const each of started) {
    const report = await runBackend(each, options, values.bail, write);
    if (report.results.length === 0)
      throw new UsageError(`no case contains ${values.filter.map((text) => `'${text}'`).join(" or ")}`);
    reports.push(report);
    if (values.bail && hasFailed(report)) return 1;
  }
  let crossBackend: string | null | undefined;
  if (reports.length > 1) {
    write(`\n${comparisonTable(reports)}\n\n`);
    crossBackend = await runCrossBackend(started);
    const verdict = crossBackend === null ? "yes" : `FAILED ${crossBackend}`;
    write(`same seed, same training trajectory: ${verdict}\n`);
  }
  if (values.json !== undefined)
    writeFileSync(resolve(directory, values.json), reportJson(reports, crossBackend));
  if (values.matrix !== undefined) writeFileSync(resolve(directory, values.matrix), matrixMarkdown(reports));
  const green =
    started.length === positionals.length && !reports.some(hasFailed) && (crossBackend ?? null) === null;
  return green ? 0 : 1;
}

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await run(args, surroundings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    surroundings.write(`corr2d-conformance: ${error.message}\n`);
    return 2;
  }
}
