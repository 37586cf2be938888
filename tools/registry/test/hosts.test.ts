/** The hosts that a change can be tried in within seconds; `pnpm test:matrix hosts` has the others. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createProject, type Project } from "../src/consumer.ts";
import { noteOfBoth } from "../src/hosts/both.ts";
import { addHosts, PROGRAMS, runProgram } from "../src/hosts/programs.ts";
import { run } from "../src/run.ts";

const PACKAGES = [
  "core",
  "cpu-js",
  "cpu-wasm",
  "nn",
  "data",
  "io",
  "worker",
  "parallel",
  "mpi",
  "conformance",
].map((name) => `@corr2d/${name}`);

describe("the published packages", () => {
  let project: Project;
  beforeAll(async () => {
    project = await createProject(inject("registry"), "train");
    const cwd = project.folder;
    await run("npm", ["install", "--no-audit", "--no-fund", ...PACKAGES], { cwd });
    const tsc = join(
      dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
      "bin",
      "tsc",
    );
    await run(process.execPath, [tsc, "--project", "."], { cwd });
    await addHosts(cwd);
  });
  afterAll(() => project.remove());

  test.each(PROGRAMS)(
    "in $what: both backends train, tensors are told apart, the process ends",
    async (program) => {
      const { both } = await runProgram(project.folder, program);
      expect(noteOfBoth(both, "2 threads")).toBe("both backends, 2 threads");
    },
  );
});
