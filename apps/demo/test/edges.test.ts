/** `demo edges`: files in, files out, preview, messages. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chunk, header, pngBytes, pngOf } from "./png-bytes.ts";
import { runCli } from "./run-cli.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "demo edges "));
  // 6 × 4, black on the left, 50 on the right.
  const step = pngBytes({ width: 6, height: 4, depth: 8, colourType: 0, samples: (x) => [x < 3 ? 0 : 50] });
  writeFileSync(join(cwd, "step.png"), step);
  const colour = pngBytes({
    width: 4,
    height: 4,
    depth: 8,
    colourType: 2,
    samples: (x) => [x * 10, 7, 90 - x * 20],
  });
  writeFileSync(join(cwd, "colour.png"), colour);
});
afterEach(() => rmSync(cwd, { recursive: true }));

const edges = (line: string, more = {}): ReturnType<typeof runCli> =>
  runCli(["edges", ...line.split(" ")], { cwd, ...more });

/** Width, height, and the red, green and blue of every pixel. */
function pixels(name: string): { size: [number, number]; rgb: number[][] } {
  const { width, height, data } = PNG.sync.read(readFileSync(join(cwd, name)));
  const rgb = Array.from({ length: width * height }, (_, i) => [...data.subarray(4 * i, 4 * i + 3)]);
  return { size: [width, height], rgb };
}

const greys = (values: readonly number[]): number[][] => values.map((value) => [value, value, value]);

test("Sobel on a step: 4 × 50 where the edge is", async () => {
  const { code, out, err } = await edges("step.png");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/image +step\.png, PNG, 6×4, grey/);
  expect(out).toMatch(/values +0\.0 to 200\.0, mean 100\.0; absolute/);
  expect(out).toMatch(/written +step-sobel\.png/);
  expect(out).not.toContain("▀");
  expect(pixels("step-sobel.png")).toEqual({ size: [4, 2], rgb: greys([0, 200, 200, 0, 0, 200, 200, 0]) });
});

test("a matrix on the command line, with stride, padding and finish", async () => {
  const { code } = await edges("step.png --kernel 1,-1 --stride 2 --normalize offset --out own.png");
  expect(code).toBe(0);
  // Columns 0, 2 and 4: 0 − 0, 0 − 50, 50 − 50.
  expect(pixels("own.png")).toEqual({ size: [3, 2], rgb: greys([128, 78, 128, 128, 78, 128]) });
});

test("padding as large as wished, replicated", async () => {
  const { code } = await edges(
    "step.png --kernel identity --padding 0,1 --padding-mode replicate --out wide.png",
  );
  expect(code).toBe(0);
  const row = [0, 0, 0, 0, 50, 50, 50, 50];
  expect(pixels("wide.png")).toEqual({ size: [8, 4], rgb: greys([...row, ...row, ...row, ...row]) });
});

test("colours stay apart, or become grey", async () => {
  expect((await edges("colour.png --kernel book --out c.png")).code).toBe(0);
  expect(pixels("c.png")).toEqual({ size: [3, 4], rgb: Array.from({ length: 12 }, () => [10, 0, 20]) });
  expect((await edges("colour.png --kernel identity --gray --out g.png")).code).toBe(0);
  expect(pixels("g.png").rgb.slice(0, 2)).toEqual(greys([14, 15]));
});

test("the photo that comes along", async () => {
  const { code, out } = await runCli(["edges", "--gray", "--kernel", "laplacian"], { cwd });
  expect(code).toBe(0);
  expect(out).toMatch(/nagasaki-boats, JPEG, 1024×819, colour/);
  expect(pixels("nagasaki-boats-laplacian.png").size).toEqual([1022, 817]);
});

test("--json", async () => {
  const { code, out } = await edges("step.png --json --preview");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    input: { path: join(cwd, "step.png"), format: "PNG", width: 6, height: 4, channels: 1 },
    kernel: {
      name: "sobel",
      matrices: [
        [
          [-1, 0, 1],
          [-2, 0, 2],
          [-1, 0, 1],
        ],
        [
          [-1, -2, -1],
          [0, 0, 0],
          [1, 2, 1],
        ],
      ],
    },
    stride: 1,
    padding: 0,
    paddingMode: "zeros",
    normalize: "absolute",
    output: {
      path: join(cwd, "step-sobel.png"),
      width: 4,
      height: 2,
      channels: 1,
      min: 0,
      max: 200,
      mean: 100,
    },
    backends: [{ backend: "cpu-wasm", milliseconds: expect.any(Number), largestDifference: 0 }],
    unavailable: [],
  });
});

test("what is being done, for a person, and taken away at the end", async () => {
  const { out } = await edges("step.png --no-preview", { isTTY: true });
  const [decoding, filtering, writing, ...rest] = out.split("\r\u001b[K").slice(1);
  expect([decoding, filtering, writing]).toEqual([
    "decoding 6×4 pixels …",
    "sobel on cpu-wasm …",
    "writing …",
  ]);
  expect(rest).toHaveLength(1);
  expect((await edges("step.png --json", { isTTY: true })).out).not.toContain("…");
  expect((await edges("step.png")).out).not.toContain("decoding");
});

describe("preview", () => {
  const firstLine = (out: string): string | undefined => out.split("\n")[0]?.split("\u001b[K").at(-1);
  test("half blocks in true colour for a person", async () => {
    const { out } = await edges("step.png", { isTTY: true, colorDepth: 24 });
    const dark = "\u001b[38;2;0;0;0;48;2;0;0;0m▀";
    const light = "\u001b[38;2;200;200;200;48;2;200;200;200m▀";
    expect(firstLine(out)).toBe(`${dark}${light}${light}${dark}\u001b[0m`);
  });
  test("256 colours where there are no more", async () => {
    const { out } = await edges("step.png", { isTTY: true, colorDepth: 8 });
    expect(out.split("\n")[0]).toContain("\u001b[38;5;250;48;5;250m▀");
  });
  test("characters where there is no colour", async () => {
    const { out } = await edges("step.png --preview");
    expect(out.split("\n")[0]).toBe(" ## ");
  });
  test("input and result side by side where there is room", async () => {
    const { out } = await edges("step.png", { isTTY: true, columns: 120 });
    expect(firstLine(out)).toBe("   ...   ## ");
  });
  test("--no-preview", async () => {
    expect((await edges("step.png --no-preview", { isTTY: true, colorDepth: 24 })).out).not.toContain("▀");
  });
});

describe("what cannot be done: exit code 1, and why", () => {
  test.each([
    ["nothing.png", "there is no file"],
    [
      "step.png --kernel 1,0,0,0,0,0,0,-1",
      "Kernel size: (1 x 8). Kernel size can't be greater than actual input size",
    ],
    ["step.png --out no/where.png", "there is no folder"],
    [
      "step.png --padding 9 --padding-mode reflect",
      "Padding size should be less than the corresponding input dimension",
    ],
  ])("%s", async (line, message) => {
    const { code, out, err } = await edges(line);
    expect(err).toContain(message);
    expect([code, out]).toEqual([1, ""]);
  });

  test("the input is never overwritten, by whatever name", async () => {
    const before = readFileSync(join(cwd, "step.png"));
    symlinkSync(join(cwd, "step.png"), join(cwd, "alias.png"));
    linkSync(join(cwd, "step.png"), join(cwd, "twin.png"));
    for (const out of ["step.png", "./step.png", "alias.png", "twin.png"]) {
      const { code, err } = await edges(`step.png --out ${out}`);
      expect(err).toContain("is the input, and stays as it is");
      expect(code).toBe(1);
    }
    expect(readFileSync(join(cwd, "step.png")).equals(before)).toBe(true);
  });

  test.each([
    [
      "more pixels",
      "--padding 4096",
      "the result of 10190×10190 pixels is too large: at most 100 million are written, and 65535 on a side; choose " +
        "less --padding, a larger --stride or a smaller image",
    ],
    [
      "more work",
      `--kernel ${Array(200)
        .fill(`${"1,".repeat(199)}1`)
        .join(";")}`,
      "the result of 1801×1801 pixels would take 389 billion multiplications, and the limit is 100 billion; choose",
    ],
  ])("%s than any machine should be asked for: said before it is tried", async (_, options, message) => {
    const rows = chunk("IDAT", deflateSync(Buffer.alloc(251 * 2000)));
    const palette = chunk("PLTE", Buffer.of(1, 2, 3));
    const flat = pngOf(header(2000, 2000, 1, 3), palette, rows, chunk("IEND"));
    writeFileSync(join(cwd, "flat.png"), flat);
    const start = process.cpuUsage();
    const { code, out, err } = await edges(`flat.png ${options}`);
    const { user, system } = process.cpuUsage(start);
    expect(err).toContain(message);
    expect([code, out]).toEqual([1, ""]);
    expect((user + system) / 1e6).toBeLessThan(1);
  });

  test("a folder in place of the file, a file in place of the folder", async () => {
    mkdirSync(join(cwd, "folder.png"));
    expect((await edges("step.png --out folder.png")).err).toContain(
      "folder.png is a folder: choose another name",
    );
    expect((await edges("step.png --out colour.png/x.png")).err).toContain("there is no folder");
    expect((await edges("folder.png")).err).toContain("folder.png is a folder; give an image, PNG or JPEG");
    expect((await edges("step.png/x.png")).err).toMatch(
      /x\.png cannot be read: not a directory \(ENOTDIR\)\n$/,
    );
  });

  test("nothing is written when the image cannot be read", async () => {
    writeFileSync(join(cwd, "notes.png"), "not an image");
    const { code, err } = await edges("notes.png");
    expect(err).toContain("images may be PNG or JPEG");
    expect(code).toBe(1);
    expect(existsSync(join(cwd, "notes-sobel.png"))).toBe(false);
  });
});
