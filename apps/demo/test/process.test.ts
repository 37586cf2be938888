/** The command line as a process of its own: exit codes, streams, pipes. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCli } from "./build-cli.ts";
import { pngBytes } from "./png-bytes.ts";

let main: string;
const cwd = mkdtempSync(join(tmpdir(), "demo process "));
beforeAll(async () => {
  main = await buildCli();
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true }));

function demo(
  args: readonly string[],
  env: Record<string, string> = {},
): { code: number; out: string; err: string } {
  const { FORCE_COLOR: _, NO_COLOR: __, ...inherited } = process.env;
  const child = spawnSync(process.execPath, [main, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...inherited, ...env },
  });
  return { code: child.status ?? -1, out: child.stdout, err: child.stderr };
}

test("the whole chapter: everything agrees, exit code 0, plain text into a pipe", { timeout: 60_000 }, () => {
  const { code, out, err } = demo([]);
  expect(err).toBe("");
  expect(out).toContain("16.481   5.069    1.794    0.688    0.274");
  expect(out).toMatch(/✓ cpu-js: (\d+) of \1 comparisons agree\n$/);
  expect(out).not.toContain("\u001b");
  expect(code).toBe(0);
});

test("FORCE_COLOR colours a pipe, NO_COLOR never", () => {
  expect(demo(["detect"], { FORCE_COLOR: "3" }).out).toContain("\u001b[");
  expect(demo(["detect"], { FORCE_COLOR: "3", NO_COLOR: "1" }).out).not.toContain("\u001b[");
});

test("--json is one document", () => {
  const { code, out } = demo(["detect", "--json"]);
  expect(JSON.parse(out).runs[0].examples[0].result.edges[0]).toEqual([0, 1, 0, 0, 0, -1, 0]);
  expect(code).toBe(0);
});

test("exit code 2 for what is not understood, 1 for what cannot be done; messages on standard error", () => {
  const wrong = demo(["--backend", "gpu"]);
  expect([wrong.code, wrong.out]).toEqual([2, ""]);
  expect(wrong.err).toContain("allowed are cpu-js, cpu-wasm, all");
  const missing = demo(["edges", "nothing.png"]);
  expect([missing.code, missing.out]).toEqual([1, ""]);
  expect(missing.err).toContain("there is no file");
});

test("paths start at the user's directory", () => {
  const image = pngBytes({ width: 4, height: 4, depth: 8, colourType: 0, samples: (x) => [x * 20] });
  writeFileSync(join(cwd, "ramp.png"), image);
  const { code, out } = demo(["edges", "ramp.png", "--kernel", "book"]);
  expect(out).toMatch(/values +-20\.0 to -20\.0/);
  expect(out).toMatch(/written +ramp-book\.png/);
  expect(code).toBe(0);
});
