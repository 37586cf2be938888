/**
 * The fenced blocks of a Markdown page.
 *
 * The info string is the text after the opening fence. Its first word is the language; the others say how the block
 * is checked (CONTRIBUTING.md, "Documentation"). No renderer shows them.
 */

export interface Fence {
  readonly language: string;
  readonly words: readonly string[];
  /** Without the fence's own indentation. */
  readonly lines: readonly string[];
  /** The number of the first of `lines` in its page, counted from 1. */
  readonly firstLine: number;
  /** Whether nothing but empty lines lies between this block and the one before it. */
  readonly followsBlock: boolean;
}

const opening = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/;

export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  const lines = markdown.split(/\r?\n/);
  let followsBlock = false;
  for (let i = 0; i < lines.length; i++) {
    const open = opening.exec(lines[i]!);
    if (!open) {
      if (lines[i]!.trim() !== "") followsBlock = false;
      continue;
    }
    const [, indent = "", fence = "", info = ""] = open;
    const firstLine = i + 2;
    const inside: string[] = [];
    for (i++; i < lines.length && lines[i]!.trim() !== fence; i++) {
      const line = lines[i]!;
      inside.push(line.startsWith(indent) ? line.slice(indent.length) : line.trimStart());
    }
    if (i === lines.length) throw new Error(`line ${firstLine - 1}: the block that begins here has no end`);
    const [language = "", ...words] = info.trim().split(/\s+/);
    fences.push({ language, words, lines: inside, firstLine, followsBlock });
    followsBlock = true;
  }
  return fences;
}
