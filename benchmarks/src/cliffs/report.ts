/** Neighbours as a table in Markdown, the largest ratio first. */
import { markdownTable } from "../markdown-table.ts";
import { CLIFF, type Step } from "./measure.ts";

/** Ratios below this say nothing. */
const SHOWN = 1.15;

const picoseconds = (seconds: number): string => (seconds * 1e12).toPrecision(3);

export function renderSteps(steps: readonly Step[], threads: number): string {
  const sorted = [...steps].sort((a, b) => b.ratio - a.ratio);
  const cliffs = sorted.filter(({ ratio }) => ratio > CLIFF);
  const unexplained = cliffs.filter(({ because }) => because === null).length;
  const shown = sorted.filter(({ ratio }) => ratio >= SHOWN);
  const rows = shown.map((step) => [
    `${step.ratio.toFixed(2)}${step.ratio > CLIFF ? " !" : "  "}`,
    step.sweep,
    step.slow.label,
    step.fast.label,
    picoseconds(step.slow.seconds),
    picoseconds(step.fast.seconds),
    step.unit,
    step.ratio > CLIFF ? (step.because ?? "") : "",
  ]);
  const table = markdownTable(
    [["ratio", "sweep", "slow at", "fast at", "ps", "ps", "for a", "because"], ...rows],
    ["right", "left", "right", "right", "right", "right", "left", "left"],
  );
  return [
    `### cliffs, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    `${steps.length} pairs of neighbours, ${cliffs.length} of them more than ${CLIFF} apart (!), ${unexplained} without a reason; ` +
      `${steps.length - shown.length} below ${SHOWN} are not shown.`,
    ...(rows.length > 0 ? [table] : []),
  ].join("\n\n");
}
