/** Every command that a page shows names a script, package or executable that is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandsOf } from "../src/commands.ts";
import { markdownPages, readPage, root } from "../src/repository.ts";

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly bin?: object;
  readonly scripts?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

const workspace = manifestOf(".");
const published = readdirSync(join(root, "packages")).map((folder) => manifestOf(join("packages", folder)));
const members = [...published, manifestOf("benchmarks"), manifestOf("docs/site"), manifestOf("apps/demo")];
const pnpmItself = new Set(["install", "exec", "create"]);
const npmItself = new Set(["install", "test", "create", "run", "audit", "ci"]);
const ours = (name: string): boolean => /^@corr2d\/|^(?:create-)?corr2d/.test(name);

function exists(page: string, words: readonly string[]): boolean {
  const [program, ...rest] = words;
  if (program === "pnpm") {
    const filtered = rest[0] === "--filter" ? members.find((member) => member.name === rest[1]) : workspace;
    const [script = "install"] =
      rest[0] === "--filter" ? rest.slice(2) : rest.filter((word) => word !== "run");
    // A package's own page speaks of the scripts that it has there.
    const here = published.find((_, i) =>
      page.startsWith(`packages/${readdirSync(join(root, "packages"))[i]}/`),
    );
    return script in { ...filtered?.scripts, ...here?.scripts } || pnpmItself.has(script);
  }
  const names = rest.filter((word) => !word.startsWith("-"));
  if (program === "npm") {
    if (names[0] === "create") return published.some(({ name }) => name === `create-${names[1]}`);
    if (names[0] === "run") return scriptsBeside(page).includes(names[1]!);
    return npmItself.has(names[0]!) && names.slice(1).filter(ours).every(isPublished);
  }
  if (program === "npx") {
    const tool = existsSync(join(root, "node_modules/.bin", names[0]!));
    return tool || published.some(({ name, bin }) => name === names[0] && bin !== undefined);
  }
  return true;
}

const isPublished = (name: string): boolean => published.some((pkg) => pkg.name === name && !pkg.private);

/** The scripts of the package that a page belongs to; the template's are written by `create.ts`. */
function scriptsBeside(page: string): string[] {
  if (page.includes("/template/")) {
    const create = readFileSync(join(root, "packages/create-corr2d-backend/src/create.ts"), "utf8");
    const [, scripts = ""] = /scripts: \{([^}]*)\}/.exec(create) ?? [];
    return [...scripts.matchAll(/^\s*"?([\w:]+)"?: /gm)].map((match) => match[1]!);
  }
  return Object.keys(manifestOf(dirname(page)).scripts ?? {});
}

const commands = markdownPages().flatMap((page) =>
  commandsOf(readPage(page)).map((command) => ({ page, ...command, text: command.words.join(" ") })),
);

describe("commands", () => {
  test.each(commands)("$page:$line $text", ({ page, words }) => {
    expect(exists(page, words)).toBe(true);
  });

  test.each(["pnpm nosuch", "npm install @corr2d/nosuch", "npx @corr2d/core", "npm create corr2d"])(
    "%s would be noticed",
    (text) => {
      expect(exists("README.md", text.split(" "))).toBe(false);
    },
  );
});
