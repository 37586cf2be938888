import { readFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { createProject } from "../src/consumer.ts";
import { run } from "../src/run.ts";

/** The tools that the template asks for: those of this workspace, so that the test needs no other registry. */
const TOOLS = ["typescript", "vitest"];
const require: NodeJS.Require = createRequire(import.meta.url);

test("npm create corr2d-backend: its own commands are green", async () => {
  const registry = inject("registry");
  const { folder, remove } = await createProject(registry);
  onTestFinished(remove);
  await run("npm", ["create", "--yes", "corr2d-backend", "new-backend"], { cwd: folder });

  const cwd = join(folder, "new-backend");
  await writeFile(join(cwd, ".npmrc"), registry.npmrc);
  const manifest = JSON.parse(await readFile(join(cwd, "package.json"), "utf8"));
  for (const tool of TOOLS) {
    expect(manifest.devDependencies).toHaveProperty(tool);
    delete manifest.devDependencies[tool];
  }
  await writeFile(join(cwd, "package.json"), JSON.stringify(manifest));
  await run("npm", ["install", "--no-audit", "--no-fund"], { cwd });
  for (const tool of TOOLS) {
    await symlink(dirname(require.resolve(`${tool}/package.json`)), join(cwd, "node_modules", tool));
  }

  const node = (...args: string[]): Promise<string> => run(process.execPath, args, { cwd });
  const tsc = join("node_modules", "typescript", "bin", "tsc");
  await node(tsc);
  const suite = await node(join("node_modules", "vitest", "vitest.mjs"), "run");
  expect(suite).toMatch(/conformance of new-backend: \d{4,} passed, 0 failed/);

  await node(tsc, "--project", "tsconfig.build.json");
  const command = await run(
    "npx",
    ["--no-install", "corr2d-conformance", "./dist/index.js", "--filter", "corr2d/"],
    { cwd },
  );
  expect(command).toMatch(/new-backend/);
  expect(await node("benchmark/corr2d.mjs")).toMatch(/new-backend [\d.]+ ms, cpu-js [\d.]+ ms/);
});
