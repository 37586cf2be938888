/** The record as tables in Markdown. */
import { markdownTable } from "../markdown-table.ts";
import { median } from "../statistics.ts";
import type { Mark, RaceResult } from "./race.ts";

const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)} %`;

const markText = ({ epochs, seconds }: Mark, mostEpochs: number): string =>
  epochs === null ? `not in ${mostEpochs} epochs` : `${seconds!.toFixed(1)} s, ${epochs} epochs`;

/** Each who raced: an epoch's median, seconds and epochs to each mark, the share of the data path. */
export function recordTable(results: readonly RaceResult[], mostEpochs: number): string {
  const accuracies = results[0]?.marks.map(({ accuracy }) => accuracy) ?? [];
  const rows = results.map(({ name, threads, marks, epochs, loadingShare }) => {
    return [
      name,
      String(threads),
      `${median(epochs.map(({ seconds }) => seconds)).toFixed(2)} s`,
      ...marks.map((mark) => markText(mark, mostEpochs)),
      loadingShare === null ? "" : percent(loadingShare, 1),
    ];
  });
  const head = [
    "",
    "threads",
    "an epoch",
    ...accuracies.map((accuracy) => `to ${percent(accuracy, 0)}`),
    "loading",
  ];
  return markdownTable(
    [head, ...rows],
    head.map((_, i) => (i === 0 ? "left" : "right")),
  );
}

/** Test accuracies of every epoch, ours beside PyTorch's: they should be the same. */
export function accuracyTable(results: readonly RaceResult[]): string {
  const longest = Math.max(...results.map(({ epochs }) => epochs.length));
  const head = ["epoch", ...results.map(({ name, threads }) => `${name} ×${threads}`)];
  const rows = Array.from({ length: longest }, (_, i) => [
    String(i + 1),
    ...results.map(({ epochs }) => (epochs[i] === undefined ? "" : percent(epochs[i].testAccuracy, 2))),
  ]);
  return markdownTable(
    [head, ...rows],
    head.map(() => "right"),
  );
}
