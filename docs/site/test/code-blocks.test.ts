/**
 * Every JavaScript and TypeScript block of every Markdown page, compiled and run with the packages' builds, as its
 * reader would. CONTRIBUTING.md ("Documentation") says how a page marks a block that cannot run.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { type Compiled, compilePrograms } from "../src/compile.ts";
import { codeOf, type Program } from "../src/programs.ts";
import { markdownPages, readPage, root } from "../src/repository.ts";

const run = promisify(execFile);
const pages = markdownPages().map((page) => codeOf(page, readPage(page)));
const programs = pages.flatMap((page) => page.programs);

let compiled: (program: Program) => Compiled;
beforeAll(async () => {
  compiled = await compilePrograms(programs);
});

const withoutSpaces = (text: string): string => text.replaceAll(/\s+/g, "");

/** The shown output as a pattern: blanks do not count, … stands for anything. */
function pattern(shown: string): RegExp {
  const parts = withoutSpaces(shown).split("…");
  return new RegExp(
    `^${parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".*")}$`,
    "u",
  );
}

describe("programs", () => {
  test.each(programs)("$name", async (program) => {
    const { module, errors } = compiled(program);
    expect(errors).toEqual([]);
    if (!program.runs) return;
    const { stdout } = await run(process.execPath, ["--enable-source-maps", module], {
      cwd: dirname(module),
      timeout: 100_000,
    });
    if (program.output === undefined || pattern(program.output).test(withoutSpaces(stdout))) return;
    expect(stdout, "what it prints, and what the page shows").toBe(program.output);
  });
});

describe("excerpts", () => {
  test.each(pages.flatMap((page) => page.excerpts))("$name is in $path", ({ path, lines }) => {
    const trimmed = (text: readonly string[]): string => `\n${text.map((line) => line.trim()).join("\n")}\n`;
    const file = trimmed(readFileSync(join(root, path), "utf8").split("\n"));
    const missing = lines.filter((line) => !file.includes(trimmed([line])));
    expect(missing, "lines that the file has not").toEqual([]);
    expect(file.includes(trimmed(lines)), "the file has the lines one after the other").toBe(true);
  });
});

/** `name(a, { b, c }, d)` → the name and `["a", "{", "d"]`: what a parameter is called, where it has a name. */
function signaturesIn(text: string): { name: string; parameters: string[] }[] {
  return [...text.matchAll(/\b(\w+)\??\(([^()]*)\)/g)].map(([, name, list]) => ({
    name: name!,
    parameters: list!
      .replaceAll(/\{[^}]*\}/g, "{")
      .split(",")
      .map((parameter) => parameter.trim().replace(/:.*$/s, ""))
      .filter((parameter) => parameter !== ""),
  }));
}

describe("signatures", () => {
  test.each(pages.flatMap((page) => page.signatures))("$name are those of $path", ({ path, lines }) => {
    const declared = signaturesIn(readFileSync(join(root, path), "utf8"));
    const shown = signaturesIn(lines.map((line) => line.replace(/\/\/.*/, "")).join("\n"));
    expect(shown).not.toEqual([]);
    for (const { name, parameters } of shown) {
      const like = declared.filter((other) => other.name === name).map((other) => other.parameters);
      const fits = like.some(
        (names) =>
          names.length === parameters.length &&
          names.every((n, i) => parameters[i] === "{" || parameters[i] === n),
      );
      expect(fits, `${name}(${parameters.join(", ")}); declared: ${JSON.stringify(like)}`).toBe(true);
    }
  });
});
