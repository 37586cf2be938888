/** Test frameworks and libraries that run in a process of Node's: Jest with jsdom, Vitest, Vue. Each must end by itself. */
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../run.ts";
import { type Both, parseBoth } from "./both.ts";

const require: NodeJS.Require = createRequire(import.meta.url);
const home: string = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

export interface Program {
  readonly what: string;
  /** The package whose version is shown. */
  readonly packageName: string;
  /** The command line, after `node`, in the project. */
  readonly args: readonly string[];
}

/** Everything a program imports besides our packages; of this workspace, so that no registry is needed. */
const PACKAGES = ["jest", "jest-environment-jsdom", "vitest", "vue"];

export const PROGRAMS: readonly Program[] = [
  {
    what: "Jest, jsdom",
    packageName: "jest",
    args: ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--config=hosts/jest.config.json"],
  },
  {
    what: "Vitest",
    packageName: "vitest",
    args: ["node_modules/vitest/vitest.mjs", "run", "--config=hosts/vitest.config.mjs"],
  },
  { what: "Vue, reactive", packageName: "vue", args: ["hosts/vue.mjs"] },
];

/** Puts the programs of `projects/hosts`, and what they import, into a project that has our packages. */
export async function addHosts(project: string): Promise<void> {
  await cp(join(home, "projects", "hosts"), join(project, "hosts"), { recursive: true });
  await mkdir(join(project, "node_modules"), { recursive: true });
  for (const name of PACKAGES) {
    const link = join(project, "node_modules", name);
    if (!existsSync(link)) await symlink(dirname(require.resolve(`${name}/package.json`)), link);
  }
}

/**
 * @param project after `addHosts`, with the compiled program in `dist`
 * @throws when the program fails or does not end
 */
export async function runProgram(
  project: string,
  { packageName, args }: Program,
): Promise<{ version: string; both: Both }> {
  const file = join(project, "outcome.json");
  await rm(file, { force: true });
  const output = await run(process.execPath, args, { cwd: project, timeout: 120_000 });
  // A test framework's output is its own, so its tests write a file.
  const outcome = existsSync(file) ? await readFile(file, "utf8") : output.trim().split("\n").at(-1)!;
  const { version } = require(`${packageName}/package.json`) as { version: string };
  return { version, both: parseBoth(outcome) };
}
