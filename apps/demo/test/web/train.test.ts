/** The train tab: its texts and numbers by themselves, and then in a real browser, from opening it to a drawing that is recognised. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { setBackend, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { writeSafetensors } from "@corr2d/io";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { build, fits } from "../../src/web/train/build.ts";
import {
  drawnImage,
  extended,
  parseStrokes,
  type Strokes,
  strokesText,
} from "../../src/web/train/drawing.ts";
import { FASHION_TEST, FASHION_TRAIN } from "../../src/web/train/fashion/counts.ts";
import {
  type Ask,
  type FitInput,
  type FitReport,
  fit,
  type Snapshot,
  type StepReport,
} from "../../src/web/train/fit.ts";
import { layersText, PRESET_NAMES, PRESETS, parseLayers } from "../../src/web/train/layers.ts";
import { describeLab, PATIENCE, textOf } from "./lab.ts";

const backend = cpuJs();

test("layers as text: what is written is what was read, and nonsense is refused", () => {
  for (const name of PRESET_NAMES) expect(layersText(parseLayers(PRESETS[name])!)).toBe(PRESETS[name]);
  expect(parseLayers("conv8k3s2p1,max3s2,avg2,dropout0.25,norm,tanh")).toEqual([
    { kind: "conv", channels: 8, kernel: 3, padding: 1, stride: 2 },
    { kind: "max", kernel: 3, stride: 2 },
    { kind: "avg", kernel: 2, stride: 2 },
    { kind: "dropout", p: 0.25 },
    { kind: "norm" },
    { kind: "tanh" },
  ]);
  for (const text of [
    "conv",
    "conv8",
    "conv8k3q1",
    "conv8k99",
    "linear0",
    "dropout2",
    "relu3",
    "wide",
    "relu,,relu",
  ]) {
    expect(parseLayers(text), text).toBeUndefined();
  }
  // Every size that a pool may have can be its stride.
  expect(parseLayers("max5,avg11")).toEqual([
    { kind: "max", kernel: 5, stride: 5 },
    { kind: "avg", kernel: 11, stride: 11 },
  ]);
});

test("layers that do not fit: the library's own words, and the sizes up to there", () => {
  const { layers, error } = build(parseLayers("max2,max2,max2,conv4k5,flatten,linear10")!, backend);
  expect(layers.map(({ output }) => output)).toEqual([
    [1, 14, 14],
    [1, 7, 7],
    [1, 3, 3],
  ]);
  expect(error?.message).toMatch(/kernel size/i);
  expect(build(parseLayers(PRESETS.modern)!, backend).error).toBeUndefined();
  expect(build(parseLayers("flatten,linear9")!, backend).error?.code).toBe("INDEX_OUT_OF_RANGE");
});

test("a network gives ten numbers: more are refused as well as fewer", async () => {
  for (const [net, output] of [
    ["flatten,linear10", undefined],
    ["flatten,linear9", [9]],
    ["flatten,linear10,linear64", [64]],
    ["max4,linear10", [1, 7, 10]],
    ["", [1, 28, 28]],
  ] as const) {
    const built = build(parseLayers(net)!, backend);
    expect(built.wrongOutput, net).toEqual(output);
    expect(fits(built)).toBe(output === undefined);
  }
  await expect(told({ ...SMALL, layers: "flatten,linear10,linear64" })).rejects.toThrow("gives 64 numbers");
});

test("a drawing has the size and the place of the written digits, wherever it was drawn", () => {
  const strokes = parseStrokes("10101090.10105010")!;
  expect(strokesText(strokes)).toBe("10101090.10105010");
  const moved = strokes.map((stroke) => stroke.map(([x, y]) => [x + 40, y + 5] as const));
  expect(drawnImage(moved, true)).toEqual(drawnImage(strokes, true));
  expect(drawnImage(moved, false)).not.toEqual(drawnImage(strokes, false));
  const image = drawnImage(strokes, true);
  const rows = Array.from({ length: 28 }, (_, y) =>
    image.subarray(28 * y, 28 * y + 28).some((ink) => ink > 0),
  );
  expect([rows.indexOf(true), rows.lastIndexOf(true)]).toEqual([4, 23]);
  expect(extended([[[10, 10]]], [11, 10])).toEqual([[[10, 10]]]);
  expect(extended([[[10, 10]]], [120, -3])).toEqual([
    [
      [10, 10],
      [99, 0],
    ],
  ]);
  expect(parseStrokes("1x00")).toBeUndefined();
});

test("a long stroke goes on: it is kept with fewer points, and the address can hold it", () => {
  const spiral = Array.from({ length: 1500 }, (_, i): readonly [number, number] => [
    50 + (48 - i / 40) * Math.cos(i / 5),
    50 + (48 - i / 40) * Math.sin(i / 5),
  ]);
  let strokes: Strokes = [[]];
  for (const point of spiral) {
    strokes = extended(strokes, point);
    expect(parseStrokes(strokesText(strokes))).toEqual(strokes);
  }
  expect(strokes.flat().length).toBeGreaterThan(100);
  expect(strokes[0]![0]).toEqual([98, 50]);
  const [[x, y], [endX, endY]] = [strokes[0]!.at(-1)!, spiral.at(-1)!];
  expect(Math.hypot(x - endX, y - endY)).toBeLessThan(4);
});

test("the slice of Fashion-MNIST is at most 300 kB, and has all classes", () => {
  const file = (name: string): Buffer =>
    readFileSync(new URL(`../../src/web/train/fashion/${name}`, import.meta.url));
  const [images, labels] = [file("images.idx3.gz"), file("labels.idx1.gz")];
  expect(images.length + labels.length).toBeLessThanOrEqual(300_000);
  expect(gunzipSync(images).length).toBe(16 + (FASHION_TRAIN + FASHION_TEST) * 28 * 28);
  const classes = gunzipSync(labels).subarray(8);
  expect(new Set(classes.subarray(0, FASHION_TRAIN)).size).toBe(10);
  expect(new Set(classes.subarray(FASHION_TRAIN)).size).toBe(10);
  expect(file("LICENSE.txt").toString()).toContain("Zalando SE");
});

const SMALL: FitInput = {
  layers: "conv4k5s2,relu,flatten,dropout0.2,linear10",
  data: "digits",
  images: 100,
  batch: 20,
  steps: 12,
  seed: 3,
  init: "usual",
  optimizer: "momentum",
  rates: [{ step: 1, lr: 0.05, weightDecay: 0 }],
};

/** All that a training tells; `asks` are the page's orders after a step. */
async function told(input: FitInput, asks: Readonly<Record<number, Ask>> = {}): Promise<FitReport[]> {
  setBackend(backend);
  const reports: FitReport[] = [];
  await fit(
    input,
    {
      signal: new AbortController().signal,
      report: async (report) => {
        reports.push(structuredClone(report));
        const ask = report.kind === "step" ? asks[report.step] : undefined;
        return ask === undefined ? [] : [ask];
      },
    },
    backend,
  );
  return reports;
}

const stepsOf = (reports: readonly FitReport[]): StepReport[] =>
  reports.filter((report): report is StepReport => report.kind === "step");
const snapshotsOf = (reports: readonly FitReport[]): Snapshot[] =>
  reports.flatMap((report) =>
    report.kind === "snapshot" ? [report] : report.kind === "step" ? (report.snapshot ?? []) : [],
  );

test("the same seed gives the same losses and weights, another seed others", async () => {
  const [once, again, other] = [await told(SMALL), await told(SMALL), await told({ ...SMALL, seed: 4 })];
  expect(again).toEqual(once);
  expect(stepsOf(once)).toHaveLength(12);
  expect(stepsOf(other)[0]!.loss).not.toBe(stepsOf(once)[0]!.loss);
  expect(snapshotsOf(once).map(({ step }) => step)).toEqual(Array.from({ length: 13 }, (_, i) => i));
  const { gradients } = snapshotsOf(once)[1]!;
  expect(gradients).toHaveLength(5);
  for (const size of gradients) expect(size).toBeGreaterThan(0);
});

test("rates changed on the way are told, and a run that is given them repeats it", async () => {
  const changed = await told(SMALL, { 5: { rates: { lr: 0.01, weightDecay: 0.1 } } });
  const steps = stepsOf(changed);
  expect(steps[4]).toMatchObject({ step: 5, lr: 0.05, weightDecay: 0 });
  expect(steps[5]).toMatchObject({ step: 6, lr: 0.01, weightDecay: 0.1 });
  const rates = [...SMALL.rates, { step: 6, lr: 0.01, weightDecay: 0.1 }];
  expect(await told({ ...SMALL, rates })).toEqual(changed);
});

test("every step is recorded while the page asks for it, and the losses are the same", async () => {
  const long = { ...SMALL, steps: 200 };
  const [plain, watched] = [
    await told(long),
    await told(long, { 51: { everyStep: true }, 53: { everyStep: false } }),
  ];
  const recorded = (reports: readonly FitReport[]): number[] =>
    snapshotsOf(reports)
      .map(({ step }) => step)
      .filter((step) => step > 45 && step < 60);
  expect(recorded(plain)).toEqual([50, 55]);
  expect(recorded(watched)).toEqual([50, 52, 53, 55]);
  expect(stepsOf(watched).map(({ loss }) => loss)).toEqual(stepsOf(plain).map(({ loss }) => loss));
});

test("few images are learnt by heart; many are not", async () => {
  const linear = { ...SMALL, layers: "flatten,linear10", steps: 60 };
  const [few, many] = [await told({ ...linear, images: 30 }), await told({ ...linear, images: 600 })];
  const gap = (reports: readonly FitReport[]): number => {
    const { train, test } = snapshotsOf(reports).at(-1)!;
    return train.accuracy - test.accuracy;
  };
  expect(gap(few)).toBeGreaterThan(0.3);
  expect(gap(many)).toBeLessThan(0.15);
});

test("weights that are given are those of the first snapshot", async () => {
  const last = snapshotsOf(await told(SMALL)).at(-1)!;
  const [opened] = snapshotsOf(await told({ ...SMALL, steps: 0, weights: last.weights }));
  expect(opened!.weights).toEqual(last.weights);
  expect(opened!.test).toEqual(last.test);
});

test("training that begins with given weights: its first loss is that of the trained network", async () => {
  const input: FitInput = { ...SMALL, layers: "flatten,linear10", batch: 100, steps: 40 };
  const fresh = await told(input);
  const last = snapshotsOf(fresh).at(-1)!;
  const [first] = stepsOf(await told({ ...input, weights: last.weights }));
  // One batch is all images, in another order.
  expect(first!.loss).toBeCloseTo(last.train.loss, 5);
  expect(first!.loss).toBeLessThan(stepsOf(fresh)[0]!.loss / 2);
});

/** Draws on the pad with the mouse: strokes of points from 0 to 100. */
async function draw(page: Page, strokes: readonly (readonly (readonly [number, number])[])[]): Promise<void> {
  const pad = page.locator(".pad");
  await pad.scrollIntoViewIfNeeded();
  const box = (await pad.boundingBox())!;
  const move = ([x, y]: readonly [number, number], steps: number): Promise<void> =>
    page.mouse.move(box.x + (x * box.width) / 100, box.y + (y * box.height) / 100, { steps });
  for (const [first, ...rest] of strokes) {
    await move(first!, 1);
    await page.mouse.down();
    for (const point of rest) await move(point, 6);
    await page.mouse.up();
  }
}

const circle = (x: number, y: number, rx: number, ry: number): (readonly [number, number])[] =>
  Array.from({ length: 25 }, (_, i) => {
    const angle = (i / 24) * 2 * Math.PI - 1.2;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)] as const;
  });

const HAND: Readonly<Record<string, readonly (readonly (readonly [number, number])[])[]>> = {
  "0": [circle(48, 50, 22, 34)],
  "1": [
    [
      [52, 15],
      [50, 85],
    ],
  ],
  "4": [
    [
      [35, 18],
      [28, 55],
      [72, 52],
    ],
    [
      [62, 20],
      [58, 88],
    ],
  ],
  "7": [
    [
      [24, 22],
      [74, 20],
      [44, 84],
    ],
  ],
};

const answer = (page: Page): Locator => page.locator(".answer");

async function waitUntil(page: Page, status: string): Promise<void> {
  await page.locator(`.run-card .position[data-status="${status}"]`).waitFor({ timeout: 2 * PATIENCE });
}

/** Brings a card into sight: what is out of sight is not brought up to date. */
const see = (page: Page, card: string): Promise<void> =>
  page.locator(`.${card}-card`).scrollIntoViewIfNeeded();

/** A run of a moment. */
const QUICK = "train?net=conv4k5s2,relu,flatten,linear10&images=200&steps=40";

describeLab("train", (lab) => {
  test("it begins by itself, and recognises what is drawn", { timeout: 4 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "train?backend=cpu-wasm" });
    await waitUntil(page, "done");
    await expect.poll(() => answer(page).getAttribute("data-class")).toBe("3"); // the sample
    for (const [digit, strokes] of Object.entries(HAND)) {
      await page.getByRole("button", { name: "Clear" }).click();
      await expect.poll(() => textOf(answer(page))).toBe("Nothing drawn yet");
      expect(await page.locator(".probabilities .best").count()).toBe(0);
      expect((await page.locator(".probabilities .share").allTextContents()).join("")).toBe("");
      await draw(page, strokes);
      await expect.poll(() => answer(page).getAttribute("data-class")).toBe(digit);
    }
    await expect.poll(() => page.url()).toContain("draw=");
    const accuracy = await page.locator(".score-test").getAttribute("data-accuracy");
    expect(Number(accuracy)).toBeGreaterThan(0.9);
  });

  test("the link repeats the run: the same losses", { timeout: 4 * PATIENCE }, async () => {
    const losses: (string | null)[] = [];
    for (const seed of [7, 7, 8]) {
      const page = await lab.open({ hash: `${QUICK}&seed=${seed}` });
      await waitUntil(page, "done");
      await page.locator(".score-train").waitFor();
      losses.push(await page.locator(".score-train").getAttribute("data-loss"));
    }
    // Followed on a page that has another run, it begins too.
    const page = await lab.open({ hash: `${QUICK}&seed=9` });
    await waitUntil(page, "done");
    await page.goto(`${page.url().split("#")[0]}#/${QUICK}&seed=7&at=20`);
    await expect.poll(() => answer(page).getAttribute("data-step")).toBe("20");
    await waitUntil(page, "done");
    await page.getByRole("button", { name: "Latest" }).click();
    await expect.poll(() => page.locator(".score-train").getAttribute("data-loss")).toBe(losses[0]);
    expect(losses[1]).toBe(losses[0]);
    expect(losses[2]).not.toBe(losses[0]);
  });

  test("pause, one step, another rate on the way: all in the link", { timeout: 4 * PATIENCE }, async () => {
    const page = await lab.open({ hash: `${QUICK}&steps=4000&batch=200` });
    await waitUntil(page, "running");
    await page.getByRole("button", { name: "Pause" }).click();
    await waitUntil(page, "paused");
    const position = page.locator(".run-card .position");
    const stepNow = async (): Promise<number> => Number(/Step (\d+)/.exec(await textOf(position))![1]);
    await expect.poll(stepNow).toBeGreaterThan(0);
    const before = await stepNow();
    const shownStep = (): Promise<number> => answer(page).getAttribute("data-step").then(Number);
    await expect.poll(shownStep).toBe(before);
    await page.getByRole("button", { name: "One step" }).click();
    await expect.poll(stepNow).toBe(before + 1);
    await expect.poll(shownStep).toBe(before + 1);
    const moment = page.getByRole("slider", { name: "Shown moment" });
    await expect
      .poll(() => moment.evaluate((slider) => slider.closest(".moment")!.textContent))
      .toContain(`after step ${before + 1}`);
    await page.getByRole("slider", { name: "Learning rate" }).fill("-25");
    await page.getByRole("button", { name: "One step" }).click();
    await page.getByRole("button", { name: "One step" }).click();
    await expect.poll(stepNow).toBe(before + 3);
    await expect.poll(() => page.url()).toContain(`:0.0032:0`);
    await page.getByRole("button", { name: "Go on" }).click();
    await waitUntil(page, "running");
  });

  test("the network is edited: sizes, the library's words, and trained anew", {
    timeout: 4 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: QUICK });
    await waitUntil(page, "done");
    await see(page, "network");
    const row = page.getByRole("listitem", { name: "Layer 1" });
    await expect.poll(() => textOf(row)).toContain("→ 4 × 12 × 12");
    expect(await textOf(row)).toContain("⌊(28 + 2·0 − 5) / 2 + 1⌋ = 12");
    await page.getByRole("textbox", { name: "padding, layer 1" }).fill("2");
    await page.getByRole("textbox", { name: "padding, layer 1" }).press("Enter");
    await expect.poll(() => textOf(row)).toContain("→ 4 × 14 × 14");
    await expect.poll(() => page.url()).toContain("net=conv4k5p2s2,relu,flatten,linear10");
    await page.getByRole("button", { name: "Add a layer" }).click();
    await expect.poll(() => page.url()).toContain("net=conv4k5p2s2,relu,flatten,linear64,linear10");
    await page.getByRole("textbox", { name: "outputs, layer 5" }).fill("64");
    await page.getByRole("textbox", { name: "outputs, layer 5" }).press("Enter");
    await expect
      .poll(() => textOf(page.getByRole("alert")))
      .toBe("The last layer must give ten numbers, one for each class, but it gives 64.");
    await page.getByRole("button", { name: "Remove layer 5" }).click();
    await page.getByRole("button", { name: "Remove layer 3" }).click();
    await expect.poll(() => textOf(page.getByRole("alert"))).toMatch(/SHAPE_MISMATCH|INVALID_ARGUMENT/);
    await page.getByLabel("Begin with").selectOption("book");
    await expect.poll(() => page.url()).toContain("init=xavier&optimizer=adam");
    await page.getByLabel("Begin with").selectOption("linear");
    await expect.poll(() => page.url()).not.toContain("init=");
    await page.getByRole("button", { name: "Train this network" }).click();
    await waitUntil(page, "done");
    await see(page, "inside");
    await expect.poll(() => page.locator(".gradient-bars li").count()).toBe(2);
    expect(await page.getByText("This network has no convolution.").count()).toBe(1);
  });

  test("a network without a flatten: said once, in a sentence, and not to be trained", {
    timeout: 4 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "train?net=conv4k5,linear10&images=50&steps=10" });
    await waitUntil(page, "failed");
    const train = page.getByRole("button", { name: "Train again" });
    await expect.poll(() => train.isDisabled()).toBe(true);
    await see(page, "network");
    await expect
      .poll(() => textOf(page.getByRole("alert")))
      .toContain("but it gives 4 × 24 × 10. A flatten may be missing.");
    expect(await textOf(page.getByRole("alert"))).toContain("Expected target size");
    await page.getByLabel("Kind of layer 1").selectOption("flatten");
    const trainThis = page.getByRole("button", { name: "Train this network" });
    await expect.poll(() => trainThis.isDisabled()).toBe(false);
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("a link whose network nobody understands says so", { timeout: 4 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "train?net=wide3,linear10&images=50&steps=10" });
    await expect.poll(() => textOf(page.getByRole("alert"))).toContain("not understood: “wide3,linear10”");
    await page.goto(`${page.url().split("#")[0]}#/${QUICK}`);
    await waitUntil(page, "done");
    await expect.poll(() => page.getByRole("alert").count()).toBe(0);
  });

  test("the book's LeNet learns with what its preset brings", { timeout: 4 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "train?backend=cpu-wasm&steps=10" });
    await waitUntil(page, "done");
    await see(page, "network");
    await page.getByLabel("Begin with").selectOption("book");
    await page.getByRole("button", { name: "Train this network" }).click();
    await waitUntil(page, "done");
    await expect.poll(() => textOf(page.locator(".run-card .position"))).toContain("Step 600 of 600");
    const accuracy = await page.locator(".score-test").getAttribute("data-accuracy");
    expect(Number(accuracy)).toBeGreaterThan(0.85);
  });

  test("the recorded run goes back and forth", { timeout: 4 * PATIENCE }, async () => {
    const page = await lab.open({ hash: QUICK });
    await waitUntil(page, "done");
    await expect.poll(() => answer(page).getAttribute("data-step")).toBe("40");
    const loss = (): Promise<number> => page.locator(".score-test").getAttribute("data-loss").then(Number);
    const end = await loss();
    const slider = page.getByRole("slider", { name: "Shown moment" });
    await slider.fill("0");
    await expect.poll(() => answer(page).getAttribute("data-step")).toBe("0");
    const beginning = await loss();
    expect(beginning).toBeGreaterThan(end);
    await see(page, "inside");
    await expect.poll(() => page.getByText("Before the first step there is none.").count()).toBe(1);
    expect(await page.locator(".gradient-bars li").count()).toBe(0);
    await expect.poll(() => page.url()).toContain("at=0");
    await slider.fill("20");
    await expect.poll(() => answer(page).getAttribute("data-step")).toBe("20");
    await see(page, "inside");
    await expect.poll(() => page.locator(".gradient-bars li").count()).toBe(4);
    await page.getByRole("button", { name: "Latest" }).click();
    await expect.poll(loss).toBe(end);
  });

  test("clothes: real images, behind each cell of the matrix, looked at one by one", {
    timeout: 4 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: `${QUICK}&data=fashion` });
    await waitUntil(page, "done");
    await expect.poll(() => textOf(page.locator(".pad-hint"))).toContain("Test image 1:");
    await see(page, "confusion");
    const cells = page.locator(".confusion button");
    await expect.poll(() => cells.count()).toBe(100);
    const counts = await cells.evaluateAll((all) => all.map((cell) => Number(cell.textContent)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(FASHION_TEST);
    const chosen = page.locator('.confusion button[aria-pressed="true"]');
    const count = Number(await textOf(chosen));
    const images = page.locator(".behind-images button");
    await expect.poll(() => images.count()).toBe(Math.min(24, count));
    const before = await page.locator(".pad-hint").textContent();
    await images.last().click();
    await expect.poll(() => page.locator(".pad-hint").textContent()).not.toBe(before);
    const cell = await chosen.getAttribute("data-cell");
    await chosen.focus();
    await page.keyboard.press(cell!.endsWith("9") ? "ArrowLeft" : "ArrowRight");
    await expect.poll(() => chosen.getAttribute("data-cell")).not.toBe(cell);
    await page.getByRole("button", { name: "Take a test image" }).click();
    await expect.poll(() => page.url()).toContain("test=");
    await see(page, "network");
    const response = await page.request.get(
      new URL((await page.getByRole("link", { name: "MIT licence" }).getAttribute("href"))!, page.url()).href,
    );
    expect(await response.text()).toContain("Zalando SE");
  });

  test("saved, and opened again: the same answers", { timeout: 4 * PATIENCE }, async () => {
    const page = await lab.open({ hash: QUICK });
    await waitUntil(page, "done");
    await expect.poll(() => answer(page).getAttribute("data-step")).toBe("40");
    const said = await textOf(answer(page));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      // By the keyboard: cards above may still become as high as they are, and a click would miss.
      page.getByRole("button", { name: "Save it" }).press("Enter"),
    ]);
    expect(download.suggestedFilename()).toBe("digits-step-40.safetensors");
    const path = join(lab.folder, "..", download.suggestedFilename());
    await download.saveAs(path);
    const other = await lab.open({ hash: "train?net=flatten,linear10&images=50&steps=10&data=fashion" });
    await waitUntil(other, "done");
    await other.locator('.file-card input[type="file"]').setInputFiles(path);
    await expect.poll(() => textOf(other.locator('.file-card [role="status"]'))).toContain("is open");
    await expect.poll(() => textOf(answer(other))).toBe(said);
    await expect.poll(() => other.url()).toContain("net=conv4k5s2,relu,flatten,linear10");
    await expect.poll(() => other.url()).not.toContain("data=");
  });

  test("a network that was opened learns on, from where it was; the page says what the link leaves out", {
    timeout: 4 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: QUICK });
    await waitUntil(page, "done");
    await expect.poll(() => answer(page).getAttribute("data-step")).toBe("40");
    const loss = (): Promise<string | null> => page.locator(".score-train").getAttribute("data-loss");
    const trained = await loss();
    expect(await page.locator(".link-note").count()).toBe(0);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save it" }).press("Enter"),
    ]);
    const path = join(lab.folder, "..", "trained-on.safetensors");
    await download.saveAs(path);
    await page.getByRole("button", { name: "Train again" }).press("Enter");
    await waitUntil(page, "done");
    await page.locator('.file-card input[type="file"]').setInputFiles(path);
    await expect.poll(() => answer(page).getAttribute("data-step")).toBe("0");
    expect(await loss()).toBe(trained);
    await expect
      .poll(() => textOf(page.locator(".link-note")))
      .toBe(
        "Neither the link nor the code below has the weights of trained-on.safetensors: both train from nothing.",
      );
    expect(await textOf(page.locator(".run-card"))).toContain("The optimiser begins afresh");
    await page.getByRole("button", { name: "Train on" }).press("Enter");
    await expect.poll(() => answer(page).getAttribute("data-step")).toBe("40");
    await waitUntil(page, "done");
    expect(Number(await loss())).toBeLessThan(Number(trained));
    expect(await textOf(page.locator(".file-card"))).toContain("is trained on here");
    await page.getByRole("slider", { name: "Shown moment" }).fill("0");
    await expect.poll(loss).toBe(trained);
    await page.getByRole("button", { name: "Train from nothing" }).press("Enter");
    await waitUntil(page, "done");
    await expect.poll(() => page.locator(".link-note").count()).toBe(0);
    await expect.poll(loss).toBe(trained);
  });

  test("a file that does not fit is refused, and the run on the page goes on", {
    timeout: 4 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: QUICK });
    await waitUntil(page, "done");
    await expect.poll(() => answer(page).getAttribute("data-step")).toBe("40");
    const [said, url] = [await textOf(answer(page)), page.url()];
    const weights = { "1.weight": zeros([3, 4], { backend }) };
    const written = async (metadata: Record<string, string>): Promise<Buffer> =>
      Buffer.from(await writeSafetensors(weights, { metadata }));
    const [alert, status] = [
      page.locator(".file-card [role=alert]"),
      page.locator('.file-card [role="status"]'),
    ];
    for (const [bytes, code] of [
      [Buffer.from("no"), "FILE_INVALID"],
      [await written({ layers: "flatten,linear10" }), "STATE_DICT"],
      [await written({ layers: "conv6k5p2,relu" }), "SHAPE_MISMATCH"],
      [await written({}), undefined],
    ] as const) {
      await page.locator('.file-card input[type="file"]').setInputFiles({
        name: "other.safetensors",
        mimeType: "application/octet-stream",
        buffer: bytes,
      });
      if (code !== undefined) await expect.poll(() => textOf(alert)).toContain(code);
      else await expect.poll(() => textOf(status)).toContain("so it was not opened");
      expect(await textOf(status)).not.toContain("is open");
    }
    expect(await alert.count()).toBe(0);
    expect(await textOf(answer(page))).toBe(said);
    expect(page.url()).toBe(url);
    await waitUntil(page, "done");
  });

  test("what the layers make of the drawing, and the kernels, are painted", {
    timeout: 4 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: QUICK });
    await waitUntil(page, "done");
    await see(page, "inside");
    await page.locator(".layer-maps section").first().waitFor();
    const colours = (selector: string): Promise<number> =>
      page
        .locator(selector)
        .first()
        .evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
          return new Set(new Uint32Array(data.buffer)).size;
        });
    expect(await page.locator(".layer-maps section").count()).toBe(4);
    expect(await page.locator(".layer-maps section").first().locator("canvas").count()).toBe(4);
    for (const selector of [".maps canvas", ".vector canvas", ".kernels canvas"]) {
      expect(await colours(selector), selector).toBeGreaterThan(3);
    }
  });
});
