// The command around the vectors: exit codes, filters, and options for the backend.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { main } from "../src/command.ts";

const CPU_JS = "../../../packages/cpu-js/src/index.ts";
const folder = mkdtempSync(join(tmpdir(), "vectors "));

const negation = (name: string, expected: number) => ({
  name,
  op: "neg",
  attrs: {},
  inputs: [{ name: "x", shape: [1], dtype: "float32", data: [2] }],
  outputs: [{ name: "y", shape: [1], dtype: "float32", data: [expected] }],
});
const file = (...cases: object[]) => JSON.stringify({ schema: "tensor-vectors/1", family: "own", cases });

writeFileSync(join(folder, "a.json"), file(negation("right", -2), negation("wrong", 2)));
const empty = join(folder, "none");
mkdirSync(empty);
writeFileSync(join(empty, "other.json"), "{}");
writeFileSync(
  join(folder, "backend.mjs"),
  'export default (options) => { throw new Error("made with " + JSON.stringify(options)); };',
);

async function command(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const directory = dirname(fileURLToPath(import.meta.url));
  const code = await main(args, { directory, write: (line) => lines.push(line) });
  return { code, text: lines.join("\n") };
}

test("a wrong vector fails the run, and is named", async () => {
  const { code, text } = await command("--vectors", folder, CPU_JS);
  expect(text).toBe(
    "FAILED neg · wrong\n  y[0]: -2 instead of 2 (allowed 1.0e-5)\ncpu-js: 1 passed, 1 failed, 0 pending",
  );
  expect(code).toBe(1);
});

test("filters leave what one of them does", async () => {
  const { code, text } = await command("--vectors", folder, CPU_JS, "--filter", "right", "--filter", "fft");
  expect(text).toBe("cpu-js: 1 passed, 0 failed, 0 pending");
  expect(code).toBe(0);
});

describe("a run of nothing exits with 2 and says why", () => {
  test.each([
    [[], /no folder of vectors at \(none named\)/],
    [["--vectors", join(folder, "nowhere")], /no folder of vectors at .*nowhere/],
    [["--vectors", empty], /holds no vectors: no JSON file there is of schema "tensor-vectors\/1"/],
    [["--vectors", folder, "--filter", "left"], /none of the 2 vectors contains 'left'/],
    [["--vectors", folder, "--options", "{"], /--options is not JSON/],
    [
      ["--vectors", folder, "gpu"],
      /unknown backend 'gpu': a backend is a path, a package, or one of cpu-js, cpu-wasm/,
    ],
    [["--vectors", folder, "./nowhere.js"], /no backend at .*nowhere\.js/],
    [["--vectors", folder, "--fast"], /Unknown option '--fast'/],
  ])("%j", async (args, message) => {
    const { code, text } = await command(...args);
    expect(text).toMatch(message);
    expect(code).toBe(2);
  });
});

test("--options reach the factory; a backend that cannot start is a failure", async () => {
  const { code, text } = await command(
    "--vectors",
    folder,
    join(folder, "backend.mjs"),
    "--options",
    '{"threads":2}',
  );
  expect(text).toMatch(/FAILED .*backend\.mjs could not start: made with \{"threads":2\}/);
  expect(code).toBe(1);
});
