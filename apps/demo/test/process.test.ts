/** The command line as a process of its own: exit codes, streams, pipes. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli } from "./build-cli.ts";
import { flatJpeg, frame } from "./jpeg-bytes.ts";
import { chunk, header, pngBytes, pngOf, pngPieces } from "./png-bytes.ts";

let main: string;
const cwd = mkdtempSync(join(tmpdir(), "demo process "));
beforeAll(async () => {
  main = await buildCli("process");
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
    timeout: 110_000,
    env: { ...inherited, ...env },
  });
  return { code: child.status ?? -1, out: child.stdout, err: child.stderr };
}

test("the whole chapter: everything agrees, exit code 0, plain text into a pipe", () => {
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

/** A line for a shell, in which "$@" is the command line of the demo. */
function shell(line: string): { code: number; out: string; err: string } {
  const child = spawnSync("bash", ["-c", line, "bash", process.execPath, main], {
    cwd,
    encoding: "utf8",
    timeout: 110_000,
  });
  return { code: child.status ?? -1, out: child.stdout, err: child.stderr };
}

/** A backend in the user's directory, of this code. */
function backend(name: string, code: string): string {
  writeFileSync(join(cwd, name), code);
  return `./${name}`;
}

const isLinux = process.platform === "linux";

describe.skipIf(!isLinux)("standard output that takes no more", () => {
  test("a reader who has seen enough: the shell's code for that, and not a word", () => {
    const { out, err } = shell('"$@" | head -1; echo "$PIPESTATUS"');
    expect(out).toMatch(/^1 {2}Cross-correlation .*\n141\n$/);
    expect(err).toBe("");
  });

  test("nobody reads from the beginning", () => {
    const { out, err } = shell('"$@" detect --json | true; echo "$PIPESTATUS"');
    expect([out, err]).toEqual(["141\n", ""]);
  });

  test.each(["", "detect --json", "--help"])("a full disk: %j", (command) => {
    expect(shell(`"$@" ${command} > /dev/full`)).toEqual({
      code: 1,
      out: "",
      err: "demo: standard output cannot be written: no space left on device (ENOSPC)\n",
    });
  });

  test("a file that takes only the beginning", () => {
    const { code, err } = shell('ulimit -f 1; exec "$@" --help > help.txt');
    expect(err).toBe("demo: standard output cannot be written: file too large (EFBIG)\n");
    expect(code).toBe(1);
  });

  test("nowhere to complain: the code is all there is", () => {
    expect(shell('"$@" fly 2> /dev/full')).toEqual({ code: 2, out: "", err: "" });
    expect(shell('"$@" fly 2>&1 | true; exit "$PIPESTATUS"').code).toBe(2);
  });
});

describe("errors that nobody expects: one line, and the stack on request", () => {
  const BUG = "this is a bug: please report it, with what --debug shows\n";

  test("thrown by a backend", () => {
    const name = backend("throwing.mjs", "export default () => ({ get name() { return null.name; } });");
    const { code, err } = demo(["detect", "--backend", name]);
    expect(err).toMatch(/^demo: .*\n$/);
    expect(code).toBe(1);
  });

  test.each([
    ["an exception", "setTimeout(() => { throw new TypeError('later'); });"],
    ["a rejection", "Promise.reject(new TypeError('later'));"],
  ])("%s after the fact", (_, code) => {
    const name = backend(
      "later.mjs",
      `${code} export default () => new Promise(() => setTimeout(() => {}, 5000));`,
    );
    const line = `demo: unexpected TypeError: later; ${BUG}`;
    expect(demo(["detect", "--backend", name])).toEqual({ code: 1, out: "", err: line });
    for (const child of [
      demo(["detect", "--backend", name, "--debug"]),
      demo(["detect", "--backend", name], { DEBUG: "1" }),
    ]) {
      expect(child.err.startsWith(`${line}TypeError: later\n    at `)).toBe(true);
    }
  });

  test("a backend that never answers", () => {
    const name = backend("silent.mjs", "export default () => new Promise(() => {});");
    expect(demo(["detect", "--backend", name])).toEqual({
      code: 1,
      out: "",
      err: "demo: nothing happens any more, and the command is not done: a backend never answered\n",
    });
  });
});

describe("images that are none", () => {
  const whole = pngBytes({ width: 4, height: 4, depth: 8, colourType: 0, samples: (x) => [x * 20] });
  const [, head, pixels, end] = pngPieces(whole) as [Buffer, Buffer, Buffer, Buffer];
  const flat = flatJpeg(64, 64);

  test.each<[string, Buffer, string]>([
    [
      "two headers",
      pngOf(header(4, 4), header(0, 0), pixels, end),
      "is damaged or cut short: it has a second IHDR",
    ],
    ["no image data", pngOf(head, end), "is damaged or cut short: it has no image data (IDAT)"],
    [
      "nonsense",
      pngOf(head, chunk("IDAT", Buffer.from("nonsense")), end),
      "is damaged or cut short: its image data",
    ],
    ["huge", pngOf(header(60_000, 60_000), pixels, end), "is too large: it says 60000×60000 pixels"],
    [
      "wide",
      pngOf(header(10_000, 10_000), pixels, end),
      "is damaged or cut short: it says 10000×10000 pixels",
    ],
    ["half", whole.subarray(0, whole.length / 2), "is damaged or cut short: "],
    [
      "claiming",
      Buffer.concat([flat.subarray(0, 2), frame(7100, 7100), flat.subarray(2)]),
      "is damaged or cut short: ",
    ],
    [
      "half a photo",
      flat.subarray(0, flat.length - 8),
      "is damaged or cut short: it ends within its image data",
    ],
    [
      "arithmetic",
      Buffer.concat([flat.subarray(0, 2), frame(8, 8, 1, 0xc9)]),
      "cannot be read: it is a JPEG with",
    ],
    ["text", Buffer.from("text"), "is not supported: images may be PNG or JPEG"],
  ])("%s", (name, bytes, message) => {
    const path = join(realpathSync(cwd), "image");
    writeFileSync(path, bytes);
    const { code, out, err } = demo(["edges", "image", "--out", `${name}.png`]);
    expect(err.startsWith(`demo: ${path} ${message}`)).toBe(true);
    expect(err).toMatch(/^.*\n$/);
    expect([code, out, existsSync(join(cwd, `${name}.png`))]).toEqual([1, "", false]);
  });
});

test.skipIf(!isLinux)(
  "a result for which there is no room: the old file is still there, and nothing beside it",
  () => {
    const samples = (x: number, y: number): number[] => [(x * x * 7 + y * y * 13 + x * y) % 256];
    const image = pngBytes({ width: 200, height: 200, depth: 8, colourType: 0, samples });
    writeFileSync(join(cwd, "noise.png"), image);
    writeFileSync(join(cwd, "kept.png"), "old");
    const before = readdirSync(cwd);
    const { code, out, err } = shell(
      'ulimit -f 8; exec "$@" edges noise.png --kernel identity --out kept.png',
    );
    expect(err).toMatch(
      /^demo: .*kept\.png cannot be written: file too large \(EFBIG\); the file that was there is as it was\n$/,
    );
    expect([code, out]).toEqual([1, ""]);
    expect(readFileSync(join(cwd, "kept.png"), "utf8")).toBe("old");
    expect(readdirSync(cwd)).toEqual(before);
  },
);
