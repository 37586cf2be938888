import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { createProject, type Project } from "../src/consumer.ts";
import { npmLocked } from "../src/lockfiles.ts";
import { complaint, parseOutcome } from "../src/outcome.ts";
import { run } from "../src/run.ts";

const registry = inject("registry");
const { repository, packages, before, after, log } = inject("release");

/** What each package may bring with it when it is installed alone (docs/architecture.md). */
const BRINGS: Readonly<Record<string, readonly string[]>> = {
  "@corr2d/core": [],
  "@corr2d/cpu-js": ["@corr2d/core"],
  "@corr2d/cpu-wasm": ["@corr2d/core"],
  "@corr2d/nn": ["@corr2d/core"],
  "@corr2d/data": ["@corr2d/core"],
  "@corr2d/io": ["@corr2d/core"],
  "@corr2d/worker": ["@corr2d/core"],
  "@corr2d/parallel": ["@corr2d/core", "@corr2d/nn"],
  // And not koffi, an optional peer: nobody who does not use it gets anything native.
  "@corr2d/mpi": ["@corr2d/core", "@corr2d/nn", "@corr2d/parallel"],
  "@corr2d/conformance": ["@corr2d/core"],
  "create-corr2d-backend": [],
};

async function project(name?: string): Promise<Project> {
  const created = await createProject(registry, name);
  onTestFinished(() => created.remove());
  return created;
}

const specs = packages.map(([, { name, version }]) => `${name}@${version}`);

describe("a release", () => {
  test("gives every package the same first version and a changelog", async () => {
    expect(new Set(packages.map(([, { version }]) => version))).toEqual(new Set(["0.1.0"]));
    for (const [folder] of packages) {
      const changelog = await readFile(join(repository, "packages", folder, "CHANGELOG.md"), "utf8");
      expect(changelog).toMatch(/## 0\.1\.0\n\n### Minor Changes/);
    }
  });

  test("is checked at the registry, which says what is missing", () => {
    expect(before).toMatch("ended with 1");
    for (const spec of specs) expect(before).toMatch(`${spec} MISSING`);
    for (const spec of specs) expect(log).toMatch(`New tag:  ${spec}`);
    expect(after.trim().split("\n").sort()).toEqual(specs.map((spec) => `${spec} published`).sort());
  });
});

describe.each(packages)("packages/%s, installed alone", (_folder, { name, version }) => {
  test("brings only what it may, and everything a reader looks for", async () => {
    const { folder } = await project();
    await run("npm", ["install", "--no-audit", "--no-fund", `${name}@${version}`], { cwd: folder });
    expect(await npmLocked(folder)).toEqual([name, ...BRINGS[name]!].sort());

    const installed = join(folder, "node_modules", name);
    for (const file of ["README.md", "LICENSE", "CHANGELOG.md", "package.json"]) {
      expect(existsSync(join(installed, file)), file).toBe(true);
    }
    const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    expect(Object.keys(manifest.scripts ?? {}).filter((script) => /install|prepare/.test(script))).toEqual(
      [],
    );
    expect(JSON.stringify(manifest.dependencies ?? {})).not.toMatch(/workspace:|catalog:/);
    expect(manifest.repository.directory).toMatch(/^packages\//);

    const files = await readdir(installed, { recursive: true });
    expect(files.filter((file) => /tsbuildinfo|^(src|dist).*\.test\.|test-results/.test(file))).toEqual([]);
    for (const map of files.filter((file) => file.endsWith(".map"))) {
      const { sources } = JSON.parse(await readFile(join(installed, map), "utf8")) as { sources: string[] };
      for (const source of sources) {
        expect(existsSync(join(installed, dirname(map), source)), `${map}: ${source}`).toBe(true);
      }
    }
  });
});

test("all of them, installed with npm, compile strictly and train on Node", async () => {
  const { folder } = await project("train");
  const names = packages.map(([, { name }]) => name).filter((name) => name.startsWith("@corr2d/"));
  await run("npm", ["install", "--no-audit", "--no-fund", ...names], { cwd: folder });
  expect(await npmLocked(folder)).toEqual([...names].sort());

  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  await run(process.execPath, [tsc, "--project", "."], { cwd: folder });

  const outcome = parseOutcome(await run(process.execPath, ["dist/main.js"], { cwd: folder }));
  expect(complaint(outcome)).toBeNull();
  expect(outcome.threads).toBe(2);

  await writeFile(
    join(folder, "given.mjs"),
    `import { readFile } from "node:fs/promises";
    import { cpuWasm } from "@corr2d/cpu-wasm";
    import { train } from "./dist/train.js";
    const file = new URL(import.meta.resolve("@corr2d/cpu-wasm/kernels.wasm"));
    const module = await WebAssembly.compile(await readFile(file));
    WebAssembly.compile = () => Promise.reject(new Error("forbidden"));
    console.log(JSON.stringify(await train(await cpuWasm({ threads: 2, simd: "plain", module }))));`,
  );
  const given = parseOutcome(await run(process.execPath, ["given.mjs"], { cwd: folder }));
  expect(complaint(given)).toBeNull();
  expect(given.threads).toBe(2);
});
