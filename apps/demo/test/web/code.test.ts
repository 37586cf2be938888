/** The code panel's programs: they run, print what the page shows, and what PyTorch printed for their twins. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Corr2dError } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { expect, test, vi } from "vitest";
import { chainCode } from "../../src/web/code/chain-code.ts";
import { edgesCode } from "../../src/web/code/edges-code.ts";
import { learnCode } from "../../src/web/code/learn-code.ts";
import { slideCode } from "../../src/web/code/slide-code.ts";
import { directionKernel } from "../../src/web/edges/state.ts";
import { computeChain } from "../../src/web/slide/chain/compute.ts";
import { computeLayer } from "../../src/web/slide/compute.ts";
import { exampleState } from "../../src/web/slide/examples.ts";
import { programOf } from "../../src/web/slide/program.ts";
import type { SlideState } from "../../src/web/slide/state.ts";
import { CHAIN_CASES, CODE_CASES, SLIDE_CASES } from "./code-cases.ts";

const folder = fileURLToPath(new URL("../../test-results/code", import.meta.url));
mkdirSync(folder, { recursive: true });
let files = 0;

/** What scripts/run-pytorch-code.mjs kept. */
interface Golden {
  readonly name: string;
  readonly program: string;
  readonly printed: string;
}
const { cases } = JSON.parse(
  readFileSync(new URL("../goldens/pytorch-code.json", import.meta.url), "utf8"),
) as { cases: readonly Golden[] };
const goldens = new Map(cases.map((golden) => [golden.name, golden]));

/** Runs a program as a module, and returns what it printed. */
async function run(code: string): Promise<string> {
  const path = `${folder}/program-${process.pid}-${files++}.ts`;
  writeFileSync(path, code);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await import(pathToFileURL(path).href);
    return log.mock.calls.map((args) => args.join(" ")).join("\n");
  } finally {
    log.mockRestore();
  }
}

const numbersIn = (text: string): number[] => (text.match(/-?\d+(\.\d+)?(e[+-]\d+)?/g) ?? []).map(Number);

test("slide: the program prints the result that the page shows", async () => {
  const backend = cpuJs();
  for (const { name, state } of SLIDE_CASES) {
    const layer = await computeLayer(backend, state);
    const atInput = state.transposed ? layer.small : layer.large;
    const atOutput = state.transposed ? layer.large : layer.small;
    const shown = { output: atOutput, input: atInput, kernel: layer.kernel }[state.view];
    const printed = numbersIn(await run(slideCode(state).ts));
    const values = (shown as number[][][]).flat(3);
    expect(printed.length, name).toBe(values.length);
    for (const [i, value] of values.entries()) expect(printed[i], name).toBeCloseTo(value, 3);
  }
});

test("chains: the program prints the result that the page shows", async () => {
  for (const { name, state } of CHAIN_CASES) {
    const { values, gradients } = await computeChain(cpuJs(), state);
    const shown = (gradients?.[0] ?? values.at(-1)!).flat(2);
    const printed = numbersIn(await run(chainCode(state).ts));
    expect(printed.length, name).toBe(shown.length);
    for (const [i, value] of shown.entries()) expect(printed[i], name).toBeCloseTo(value, 3);
  }
});

test("slide: a given gradient that does not fit is not in use, nor in the program", async () => {
  const outputGrad = [[[5, 6, 7]]];
  const one: SlideState = { ...exampleState("book"), view: "input", outputGrad };
  const many: SlideState = { ...exampleState("maxPool"), view: "input", outputGrad };
  const shown = [
    (await computeLayer(cpuJs(), one)).large,
    (await computeChain(cpuJs(), many)).gradients![0]!,
  ];
  for (const [i, state] of [one, many].entries()) {
    expect(numbersIn(await run(programOf(state).ts))).toEqual(shown[i]!.flat(2));
  }
  const fits = [[[1, 2], [3, 4]]]; // biome-ignore format: a 2 × 2
  expect(programOf({ ...many, outputGrad: fits }).py).toContain("[3.0, 4.0]");
});

test.for(CODE_CASES)("$name: PyTorch prints the same", async ({ name, code }) => {
  const golden = goldens.get(name);
  expect(golden?.program, "the program is another one: run scripts/run-pytorch-code.mjs").toBe(code.py);
  const printed = await run(code.ts);
  const [ours, theirs] = [numbersIn(printed), numbersIn(golden!.printed)];
  expect(ours.length, printed).toBe(theirs.length);
  // Four decimals are printed, or five digits.
  for (const [i, value] of ours.entries()) {
    expect(Math.abs(value - theirs[i]!)).toBeLessThanOrEqual(1.1e-4 * Math.max(1, Math.abs(theirs[i]!)));
  }
});

test("slide: the program of an impossible setting fails as the page does", async () => {
  const state: SlideState = { ...exampleState("book"), dilation: [4, 4] };
  const failure = await run(slideCode(state).ts).catch((error: unknown) => error);
  expect(Corr2dError.isInstance(failure)).toBe(true);
  await expect(computeLayer(cpuJs(), state)).rejects.toThrow((failure as Error).message);
});

test("learn: the program prints the book's numbers", async () => {
  const out = await run(learnCode([0.3087, 0.6875], 0.03, 10).ts);
  expect(out).toBe(
    "epoch 2, loss 16.481\nepoch 4, loss 5.069\nepoch 6, loss 1.794\nepoch 8, loss 0.688\nepoch 10, loss 0.274\n" +
      "tensor([[ 1.0398, -0.9328]])",
  );
});

test.for([1, 2])("on cpu-wasm, threads: %i, programs print the same", async (threads) => {
  const backend = { name: "cpu-wasm", threads } as const;
  const state: SlideState = { ...exampleState("book"), view: "kernel" };
  const learn = [[0.3087, 0.6875], 0.03, 10] as const;
  const edges = [directionKernel(30), "offset", true] as const;
  for (const [there, here] of [
    [slideCode(state, backend), slideCode(state)],
    [learnCode(...learn, backend), learnCode(...learn)],
    [edgesCode(...edges, backend), edgesCode(...edges)],
  ] as const) {
    expect(there.ts).toContain(threads === 1 ? "cpuWasm()" : "cpuWasm({ threads: 2 })");
    const expected = numbersIn(await run(here.ts));
    const printed = numbersIn(await run(there.ts));
    expect(printed.length).toBe(expected.length);
    for (const [i, value] of printed.entries()) expect(value).toBeCloseTo(expected[i]!, 3);
  }
});

test("edges: pixels from 0 to 255 for every kernel", async () => {
  for (const { name, code } of CODE_CASES.filter((known) => known.name.startsWith("edges"))) {
    for (const value of numbersIn(await run(code.ts))) {
      expect(value >= 0 && value <= 255, `${name}: ${value}`).toBe(true);
    }
  }
});
