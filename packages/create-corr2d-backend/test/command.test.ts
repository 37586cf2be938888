import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "../src/command.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "corr2d create "));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function typed(...args: string[]): Promise<{ code: number; log: string; error: string }> {
  const said = { log: "", error: "" };
  const code = await runCommand(args, {
    log: (text) => {
      said.log += text;
    },
    error: (text) => {
      said.error += text;
    },
  });
  return { code, ...said };
}

test("a folder, and what to do next", async () => {
  const folder = join(await newFolder(), "gpu");
  const { code, log } = await typed(folder);
  expect(code).toBe(0);
  expect(log).toMatch(/has a backend that passes the suite\. Next:\s+cd/);
  expect(await readdir(join(folder, "src"))).toEqual(["index.ts"]);
});

test("--late, before or after the words", async () => {
  const folder = await newFolder();
  expect((await typed("--late", join(folder, "a"))).code).toBe(0);
  expect((await typed(join(folder, "b"), "@me/gpu", "--late")).code).toBe(0);
  for (const name of ["a", "b"]) expect(await readdir(join(folder, name, "src"))).toContain("worker.ts");
  expect(JSON.parse(await readFile(join(folder, "b", "package.json"), "utf8")).name).toBe("@me/gpu");
});

test("help", async () => {
  for (const args of [["--help"], ["-h"]]) {
    expect(await typed(...args)).toEqual({
      code: 0,
      log: expect.stringMatching(/--late {3}one that works/),
      error: "",
    });
  }
  expect(await typed()).toMatchObject({ code: 2, log: expect.stringMatching(/^npm create corr2d-backend/) });
});

test("what it does not understand, and what it cannot do", async () => {
  expect(await typed("gpu", "--lately")).toMatchObject({
    code: 2,
    error: expect.stringMatching(/'--lately'/),
  });
  expect(await typed("a", "b", "c")).toMatchObject({ code: 2, error: expect.stringMatching(/what is 'c'/) });
  const folder = await newFolder();
  expect(await typed(join(folder, "My Backend"))).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^create-corr2d-backend: "My Backend" cannot be the name of a package/),
  });
});
