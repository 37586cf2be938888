/**
 * Tools of the matrix, from the npm registry: package managers, compilers, runtimes. Each lives in a folder of its own
 * under node_modules/.cache, so that a second run fetches nothing.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../run.ts";

const cache: string = resolve(
  dirname(fileURLToPath(import.meta.url)),
  ...["..", "..", "node_modules", ".cache", "matrix"],
);

export interface Tool {
  /** The package's own folder. */
  readonly folder: string;
  readonly version: string;
}

/** The newest version of a package within a range such as `5.2` or `12`. */
export async function tool(name: string, range: string): Promise<Tool> {
  const home = join(cache, `${name.replace("/", "+")}@${range}`);
  const folder = join(home, "node_modules", name);
  if (!existsSync(join(folder, "package.json"))) {
    await mkdir(home, { recursive: true });
    await writeFile(join(home, "package.json"), '{ "private": true }');
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${range}`], {
      cwd: home,
    });
  }
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { version: string };
  return { folder, version };
}
