/** The command line: what it prints, its JSON, its exit codes and messages. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));

describe("examples", () => {
  test("without a command, all seven, with the book's numbers beside the computed ones", async () => {
    const { code, out, err } = await runCli([]);
    expect(err).toBe("");
    const titles = out.match(/^\d {2}\S.*?(?= {2,})/gm);
    expect(titles).toEqual([
      "1  Cross-correlation",
      "2  Output size",
      "3  Images are three-dimensional",
      "4  A convolutional layer, written by hand",
      "5  Edge detection",
      "6  The transposed image",
      "7  Learning the kernel",
    ]);
    for (const text of [
      "tensor([[19., 25.],",
      "16.481   5.069    1.794    0.688    0.274",
      "[1.0398, -0.9328]",
    ]) {
      expect(out.split(text).length - 1, text).toBeGreaterThanOrEqual(2);
    }
    expect(out).toContain("0.034  0.592      -1.040");
    expect(out).not.toContain("✗");
    expect(out).toMatch(/✓ cpu-js: (\d+) of \1 comparisons agree\n$/);
    expect(code).toBe(0);
  });

  test.for([80, 60])("no line is longer than %d characters, whatever the command", async (columns) => {
    for (const args of [
      [],
      ["shapes"],
      ["recall"],
      ["learn", "--lr", "0.034"],
      ["--help"],
      ["edges", "--help"],
    ]) {
      const { out } = await runCli(args, { columns });
      expect(out.split("\n").filter((line) => line.length > columns)).toEqual([]);
    }
  });

  test("what does not fit beside the rest of a table stands below", async () => {
    const { out } = await runCli(["learn"], { columns: 60 });
    expect(out).toContain("book      16.481   5.069    1.794    0.688    0.274");
    expect(out).toContain(
      "            kernel\n  book      [1.0398, -0.9328]\n  computed  [1.0398, -0.9328]  ✓\n",
    );
  });

  test("colour only where there is some", async () => {
    const { out } = await runCli(["detect"], { isTTY: true, colorDepth: 24 });
    expect(out).toContain("\u001b[32m✓\u001b[39m");
    expect((await runCli(["detect"])).out).not.toContain("\u001b");
  });

  test("corr2d on matrices of one's own", async () => {
    const { code, out } = await runCli(["corr2d", "--input", "1 2 3; 4 5 6", "--kernel", "[[1, -1]]"]);
    expect(out).toContain("tensor([[-1., -1.],");
    expect(out).not.toContain("book ");
    expect(code).toBe(0);
  });

  test("size with one's own numbers", async () => {
    const { out } = await runCli("size --image 224 --kernel 7 --stride 2 --padding 3".split(" "));
    expect(out).toContain("⌊(224 + 2·3 − 1·(7 − 1) − 1) / 2⌋ + 1 = 112");
    expect(out).toContain("112×112 ✓");
  });

  test("learn with a rate beyond 1/30 says why the loss grows", async () => {
    const { code, out } = await runCli("learn --lr 0.04 --steps 20 --start 0.5,0.5".split(" "));
    expect(out).toContain("start [0.5000, 0.5000]");
    expect(out).toContain("lr 0.04 is beyond 1/30: the loss grows instead of falling.");
    expect(code).toBe(0);
  });

  test("shapes and recall take a part by name", async () => {
    const lenet = await runCli(["shapes", "lenet"]);
    expect(lenet.out).toContain("61,706 ✓");
    expect(lenet.out).not.toContain("Pooling");
    expect((await runCli(["recall", "backpropagation"])).out).toContain("∂J/∂W₁");
  });

  test("the seed changes what is drawn", async () => {
    const weights = async (seed: string): Promise<string> =>
      (await runCli(["layer", "--seed", seed])).out.match(/tensor\(\[\[.*?\]\]\)/)![0];
    expect(await weights("0")).toBe("tensor([[0.4963, 0.7682]])");
    expect(await weights("1")).toBe("tensor([[0.7576, 0.2793]])");
  });
});

describe("--json", () => {
  test("one document of a known form, and nothing else", async () => {
    const { code, out, err } = await runCli(["learn", "--json"]);
    expect([code, err]).toEqual([0, ""]);
    const report = JSON.parse(out);
    expect(report).toEqual({
      agrees: true,
      runs: [
        {
          backend: "cpu-js",
          examples: [
            {
              name: "learn",
              number: 7,
              title: "Learning the kernel",
              section: "Dive into Deep Learning, 7.2.4",
              result: { runs: expect.any(Array), learningRate: expect.any(Object) },
              comparisons: expect.any(Array),
              agrees: true,
            },
          ],
        },
      ],
      unavailable: [],
      differences: [],
    });
    const [example] = report.runs[0].examples;
    expect(example.comparisons[0]).toEqual({
      what: "losses from [0.3087, 0.6875]",
      source: "book",
      expected: [16.481, 5.069, 1.794, 0.688, 0.274],
      computed: expect.any(Array),
      digits: 3,
      agrees: true,
    });
    expect(example.result.runs[0].kernel.map((weight: number) => weight.toFixed(4))).toEqual([
      "1.0398",
      "-0.9328",
    ]);
  });

  test("infinite losses are texts, and the document stays JSON", async () => {
    const { out } = await runCli("learn --json --lr 1e9 --start 0.5,0.5 --steps 40".split(" "));
    const { losses } = JSON.parse(out).runs[0].examples[0].result.runs[0];
    expect(["Infinity", "NaN"]).toContain(losses.at(-1).loss);
  });

  test("an error leaves standard output empty", async () => {
    const { code, out, err } = await runCli(["edges", "nothing.png", "--json"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("there is no file");
  });
});

describe("--backend", () => {
  test("all: every backend of this repository, side by side", async () => {
    const { code, out } = await runCli(["--backend", "all"]);
    expect(out).not.toContain("left out");
    expect(out).toMatch(/Backends side by side +cpu-js, cpu-wasm\n/);
    expect(out).toMatch(/^ {2}detect +0$/m);
    expect(out).toMatch(/✓ cpu-js, cpu-wasm: (\d+) of \1 comparisons agree\n$/);
    expect(code).toBe(0);
  });

  test("all, as JSON: runs by backend, and how far apart they are", async () => {
    const report = JSON.parse((await runCli(["learn", "--backend", "all", "--json"])).out);
    expect(report.runs.map(({ backend }: { backend: string }) => backend)).toEqual(["cpu-js", "cpu-wasm"]);
    expect(report.unavailable).toEqual([]);
    expect(report.differences).toEqual([{ name: "learn", difference: expect.any(Number) }]);
    expect(report.differences[0].difference).toBeLessThan(1e-4);
    expect(report.agrees).toBe(true);
  });

  test("a path from the user's directory; numbers that do not agree are exit code 1", async () => {
    const { code, out, err } = await runCli(["detect", "--backend", "./wrong-backend.ts"], { cwd: fixtures });
    expect(out).toContain("✗ wrong: 0 of 1 comparisons agree");
    expect(err).toBe("✗ wrong, detect: corr2d(X, K) does not agree\n");
    expect(code).toBe(1);
  });

  test("a backend that cannot run here: its own message, exit code 1", async () => {
    const { code, err } = await runCli(["detect", "--backend", "./unavailable-backend.ts"], {
      cwd: fixtures,
    });
    expect(err).toBe(
      "demo: backend ./unavailable-backend.ts cannot run here: this machine has no abacus; use cpu-js instead " +
        "(BACKEND_UNAVAILABLE)\n",
    );
    expect(code).toBe(1);
  });

  test("a package that is installed in the user's directory", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "demo package "));
    const install = (name: string, exports: unknown): void => {
      const folder = join(cwd, "node_modules", name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name, type: "module", exports }));
      writeFileSync(join(folder, "index.js"), "export default () => { throw new Error('found it'); };");
    };
    install("their-backend", { default: "./index.js" });
    install("import-only", { import: "./index.js" });
    try {
      const theirs = await runCli(["detect", "--backend", "their-backend"], { cwd });
      expect(theirs).toEqual({
        code: 1,
        out: "",
        err: "demo: backend their-backend cannot run here: found it\n",
      });
      const other = await runCli(["detect", "--backend", "import-only"], { cwd });
      expect(other.err).toContain('the package import-only has no "default" export condition; give the path');
      expect(other.code).toBe(2);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });

  test.each([
    [
      "gpu",
      "--backend: 'gpu' is not known here; allowed are cpu-js, cpu-wasm, all, an installed package, or ./a/path.js",
    ],
    ["./nothing.js", "--backend: there is no file"],
    ["./no-factory.ts", "is no backend module: its default export must be a function that makes the backend"],
  ])("%s: exit code 2", async (name, message) => {
    const { code, out, err } = await runCli(["detect", "--backend", name], { cwd: fixtures });
    expect(err).toContain(message);
    expect(err).toMatch(/^demo: .*\n$/);
    expect([code, out]).toEqual([2, ""]);
  });
});

describe("help and version", () => {
  test("--help lists every command", async () => {
    const { code, out } = await runCli(["--help"]);
    expect(code).toBe(0);
    for (const name of "corr2d size images layer detect transpose learn edges shapes recall".split(" ")) {
      expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
    }
  });
  test("a command's --help shows its options and the common ones", async () => {
    const { code, out } = await runCli(["learn", "--help"]);
    expect(code).toBe(0);
    for (const option of ["--lr", "--steps", "--start", "--backend", "--seed", "--json"])
      expect(out).toContain(option);
  });
  test("edges --help lists the kernels", async () => {
    expect((await runCli(["edges", "--help"])).out).toMatch(/^ {2}emboss +relief/m);
  });
  test("--version", async () => {
    const { code, out } = await runCli(["--version"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });
});

describe("a command line that is not understood: exit code 2, and what is allowed", () => {
  test.each([
    ["fly", "there is no command 'fly'; commands are corr2d, size,"],
    ["learn --rate 1", "unknown option '--rate'"],
    ["--seed x", "--seed: expected a whole number from 0 to 9007199254740991, but got 'x'"],
    ["--seed 1.5", "--seed: expected a whole number"],
    ["learn --lr fast", "--lr: expected a number from 1e-9 to 1000000000, but got 'fast'"],
    ["learn --lr NaN", "--lr: expected a number from 1e-9 to 1000000000, but got 'NaN'"],
    ["learn --lr 0", "--lr: expected a number from 1e-9"],
    ["learn --lr 1e10", "--lr: expected a number from 1e-9"],
    ["learn --lr=", "--lr: expected a number from 1e-9 to 1000000000, but got ''"],
    ["learn --steps 1e9", "--steps: expected a whole number from 2 to 100000, but got '1e9'"],
    ["learn --start 1e99,0", "--start: expected a number from -1000000000 to 1000000000, but got '1e99'"],
    ["learn --steps 0", "--steps: expected a whole number from 2 to 100000, but got '0'"],
    ["learn --start 1", "--start: expected two numbers with a comma, as in 0.5,0.5, but got '1'"],
    ["recall cnn", "recall: expected one of linear-regression,"],
    ["shapes all", "shapes: expected one of padding, channels, pooling, lenet, but got 'all'"],
    ["shapes lenet twice", "too many arguments"],
    ["size --image 3 --kernel 5", "a kernel that reaches over 5 cells does not fit into 3"],
    ["size --stride 0", "--stride: expected a whole number from 1 to 4096, but got '0'"],
    [
      "corr2d --kernel 1,2;3",
      "--kernel: all rows must have the same length, but row 1 has 2 and row 2 has 1",
    ],
    ["edges --kernel 1,x", "'x' is not a number; write rows with semicolons and numbers with commas"],
    ["edges --kernel [[1,2],[3]]", "--kernel: all rows must have the same length"],
    ["edges --kernel [[1,2", "--kernel: this is not JSON"],
    ["edges --kernel [[1,null]]", "--kernel: expected rows of numbers, as in [[1,0,-1],[2,0,-2],[1,0,-1]]"],
    ["edges --kernel [[]]", "--kernel: the matrix is empty"],
    ["edges --kernel sobbel", "--kernel: 'sobbel' is not known; allowed are book, sobel, sobel-x,"],
    [
      "corr2d --input 1e10,1",
      "--input: expected numbers from -1000000000 to 1000000000, but got 10000000000",
    ],
    [
      `corr2d --kernel ${"1,".repeat(299)}1`,
      "--kernel: expected at most 256 rows and columns, but got 1 and 300",
    ],
    ["edges --kernel 1e39", "--kernel: expected numbers from -1000000000 to 1000000000, but got 1e+39"],
    [
      "edges --padding -1",
      "--padding: expected a whole number from 0 to 4096, two of them (vertical,horizontal), same or valid, but got '-1'",
    ],
    ["edges --padding 1000000", "--padding: expected a whole number from 0 to 4096"],
    ["edges --padding 0,4097", "--padding: expected a whole number from 0 to 4096"],
    ["edges --padding NaN", "--padding: expected a whole number from 0 to 4096"],
    ["edges --padding=", "--padding: expected a whole number from 0 to 4096"],
    ["edges --stride 1e6", "--stride: expected a whole number from 1 to 4096, but got '1e6'"],
    [`shapes ${"x".repeat(1000)}`, `but got '${"x".repeat(60)}…'`],
    ["edges --padding same --stride 2", "--padding same keeps the size, so it goes with --stride 1 only"],
    ["edges --padding-mode mirror", "--padding-mode: expected one of zeros, reflect, replicate, circular"],
    [
      "edges --normalize more",
      "--normalize: expected one of clip, absolute, offset, stretch, but got 'more'",
    ],
    [
      "edges --out edges.jpg",
      "--out: the result is a PNG file, so its name must end in .png, but got edges.jpg",
    ],
    ["edges one.png two.png", "too many arguments"],
  ])("%s", async (line, message) => {
    const { code, out, err } = await runCli(line.split(" "));
    expect(err).toContain(message);
    expect(err).toMatch(/^demo: .*\n$/);
    expect([code, out]).toEqual([2, ""]);
  });
});

describe("what would take too long or too much: exit code 1, at once", () => {
  test.each([
    [
      "size --image 4096 --padding 4096 --kernel 4096",
      "demo: an output of 8193×8193 would take 1,126,175 billion multiplications, and the limit is " +
        "100 billion; choose a larger --stride or smaller sizes\n",
    ],
    ["size --image 4096 --padding 4096 --kernel 300", "would take 12,936 billion"],
  ])("%s", async (line, message) => {
    const { code, out, err } = await runCli(line.split(" "));
    expect(err).toContain(message);
    expect([code, out]).toEqual([1, ""]);
  });
});
