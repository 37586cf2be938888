/** Results as Markdown: the machine, one table per suite and thread count, and what was not measured and why. */
import { renderSteps } from "./cliffs/report.ts";
import { markdownTable } from "./markdown-table.ts";
import { type Cliffs, type Entry, entryOf, isMeasured, type Report, type WorkloadResult } from "./result.ts";

/** Three significant digits with a unit. */
export function formatValue(value: number, unit: WorkloadResult["unit"]): string {
  const scales: readonly (readonly [number, string])[] =
    unit === "B"
      ? [
          [1e6, "MB"],
          [1e3, "kB"],
          [1, "B"],
        ]
      : [
          [1, "s"],
          [1e-3, "ms"],
          [1e-6, "µs"],
          [1e-9, "ns"],
        ];
  const [scale, name] = scales.find(([least]) => value >= least) ?? scales.at(-1)!;
  return `${significant(value / scale)} ${name}`;
}

const significant = (value: number): string => {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value >= 0.1 ? value.toFixed(2) : value.toPrecision(1);
};

/** `1.9 ms` or, beside ours, `12.1 ms · 6.4×`. */
function cell(result: WorkloadResult, entry: Entry | undefined): string {
  if (entry === undefined) return "";
  if (!isMeasured(entry)) return entry.status === "cannot" ? "cannot" : "wrong";
  const fewer = entry.threads < result.threads ? ` (${entry.threads}T)` : "";
  const doubt = 2 * entry.disturbed > entry.samples ? "~" : "";
  const time = doubt + formatValue(entry.value, result.unit) + fewer;
  return entry.ratio === null || entry.name === result.us ? time : `${time} · ${significant(entry.ratio)}×`;
}

/** GFLOP/s of ours, and the share of the peak of the threads it used. */
function rate(result: WorkloadResult): readonly [gflops: string, share: string] {
  const us = result.us === null ? null : entryOf(result, result.us);
  if (us === null || result.flops === 0) return ["", ""];
  const gflops = result.flops / us.value / 1e9;
  const peak = us.name === "cpu-wasm" ? result.peak : null;
  return [
    significant(gflops),
    peak === null ? "" : `${((100 * gflops) / (peak.gflops * us.threads)).toFixed(0)} %`,
  ];
}

/** Candidates in the order in which they first appear. */
const namesIn = (results: readonly WorkloadResult[]): string[] => [
  ...new Set(results.flatMap(({ entries }) => entries.map(({ name }) => name))),
];

function table(results: readonly WorkloadResult[]): string {
  const measured = results.flatMap(({ entries }) => entries.filter(isMeasured).map(({ name }) => name));
  const columns = namesIn(results).filter((name) => measured.includes(name));
  const withRates = results.some(({ flops }) => flops > 0);
  const rows = results.map((result) => {
    const us = result.us === null ? null : entryOf(result, result.us);
    const spread = us === null || us.mad === 0 ? "" : ` ±${((100 * us.mad) / us.value).toFixed(0)} %`;
    return [
      result.id,
      result.title,
      ...columns.map((name) => {
        const entry = result.entries.find((candidate) => candidate.name === name);
        return cell(result, entry) + (name === result.us ? spread : "");
      }),
      ...(withRates ? rate(result) : []),
    ];
  });
  const heading = ["id", "workload", ...columns, ...(withRates ? ["GFLOP/s", "of peak"] : [])];
  return markdownTable(
    [heading, ...rows],
    heading.map((_, column) => (column < 2 ? "left" : "right")),
  );
}

/** `- tfjs-wasm cannot dW-W5b, dW-W6b: the reason`. */
function reasons(results: readonly WorkloadResult[]): string {
  const ids = new Map<string, string[]>();
  for (const { id, entries } of results) {
    for (const entry of entries) {
      if (isMeasured(entry)) continue;
      const key = `${entry.name} ${entry.status}|${entry.reason}`;
      ids.set(key, [...(ids.get(key) ?? []), id]);
    }
  }
  return [...ids]
    .map(([key, workloads]) => {
      const [who, reason] = [key.slice(0, key.indexOf("|")), key.slice(key.indexOf("|") + 1)];
      const all = workloads.length === results.length ? "" : ` ${workloads.join(", ")}`;
      return `- ${who}${all}: ${reason}`;
    })
    .join("\n");
}

function section(results: readonly WorkloadResult[]): string {
  const { suite, threads } = results[0]!;
  const heading = `### ${suite}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  return [heading, table(results), reasons(results)].filter((part) => part !== "").join("\n\n");
}

/** The tables alone, as the terminal shows them. */
export function renderTables(results: readonly WorkloadResult[], cliffs: readonly Cliffs[] = []): string {
  const groups = new Map<string, WorkloadResult[]>();
  for (const result of results) {
    const key = `${result.threads} ${result.suite}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const sweeps = cliffs.map(({ steps, threads }) => renderSteps(steps, threads));
  return [...[...groups.values()].map(section), ...sweeps].join("\n\n");
}

const READING = `Times are medians of interleaved samples. \`12.1 ms · 6.4×\` is a time and how many times ours it is (the median of
the ratios round by round, so it is not exactly the quotient of two medians); above 1× we are faster. Ours is the first column of
a row that shows no ratio: cpu-wasm, or cpu-js where that is the subject; ± is its median absolute deviation. "cannot" has its
reason below the table; "(1T)" used fewer threads than it was offered; "~" marks a median of samples most of which were taken while
something else slowed the processor. GFLOP/s count two operations per multiply-add of direct summation, so a Winograd kernel can
pass 100 % of the peak, which is that of WebAssembly's 128-bit SIMD on the threads used.`;

export function renderMarkdown({ machine, quick, results, cliffs }: Report): string {
  const versions = new Map(results.flatMap((result) => Object.entries(result.versions)));
  const peaks = results.flatMap(({ peak }) => (peak === null ? [] : [peak]));
  const best = peaks.sort((a, b) => b.gflops - a.gflops)[0];
  const facts: readonly (readonly [string, string])[] = [
    ["processor", `${machine.cpu}, ${machine.cores} cores`],
    ["memory", `${machine.memoryGiB} GiB`],
    ["system", machine.os],
    ["Node", `${machine.node} (V8 ${machine.v8})`],
    ["load before", `${machine.load.toFixed(1)} processes`],
    ...(best === undefined
      ? []
      : [["SIMD peak, one thread", `${significant(best.gflops)} GFLOP/s (${best.instructions})`] as const]),
    ...versions,
  ];
  return [
    "# Results",
    `Written by \`pnpm bench --markdown FILE\`${quick ? " with `--quick`: a first look, not to be quoted" : ""}. README.md says how.`,
    markdownTable([["machine and versions", ""], ...facts], ["left", "left"]),
    READING,
    renderTables(results, cliffs),
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}
