/**
 * The commands that a page tells its reader to type: the lines of its shell blocks, and code spans that begin with a
 * package manager.
 */
import { fencesOf } from "./fences.ts";

export interface Command {
  readonly line: number;
  /** `npx -y pnpm@12 test` and `pnpm test` are both `["pnpm", "test"]`. */
  readonly words: readonly string[];
}

const shells = new Set(["sh", "bash", "shell", "console"]);

function wordsOf(text: string): string[] {
  const typed = text.replace(/(^|\s)#.*/, "").trim();
  return typed.replace(/^npx (?:-y |--yes )?pnpm(?:@\d+)?(?= |$)/, "pnpm").split(/\s+/);
}

export function commandsOf(markdown: string): Command[] {
  const commands: Command[] = [];
  const inFence = new Set<number>();
  for (const fence of fencesOf(markdown)) {
    fence.lines.forEach((text, i) => {
      const line = fence.firstLine + i;
      inFence.add(line);
      if (shells.has(fence.language)) {
        for (const part of text.split("&&")) {
          if (wordsOf(part)[0] !== "") commands.push({ line, words: wordsOf(part) });
        }
      }
    });
  }
  markdown.split("\n").forEach((text, i) => {
    if (inFence.has(i + 1)) return;
    for (const [, span] of text.matchAll(/`((?:pnpm|npm|npx) [^`]+)`/g)) {
      commands.push({ line: i + 1, words: wordsOf(span!) });
    }
  });
  return commands;
}
