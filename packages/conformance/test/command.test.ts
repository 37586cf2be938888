import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { main } from "../src/command.ts";

const here = dirname(fileURLToPath(import.meta.url));
const CPU_JS = "../../cpu-js/src/index.ts";
const WRONG = "./backends/wrong.ts";

async function command(...args: string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await main(args, {
    directory: here,
    write: (more) => {
      text += more;
    },
  });
  return { code, text };
}

describe("a wrong command exits with 2 and says what is allowed", () => {
  test.each([
    [[], /no backend was named[\s\S]*Usage: corr2d-conformance/],
    [["gpu"], /unknown backend 'gpu': gpu is not installed; .* one of cpu-js, cpu-wasm/],
    [["./nowhere.js"], /no backend at .*nowhere\.js; a backend is a path/],
    [["./backends/no-factory.ts"], /has no factory: a backend module's default export/],
    [["--fast"], /Unknown option '--fast'/],
    [[CPU_JS, "--options", "{"], /--options is not JSON/],
    [[CPU_JS, "--filter", "no such case"], /no case contains 'no such case'/],
    [[CPU_JS, "--filter", "nor this", "--filter", "nor that"], /no case contains 'nor this' or 'nor that'/],
    [[CPU_JS, "--strict", "--allow", "float16"], /unknown --allow 'float16': .* one of .*float64.*stats/],
    [[CPU_JS, "--time-limit", "soon"], /--time-limit is a number of milliseconds, not 'soon'/],
  ])("%j", async (args, message) => {
    const { code, text } = await command(...args);
    expect(text).toMatch(message);
    expect(code).toBe(2);
  });
});

test("a backend that cannot start exits with 1 and its reason", async () => {
  const { code, text } = await command("./backends/unavailable.ts");
  expect(text).toMatch(/FAILED .*unavailable\.ts could not start: this backend needs a quantum computer/);
  expect(code).toBe(1);
});

test("a factory that gives a plain object exits with 1 and says what is missing, once", async () => {
  const { code, text } = await command("./backends/plain.ts");
  expect(text).toMatch(
    /^FAILED .*plain\.ts could not start: the factory gave something that defineBackend did not make: .*\n$/,
  );
  expect(code).toBe(1);
});

test("a passing run exits with 0 and counts", async () => {
  const { code, text } = await command(CPU_JS, "--filter", "softmax/float32", "--strict");
  expect(text).toMatch(/^cpu-js: \d+ passed, 0 failed \(/);
  expect(code).toBe(0);
});

test("a failure names clause, id, index, operands, both values and the seed", async () => {
  const { code, text } = await command(WRONG, "--filter", " unary/neg/int32");
  expect(text).toMatch(
    /FAILED wrong §3\.3 unary\/neg\/int32: neg\[\d+\] of shape \[99\]: neg\(\d\) gave \d, expected -\d \(.*\); \d+ of 99 .*\(seed \d+\)/,
  );
  expect(code).toBe(1);
});

test("several filters leave what one of them does", async () => {
  const { text } = await command("--list", "--filter", " fill/float64", "--filter", " relu");
  expect(text.trim().split("\n")).toEqual(["§7.3 fill/float64", "§7.3 fill/float64/sizes"]);
});

test("--bail stops at the first failure", async () => {
  const { code, text } = await command(WRONG, CPU_JS, "--filter", "unary/neg", "--bail");
  expect(text.match(/FAILED/g)).toHaveLength(1);
  expect(text).not.toMatch(/cpu-js:/);
  expect(code).toBe(1);
});

test("--time-limit fails what does not end", async () => {
  const { code, text } = await command(
    "./backends/silent.ts",
    "--filter",
    " read/int32/copies",
    "--time-limit",
    "20",
  );
  expect(text).toMatch(/FAILED silent read\/int32\/copies did not end within 20 ms/);
  expect(code).toBe(1);
});

test("a skip that strict mode was not told of names the case", async () => {
  const { code, text } = await command("./backends/single.ts", "--strict", "--filter", " fill/float64");
  expect(text).toMatch(
    /FAILED single §7\.3 fill\/float64: strict mode: skipped because dtype float64 is not declared; allow "float64"/,
  );
  expect(code).toBe(1);
  expect(
    (await command("./backends/single.ts", "--strict", "--filter", " fill/float64", "--allow", "float64"))
      .code,
  ).toBe(0);
});

test("--memory adds the cases that measure the process", async () => {
  const { text } = await command("--list", "--memory", "--filter", " memory/");
  expect(text).toContain("§2.5 memory/upload-and-free\n");
  expect(text).toContain("§2.11 memory/dropped-handles\n");
  expect((await command("--list", "--filter", " memory/")).text).toBe("");
});

test("several backends are compared, written out, and trained alike", async () => {
  const folder = mkdtempSync(join(tmpdir(), "corr2d conformance "));
  const [json, matrix] = [join(folder, "out.json"), join(folder, "matrix.md")];
  const { code, text } = await command(
    CPU_JS,
    WRONG,
    "--filter",
    "unary/neg",
    "--json",
    json,
    "--matrix",
    matrix,
  );
  expect(code).toBe(1);
  expect(text).toMatch(/\n {2,}cpu-js +wrong\nunary +(\d+) passed +0 passed, \1 FAILED\n/);
  expect(text).toMatch(/same seed, same training trajectory: FAILED wrong against cpu-js/);
  const report = JSON.parse(readFileSync(json, "utf8"));
  expect(report.backends.map((backend: { name: string }) => backend.name)).toEqual(["cpu-js", "wrong"]);
  expect(report.backends[0].results[0]).toEqual({
    id: "unary/neg/float32",
    clause: "§3.3",
    status: "passed",
  });
  expect(readFileSync(matrix, "utf8")).toMatch(/\| `unary` \| int32 +\| native \| \*\*4 of 4 fail\*\* \|/);
});

test("--list prints every case without a backend", async () => {
  const { code, text } = await command("--list", "--filter", "trilinear");
  expect(text).toContain("§8.5 trilinear/x=2x4x9x9,k=6x2x3x3,stride=2,pad=1,groups=2\n");
  expect(code).toBe(0);
});

test("--help says how", async () => {
  expect(await command("--help")).toEqual({ code: 0, text: expect.stringContaining("--matrix FILE") });
});
