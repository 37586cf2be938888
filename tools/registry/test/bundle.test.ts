import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { type BundleSize, bundleSize, CEILING } from "../src/bundle.ts";

let application: BundleSize;

beforeAll(async () => {
  application = await bundleSize();
}, 60_000);

test("an application's bundle is every package it uses, and the kernels, and no larger than it was", () => {
  const { total, parts, kernels } = application;
  for (const name of ["core", "cpu-wasm", "nn"]) expect(parts.get(name), name).toBeGreaterThan(1000);
  expect([...parts.keys()]).not.toContain("cpu-js");
  expect(parts.get("cpu-wasm")).toBeGreaterThan(kernels);
  const sum = [...parts.values()].reduce((a, b) => a + b, 0);
  expect(Math.abs(sum - total) / total).toBeLessThan(0.1);
  expect(total).toBeLessThanOrEqual(CEILING);
});

// The logarithm's first coefficient, and what draws say of wrong arguments.
test.each([
  ["randn", ["070376836292", "normal expects std"]],
  ["randperm", ["randperm is offered for"]],
  ["bernoulli", ["bernoulli_ expects p"]],
])("an application that does not draw by %s is without its code", async (_, traces) => {
  const core = await readFile(new URL("../../../packages/core/dist/index.js", import.meta.url), "utf8");
  for (const trace of traces) {
    expect(core).toContain(trace);
    expect(application.code).not.toContain(trace);
  }
  expect(application.code).toContain("uniform_ expects");
});
