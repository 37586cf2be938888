/** The names of all packages that a project's lockfile holds, sorted: what an installation brought, wherever it lies. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

export async function npmLocked(folder: string): Promise<readonly string[]> {
  const lock = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8")) as {
    packages: Record<string, unknown>;
  };
  const paths = Object.keys(lock.packages).filter((path) => path !== "");
  return sorted(paths.map((path) => path.replace(/^.*node_modules\//, "")));
}

/** pnpm and yarn head each entry with `name@version` or `name@range`; yarn lists the project itself as `name@workspace:`. */
const headings = async (folder: string, file: string): Promise<readonly string[]> => {
  const lock = await readFile(join(folder, file), "utf8");
  return sorted(
    [...lock.matchAll(/^ *["']?((?:@[^@/]+\/)?[^@"' ]+)@(?!workspace:).*:$/gm)].map(([, name]) => name!),
  );
};

export const pnpmLocked = (folder: string): Promise<readonly string[]> => headings(folder, "pnpm-lock.yaml");
export const yarnLocked = (folder: string): Promise<readonly string[]> => headings(folder, "yarn.lock");
