/** The slide tab's pools, activations and chains in a real browser. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { BACKENDS, describeLab, gridText, gridValues, PATIENCE, textOf, waitForBackend } from "./lab.ts";

/** Where cells of a class are in a grid, as flat positions. */
const marked = (page: Page, grid: string, mark: string): Promise<number[]> =>
  page
    .getByRole("grid", { name: grid, exact: true })
    .getByRole("gridcell")
    .evaluateAll(
      (cells, name) => cells.flatMap((cell, i) => (cell.classList.contains(name) ? [i] : [])),
      mark,
    );

const sumLine = (page: Page): Promise<string> => textOf(page.locator(".arithmetic .sum-line"));
const fields = (page: Page): Promise<string> => textOf(page.locator(".formula").first());
const step = (page: Page): Promise<void> => page.getByRole("button", { name: "Step" }).click();

describeLab("pooling and activation", (lab) => {
  test.for(BACKENDS)("maximum, with the winner, %s", { timeout: 2 * PATIENCE }, async (backend) => {
    const page = await lab.open({ hash: `slide?${backend}` });
    await waitForBackend(page, backend);
    await page.getByRole("radio", { name: "Pooling" }).check();
    await expect
      .poll(() => gridValues(page, "Output Y"))
      .toEqual([
        [4, 5],
        [7, 8],
      ]);
    await expect.poll(() => sumLine(page)).toBe("max(0, 1, 3, 4) = 4");
    expect(await marked(page, "Input X", "touched")).toEqual([0, 1, 3, 4]);
    expect(await marked(page, "Input X", "winner")).toEqual([4]);
    await step(page);
    await expect.poll(() => sumLine(page)).toBe("max(1, 2, 4, 5) = 5");
    expect(await gridText(page, "Output Y")).toEqual([
      ["4", "5"],
      ["", ""],
    ]);

    // Backwards: all of a gradient to the winner, one cell after the other.
    await page.getByRole("radio", { name: "Gradient to the input" }).check();
    await page.getByRole("button", { name: "First position" }).click();
    await expect
      .poll(() => gridValues(page, "Gradient ∂L/∂X"))
      .toEqual([
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ]);
    expect(await sumLine(page)).toBe(
      "All of 1 goes to the winner, Input X [0, 1, 1], which has 4. The others get 0.",
    );
    expect(await marked(page, "Gradient ∂L/∂X", "touched")).toEqual([4]);
    for (const _ of [1, 2, 3]) await step(page);
    await expect
      .poll(() => gridValues(page, "Gradient ∂L/∂X"))
      .toEqual([
        [0, 0, 0],
        [0, 1, 1],
        [0, 1, 1],
      ]);
  });

  test("average: equal shares, zeros of the padding too", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await page.getByLabel("Example").selectOption("avgPool");
    await expect
      .poll(() => gridValues(page, "Output Y"))
      .toEqual([
        [2, 3],
        [5, 6],
      ]);
    await expect.poll(() => sumLine(page)).toBe("(0 + 1 + 3 + 4) / 4 = 2");
    for (const direction of ["vertical", "horizontal"]) {
      await page.getByRole("button", { name: `Increase Layer 1: Padding, ${direction}` }).click();
    }
    await page.getByRole("grid", { name: "Output Y" }).getByRole("gridcell").nth(1).hover();
    await expect.poll(() => sumLine(page)).toBe("(0 + 1 + 0 + 0) / 4 = 0.25");
    expect(await marked(page, "Input X", "border")).toHaveLength(16);
    expect(await marked(page, "Input X", "touched")).toEqual([1, 2, 6, 7]);
    await page.getByRole("radio", { name: "Gradient to the input" }).check();
    await expect
      .poll(() => gridValues(page, "Gradient ∂L/∂X"))
      .toEqual([
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ]);
    await page.getByRole("button", { name: "First position" }).click();
    await expect.poll(async () => (await gridValues(page, "Gradient ∂L/∂X"))[0]).toEqual([0.25, 0, 0]);
    expect(await sumLine(page)).toBe("1 / 4 = 0.25");
  });

  test("a pool that fits nowhere shows the library's own words", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "slide?layers=max&size1=4" });
    await expect
      .poll(() => textOf(page.getByRole("alert")))
      .toContain("maxPool2d: Given input size: (1x3x3)");
    await page.getByRole("button", { name: "Decrease Layer 1: Window, vertical" }).click();
    await page.getByRole("button", { name: "Decrease Layer 1: Window, horizontal" }).click();
    await expect.poll(() => gridValues(page, "Output Y")).toEqual([[8]]);
  });

  test("activations: values, slopes, and where a gradient ends", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "slide?x=-1,0,2&layers=relu" });
    await expect.poll(() => gridValues(page, "Output Y")).toEqual([[0, 0, 2]]);
    await expect.poll(() => sumLine(page)).toBe("max(0, −1) = 0");
    await page.getByRole("radio", { name: "Gradient to the input" }).check();
    await expect.poll(() => gridValues(page, "Gradient ∂L/∂X")).toEqual([[0, 0, 1]]);
    await expect.poll(() => sumLine(page)).toBe("1·0 = 0");
    expect(await fields(page)).toContain("no cell");
    await page.getByLabel("Layer 1").selectOption("sigmoid");
    await expect
      .poll(async () => (await gridValues(page, "Gradient ∂L/∂X"))[0])
      .toEqual([0.1966, 0.25, 0.105]);
    expect(await sumLine(page)).toBe("1·0.2689·(1 − 0.2689) = 0.196612");
    await page.getByLabel("Layer 1").selectOption("tanh");
    await expect.poll(() => sumLine(page)).toBe("1·(1 − (−0.7616)²) = 0.419974");
    await page.getByRole("radio", { name: "Output" }).check();
    await expect.poll(() => sumLine(page)).toBe("tanh(−1) = −0.761594");
    await page.getByLabel("Layer 1").selectOption("sigmoid");
    await expect.poll(() => sumLine(page)).toBe("1 / (1 + e1) = 0.268941");
  });
});

describeLab("chains", (lab) => {
  test.for(BACKENDS)(
    "convolution, ReLU, pool, with receptive fields, %s",
    {
      timeout: 2 * PATIENCE,
    },
    async (backend) => {
      const page = await lab.open({ hash: `slide?${backend}` });
      await waitForBackend(page, backend);
      await page.getByLabel("Example").selectOption("chain");
      await expect.poll(async () => (await gridValues(page, "Y₁")).length).toBe(4);
      const convolved = await gridValues(page, "Y₁");
      const input = await gridValues(page, "Input X");
      const kernel = await gridValues(page, "K₁[0, 0]");
      // By the definition, in the test's own loops.
      const byHand = convolved.map((row, i) =>
        row.map((_, j) =>
          kernel
            .flatMap((line, a) => line.map((w, b) => w * input[i + a]![j + b]!))
            .reduce((x, y) => x + y, 0),
        ),
      );
      expect(convolved).toEqual(byHand);
      expect(convolved.flat().some((value) => value < 0)).toBe(true);
      const active = byHand.map((row) => row.map((value) => Math.max(0, value)));
      expect(await gridValues(page, "Y₂")).toEqual(active);
      const pooled = [0, 2].map((i) =>
        [0, 2].map((j) => Math.max(...[0, 1].flatMap((a) => [0, 1].map((b) => active[i + a]![j + b]!)))),
      );
      expect(await gridValues(page, "Output Y")).toEqual(pooled);

      // The last cell of the output hangs on a quarter of Y₂ and Y₁, and on four by four cells of the input.
      await page.getByRole("grid", { name: "Output Y" }).getByRole("gridcell").nth(3).hover();
      const quarter = [10, 11, 14, 15];
      await expect.poll(() => marked(page, "Y₂", "touched")).toEqual(quarter);
      expect(await marked(page, "Y₁", "receptive")).toEqual(quarter);
      expect(await marked(page, "Input X", "receptive")).toEqual(
        [2, 3, 4, 5].flatMap((i) => [2, 3, 4, 5].map((j) => 6 * i + j)),
      );
      expect(await fields(page)).toContain("Input X16 cells: rows 2 to 5, columns 2 to 5");
      expect(await fields(page)).toContain("1 + (3 − 1)·1 + (2 − 1)·1 = 4");

      // A cell of the convolution has the arithmetic that the layer by itself has.
      await page.getByRole("grid", { name: "Y₁", exact: true }).getByRole("gridcell").nth(1).hover();
      await expect.poll(() => sumLine(page)).toMatch(new RegExp(`^0·\\(−1\\) \\+ .* = ${byHand[0]![1]}$`));
      expect(await marked(page, "Input X", "touched")).toHaveLength(9);
    },
  );

  test("the walk goes from layer to layer, forwards and backwards", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await page.getByLabel("Example").selectOption("chain");
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 33 of 36");
    await page.getByRole("button", { name: "First position" }).click();
    await expect
      .poll(async () => (await gridText(page, "Y₁")).flat().filter((text) => text !== ""))
      .toHaveLength(1);
    expect((await gridText(page, "Y₂")).flat().join("")).toBe("");
    await page.getByRole("slider", { name: "Speed" }).fill("20");
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 36 of 36");
    await expect
      .poll(async () => (await gridText(page, "Output Y")).flat().filter((text) => text !== ""))
      .toHaveLength(4);

    await page.getByRole("radio", { name: "Gradient to the input" }).check();
    await page.getByRole("button", { name: "First position" }).click();
    const count = async (name: string): Promise<number> =>
      (await gridValues(page, name)).flat().filter((value) => value !== 0).length;
    await expect.poll(() => count("Gradient ∂L/∂Y₂")).toBe(1); // one winner so far
    expect((await gridText(page, "Gradient ∂L/∂Y₁")).flat().join("")).toBe("");
    for (const _ of [1, 2, 3]) await step(page);
    await expect.poll(() => count("Gradient ∂L/∂Y₂")).toBe(4);
    expect(await textOf(page.locator(".chain-place"))).toBe(
      "Layer 3, max 2 × 2: Gradient ∂L/∂Y → Gradient ∂L/∂Y₂",
    );
    await step(page);
    await expect
      .poll(() => textOf(page.locator(".chain-place")))
      .toBe("Layer 2, ReLU: Gradient ∂L/∂Y₂ → Gradient ∂L/∂Y₁");
  });

  test.for(BACKENDS)(
    "a kernel's gradient, from the cells that the walk has come to, %s",
    {
      timeout: 2 * PATIENCE,
    },
    async (backend) => {
      const page = await lab.open({ hash: `slide?${backend}` });
      await waitForBackend(page, backend);
      await page.getByLabel("Example").selectOption("chain");
      expect(await page.getByRole("grid", { name: "Gradient ∂L/∂K₁[0, 0]" }).count()).toBe(0);
      await page.getByRole("radio", { name: "Gradient to the input" }).check();
      const name = "Gradient ∂L/∂K₁[0, 0]";
      const input = await gridValues(page, "Input X");
      const g = await gridValues(page, "Gradient ∂L/∂Y₁");
      // By the definition, in the test's own loops, over the first cells of Y₁.
      const byHand = (cells: number): number[][] =>
        [0, 1, 2].map((a) =>
          [0, 1, 2].map((b) =>
            g
              .flatMap((row, i) => row.map((value, j) => value * input[i + a]![j + b]!))
              .slice(0, cells)
              .reduce((x, y) => x + y, 0),
          ),
        );
      expect(
        byHand(16)
          .flat()
          .some((value) => value !== 0),
      ).toBe(true);
      await expect.poll(() => gridValues(page, name)).toEqual(byHand(16));
      await page.getByRole("button", { name: "First position" }).click();
      await expect.poll(async () => (await gridText(page, name)).flat().join("")).toBe("");
      // Four cells of the output and sixteen of Y₂ come first.
      for (let n = 0; n < 4 + 16 + 9; n++) await step(page);
      await expect.poll(() => gridValues(page, name)).toEqual(byHand(10));
      expect(byHand(10)).not.toEqual(byHand(16));
    },
  );

  test("layers are added, changed and removed, and that is undone; a link reproduces it", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open();
    await page.getByRole("radio", { name: "Chain" }).check();
    await expect.poll(() => gridValues(page, "Output Y")).toEqual([[43]]); // the book's convolution, pooled
    await page.getByRole("button", { name: "Increase Input channels" }).click();
    await expect.poll(() => gridValues(page, "K₁[0, 1]")).toHaveLength(2);
    await page.getByRole("button", { name: "Increase Layer 1: Output channels" }).click();
    await expect.poll(() => gridValues(page, "Output Y, channel 1")).toHaveLength(1);
    await page.getByRole("button", { name: "Add a layer" }).click();
    await page.getByLabel("Layer 4", { exact: true }).selectOption("tanh");
    expect(await page.getByRole("button", { name: "Add a layer" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Remove layer 3" }).click();
    await expect.poll(() => page.url()).toMatch(/layers=conv,relu,tanh&k1=/);
    await page.getByRole("grid", { name: "K₁[0, 0]" }).getByRole("gridcell").first().click();
    await page.keyboard.type("0.25");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toContain("k1=0.25,1;");
    const values = await gridText(page, "Output Y, channel 1");
    const other = await lab.open({ hash: page.url().split("#/")[1]! });
    await expect.poll(() => gridText(other, "Output Y, channel 1")).toEqual(values);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => page.url()).toContain("layers=conv,relu,max,tanh");
    await page.getByRole("radio", { name: "Convolution" }).check();
    await expect.poll(() => gridValues(page, "Kernel K, K[0, 1]")).toHaveLength(2);
    await expect.poll(() => page.url()).not.toContain("layers");
  });

  test("what was transposed is so no longer in a chain, and is again after it", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const formula = (on: Page): Promise<string> =>
      textOf(on.getByRole("region", { name: "The output’s size" }));
    const page = await lab.open({ hash: "slide?op=transposed&k=0,1;2,3|4,5;6,7" });
    for (const [choice, height] of [
      ["Pooling", "⌊(3 + 2·0 − 1·(2 − 1) − 1) / 1⌋ + 1 = 2"],
      ["Chain", "⌊(2 + 2·0 − 1·(2 − 1) − 1) / 2⌋ + 1 = 1"],
    ] as const) {
      await page.getByRole("radio", { name: "Transposed" }).check();
      await expect.poll(() => formula(page)).toContain("(3 − 1)·1 − 2·0 + 1·(2 − 1) + 0 + 1 = 4");
      expect(await gridValues(page, "Kernel K, K[0, 1]")).toHaveLength(2);
      await page.getByRole("radio", { name: choice }).check();
      await expect.poll(() => formula(page)).toContain(height);
    }
    expect(await gridValues(page, "Output Y, channel 1")).toHaveLength(1); // two channels still come out
    const linked = await lab.open({ hash: "slide?op=transposed&layers=conv,relu,max&at=8" });
    await expect.poll(() => formula(linked)).toContain("⌊(2 + 2·0 − 1·(2 − 1) − 1) / 2⌋ + 1 = 1");
  });
});
