/**
 * Results as text: what one backend's run came to, several side by side, and the op × backend matrix.
 *
 * The matrix has a row per member and dtype; a cell says how the backend supplies it (native or composed) when
 * every case passed, why it was skipped, or how many cases failed.
 */
import {
  type Backend,
  DTYPE_NAMES,
  type DType,
  OPERATION_NAMES,
  OPERATIONS,
  type OperationName,
} from "@corr2d/core";
import type { Member } from "./case.ts";
import type { Entry, Outcome } from "./suite.ts";

/** What came of a case. */
export interface Result {
  readonly id: string;
  readonly clause: string;
  readonly group: string;
  readonly covers?: Entry["covers"];
  readonly outcome: Outcome;
}

/** One backend's whole run. */
export interface BackendReport {
  /** The backend's name, numbered when another one has it already. */
  readonly label: string;
  readonly backend: Pick<Backend, "name" | "contract" | "features" | "dtypes" | "optionalOps"> & {
    /** The composites that the backend supplies itself. */
    readonly nativeComposites: readonly Member[];
  };
  readonly results: readonly Result[];
  readonly milliseconds: number;
}

const count = (results: readonly Result[], status: Outcome["status"]): number =>
  results.filter((result) => result.outcome.status === status).length;

/** Columns padded to one width, two spaces apart. */
function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function tally(results: readonly Result[]): string {
  const [failed, skipped] = [count(results, "failed"), count(results, "skipped")];
  const known = count(results, "known failure");
  const parts = [`${count(results, "passed")} passed`];
  if (failed > 0) parts.push(`${failed} FAILED`);
  if (known > 0) parts.push(`${known} known`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return parts.join(", ");
}

/** Groups of cases down (plain and validated runs counted together), backends across. */
export function comparisonTable(reports: readonly BackendReport[]): string {
  const groups = [...new Set(reports.flatMap(({ results }) => results.map(({ group }) => group)))];
  const rows = groups.map((group) => [
    group,
    ...reports.map(({ results }) => tally(results.filter((result) => result.group === group))),
  ]);
  const header = ["", ...reports.map((report) => report.label)];
  const total = ["all", ...reports.map((report) => tally(report.results))];
  const time = ["time", ...reports.map((report) => `${(report.milliseconds / 1000).toFixed(1)} s`)];
  return alignColumns([header, ...rows, total, time]);
}

/** What the results of one matrix cell come to. */
function cell(report: BackendReport, member: Member, results: readonly Result[]): string {
  const failed = count(results, "failed") + count(results, "known failure");
  if (failed > 0) return `**${failed} of ${results.length} fail**`;
  if (count(results, "passed") === 0) {
    const skip = results.find((result) => result.outcome.status === "skipped");
    return skip?.outcome.status === "skipped" ? `– (${skip.outcome.reason})` : "–";
  }
  const isOwn = OPERATIONS[member as OperationName]?.primitive !== false;
  return isOwn || report.backend.nativeComposites.includes(member) ? "native" : "composed";
}

/** Members in the contract's order, each with the dtypes that cases speak of. */
function matrixKeys(reports: readonly BackendReport[]): (readonly [member: Member, dtype: DType])[] {
  const seen = new Set<string>();
  for (const { results } of reports) {
    for (const { covers } of results) if (covers !== undefined) seen.add(`${covers.member} ${covers.dtype}`);
  }
  const members: readonly Member[] = ["upload", "read", "free", ...OPERATION_NAMES];
  const all = members.flatMap((member) => DTYPE_NAMES.map((dtype) => [member, dtype] as const));
  return all.filter(([member, dtype]) => seen.has(`${member} ${dtype}`));
}

/** A Markdown table, its columns aligned. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [rows[0]!, rule, ...rows.slice(1)].map(line).join("\n");
}

/** The op × backend matrix, in Markdown. */
export function matrixMarkdown(reports: readonly BackendReport[]): string {
  const rows = matrixKeys(reports).map(([member, dtype]) => {
    const cells = reports.map((report) => {
      const results = report.results.filter((r) => r.covers?.member === member && r.covers.dtype === dtype);
      return cell(report, member, results);
    });
    return [`\`${member}\``, dtype, ...cells];
  });
  const header = ["member", "dtype", ...reports.map((report) => report.label)];
  return `# Operations by backend

Written by \`corr2d-conformance --matrix\`. _native_: the backend's own; _composed_: made by core from its primitives; both
mean that every case of the conformance suite passed.

${markdownTable([header, ...rows])}
`;
}
