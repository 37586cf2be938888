/**
 * How results look: headings, tensors as PyTorch prints them, blocks side by side, tables and marks. 80 columns,
 * plain text where there is no colour.
 */
import { stripVTControlCharacters } from "node:util";
import { formatTensor, type NestedValues } from "@corr2d/core";
import Table from "cli-table3";
import pc from "picocolors";
import { agrees, type Comparison } from "../chapter/comparison.ts";

export interface Block {
  readonly head: string;
  readonly body: string;
}

function visibleWidth(text: string): number {
  return Math.max(0, ...text.split("\n").map((line) => stripVTControlCharacters(line).length));
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleWidth(text)));
}

function shapeOf(values: NestedValues): number[] {
  return Array.isArray(values) ? [values.length, ...(values.length === 0 ? [] : shapeOf(values[0]!))] : [];
}

function flatten(values: NestedValues): number[] {
  return Array.isArray(values) ? values.flatMap(flatten) : [values];
}

export class Page {
  readonly width: number;
  readonly paint: ReturnType<typeof pc.createColors>;

  constructor(columns: number, colour: boolean) {
    this.width = Math.max(40, Math.min(columns, 80));
    this.paint = pc.createColors(colour);
  }

  /** `1  Cross-correlation … demo corr2d`, over a rule; in two lines where they do not fit into one. */
  heading(left: string, right: string): string {
    const room = this.width - visibleWidth(left) - visibleWidth(right);
    const gap = room < 2 ? "\n" : " ".repeat(room);
    return `${this.paint.bold(left)}${gap}${this.paint.dim(right)}\n${this.paint.dim("─".repeat(this.width))}`;
  }

  /** Prose, in lines that fit, indented by two. */
  paragraph(text: string): string {
    const lines: string[] = [];
    for (const word of text.split(/\s+/)) {
      const longer = `${lines.at(-1)} ${word}`;
      if (lines.length > 0 && visibleWidth(longer) + 2 <= this.width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return this.indent(lines.join("\n"));
  }

  /** Nested numbers as PyTorch prints a float32 tensor of them. */
  tensor(values: NestedValues): string {
    const shape = shapeOf(values);
    return formatTensor(flatten(values), shape, "float32");
  }

  /** ✓ or ✗. */
  mark(ok: boolean): string {
    return ok ? this.paint.green("✓") : this.paint.red("✗");
  }

  /** Blocks side by side where they fit, below each other where they do not. Indented by two. */
  blocks(blocks: readonly Block[]): string {
    const texts = blocks.map(({ head, body }) => `${this.paint.dim(head)}\n${body}`);
    const widths = texts.map(visibleWidth);
    const total = widths.reduce((sum, width) => sum + width + 4, -2);
    if (total > this.width) return texts.map((text) => this.indent(text)).join("\n");

    const lines = texts.map((text) => text.split("\n"));
    const height = Math.max(...lines.map((block) => block.length));
    const rows = Array.from({ length: height }, (_, row) =>
      lines
        .map((block, i) => pad(block[row] ?? "", widths[i]!))
        .join("    ")
        .trimEnd(),
    );
    return this.indent(rows.join("\n"));
  }

  indent(text: string, by = 2): string {
    return text.replace(/^(?=.)/gm, " ".repeat(by));
  }

  /** What is expected and what was computed, as tensors with a mark. */
  compareTensors(comparison: Comparison): string {
    const { what, source, expected, computed } = comparison;
    const text = (value: Comparison["expected"]): string =>
      typeof value === "string" ? value : this.tensor(value);
    return this.blocks([
      { head: source, body: text(expected) },
      { head: what, body: `${text(computed)} ${this.mark(agrees(comparison))}` },
    ]);
  }

  /** Matrices and longer lists as tensors, the rest one line each. */
  compare(comparisons: readonly Comparison[]): string {
    const isTensor = ({ expected }: Comparison): boolean =>
      Array.isArray(expected) && (expected.length > 2 || Array.isArray(expected[0]));
    const parts = comparisons.filter(isTensor).map((comparison) => this.compareTensors(comparison));
    const lines = comparisons.filter((comparison) => !isTensor(comparison));
    if (lines.length > 0) parts.push(this.compareLines(lines));
    return parts.join("\n\n");
  }

  /** One line per comparison: the mark, what, computed and expected. */
  compareLines(comparisons: readonly Comparison[]): string {
    const rows = comparisons.map((comparison) => {
      const { what, source, expected, computed, digits = 0, within } = comparison;
      const places = within === undefined ? digits : Math.ceil(-Math.log10(within));
      const text = (value: Comparison["expected"]): string => numbers(value, places);
      const slack = within === undefined ? "" : ` ±${within}`;
      const known = `${source}: ${text(expected)}${slack}`;
      return [this.mark(agrees(comparison)), what, text(computed), this.paint.dim(known)];
    });
    return this.table([], rows);
  }

  /**
   * A table without lines, its head dimmed. Columns that do not fit beside each other stand below: as tables of their own
   * that begin with the first column too if it leaves the room, or without a head as second lines of the rows.
   */
  table(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const all = [head, ...rows];
    const widths = Array.from({ length: Math.max(...all.map((row) => row.length)) }, (_, i) =>
      Math.max(...all.map((row) => visibleWidth(row[i] ?? ""))),
    );
    const reach = widths[0]! + 2;
    const groups: number[][] = [];
    let used = 0;
    for (const [column, width] of widths.entries()) {
      const last = groups.at(-1);
      if (last !== undefined && (used + 2 + width <= this.width || column === 1)) {
        last.push(column);
        used += 2 + width;
      } else {
        const repeats = last !== undefined && head.length > 0 && 2 + reach + width <= this.width;
        groups.push(repeats ? [0, column] : [column]);
        used = 2 + width + (last !== undefined && (repeats || head.length === 0) ? reach : 0);
      }
    }
    const pick = (row: readonly string[], columns: readonly number[]): string[] =>
      columns.map((column) => row[column] ?? "");
    if (head.length > 0) {
      const parts = groups.map((columns) =>
        this.#plainTable(
          pick(head, columns),
          rows.map((row) => pick(row, columns)),
        ),
      );
      return parts.join("\n");
    }
    const [first, ...others] = groups;
    const lines = this.#plainTable(
      [],
      rows.map((row) => pick(row, first ?? [])),
    ).split("\n");
    const below = (row: readonly string[]): string[] =>
      others.map((columns) => pick(row, columns).join("  ").trimEnd()).filter((line) => line !== "");
    return rows
      .map((row, i) => [lines[i], ...below(row).map((line) => this.indent(line, 2 + reach))].join("\n"))
      .join("\n");
  }

  #plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const table = new Table({
      head: head.map((cell) => this.paint.dim(cell)),
      style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
      chars: Object.fromEntries(EDGES.map((edge) => [edge, ""])),
    });
    table.push(...rows.map((row) => [...row]));
    // Lines without characters come out as empty ones.
    const lines = table
      .toString()
      .split("\n")
      .map((line) => line.trimEnd());
    return this.indent(lines.filter((line) => line !== "").join("\n"));
  }
}

const EDGES = [
  ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
  ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
];

/** Numbers at a fixed number of digits, lists in brackets. */
export function numbers(value: Comparison["expected"], digits: number): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `[${value.map((item) => numbers(item, digits)).join(", ")}]`;
  if (!Number.isFinite(value)) return String(value);
  const text = Math.abs(value) >= 1e7 ? value.toExponential(3) : value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** A difference between two backends. */
export function differenceText(difference: number): string {
  return difference === 0 ? "0" : difference.toExponential(1);
}
