/**
 * Writes a new backend: the files of `template`, for a late one with those of `template/late` in their place, with the
 * backend's name for `my-backend` and its factory's name for `myBackend`, and a package.json that asks for this release of
 * the corr2d packages.
 */
import { cp, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const home: string = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** `my-backend` → `myBackend`; `@scope/` is dropped. */
export function factoryName(packageName: string): string {
  const [first = "", ...rest] = packageName.replace(/^@.*\//, "").split(/[^a-z0-9]+/);
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

export interface CreateOptions {
  /** One that works later, in a worker thread, in place of one that computes at once. */
  readonly late?: boolean | undefined;
}

function manifest(name: string, release: string, late: boolean): object {
  const range = `^${release}`;
  return {
    name,
    version: "0.0.0",
    description: `${name}, a backend for corr2d`,
    keywords: ["corr2d", "backend"],
    type: "module",
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
    files: ["dist", "src"],
    sideEffects: false,
    engines: { node: ">=20" },
    scripts: {
      build: "tsc --project tsconfig.build.json",
      check: "tsc",
      test: late ? "npm run build && vitest run" : "vitest run", // a worker is started from the build
      conformance: "npm run build && corr2d-conformance ./dist/index.js",
      bench: "npm run build && node benchmark/corr2d.mjs",
      prepack: "npm run build",
    },
    dependencies: { "@corr2d/core": range },
    devDependencies: {
      "@corr2d/conformance": range,
      "@corr2d/cpu-js": range,
      ...(late ? { "@types/node": "^20.19.0", "@types/web": ">=0.0.352" } : {}),
      typescript: ">=5.2",
      vitest: "^4.1.0",
    },
  };
}

/**
 * Writes the backend into a folder, which is created if need be. Its last name is the package's.
 * @param name the package's name, if it is not the folder's
 * @throws Error if the folder has something in it, or the name cannot be a package's
 */
export async function createBackend(
  folder: string,
  name: string = basename(resolve(folder)),
  { late = false }: CreateOptions = {},
): Promise<void> {
  if (!/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z][a-z0-9._-]*$/.test(name)) {
    throw new Error(
      `"${name}" cannot be the name of a package: use lowercase letters, digits and hyphens, and start with a letter`,
    );
  }
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty: name a new folder`);

  const template = join(home, "template");
  const variant = join(template, "late");
  await cp(template, folder, { recursive: true, filter: (source) => source !== variant });
  if (late) await cp(variant, folder, { recursive: true });
  await rename(join(folder, "gitignore"), join(folder, ".gitignore")); // npm leaves .gitignore out of packages
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replaceAll("my-backend", name).replaceAll("myBackend", factoryName(name)));
  }
  const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as { version: string };
  await writeFile(
    join(folder, "package.json"),
    `${JSON.stringify(manifest(name, version, late), null, 2)}\n`,
  );
}
