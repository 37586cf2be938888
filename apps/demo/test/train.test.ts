/** `demo train` and `demo predict`: on a few digits, as somebody would use them. */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeIdx } from "@corr2d/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../../scripts/find-program.mjs";
import { writePng } from "../src/cli/image-file.ts";
import { toJsonLine } from "../src/cli/json.ts";
import { ticks } from "../src/cli/train/curves.ts";
import { clock } from "../src/cli/train/progress.ts";
import { writtenDigits } from "../src/train/digits.ts";
import { buildCli } from "./build-cli.ts";
import { runCli } from "./run-cli.ts";
import { writeDigits } from "./write-digits.ts";

const cwd = mkdtempSync(join(tmpdir(), "demo train "));
const data = join(cwd, "few-digits");

beforeAll(() => writeDigits(data, { train: 960, test: 200 }));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Last {
  readonly testAccuracy: number;
  readonly testLoss: number;
  readonly confusion: number[][];
  readonly losses: number[];
}
/** Of images made for a test. */
interface OwnImages {
  readonly count: number;
  readonly shape: readonly number[];
  readonly testShape: readonly number[];
  readonly classes: number;
}
const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const lastOf = (text: string): Last => linesOf(text).at(-1) as unknown as Last;

const train = (...args: string[]): ReturnType<typeof runCli> =>
  runCli(["train", "--data", data, "--model", "lenet-modern", "--lr", "0.003", "--batch", "32", ...args], {
    cwd,
  });

const QUICK = ["--epochs", "1", "--json", "--no-checkpoint", "--no-report"] as const;

describe("train", () => {
  test("learns, keeps and reports", async () => {
    const { code, out, err } = await train("--epochs", "3");
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(out).not.toContain("\u001b");
    const accuracies = [...out.matchAll(/^epoch \d\/3 .* test (\d+\.\d\d) %/gm)].map(([, percent]) =>
      Number(percent),
    );
    expect(accuracies).toHaveLength(3);
    expect(accuracies[2]).toBeGreaterThan(80);
    expect(out).toContain("few-digits: 960 to train with, 200 to test with");
    expect(out).toContain(`test accuracy ${accuracies[2]!.toFixed(2)} %`);

    const report = readFileSync(join(cwd, "lenet-modern-report.html"), "utf8");
    expect(report).toContain(`lenet-modern on few-digits: ${accuracies[2]!.toFixed(2)} %`);
    // 32 kernels, 32 maps of each convolution, the image, and some mistakes.
    expect(report.match(/<img src="data:image\/png;base64,/g)!.length).toBeGreaterThan(97);
    expect(report.match(/<svg /g)).toHaveLength(3);
    // The mistakes of the network in use, without dropout: as many as there are in the confusion matrix.
    expect(report.match(/class="mistake"/g)).toHaveLength(Math.round(2 * (100 - accuracies[2]!)));
    // Of the words, not of a picture's bytes.
    expect(report.replace(/base64,[^"]*/g, "")).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("goes on bit for bit, with another number of epochs", async () => {
    const whole = await train("--epochs", "3", "--json", "--no-report", "--checkpoint", "whole.safetensors");
    const part = await train("--epochs", "1", "--json", "--no-report", "--checkpoint", "part.safetensors");
    const rest = await train(
      ...[
        "--epochs",
        "3",
        "--json",
        "--no-report",
        "--checkpoint",
        "part.safetensors",
        "--resume",
        "part.safetensors",
      ],
    );
    const { seconds: _, ...last } = linesOf(whole.out).at(-1)!;
    const { seconds: __, ...resumed } = linesOf(rest.out).at(-1)!;
    expect(resumed).toEqual(last);
    expect(linesOf(part.out).map(({ epoch }) => epoch)).toEqual([1, undefined]);
    expect(linesOf(rest.out).map(({ epoch }) => epoch)).toEqual([2, 3, undefined]);
    expect(Object.keys(last)).toContain("testAccuracy");
    // Kept where it was, not in a file by the network's name, which may hold another training.
    const named = join(cwd, "lenet-modern.safetensors");
    const before = readFileSync(named);
    const unnamed = await runCli(
      ["train", "--data", data, "--resume", "part.safetensors", "--no-report", "--epochs", "4"],
      { cwd },
    );
    expect(unnamed.code).toBe(0);
    expect(unnamed.out).toContain("part.safetensors, after every epoch");
    expect(readFileSync(named)).toEqual(before);
    const other = await train("--lr", "7", "--resume", "part.safetensors");
    expect([other.code, other.err]).toEqual([2, expect.stringContaining("was trained with 0.003")]);
    for (const [option, text] of [
      [["--seed", "5"], "--seed 5: part.safetensors was trained with 0"],
      [["--epochs", "3"], "--epochs 3: part.safetensors was trained for 4 already"],
    ] as const) {
      const { code, err } = await train(...option, "--resume", "part.safetensors");
      expect([code, err]).toEqual([2, expect.stringContaining(text)]);
    }
    mkdirSync(join(cwd, "elsewhere"));
    writeDigits(join(cwd, "elsewhere", "few-digits"), { train: 96, test: 20 });
    const fewer = await runCli(
      ["train", "--data", "elsewhere/few-digits", "--resume", "part.safetensors", "--epochs", "5"],
      { cwd },
    );
    expect([fewer.code, fewer.err]).toEqual([1, expect.stringContaining("96 images to train with")]);
  });

  test("a training that is there is not replaced, unless --overwrite says so", async () => {
    const quick = ["train", "--data", data, "--batch", "320", "--epochs", "1", "--no-report"];
    const start = (...more: string[]) => runCli([...quick, ...more], { cwd });
    expect((await start("--checkpoint", "mine.safetensors")).code).toBe(0);
    expect((await start("--checkpoint", "other.safetensors", "--seed", "3")).code).toBe(0);
    const [mine, other] = [join(cwd, "mine.safetensors"), join(cwd, "other.safetensors")];
    const before = readFileSync(mine);
    // Also where it goes on from another file. Before anything is computed.
    for (const more of [
      ["--seed", "1"],
      ["--resume", "other.safetensors", "--epochs", "2"],
    ]) {
      const { code, out, err } = await start("--checkpoint", "mine.safetensors", ...more);
      expect([code, out, err]).toEqual([
        1,
        "",
        "demo: mine.safetensors holds a training of lenet on few-digits, 1 of 1 epochs long (3 steps): " +
          "--resume mine.safetensors goes on with it, --checkpoint OTHER.safetensors keeps the new one elsewhere, " +
          "--overwrite replaces it\n",
      ]);
    }
    expect(readFileSync(mine)).toEqual(before);
    expect((await start("--checkpoint", "mine.safetensors", "--seed", "3", "--overwrite")).code).toBe(0);
    expect((await start("--resume", "mine.safetensors", "--seed", "0")).err).toContain("was trained with 3");
    // What is no training is not lost either.
    writeFileSync(other, "letters");
    const { code, err } = await start("--checkpoint", "other.safetensors");
    expect([code, err]).toEqual([
      1,
      "demo: other.safetensors is there already, and is no training that demo train can read: " +
        "--checkpoint OTHER.safetensors keeps the new one elsewhere, --overwrite replaces it\n",
    ]);
    expect(readFileSync(other, "utf8")).toBe("letters");
  });

  test.skipIf(process.platform === "win32")("a pipe is written into: it holds nothing to lose", async () => {
    const pipe = join(cwd, "pipe");
    execFileSync("sh", ["-c", 'mkfifo "$0"', pipe]);
    const quick = ["train", "--data", data, "--batch", "320", "--epochs", "1", "--no-report"];
    const written = readFile(pipe);
    expect(await runCli([...quick, "--checkpoint", "pipe"], { cwd })).toMatchObject({ code: 0, err: "" });
    writeFileSync(join(cwd, "piped.safetensors"), await written);
    rmSync(pipe);
    const resumed = await runCli([...quick, "--resume", "piped.safetensors", "--epochs", "2"], { cwd });
    expect(resumed.out).toContain("after step 3");
  });

  test("a schedule over its epochs keeps their number", async () => {
    const quiet = ["--data", data, "--no-report", "--checkpoint", "cosine.safetensors"];
    await runCli(["train", ...quiet, "--schedule", "cosine", "--epochs", "1"], { cwd });
    const longer = await runCli(["train", ...quiet, "--resume", "cosine.safetensors", "--epochs", "2"], {
      cwd,
    });
    expect([longer.code, longer.err]).toEqual([
      2,
      expect.stringContaining("--epochs 2: cosine.safetensors was trained with 1"),
    ]);
  });

  /** Four files of images that show their class: lighter to the right, and below, the larger it is. */
  const folderOf = (
    name: string,
    { count = 60, shape = [28, 28], classes = 10, testShape = shape }: Partial<OwnImages> = {},
  ): string => {
    const folder = join(cwd, name);
    mkdirSync(folder);
    for (const [part, sizes] of [
      ["train", shape],
      ["t10k", testShape],
    ] as const) {
      const size = sizes.reduce((product, side) => product * side, 1);
      const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
      const pixels = Uint8Array.from({ length: count * size }, (_, i) => {
        const share = labels[Math.floor(i / size)]! / classes;
        return (i % size) / size < share ? 250 : 0;
      });
      const images = { data: pixels, shape: [count, ...sizes] };
      writeFileSync(join(folder, `${part}-images-idx3-ubyte`), writeIdx(images));
      writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), writeIdx({ data: labels, shape: [count] }));
    }
    return folder;
  };

  test.each([
    ["lenet-modern", "grey", [20, 24]],
    ["lenet", "colour", [3, 16, 12]],
    ["resnet", "coloured", [3, 9, 5]],
  ])("%s on images of another size, %s, of 26 classes", async (model, name, shape) => {
    const folder = folderOf(name, { count: 130, shape, classes: 26 });
    const args = ["train", "--data", folder, "--model", model, "--batch", "26", "--epochs", "2"];
    const { code, out, err } = await runCli([...args, "--checkpoint", `${name}.safetensors`], { cwd });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^ +right +most often taken$/m);
    expect(out.match(/^ +\d+ +\d of 5/gm)).toHaveLength(26);
    const page = readFileSync(join(cwd, `${model}-report.html`), "utf8");
    expect(page).toContain('<th scope="row">25</th>');

    const [height, width] = [40, 30];
    const bytes = new Uint8ClampedArray(3 * height * width).fill(200);
    writePng(join(cwd, "any.png"), { channels: 3, height, width, bytes });
    const predict = ["predict", "any.png", "--from", `${name}.safetensors`, "--json"];
    const predicted = await runCli(predict, { cwd });
    expect([predicted.code, predicted.err]).toEqual([0, ""]);
    expect(JSON.parse(predicted.out).classes).toHaveLength(26);
    expect(JSON.parse(predicted.out).inverted).toBe(name === "grey");
  });

  test("images that no network here is for are refused", async () => {
    for (const [folder, text, model = "lenet"] of [
      [folderOf("nothing", { count: 0 }), "expected images, but got none"],
      [folderOf("two channels", { shape: [2, 28, 28] }), "images of 1 channel (grey) or 3, but got 2"],
      [
        folderOf("unlike", { testShape: [14, 14] }),
        "the images to train with are 28 × 28, and those to test with 14 × 14",
      ],
      [
        folderOf("small", { shape: [14, 11] }),
        "--model lenet is for images of 12 pixels a side at least, and these have 14 × 11",
      ],
      [folderOf("tiny", { shape: [3, 9] }), "--model lenet-modern is for images of 4 pixels", "lenet-modern"],
    ] as const) {
      const { code, err } = await runCli(["train", "--data", folder, "--model", model, ...QUICK], { cwd });
      expect([code, err]).toEqual([1, expect.stringContaining(text)]);
    }
  });

  test("the recalled chapters are for images like MNIST's", async () => {
    for (const [folder, text] of [
      [folderOf("letters", { classes: 26 }), "but got class 25"],
      [folderOf("smaller", { shape: [14, 14] }), "but got 14 × 14"],
    ] as const) {
      const { code, err } = await runCli(["recall", "mlp", "--real", "--data", folder], { cwd });
      expect([code, err]).toEqual([1, expect.stringContaining(text)]);
    }
  });

  test.each([
    ["cpu-js", "lenet"],
    ["cpu-wasm", "lenet"],
    ["cpu-wasm", "resnet"],
  ])("on %s, %s", async (backend, model) => {
    const { code, out, err } = await runCli(
      ["--backend", backend, "train", "--data", data, "--model", model, "--batch", "320", ...QUICK],
      { cwd },
    );
    expect([code, err]).toEqual([0, ""]);
    const { losses, confusion } = lastOf(out);
    expect(losses).toHaveLength(3);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(200);
  });

  test("a bar for a person", async () => {
    const { out } = await runCli(
      ["train", "--data", data, "--epochs", "1", "--batch", "4", "--no-checkpoint", "--no-report"],
      { cwd, isTTY: true, columns: 100 },
    );
    const drawn = out.split("\r\u001b[K").find((line) => line.startsWith("█") || line.startsWith("░"));
    expect(drawn).toMatch(
      /^█*░+ epoch 1\/1 {2}loss \d\.\d{3} {2}\d+\.\d\d % {2}\d+ images\/s {2}0:\d\d left$/,
    );
  });

  test("a bar with little room: what does not fit is left out whole", async () => {
    const { out } = await runCli(
      ["train", "--data", data, "--epochs", "1", "--batch", "4", "--no-checkpoint", "--no-report"],
      { cwd, isTTY: true, columns: 40 },
    );
    const drawn = out.split("\r\u001b[K").find((line) => /^[█░]/.test(line));
    expect(drawn).toMatch(/^█*░* epoch 1\/1 {2}loss \d\.\d{3} {2}\d+\.\d\d %$/);
    expect(drawn!.length).toBeLessThan(40);
  });

  test("says what is wrong, and writes nothing", async () => {
    const before = readdirSync(cwd).sort();
    const cases: [string[], number, string][] = [
      [["--data", "nowhere"], 1, "mnist: ENOENT"],
      [["--data", "."], 1, "there is no train-images-idx3-ubyte"],
      [["--data", data, "--resume", "none.safetensors"], 1, "there is no none.safetensors to go on from"],
      [["--data", data, "--resume", join(data, "t10k-labels-idx1-ubyte")], 1, "cannot be read"],
      [["--data", data, "--model", "vgg"], 2, "--model"],
      [["--data", data, "--optimizer", "sdg"], 2, "--optimizer"],
      [["--data", data, "--epochs", "0"], 2, "--epochs"],
      [
        ["--data", data, "--checkpoint", "nowhere/x.safetensors", "--epochs", "1"],
        1,
        "nowhere/x.safetensors cannot be written",
      ],
      [["--data", data, "--checkpoint", ".", "--epochs", "1"], 1, "is a folder: choose another name"],
    ];
    for (const [args, expected, text] of cases) {
      const { code, err } = await runCli(["train", "--no-report", ...args], { cwd });
      expect([code, err]).toEqual([expected, expect.stringContaining(text)]);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
    const both = await runCli(["train", "--data", data, "--checkpoint", "x", "--report", "./x"], { cwd });
    expect([both.code, both.err]).toEqual([
      2,
      "demo: --report x: the training is kept there, so the report needs another name\n",
    ]);
    // Before the first epoch, not after the last.
    const late = await runCli(["train", "--data", data, "--no-checkpoint", "--report", "nowhere/x.html"], {
      cwd,
    });
    expect([late.code, late.out]).toEqual([1, ""]);
    expect(late.err).toContain("nowhere/x.html cannot be written");
    expect((await runCli(["--backend", "all", "train"], { cwd })).err).toContain("takes one backend");
    expect((await runCli(["--backend", "cpu-js", "train", "--threads", "2"], { cwd })).err).toContain(
      "cpu-js has one",
    );
    expect(readdirSync(cwd).sort()).toEqual(before);
  });
});

test("Ctrl-C saves at once, and the training goes on as if nothing had been", async () => {
  const main = await buildCli("train");
  const args = ["train", "--data", data, "--batch", "8", "--no-report"];
  const run = (
    more: readonly string[],
    interruptAt?: RegExp,
  ): Promise<{ code: number | null; out: string }> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...args, ...more], {
        cwd,
        stdio: ["ignore", "pipe", "inherit"],
      });
      let out = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out += text;
        // Once: a second one ends the process.
        if (!child.killed && interruptAt?.test(out)) child.kill("SIGINT");
      });
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, out }));
    });
  // More epochs than pass before the signal comes, however late it is.
  const stopped = await run(["--checkpoint", "stopped.safetensors", "--epochs", "10000"], /epoch +1\//);
  expect(stopped.code).toBe(130);
  const said = /stopped after step (\d+); demo train --resume stopped\.safetensors goes on\n$/.exec(
    stopped.out,
  );
  expect(said).not.toBeNull();
  const epochs = ["--json", "--epochs", String(Math.floor(Number(said![1]) / (960 / 8)) + 2)];
  const resumed = await run([...epochs, "--resume", "stopped.safetensors"]);
  const whole = await run([...epochs, "--checkpoint", "uninterrupted.safetensors"]);
  expect([resumed.code, whole.code]).toEqual([0, 0]);
  const { losses, testLoss } = lastOf(whole.out);
  expect(lastOf(resumed.out)).toMatchObject({ losses, testLoss });
});

const mpich = await findProgram({
  names: ["mpiexec.mpich", "mpiexec.hydra"],
  debian: "mpich",
  leftOut: "demo train --parallel mpi",
});

describe("on many ranks", () => {
  let main = "";
  beforeAll(async () => {
    main = await buildCli("train");
  });

  const args = ["train", "--data", data, "--json", "--no-report"];
  type Outcome = { readonly code: number | null; readonly out: string; readonly err: string };
  const run = (...more: string[]): Promise<Outcome> => runBy([process.execPath], ...more);
  const runBy = ([program, ...before]: string[], ...more: string[]): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const child = spawn(program!, [...before, main, ...args, ...more], {
        cwd,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let [out, err] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        err += text;
      });
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, out, err }));
    });
  const threads = (ranks: number): string[] => ["--parallel", "threads", "--ranks", String(ranks)];

  function expectAlike(run: { readonly out: string; readonly err: string }, one: Last): void {
    expect(run.err).toBe("");
    const { losses, confusion, testLoss } = lastOf(run.out);
    expect(losses).toHaveLength(one.losses.length);
    for (const [i, loss] of losses.entries()) expect(Math.abs(loss - one.losses[i]!)).toBeLessThan(1e-4);
    expect(Math.abs(testLoss - one.testLoss)).toBeLessThan(1e-4);
    expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(200);
  }

  // Batches of 37: the last has 35, and shares are not even.
  test("losses are those of one", async () => {
    const plain = ["--model", "lenet", "--batch", "37", "--epochs", "4", "--no-checkpoint"];
    const one = lastOf((await run(...plain)).out);
    expect(one.losses).toHaveLength(100);
    expectAlike(await run(...plain, ...threads(2)), one);
  });

  test("with batch normalisation too, also where a rank has nothing of a batch", async () => {
    const norm = ["--model", "resnet", "--batch", "137", "--epochs", "1", "--no-checkpoint"];
    norm.push("--optimizer", "sgd", "--lr", "0.01"); // Adam makes much of the last digits of small gradients
    expectAlike(await run(...norm, ...threads(2)), lastOf((await run(...norm)).out));
  });

  test.skipIf(mpich === null)("and of processes under MPI, bit for bit those of threads", async () => {
    const plain = ["--model", "lenet", "--batch", "64", "--epochs", "1", "--no-checkpoint"];
    const processes = await runBy([mpich!, "-n", "2", process.execPath], ...plain, "--parallel", "mpi");
    expect([processes.code, processes.err]).toEqual([0, ""]);
    const { losses, confusion } = lastOf(processes.out);
    expect(lastOf((await run(...plain, ...threads(2))).out)).toMatchObject({ losses, confusion });
  });

  test("goes on with another number of them", async () => {
    const plain = ["--model", "lenet", "--batch", "64", "--checkpoint", "ranks.safetensors"];
    const one = lastOf((await run(...plain, "--epochs", "3", "--no-checkpoint")).out);
    expect((await run(...plain, "--epochs", "1", ...threads(3))).code).toBe(0);
    const goOn = ["--resume", "ranks.safetensors"];
    expect((await run(...plain, "--epochs", "2", ...threads(2), ...goOn)).code).toBe(0);
    expectAlike(await run(...plain, "--epochs", "3", ...goOn), one);
  });

  test("dropout is not the same on all ranks, and the order is", async () => {
    const { code, out, err } = await run(
      "--model",
      "lenet-modern",
      "--epochs",
      "2",
      "--no-checkpoint",
      ...threads(2),
    );
    expect([code, err]).toEqual([0, ""]);
    expect(lastOf(out).testAccuracy).toBeGreaterThan(0.3);
  });

  test("a training that is there is not replaced: refused once, by processes too", async () => {
    const plain = ["--epochs", "1", "--batch", "320", "--checkpoint", "kept.safetensors"];
    expect((await run(...plain)).code).toBe(0);
    const path = join(cwd, "kept.safetensors");
    const before = readFileSync(path);
    const refusal =
      "demo: kept.safetensors holds a training of lenet on few-digits, 1 of 1 epochs long (3 steps): ";
    const refused = await run(...plain, ...threads(2));
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err.startsWith(refusal), refused.err).toBe(true);
    expect(refused.err.trimEnd().split("\n")).toHaveLength(1);
    if (mpich !== null) {
      const processes = await runBy([mpich, "-n", "2", process.execPath], ...plain, "--parallel", "mpi");
      expect([processes.code, processes.out]).toEqual([1, ""]);
      expect(processes.err.split("holds a training of").length - 1, processes.err).toBe(1);
    }
    expect(readFileSync(path)).toEqual(before);
    expect((await run(...plain, ...threads(2), "--overwrite")).code).toBe(0);
    expect(readFileSync(path)).not.toEqual(before);
  });

  test("says what is wrong, once", async () => {
    expect((await run("--ranks", "2")).err).toContain("--ranks 2: write --parallel threads too");
    const missing = await run("--resume", "none.safetensors", ...threads(2));
    expect(missing).toMatchObject({ code: 1, out: "" });
    expect(missing.err).toBe("demo: there is no none.safetensors to go on from\n");
  });
});

describe("predict", () => {
  test("names the digit, light on dark or dark on light, of any size", async () => {
    const { images, classes } = writtenDigits(12, 77);
    let right = 0;
    for (let i = 0; i < 12; i++) {
      const bytes = new Uint8ClampedArray(56 * 56);
      for (let p = 0; p < bytes.length; p++) {
        const value = images.data[i * 784 + 28 * Math.floor(p / 112) + Math.floor((p % 56) / 2)]!;
        bytes[p] = i % 2 === 0 ? value : 255 - value;
      }
      writePng(join(cwd, "digit.png"), { channels: 1, height: 56, width: 56, bytes });
      const { code, out } = await runCli(
        ["predict", "digit.png", "--from", "lenet-modern.safetensors", "--json"],
        { cwd },
      );
      expect(code).toBe(0);
      const found = JSON.parse(out) as {
        inverted: boolean;
        classes: { name: string; probability: number }[];
      };
      expect(found.inverted).toBe(i % 2 === 1);
      expect(found.classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
      if (found.classes[0]!.name === String(classes.data[i])) right++;
    }
    expect(right).toBeGreaterThanOrEqual(9);
    const { out } = await runCli(["predict", "digit.png", "--from", "lenet-modern.safetensors"], { cwd });
    expect(out).toMatch(/^ {2}\d +█+ +\d+\.\d %\n/);
    expect(out).toContain("lenet-modern, trained on few-digits");
  });

  test("says what is missing", async () => {
    expect(await runCli(["predict", "digit.png", "--from", "none.safetensors"], { cwd })).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no none.safetensors: demo train makes it"),
    });
    expect(
      await runCli(["predict", "none.png", "--from", "lenet-modern.safetensors"], { cwd }),
    ).toMatchObject({
      code: 1,
    });
  });
});

test("digits are the same for a seed, and others for another", () => {
  const hash = (seed: number): string =>
    createHash("sha256")
      .update(writtenDigits(20, seed).images.data as Uint8Array)
      .digest("hex");
  expect(hash(5)).toBe(hash(5));
  expect(hash(5)).not.toBe(hash(6));
});

test("a loss that is not finite is named in JSON", () => {
  expect(toJsonLine({ loss: NaN, losses: [1, Infinity] })).toBe('{"loss":"NaN","losses":[1,"Infinity"]}');
});

test("ticks and clocks", () => {
  expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(1, 3, 1)).toEqual([1, 2, 3]);
  expect(ticks(2, 2)).toEqual([2]);
  expect([clock(5), clock(75), clock(3661), clock(-1)]).toEqual(["0:05", "1:15", "1:01:01", "0:00"]);
  expect(existsSync(data)).toBe(true);
});
