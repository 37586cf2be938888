/**
 * The recalled chapters on images: here few digits written by rule, a quarter of them with a wrong class, so that learning by heart
 * does harm and each effect shows. On Fashion-MNIST with seed 0 the command itself compares with PyTorch.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { TrainedClassifier } from "../src/real/classifiers.ts";
import { PYTORCH } from "../src/real/pytorch-numbers.ts";
import type { Regularization } from "../src/real/regularization.ts";
import { fate, type VanishingGradients } from "../src/real/vanishing-gradients.ts";
import { runCli } from "./run-cli.ts";
import { writeDigits } from "./write-digits.ts";

const cwd = mkdtempSync(join(tmpdir(), "demo recall "));
const NAMES = ["softmax-regression", "mlp", "weight-decay", "dropout", "initialization"] as const;

interface Ran {
  readonly name: (typeof NAMES)[number];
  readonly result: unknown;
  readonly comparisons: readonly { readonly source: string }[];
  readonly agrees: boolean;
}

function examplesOf(json: string): { backend: string; examples: Ran[] } {
  return JSON.parse(json).runs[0];
}

beforeAll(() => writeDigits(join(cwd, "digits"), { train: 1200, test: 400, wrongEvery: 4 }));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe("on images", () => {
  let code: number;
  let out: string;
  let ran: ReturnType<typeof examplesOf>;
  const resultOf = <Result>(name: Ran["name"]): Result =>
    ran.examples.find((example) => example.name === name)!.result as Result;

  beforeAll(async () => {
    ({ code, out } = await runCli(["recall", "--data", "digits", "--json"], { cwd }));
    ran = examplesOf(out);
  }, 400_000);

  test("all five, on cpu-wasm; what is known about Fashion-MNIST is not asked of other images", () => {
    expect(ran.backend).toBe("cpu-wasm");
    expect(ran.examples.map(({ name }) => name)).toEqual(NAMES);
    expect(ran.examples.filter(({ agrees }) => !agrees)).toEqual([]);
    expect(code).toBe(0);
    const sources = ran.examples.flatMap(({ comparisons }) => comparisons.map(({ source }) => source));
    expect(new Set(sources)).toEqual(new Set(["theory"]));
    expect(ran.examples.map(({ result }) => (result as { data: string }).data)).toEqual(
      NAMES.map(() => "digits"),
    );
  });

  test("both classifiers learn", () => {
    for (const [name, epochs] of [
      ["softmax-regression", 10],
      ["mlp", 5],
    ] as const) {
      const { initialLoss, trainLoss, testLoss, testAccuracies } = resultOf<TrainedClassifier>(name);
      expect(initialLoss).toBeCloseTo(Math.log(10), 0);
      expect(Math.max(trainLoss, testLoss)).toBeLessThan(initialLoss - 0.2);
      expect(testAccuracies).toHaveLength(epochs);
      expect(testAccuracies.at(-1)).toBeGreaterThan(0.3);
    }
  });

  test("weight decay: the more, the smaller the weights and the gap", () => {
    const { images, runs } = resultOf<Regularization>("weight-decay");
    expect(images).toBe(200);
    for (const column of ["gap", "weightNorm"] as const) {
      const values = runs.map((run) => run[column]);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      expect(values[2]).toBeLessThan(0.9 * values[0]!);
    }
  });

  test("dropout: a smaller gap, and better on unseen images", () => {
    const [without, dropped] = resultOf<Regularization>("dropout").runs;
    expect(dropped!.gap).toBeLessThan(0.9 * without!.gap);
    expect(dropped!.testLoss).toBeLessThan(without!.testLoss);
  });

  test("gradients vanish, explode, or are kept, by the weights they start from", () => {
    const { nets } = resultOf<VanishingGradients>("initialization");
    const [smallSigmoid, , , large, , kaiming] = nets.map(({ gradients }) => gradients);
    expect(nets.every(({ gradients }) => gradients.length === 11)).toBe(true);
    const ratio = (gradients: readonly number[]): number => Math.log10(gradients[0]! / gradients[10]!);
    expect(ratio(smallSigmoid!)).toBeLessThan(-10);
    expect(Math.abs(ratio(kaiming!))).toBeLessThan(2);
    expect(large![0]).toBeGreaterThan(1e4);
  });
});

test("the same for a seed; 80 columns; another seed agrees with theory too", {
  timeout: 200_000,
}, async () => {
  const run = (...args: string[]): ReturnType<typeof runCli> =>
    runCli(["--seed", "3", "recall", "softmax-regression", "--data", "digits", ...args], { cwd });
  const [first, second] = [await run("--json"), await run("--json")];
  expect(first.code).toBe(0);
  expect(first.out).toBe(second.out);
  const { code, out } = await run();
  expect(code).toBe(0);
  expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(out).toContain("digits: 1,200 images to train with, 400 to test with");
  expect(out).toMatch(/^ {2}test images, after +\d\.\d{4} +\d+\.\d\d %$/m);
});

test("what became of a gradient", () => {
  const net = { activation: "ReLU", weights: "", testAccuracy: 0 } as const;
  expect([1e-12, 0.04, 1e9].map((norm) => fate({ ...net, gradients: [norm, 1] }))).toEqual([
    "vanished",
    "kept",
    "exploded",
  ]);
  // PyTorch's on Fashion-MNIST.
  expect(PYTORCH.initialization.map((gradients) => fate({ ...net, gradients }))).toEqual([
    ...["vanished", "vanished", "vanished", "exploded", "kept", "kept"],
  ]);
});

test("says what is wrong", async () => {
  expect(await runCli(["recall", "linear-regression", "--real"], { cwd })).toMatchObject({
    code: 2,
    err: expect.stringContaining("recall --real: expected one of softmax-regression, mlp"),
  });
  expect(await runCli(["recall", "mlp", "--data", "nowhere"], { cwd })).toMatchObject({
    code: 1,
    err: expect.stringContaining("mnist: ENOENT"),
  });
  // Without dpkg there is no package.
  vi.stubEnv("PATH", "");
  try {
    expect(await runCli(["recall", "mlp", "--real"], { cwd })).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("Fashion-MNIST is not on this machine. To get it:"),
    });
  } finally {
    vi.unstubAllEnvs();
  }
});
