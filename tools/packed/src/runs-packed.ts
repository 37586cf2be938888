/**
 * Which test files can run against the packed packages: those that use a package as anybody can.
 *
 * A file and the test files that it imports may import packages by their names or by their entries' sources, which is the
 * same. One that names any other file of a tested package (imports it, or reads an entry's text) tests the sources; so does one
 * that loads modules anew, which Vitest can do with those alone that it has transformed.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { publicNames, root, TESTED } from "./public-files.ts";

/** `from "…"`, `import "…"` and `import("…")`, without those of types alone; and any other relative path. */
const IMPORT = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;
const TYPES = /\bimport type [^;]*?from "[^"]+";/g;
const PATH = /["'`](\.{1,2}\/[^"'`\n]*)["'`]/g;

const within = (file: string, folder: string): boolean => file.startsWith(folder + sep);

const testedFolders = TESTED.map((name) => join(root, "packages", name));

export interface Use {
  /** The names by which it imports packages. */
  readonly packages: ReadonlySet<string>;
  /** Files of the sources that only a test of the sources can name. */
  readonly sources: ReadonlySet<string>;
}

/** What a test file uses, with all that it imports from test folders. */
export function useOf(testFile: string): Use {
  const packages = new Set<string>();
  const sources = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8").replace(TYPES, "");
    if (text.includes("vi.resetModules(")) sources.add(file);
    const imported = new Set([...text.matchAll(IMPORT)].map(([, name]) => name!));
    for (const name of imported) if (name.startsWith("@corr2d/")) packages.add(name);
    for (const [, path] of text.matchAll(PATH)) {
      const target = resolve(dirname(file), path!);
      const name = imported.has(path!) ? publicNames.get(target) : undefined;
      const home = testedFolders.find((folder) => within(target, folder));
      if (name !== undefined) packages.add(name);
      else if (home !== undefined && !within(target, join(home, "test"))) sources.add(target);
      else if (/\.(ts|mjs)$/.test(target) && existsSync(target)) visit(target);
    }
  };
  visit(testFile);
  return { packages, sources };
}

/** The test files of a package. */
export function testFilesOf(name: string): readonly string[] {
  const folder = join(root, "packages", name, "test");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".test.ts"))
    .sort()
    .map((file) => join(folder, file));
}

/** Those of them that run against the packed packages. */
export function packedTestsOf(name: string): readonly string[] {
  return testFilesOf(name).filter((file) => {
    const { packages, sources } = useOf(file);
    return packages.size > 0 && sources.size === 0;
  });
}
