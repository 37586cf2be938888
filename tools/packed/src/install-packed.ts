/** A project outside this repository with our packages in it, as `pnpm pack` makes them of what was built. */
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { run } from "../../registry/src/run.ts";
import { PACKED, root } from "./public-files.ts";

/** Makes it in `project`, a folder that is not there yet. Nothing is fetched. */
export async function installPacked(project: string): Promise<void> {
  const files = join(project, "files");
  await mkdir(files, { recursive: true });
  for (const name of PACKED) {
    await run("pnpm", ["pack", "--pack-destination", files], { cwd: join(root, "packages", name) });
  }
  await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const packed = (await readdir(files)).map((file) => join(files, file));
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--omit=peer", ...packed], {
    cwd: project,
  });
  // The suite's peer, which is to be the one that runs.
  const vitest = dirname(createRequire(import.meta.url).resolve("vitest/package.json"));
  await symlink(vitest, join(project, "node_modules", "vitest"), "junction");
}

export const removeProject = (project: string): Promise<void> =>
  rm(project, { recursive: true, force: true });
