/** Which tests run here, and that what they import is what was packed. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as core from "@corr2d/core";
import { describe, expect, inject, it, test } from "vitest";
import * as sameCore from "../../../packages/core/src/index.ts";
import { PACKED, root, TESTED } from "../src/public-files.ts";
import { packedTestsOf, testFilesOf, useOf } from "../src/runs-packed.ts";

const project = inject("packed");

/** What a test file uses, by short names. */
function shortUse(name: string, file: string): { packages: string[]; sources: string[] } {
  const { packages, sources } = useOf(join(root, "packages", name, "test", file));
  const folder = join(root, "packages");
  return {
    packages: [...packages].sort(),
    sources: [...sources].map((source) => source.slice(folder.length + 1).replaceAll("\\", "/")).sort(),
  };
}

describe("a test file runs packed", () => {
  it("if it imports packages by their names, or by the files that are these", () => {
    expect(shortUse("nn", "losses.test.ts")).toEqual({
      packages: ["@corr2d/core", "@corr2d/cpu-js", "@corr2d/nn"],
      sources: [],
    });
  });

  it("not if it, or a file that it imports, imports another of theirs", () => {
    expect(shortUse("nn", "python-text.test.ts").sources).toEqual(["nn/src/python-text.ts"]);
    expect(shortUse("cpu-wasm", "softmax.test.ts").sources).toContain("cpu-wasm/src/runtime.ts");
  });

  it("not if it reads sources", () => {
    expect(shortUse("core", "bundle.test.ts").sources).toEqual(["core/src/index.ts"]);
    expect(shortUse("core", "operations.test.ts").sources).toEqual(["core/src/backend.ts"]);
  });

  it("not if it loads modules anew", () => {
    expect(shortUse("nn", "copies.test.ts").sources).toEqual(["nn/test/copies.test.ts"]);
  });

  it("whatever types it imports", () => {
    expect(shortUse("core", "format.test.ts").sources).toEqual([]);
  });
});

test.each([
  ["core", 0.8, ["ops", "autograd", "gradcheck"]],
  ["nn", 0.8, ["layers", "optim", "training"]],
  ["io", 0.6, ["checkpoint", "node", "safetensors"]],
  ["data", 0.8, ["datasets", "order", "idx"]],
  ["cpu-js", 0.5, ["conformance", "composites", "storage"]],
  ["cpu-wasm", 0.2, ["conformance-relaxed", "backend", "options"]],
] as const)("most of %s's tests do that use it as anybody can", (name, least, some) => {
  const packed = packedTestsOf(name);
  expect(packed.length / testFilesOf(name).length).toBeGreaterThanOrEqual(least);
  expect(packed.map((file) => basename(file, ".test.ts"))).toEqual(expect.arrayContaining([...some]));
});

test("what a test imports is what was packed", () => {
  expect(sameCore).toBe(core);
  const stack = (() => {
    try {
      return core.zeros([-1]);
    } catch (error) {
      return (error as Error).stack;
    }
  })();
  expect(stack).toContain(`${pathToFileURL(join(project, "node_modules/@corr2d/core/dist/index.js")).href}:`);
  expect(readdirSync(join(project, "files")).length).toBe(PACKED.length);
  expect(TESTED.every((name) => PACKED.includes(name))).toBe(true);
});

test("what is no package's entry cannot be imported", async () => {
  const inner = join(root, "packages/core/src/shape.ts");
  await expect(import(/* @vite-ignore */ inner)).rejects.toThrow("is no packed file");
});
