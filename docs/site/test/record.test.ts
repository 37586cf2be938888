/** The README's figures of training are those of the record. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const textOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test("README's rows are the record's", () => {
  const readme = textOf("README.md");
  const rows = readme.split("\n").filter((line) => /^\| (cpu-wasm|PyTorch) .*epochs/.test(line));
  expect(rows.length).toBeGreaterThanOrEqual(8);
  const record = textOf("benchmarks/RECORD.md").split("\n");
  for (const row of rows) expect(record).toContain(row);
  for (const [name, said] of [
    ["tfjs-cpu", /does ([\d.]+) and jax-js/],
    ["jax-js", /WebAssembly ([\d.]+),/],
    ["cpu-wasm", /cpu-wasm does ([\d.]+) /],
  ] as const) {
    const steps = record.find((line) => line.startsWith(`| ${name} `) && line.split("|").length === 4);
    expect(steps?.split("|")[2]?.trim()).toBe(said.exec(readme)?.[1]);
  }
});
