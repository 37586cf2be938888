/**
 * pnpm test:matrix [managers|compilers|runtimes|bundlers|hosts ...]
 *
 * Publishes all packages to a registry of our own and uses them in every package manager, compiler, runtime, bundler and host
 * that we support. A host that is not installed is named, and counts as not run. The whole matrix (no arguments) writes docs/matrix.md. Needs the npm registry, and Linux on x64.
 */
import { cp, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createProject } from "./consumer.ts";
import { BUNDLER_PACKAGES, bundlerPages } from "./matrix/bundlers.ts";
import { compilers } from "./matrix/compilers.ts";
import { hosts } from "./matrix/hosts.ts";
import { packageManagers } from "./matrix/managers.ts";
import { type Row, rows } from "./matrix/row.ts";
import { runtimes } from "./matrix/runtimes.ts";
import { markdown } from "./matrix/table.ts";
import { startRegistry } from "./registry.ts";
import { prepareRelease } from "./release.ts";
import { run } from "./run.ts";

const wanted: readonly string[] = process.argv.slice(2);
const wants = (part: string): boolean => wanted.length === 0 || wanted.includes(part);

const registry = await startRegistry();
const release = await prepareRelease(registry);
console.log(await release.publish().then(release.checkPublished));

// A project like a user's: everything but our packages comes from the npm registry.
const { folder: project, remove } = await createProject(
  { ...registry, npmrc: registry.scopedNpmrc },
  "train",
);
const names = [...release.packages.values()]
  .map(({ name }) => name)
  .filter((name) => name.startsWith("@corr2d/"));
await run(
  "npm",
  ["install", "--no-audit", "--no-fund", ...names, ...(wants("bundlers") ? BUNDLER_PACKAGES : [])],
  {
    cwd: project,
  },
);
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
await run(process.execPath, [tsc, "--project", "."], { cwd: project });
const copyProgram = (folder: string): Promise<void> =>
  cp(join(project, "dist"), join(folder, "dist"), { recursive: true });

const parts: Record<string, readonly Row[]> = {};
if (wants("managers"))
  parts["Package managers"] = await rows("Package managers", packageManagers(registry, copyProgram));
if (wants("compilers")) parts.TypeScript = await rows("TypeScript", compilers(project));
if (wants("runtimes")) parts.Runtimes = await rows("Runtimes", runtimes(project));
if (wants("bundlers"))
  parts["Bundlers, in Chromium"] = await rows("Bundlers, in Chromium", bundlerPages(project));
if (wants("hosts")) parts.Hosts = await rows("Hosts", await hosts(project));

await Promise.all([remove(), release.remove(), registry.close()]);
const all = Object.values(parts).flat();
const count = (works: Row["works"]): number => all.filter((row) => row.works === works).length;
if (wanted.length === 0) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
  await writeFile(join(root, "docs", "matrix.md"), markdown(parts));
}
console.log(`\n${count("yes")} passed, ${count("no")} failed, ${count("not run")} not run`);
process.exitCode = count("no") === 0 && count("yes") > 0 ? 0 : 1;
