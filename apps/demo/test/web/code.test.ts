/** The code panel's programs: they run, and print what the page shows. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Corr2dError } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { expect, test, vi } from "vitest";
import { FILTER_KERNELS, FINISHES } from "../../src/chapter/filter-kernels.ts";
import { edgesCode } from "../../src/web/code/edges-code.ts";
import { learnCode } from "../../src/web/code/learn-code.ts";
import { slideCode } from "../../src/web/code/slide-code.ts";
import { computeLayer } from "../../src/web/slide/compute.ts";
import { EXAMPLES, exampleState } from "../../src/web/slide/examples.ts";
import { PADDING_MODES, type SlideState, VIEWS } from "../../src/web/slide/state.ts";

const folder = fileURLToPath(new URL("../../test-results/code", import.meta.url));
mkdirSync(folder, { recursive: true });
let files = 0;

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

/** Every example, watched in every way, and with what the examples leave out. */
const STATES: readonly SlideState[] = [
  ...EXAMPLES.flatMap((name) => VIEWS.map((view): SlideState => ({ ...exampleState(name), view }))),
  ...PADDING_MODES.map(
    (paddingMode): SlideState => ({ ...exampleState("reflect"), paddingMode, padding: "same" }),
  ),
  { ...exampleState("same"), padding: [2, 1], stride: [1, 2], dilation: [2, 1] },
  { ...exampleState("transposed"), outputPadding: [1, 0], padding: [1, 1], view: "kernel" },
  { ...exampleState("book"), view: "input", outputGrad: [[[1, 2], [3, 4]]] }, // biome-ignore format: a 2 × 2
];

test("slide: the program prints the result that the page shows", { timeout: 30_000 }, async () => {
  const backend = cpuJs();
  for (const state of STATES) {
    const code = slideCode(state).ts;
    const layer = await computeLayer(backend, state);
    const atInput = state.transposed ? layer.small : layer.large;
    const atOutput = state.transposed ? layer.large : layer.small;
    const shown = { output: atOutput, input: atInput, kernel: layer.kernel }[state.view];
    const isFramed = state.view === "input" && layer.face === "gather" && !state.transposed;
    expect(isFramed).toBe(false);
    expect(numbersIn(await run(code)), code).toEqual((shown as number[][][]).flat(3));
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

test("edges: the program runs for every kernel, in grey and in colour, and every way to finish", {
  timeout: 30_000,
}, async () => {
  const names = Object.keys(FILTER_KERNELS);
  for (const [i, name] of names.entries()) {
    const kernel = FILTER_KERNELS[name]!;
    const out = await run(edgesCode(kernel, FINISHES[i % FINISHES.length]!, i % 2 === 0).ts);
    expect(out, name).toMatch(/^tensor\(\[\[\[/);
    for (const value of numbersIn(out)) expect(value >= 0 && value <= 255, `${name}: ${value}`).toBe(true);
  }
});
