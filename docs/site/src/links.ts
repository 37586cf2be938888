/**
 * Links of Markdown pages, and the anchors that their headings make on GitHub.
 */

export interface Link {
  readonly line: number;
  readonly target: string;
}

/** Code shows links without making any: it becomes blanks, and line numbers stay. */
function withoutCode(markdown: string): string {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, " ");
  return markdown
    .replaceAll(/^([ \t]*)(`{3,}|~{3,})[^\n]*\n(?:.*\n)*?\1\2[ \t]*$/gm, blank)
    .replaceAll(/(`+)[^`]+?\1/g, blank);
}

export function linksOf(markdown: string): Link[] {
  return withoutCode(markdown)
    .split("\n")
    .flatMap((text, i) =>
      [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|\b(?:href|src)="([^"]+)"/g)].map((match) => ({
        line: i + 1,
        target: match[1] ?? match[2]!,
      })),
    );
}

/** GitHub's: lower case, blanks to hyphens, nothing but letters, digits, hyphens and underscores. */
export const slugOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");

/** Of all headings of a page; those that occur again get a number. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  const headings = markdown
    .replaceAll(/^([ \t]*)(`{3,}|~{3,})[^\n]*\n(?:.*\n)*?\1\2[ \t]*$/gm, "")
    .matchAll(/^#{1,6}\s+(.*?)\s*#*\s*$/gm);
  for (const [, heading] of headings) {
    const plain = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    const slug = slugOf(plain);
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}
