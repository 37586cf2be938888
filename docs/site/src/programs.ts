/**
 * The programs that a page shows: its JavaScript and TypeScript blocks, made into modules.
 *
 * A block is a program of its own, or goes on with the one before it (`continues`). A program keeps the line numbers of
 * its page, so that an error in it names the page's line. What a program prints is shown in a comment after
 * `console.log(…);`, on its line or below it, or in a `text` block right after the code.
 */
import { type Fence, fencesOf } from "./fences.ts";

export interface Program {
  /** `docs/memory.md:14`. */
  readonly name: string;
  /** A file name that no other program has. */
  readonly file: string;
  readonly source: string;
  /** False for `check-only`: its types are checked, and that is all. */
  readonly runs: boolean;
  /** What it prints, as far as the page shows anything. */
  readonly output: string | undefined;
}

export interface Quotation {
  readonly name: string;
  readonly path: string;
  readonly lines: readonly string[];
}

export interface PageCode {
  readonly programs: readonly Program[];
  /** `excerpt=path`: consecutive lines of that file, which is compiled and tested where it is. */
  readonly excerpts: readonly Quotation[];
  /** `signatures=path`: functions that an interface in that file declares, with their parameters. */
  readonly signatures: readonly Quotation[];
}

/** Stands for the package or file of the reader's own, in pages about backends. */
export const readersBackend = "docs/examples/minimal-backend/backend.ts";

const languages = new Map([
  ["js", "js"],
  ["javascript", "js"],
  ["mjs", "js"],
  ["ts", "ts"],
  ["typescript", "ts"],
  ["mts", "ts"],
  ["tsx", "tsx"],
]);

/** The comments that show what the `console.log` before them prints. */
export function shownOutput(lines: readonly string[]): string[] {
  const shown: string[] = [];
  let afterLog = false;
  for (const line of lines) {
    const log = /^\s*console\.log\(.*\);\s*(?:\/\/ ?(.*))?$/.exec(line);
    const comment: RegExpExecArray | null = afterLog ? /^\s*\/\/ ?(.*)$/.exec(line) : null;
    if (log?.[1] !== undefined) shown.push(log[1]);
    if (comment) shown.push(comment[1]!);
    afterLog = log !== null || comment !== null;
  }
  return shown;
}

interface Draft {
  name: string;
  file: string;
  lines: string[];
  runs: boolean;
  output: string[];
}

function place(draft: Draft, fence: Fence): void {
  while (draft.lines.length < fence.firstLine - 1) draft.lines.push("");
  draft.lines.push(...fence.lines);
  draft.output.push(...shownOutput(fence.lines));
}

export function codeOf(page: string, markdown: string): PageCode {
  const drafts: Draft[] = [];
  const excerpts: Quotation[] = [];
  const signatures: Quotation[] = [];
  let current: Draft | undefined;
  for (const fence of fencesOf(markdown)) {
    const extension = languages.get(fence.language);
    if (extension === undefined) {
      if (fence.language === "text" && fence.followsBlock) current?.output.push(...fence.lines);
      current = undefined;
      continue;
    }
    const name = `${page}:${fence.firstLine}`;
    const [word, path] = (fence.words[0] ?? "").split("=", 2);
    if (fence.words.length > 1) throw new Error(`${name}: one word at most after the language`);
    if (word === "excerpt" || word === "signatures") {
      if (!path) throw new Error(`${name}: ${word}=path names the file`);
      (word === "excerpt" ? excerpts : signatures).push({ name, path, lines: fence.lines });
      current = undefined;
    } else if (word === "continues") {
      current = drafts.at(-1);
      if (!current?.file.endsWith(`.${extension}`)) throw new Error(`${name}: nothing to continue`);
      place(current, fence);
    } else if (word === "" || word === "check-only") {
      const file = `${page.replaceAll(/[^\w]+/g, "-")}-${fence.firstLine}.${extension}`;
      current = { name, file, lines: [], runs: word === "", output: [] };
      drafts.push(current);
      place(current, fence);
    } else {
      throw new Error(`${name}: "${word}" is none of continues, check-only, excerpt=, signatures=`);
    }
  }
  const programs = drafts.map(({ lines, output, ...draft }) => ({
    ...draft,
    source: `${lines.join("\n")}\n`.replaceAll(
      /(["'])(?:\.\/)?my-backend(?:\.[jt]s)?\1/g,
      '"./my-backend.ts"',
    ),
    output: output.length > 0 ? output.join("\n") : undefined,
  }));
  return { programs, excerpts, signatures };
}
