/** The exercises: right answers pass on every backend and wrong ones do not; then the tab in a real browser. */
import { expect, test } from "vitest";
import { channels } from "../../src/web/exercises/channels.ts";
import { convLayer } from "../../src/web/exercises/conv-layer.ts";
import type { Answer, ExerciseId } from "../../src/web/exercises/exercise.ts";
import { lenet } from "../../src/web/exercises/lenet.ts";
import { padding } from "../../src/web/exercises/padding.ts";
import { pooling } from "../../src/web/exercises/pooling.ts";
import { whyConv } from "../../src/web/exercises/why-conv.ts";
import { BACKENDS } from "../backends.ts";
import { describeLab, PATIENCE, textOf, waitForBackend } from "./lab.ts";

const EXERCISES = [...whyConv, ...convLayer, ...padding, ...channels, ...pooling, ...lenet];

/** Worked out by hand. */
const RIGHT: Readonly<Record<ExerciseId, Answer>> = {
  pixelwise: [[[15, 15728640]]],
  boundary: [[[9, 1, 4]]],
  commute: [[[4, 13, 22, 15]], [[4, 13, 22, 15]]],
  diagonal: [
    [
      [1, 0, 0],
      [-1, 1, 0],
      [0, -1, 1],
      [0, 0, -1],
    ],
    [
      [1, -1, 0, 0],
      [0, 1, -1, 0],
      [0, 0, 1, -1],
    ],
  ],
  direction: [
    [
      [0, 4, 0],
      [-3, 0, 3],
      [0, -4, 0],
    ],
  ],
  second: [[[1, -2, 1]]],
  orders: [[[2, 3, 6]]],
  blur: [Array.from({ length: 3 }, () => [1 / 9, 1 / 9, 1 / 9])],
  handmade: [[[1]]],
  matrix: [
    [
      [0, 1, 0, 2, 3, 0, 0, 0, 0],
      [0, 0, 1, 0, 2, 3, 0, 0, 0],
      [0, 0, 0, 0, 1, 0, 2, 3, 0],
      [0, 0, 0, 0, 0, 1, 0, 2, 3],
    ],
  ],
  shape: [[[2, 2]]],
  mirror: [
    [
      [4, 3, 4, 5, 4],
      [1, 0, 1, 2, 1],
      [4, 3, 4, 5, 4],
      [7, 6, 7, 8, 7],
      [4, 3, 4, 5, 4],
    ],
  ],
  strideCost: [[[9216, 2304]]],
  half: [
    [
      [1, 2, 2, 4],
      [0, 1, 0, 2],
      [3, 6, 4, 8],
      [0, 3, 0, 4],
    ],
  ],
  compose: [[[3, 7, 2]]],
  cost: [[[55296, 216, 2048]]],
  double: [[[4, 100]]],
  equal: [[[1]]],
  blocks: [[[9216, 4]]],
  average: [
    [
      [0.25, 0.25],
      [0.25, 0.25],
    ],
  ],
  nonlinear: [
    [
      [1, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 1],
    ],
  ],
  relu: [[[1, 0, 1]]],
  poolCost: [[[2304, 6912]]],
  minimum: [[[-1, -1]]],
  softmax: [[[0.27, 0.55, 1.1]]],
  lenetShapes: [[[28, 14, 10, 5, 400]]],
  lenetWeights: [[[2572, 59134]]],
};

/** One number off; for the two images whose maxima add up, the same one twice. */
function wrong(id: ExerciseId): Answer {
  const answer = id === "nonlinear" ? [RIGHT[id][0]!, RIGHT[id][0]!] : RIGHT[id];
  if (id === "nonlinear") return answer;
  return answer.map((grid, g) =>
    grid.map((row, i) => row.map((value, j) => (g + i + j === 0 ? value + 1 : value))),
  );
}

test.for(BACKENDS)("$name: right answers pass, wrong ones do not", async ({ make }) => {
  const backend = await make();
  expect(EXERCISES.map(({ id }) => id).sort()).toEqual(Object.keys(RIGHT).sort());
  for (const { id, check, blank } of EXERCISES) {
    expect(
      RIGHT[id].map((grid) => [grid.length, grid[0]!.length]),
      id,
    ).toEqual(blank.map((grid) => [grid.length, grid[0]!.length]));
    expect((await check(backend, RIGHT[id])).ok, id).toBe(true);
    expect((await check(backend, wrong(id))).ok, `${id}, one off`).toBe(false);
  }
});

test("other right answers: any kernel that does what is asked", async () => {
  const backend = await BACKENDS[0]!.make();
  const check = async (id: ExerciseId, answer: Answer): Promise<boolean> =>
    (await EXERCISES.find((exercise) => exercise.id === id)!.check(backend, answer)).ok;
  const steered = [
    [-3 + 4, 2 * 4, 3 + 4],
    [-2 * 3, 0, 2 * 3],
    [-3 - 4, -2 * 4, 3 - 4],
  ];
  expect(await check("direction", [steered])).toBe(true); // Sobel's, mixed
  const identity = [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ];
  expect(await check("blur", [identity])).toBe(false);
  expect(await check("minimum", [[[-0.5, -2]]])).toBe(true);
});

describeLab("exercises", (lab) => {
  test("answers are read as people write them, and what is no number is kept and said", {
    timeout: 3 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "exercises?open=pixelwise,blur,strideCost,softmax" });
    const fill = async (id: string, texts: readonly string[]): Promise<void> => {
      const fields = page.locator(`[data-exercise="${id}"]`).getByRole("textbox");
      for (const [i, text] of texts.entries()) await fields.nth(i).fill(text);
      await page.locator(`[data-exercise="${id}"]`).getByRole("button", { name: "Check" }).click();
    };
    const verdict = (id: string): Promise<string> =>
      textOf(page.locator(`[data-exercise="${id}"]`).getByRole("status"));

    await fill("pixelwise", ["3*5", "15*1024*1024"]);
    await expect.poll(() => verdict("pixelwise")).toBe("✓ Right.");
    await fill("strideCost", ["9,216", "2 304 or so"]);
    await expect.poll(() => verdict("strideCost")).toMatch(/^Fill in every field with a number first/);
    const fields = page.locator('[data-exercise="strideCost"]').getByRole("textbox");
    expect(await fields.nth(0).inputValue()).toBe("9216");
    expect(await fields.nth(1).inputValue()).toBe("2 304 or so");
    expect(await fields.nth(1).getAttribute("aria-invalid")).toBe("true");
    await fill("strideCost", ["9 216", "=2 304"]);
    await expect.poll(() => verdict("strideCost")).toBe("✓ Right.");
    await fill("softmax", ["≈0.27", "ln(3)/2", "log(2)"]);
    await expect.poll(() => verdict("softmax")).toBe("✗ Not yet.");
    await fill("softmax", ["≈0.27", "ln(3)/2", "ln 3"]);
    await expect.poll(() => verdict("softmax")).toBe("✓ Right.");

    const blur = page.locator('[data-exercise="blur"]');
    await blur.getByRole("gridcell").first().focus();
    for (let i = 0; i < 9; i++) {
      await page.keyboard.type(["1/9", "=1/9", "sqrt(1/81)"][i % 3]!);
      await page.keyboard.press("Enter");
      await page.keyboard.press("ArrowRight");
      if (i % 3 === 2) for (const key of ["Home", "ArrowDown"]) await page.keyboard.press(key);
    }
    await blur.getByRole("button", { name: "Check" }).click();
    await expect.poll(() => verdict("blur")).toBe("✓ Right.");
  });

  test.for(["backend=cpu-js", "backend=cpu-wasm"])(
    "numbers, a grid and a choice are filled in, checked, and kept in the link, %s",
    { timeout: 3 * PATIENCE },
    async (backend) => {
      const page = await lab.open({ hash: `exercises?${backend}&open=shape,second,handmade` });
      await waitForBackend(page, backend);
      const shape = page.locator('[data-exercise="shape"]');
      await shape.getByRole("button", { name: "Check" }).click();
      await expect
        .poll(() => textOf(shape.getByRole("status")))
        .toMatch(/^Fill in every field with a number first/);
      await shape.getByLabel("height").fill("2");
      await shape.getByLabel("width").fill("3");
      await shape.getByRole("button", { name: "Check" }).click();
      await expect.poll(() => textOf(shape.getByRole("status"))).toBe("✗ Not yet.");
      await shape.getByLabel("width").fill("2");
      await shape.getByRole("button", { name: "Check" }).click();
      await expect.poll(() => textOf(shape.getByRole("status"))).toBe("✓ Right.");
      expect(await textOf(shape)).toContain("⌊(8 − 3 + 3)/3⌋ = 2");

      const second = page.locator('[data-exercise="second"]');
      await second.getByRole("gridcell").first().focus();
      for (const value of ["1", "-2", "1"]) {
        await page.keyboard.type(value);
        await page.keyboard.press("Enter");
        await page.keyboard.press("ArrowRight");
      }
      await second.getByRole("button", { name: "Check" }).click();
      await expect.poll(() => textOf(second.getByRole("status"))).toBe("✓ Right.");
      expect(
        await second.getByRole("grid", { name: "x²/2" }).getByRole("gridcell").allTextContents(),
      ).toEqual(Array(5).fill("1"));

      const handmade = page.locator('[data-exercise="handmade"]');
      await handmade.getByRole("radio", { name: "The same gradient" }).check();
      await handmade.getByRole("button", { name: "Check" }).click();
      await expect.poll(() => textOf(handmade.getByRole("status"))).toBe("✓ Right.");
      expect(await textOf(page.locator(".solved-count"))).toBe("3 of 27 solved");
      await expect.poll(() => page.url()).toMatch(/solved=shape,second,handmade.*second=1,-2,1/);

      const other = await lab.open({ hash: page.url().split("#/")[1]! });
      await expect.poll(() => textOf(other.locator(".solved-count"))).toBe("3 of 27 solved");
      expect(await other.locator('[data-exercise="shape"]').getByLabel("width").inputValue()).toBe("2");
    },
  );
});
