/** A table in Markdown, padded so that it reads as plain text in a terminal too. */

/** @param align per column; the first row is the heading. */
export function markdownTable(
  rows: readonly (readonly string[])[],
  align: readonly ("left" | "right")[],
): string {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = align.map((_, column) =>
    Math.max(3, ...escaped.map((row) => [...(row[column] ?? "")].length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        const padding = " ".repeat(width - [...cell].length);
        return align[column] === "right" ? padding + cell : cell + padding;
      })
      .join(" | ")} |`;
  const rule = widths.map((width, column) =>
    align[column] === "right" ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  const [heading = [], ...body] = escaped;
  return [line(heading), line(rule), ...body.map(line)].join("\n");
}
