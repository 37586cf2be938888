/**
 * Where things are: the repository's root, its Markdown files, its files by path.
 *
 * A page is named by its path from the root, with forward slashes, as people name it: `packages/core/README.md`.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export const root: string = resolve(import.meta.dirname, "../../..");

/** Every Markdown file that is in git or could be added to it, but those that are written by or for changesets. */
export function markdownPages(): string[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  return [...new Set(listed.split("\n"))]
    .filter((page) => page !== "" && !page.startsWith(".changeset/") && !page.endsWith("CHANGELOG.md"))
    .sort();
}

export function readPage(page: string): string {
  return readFileSync(resolve(root, page), "utf8");
}
