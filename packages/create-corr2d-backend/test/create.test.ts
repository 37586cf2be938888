import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createBackend, factoryName } from "../src/create.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "corr2d create "));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test("writes a project under the folder's name", async () => {
  const folder = join(await newFolder(), "fast-gpu");
  await createBackend(folder);
  const files = await readdir(folder, { recursive: true });
  expect(files).toEqual(
    expect.arrayContaining([
      ".gitignore",
      join(".github", "workflows", "ci.yml"),
      "README.md",
      join("benchmark", "corr2d.mjs"),
      "package.json",
      join("src", "index.ts"),
      join("test", "conformance.test.ts"),
    ]),
  );
  expect(files).not.toContain("gitignore");
  expect(files.filter((file) => /late|worker/.test(file))).toEqual([]);

  const source = await readFile(join(folder, "src", "index.ts"), "utf8");
  expect(source).toMatch("export default function fastGpu(): Backend {");
  expect(source).toMatch('name: "fast-gpu"');
  expect(source).not.toMatch(/minimal|biome|my-?backend/i);
  const testFile = await readFile(join(folder, "test", "conformance.test.ts"), "utf8");
  expect(testFile).toMatch('import fastGpu from "../src/index.js";');
});

test("writes a late one: other sources and tests, and tests that build first", async () => {
  const folder = join(await newFolder(), "fast-gpu");
  await createBackend(folder, undefined, { late: true });
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = new Map<string, string>();
  for (const entry of files) {
    if (!entry.isFile()) continue;
    texts.set(entry.name, await readFile(join(entry.parentPath, entry.name), "utf8"));
  }
  expect(await readdir(join(folder, "src"))).toEqual([
    "arithmetic.ts",
    "index.ts",
    "messages.ts",
    "queue.ts",
    "thread.ts",
    "worker.ts",
  ]);
  expect(files.map(({ name }) => name)).toEqual(
    expect.arrayContaining([".gitignore", "ci.yml", "README.md", "corr2d.mjs", "tsconfig.build.json"]),
  );
  expect(files.map(({ name }) => name)).not.toContain("late");

  expect(texts.get("index.ts")).toMatch("export default async function fastGpu(");
  expect(texts.get("index.ts")).toMatch('name: "fast-gpu"');
  expect(texts.get("arithmetic.ts")).toMatch("export default function arithmetic(): Backend {");
  expect(texts.get("queue.ts")).toMatch("`fast-gpu: the worker is lost");
  expect(texts.get("conformance.test.ts")).toMatch('import fastGpu from "../dist/index.js";');
  for (const [file, text] of texts) {
    expect(text, file).not.toMatch(/minimal|biome|my-?backend|lateBackend|\blate: |docs\/examples/i);
  }
  const manifest = JSON.parse(texts.get("package.json")!);
  expect(manifest.scripts.test).toBe("npm run build && vitest run");
  expect(Object.keys(manifest.devDependencies)).toEqual(
    expect.arrayContaining(["@types/node", "@types/web"]),
  );
});

test("every file that a source or test of the late one imports is there", async () => {
  const folder = await newFolder();
  await createBackend(folder, "gpu", { late: true });
  for (const directory of ["src", "test"]) {
    for (const file of await readdir(join(folder, directory))) {
      const text = await readFile(join(folder, directory, file), "utf8");
      for (const [, path] of text.matchAll(/from "(\.[^"]*)"/g)) {
        const source = resolve(folder, directory, path!.replace("/dist/", "/src/").replace(/\.js$/, ".ts"));
        expect(existsSync(source), `${path} in ${file}`).toBe(true);
      }
    }
  }
});

test("asks for this release of the other packages", async () => {
  const folder = await newFolder();
  await createBackend(folder, "@me/corr2d-gpu");
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const own = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  expect(manifest.name).toBe("@me/corr2d-gpu");
  expect(manifest.dependencies).toEqual({ "@corr2d/core": `^${own.version}` });
  expect(manifest.devDependencies["@corr2d/conformance"]).toBe(`^${own.version}`);
});

test("overwrites nothing", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "notes.txt"), "mine");
  await expect(createBackend(folder, "gpu")).rejects.toThrow(/is not empty: name a new folder/);
  expect(await readdir(folder)).toEqual(["notes.txt"]);
});

test("refuses what no package can be called", async () => {
  const folder = await newFolder();
  await expect(createBackend(folder, "My Backend")).rejects.toThrow(
    /"My Backend" cannot be the name of a package/,
  );
  await expect(createBackend(folder, "3d")).rejects.toThrow(/start with a letter/);
});

test.each([
  ["gpu", "gpu"],
  ["my-backend", "myBackend"],
  ["@me/corr2d-gpu.v2", "corr2dGpuV2"],
])("the factory of %s is %s", (name, factory) => {
  expect(factoryName(name)).toBe(factory);
});
