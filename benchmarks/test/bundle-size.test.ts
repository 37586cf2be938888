import { expect, test } from "vitest";
import { isMeasured } from "../src/result.ts";
import { bundledBytes, measureBundleSize } from "../src/startup/bundle-size.ts";

test("a bundle holds what is imported, minified", async () => {
  const little = await bundledBytes("export const answer = 42;");
  const more = await bundledBytes("export * from '@jax-js/jax';");
  expect(little).toBeLessThan(100);
  expect(more).toBeGreaterThan(50_000);
}, 60_000);

test("what a library fetches counts", async () => {
  const { entries, unit } = await measureBundleSize(["tfjs-cpu", "tfjs-wasm"]);
  const [cpu, wasm] = entries.filter(isMeasured).map(({ value }) => value) as [number, number];
  expect(unit).toBe("B");
  expect(wasm).toBeGreaterThan(cpu + 50_000);
}, 60_000);

test("what does not bundle says why", async () => {
  await expect(bundledBytes("import 'no-such-package';")).rejects.toThrow(/no-such-package/);
});
