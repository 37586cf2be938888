import { expect, test } from "vitest";
import { bundleSize, CEILING } from "../src/bundle.ts";

test("an application's bundle is every package it uses, and the kernels, and no larger than it was", async () => {
  const { total, parts, kernels } = await bundleSize();
  for (const name of ["core", "cpu-wasm", "nn"]) expect(parts.get(name), name).toBeGreaterThan(1000);
  expect([...parts.keys()]).not.toContain("cpu-js");
  expect(parts.get("cpu-wasm")).toBeGreaterThan(kernels);
  const sum = [...parts.values()].reduce((a, b) => a + b, 0);
  expect(Math.abs(sum - total) / total).toBeLessThan(0.1);
  expect(total).toBeLessThanOrEqual(CEILING);
});
