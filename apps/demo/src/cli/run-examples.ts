/**
 * Running examples on one backend or several, and reporting: for people with headings and marks, for programs as one
 * JSON document. The exit code is 0 only when every comparison agrees, on every backend.
 */
import type { Backend } from "@corr2d/core";
import { agrees } from "../chapter/comparison.ts";
import type { Example, ExampleRun } from "./example.ts";
import { toJson } from "./json.ts";
import type { LoadedBackends } from "./load-backend.ts";
import { differenceText, type Page } from "./page.ts";
import type { Terminal } from "./terminal.ts";

interface Finished {
  readonly example: Example;
  readonly run: ExampleRun;
  readonly agree: boolean;
}

interface BackendRun {
  readonly backend: Backend;
  readonly finished: readonly Finished[];
}

/** Every number in plain data, in order. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

/**
 * The largest difference between corresponding numbers of two runs, in parts of the number where it is beyond 1; infinite
 * when they do not correspond.
 */
function largestDifference(a: unknown, b: unknown): number {
  const [left, right] = [numbersIn(a), numbersIn(b)];
  if (left.length !== right.length) return Infinity;
  let most = 0;
  for (const [i, value] of left.entries()) {
    const other = right[i]!;
    if (!Object.is(value, other))
      most = Math.max(most, Math.abs(value - other) / Math.max(1, Math.abs(value)));
  }
  return most;
}

/** Per example, the largest difference of any backend's numbers from the first one's. */
function differences(runs: readonly BackendRun[]): { name: string; difference: number }[] {
  const [first, ...others] = runs;
  return first!.finished.map(({ example, run }, i) => ({
    name: example.name,
    difference: Math.max(
      ...others.map((other) => largestDifference(run.result, other.finished[i]!.run.result)),
    ),
  }));
}

/** `show` is called as soon as an example is finished. */
async function runOn(
  backend: Backend,
  examples: readonly Example[],
  show: (one: Finished) => void,
): Promise<BackendRun> {
  const finished: Finished[] = [];
  for (const example of examples) {
    const run = await example.run(backend);
    const one = { example, run, agree: run.comparisons.every(agrees) };
    finished.push(one);
    show(one);
  }
  return { backend, finished };
}

function asJson(
  runs: readonly BackendRun[],
  unavailable: LoadedBackends["unavailable"],
  agree: boolean,
): string {
  return toJson({
    agrees: agree,
    runs: runs.map(({ backend, finished }) => ({
      backend: backend.name,
      examples: finished.map(({ example, run, agree: same }) => ({
        name: example.name,
        number: example.number,
        title: example.title,
        section: example.section,
        result: run.result,
        comparisons: run.comparisons.map((comparison) => ({ ...comparison, agrees: agrees(comparison) })),
        agrees: same,
      })),
    })),
    unavailable,
    differences: runs.length > 1 ? differences(runs) : [],
  });
}

function agreementTable(runs: readonly BackendRun[], page: Page): string {
  return page.table(
    ["example", "largest difference"],
    differences(runs).map(({ name, difference }) => [name, differenceText(difference)]),
  );
}

/**
 * Runs all examples on all backends and reports.
 * @returns the exit code.
 */
export async function runExamples(
  examples: readonly Example[],
  loaded: LoadedBackends,
  options: { readonly json: boolean },
  page: Page,
  terminal: Terminal,
): Promise<number> {
  const { backends, unavailable } = loaded;
  const runs: BackendRun[] = [];
  for (const [i, backend] of backends.entries()) {
    const show = ({ example, run }: Finished): void => {
      if (i > 0 || options.json) return;
      const title = example.number === undefined ? example.title : `${example.number}  ${example.title}`;
      terminal.out(`${page.heading(title, example.section)}\n${run.text(page)}\n\n`);
    };
    runs.push(await runOn(backend, examples, show));
  }

  const all = runs.flatMap(({ backend, finished }) => finished.map((one) => ({ backend, ...one })));
  const wrong = all.filter(({ agree }) => !agree);
  const code = wrong.length === 0 ? 0 : 1;
  if (options.json) {
    terminal.out(`${asJson(runs, unavailable, code === 0)}\n`);
    return code;
  }

  if (runs.length > 1) {
    const names = runs.map(({ backend }) => backend.name).join(", ");
    terminal.out(`${page.heading("Backends side by side", names)}\n${agreementTable(runs, page)}\n\n`);
  }
  for (const { name, reason } of unavailable)
    terminal.out(`${page.paint.yellow("left out")} ${name}: ${reason}\n`);

  for (const { backend, example, run } of wrong) {
    for (const comparison of run.comparisons.filter((one) => !agrees(one))) {
      terminal.err(
        `${page.mark(false)} ${backend.name}, ${example.name}: ${comparison.what} does not agree\n`,
      );
    }
  }
  const comparisons = all.flatMap(({ run }) => run.comparisons);
  const agreeing = comparisons.filter(agrees).length;
  const names = runs.map(({ backend }) => backend.name).join(", ");
  terminal.out(`${page.mark(code === 0)} ${names}: ${agreeing} of ${comparisons.length} comparisons agree\n`);
  return code;
}
