/**
 * A project outside this repository that uses the published packages: a temporary folder with a package.json, a .npmrc
 * that names our registry, and the sources of `projects/<name>`.
 */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Registry } from "./registry.ts";

const projects: string = resolve(dirname(fileURLToPath(import.meta.url)), "..", "projects");

export interface Project {
  readonly folder: string;
  remove(): Promise<void>;
}

/** An empty project, or with a copy of the sources of `projects/<name>`. */
export async function createProject(registry: Pick<Registry, "npmrc">, name?: string): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "corr2d consumer "));
  if (name !== undefined) await cp(join(projects, name), folder, { recursive: true });
  await writeFile(join(folder, ".npmrc"), registry.npmrc);
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
