/** The version of an installed package, also of one whose `exports` hide its package.json. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** @throws when the package is not installed. */
export function installedVersion(name: string): string {
  let folder = dirname(require.resolve(name));
  for (;;) {
    const file = join(folder, "package.json");
    if (existsSync(file)) {
      const manifest = JSON.parse(readFileSync(file, "utf8")) as { name?: string; version?: string };
      if (manifest.name === name && manifest.version !== undefined) return manifest.version;
    }
    if (dirname(folder) === folder) throw new Error(`${name} has no package.json`);
    folder = dirname(folder);
  }
}
