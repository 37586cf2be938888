/** The slide tab in a real browser. */
import { expect, test } from "vitest";
import { BACKENDS, describeLab, gridText, gridValues, PATIENCE, textOf, waitForBackend } from "./lab.ts";

describeLab("slide", (lab) => {
  test.for(BACKENDS)("the book's numbers and arithmetic, %s", { timeout: 2 * PATIENCE }, async (backend) => {
    const page = await lab.open({ hash: `slide?${backend}` });
    await waitForBackend(page, backend);
    await expect
      .poll(() => gridValues(page, "Output Y"))
      .toEqual([
        [19, 25],
        [37, 43],
      ]);
    expect(await textOf(page.locator(".sum-line"))).toBe("0·0 + 1·1 + 3·2 + 4·3 = 19");
    expect(await textOf(page.locator(".formula"))).toContain("⌊(3 + 2·0 − 1·(2 − 1) − 1) / 1⌋ + 1 = 2");
    await expect
      .poll(() => textOf(page.locator(".timing")))
      .toContain(backend.includes("wasm") ? "cpu-wasm" : "cpu-js");
  });

  test("stepping: the output fills cell by cell, back and forth, and play reaches the end", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open();
    await page.getByRole("button", { name: "First position" }).click();
    await expect
      .poll(() => gridText(page, "Output Y"))
      .toEqual([
        ["19", ""],
        ["", ""],
      ]);
    await page.getByRole("button", { name: "Step" }).click();
    await expect.poll(() => textOf(page.locator(".sum-line"))).toBe("1·0 + 2·1 + 4·2 + 5·3 = 25");
    await page.getByRole("button", { name: "Back" }).click();
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 1 of 4");
    await page.getByRole("slider", { name: "Speed" }).fill("20");
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 4 of 4");
    await expect
      .poll(() => gridValues(page, "Output Y"))
      .toEqual([
        [19, 25],
        [37, 43],
      ]);
  });

  test("pointing at an output cell moves the window", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await page.getByRole("grid", { name: "Output Y" }).getByRole("gridcell").nth(2).hover();
    await expect.poll(() => textOf(page.locator(".sum-line"))).toBe("3·0 + 4·1 + 6·2 + 7·3 = 37");
    expect(await page.getByRole("grid", { name: "Input X" }).locator(".touched").allTextContents()).toEqual([
      "3",
      "4",
      "6",
      "7",
    ]);
  });

  test("cells are edited and painted, and that is undone and redone", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    const cell = page.getByRole("grid", { name: "Input X" }).getByRole("gridcell").first();
    await cell.click();
    await page.keyboard.type("10");
    await page.keyboard.press("Enter");
    await page.getByRole("grid", { name: "Kernel K" }).getByRole("gridcell").first().click();
    await page.keyboard.type("-2");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => gridValues(page, "Output Y"))
      .toEqual([
        [-1, 23],
        [31, 35],
      ]);
    await page.getByRole("radio", { name: "Paint" }).check();
    const cells = page.getByRole("grid", { name: "Input X" }).getByRole("gridcell");
    await cells.nth(6).hover();
    await page.mouse.down();
    await cells.nth(7).hover();
    await cells.nth(8).hover();
    await page.mouse.up();
    await expect
      .poll(() => gridValues(page, "Input X"))
      .toEqual([
        [10, 1, 2],
        [3, 4, 5],
        [1, 1, 1],
      ]);
    await page.getByRole("button", { name: "Undo" }).click(); // the whole stroke
    await expect.poll(async () => (await gridValues(page, "Input X"))[2]).toEqual([6, 7, 8]);
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await expect
      .poll(() => gridValues(page, "Output Y"))
      .toEqual([
        [19, 25],
        [37, 43],
      ]);
    await page.getByRole("button", { name: "Redo" }).click();
    await expect.poll(async () => (await gridValues(page, "Input X"))[0]).toEqual([10, 1, 2]);
  });

  test("channels: partial sums, and the book's numbers", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await page.getByLabel("Example").selectOption("multiOut");
    await expect
      .poll(() => gridValues(page, "Output Y, channel 2"))
      .toEqual([
        [96, 128],
        [192, 224],
      ]);
    expect(await Promise.all((await page.locator(".sum-line").all()).map(textOf))).toEqual([
      "channel 0: 0·0 + 1·1 + 3·2 + 4·3 = 19",
      "channel 1: 1·1 + 2·2 + 4·3 + 5·4 = 37",
      "sum: 19 + 37 = 56",
    ]);
  });

  test("an impossible setting shows the library's own words", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await page.getByRole("button", { name: "Increase Dilation, vertical" }).click();
    await page.getByRole("button", { name: "Increase Dilation, vertical" }).click();
    await expect
      .poll(() => textOf(page.getByRole("alert")))
      .toContain(
        "Calculated padded input size per channel: (3 x 3). Kernel size: (4 x 2). Kernel size can't be greater than actual input size.",
      );
    await page.getByRole("button", { name: "Decrease Dilation, vertical" }).click();
    await expect.poll(() => gridValues(page, "Output Y")).toEqual([[34, 40]]);
  });

  test("padding modes, strides, and the transposed layer", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await page.getByLabel("Example").selectOption("reflect");
    await expect.poll(async () => (await gridValues(page, "Input X"))[0]).toEqual([5, 4, 5, 6, 7, 6]);
    await page.getByLabel("Padding shows").selectOption("circular");
    await expect.poll(async () => (await gridValues(page, "Input X"))[0]).toEqual([15, 12, 13, 14, 15, 12]);
    await page.getByLabel("Example").selectOption("stride");
    await expect
      .poll(async () => (await gridValues(page, "Output Y")).map((row) => row.length))
      .toEqual([3, 3, 3]);
    await page.getByLabel("Example").selectOption("transposed");
    await expect
      .poll(() => gridValues(page, "Output Y"))
      .toEqual([
        [1, 1, 3, 2, 2],
        [1, 1, 3, 2, 2],
        [4, 4, 10, 6, 6],
        [3, 3, 7, 4, 4],
        [3, 3, 7, 4, 4],
      ]);
  });

  test("the backward pass: both gradients, as far as the window has come", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open();
    await page.getByRole("radio", { name: "Gradient to the input" }).check();
    await expect
      .poll(() => gridValues(page, "Gradient ∂L/∂X"))
      .toEqual([
        [0, 1, 1],
        [2, 6, 4],
        [2, 5, 3],
      ]);
    await page.getByRole("button", { name: "First position" }).click();
    await expect
      .poll(() => gridValues(page, "Gradient ∂L/∂X"))
      .toEqual([
        [0, 1, 0],
        [2, 3, 0],
        [0, 0, 0],
      ]);
    await page.getByRole("radio", { name: "Gradient to the kernel" }).check();
    await expect
      .poll(() => gridValues(page, "Gradient ∂L/∂K, K[0, 0]"))
      .toEqual([
        [0, 1],
        [3, 4],
      ]);
    for (const _ of [1, 2, 3]) await page.getByRole("button", { name: "Step" }).click();
    await expect
      .poll(() => gridValues(page, "Gradient ∂L/∂K, K[0, 0]"))
      .toEqual([
        [8, 12],
        [20, 24],
      ]);
  });

  test("the matrices: a row for every position", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await expect
      .poll(() => gridValues(page, "Unfolded image (im2col)"))
      .toEqual([
        [0, 1, 3, 4],
        [1, 2, 4, 5],
        [3, 4, 6, 7],
        [4, 5, 7, 8],
      ]);
    await page.getByRole("radio", { name: "Kernel as a matrix (Toeplitz)" }).check();
    await expect
      .poll(() => gridValues(page, "Kernel as a matrix (Toeplitz)"))
      .toEqual([
        [0, 1, 0, 2, 3, 0, 0, 0, 0],
        [0, 0, 1, 0, 2, 3, 0, 0, 0],
        [0, 0, 0, 0, 1, 0, 2, 3, 0],
        [0, 0, 0, 0, 0, 1, 0, 2, 3],
      ]);
    const column = async (name: string): Promise<number[]> =>
      (await gridValues(page, `${name} as a column`)).flat();
    expect(await column("Input X")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await column("Output Y")).toEqual([19, 25, 37, 43]);
    await page.getByRole("radio", { name: "Unfolded image (im2col)" }).check();
    await expect.poll(() => column("Kernel K")).toEqual([0, 1, 2, 3]);
    expect(await column("Output Y")).toEqual([19, 25, 37, 43]);
    expect(await textOf(page.locator(".matrix-row"))).toContain("[0 1 3 4] · Kernel K as a column = 19");

    // Backwards the matrix is turned: its columns are the positions.
    await page.getByRole("radio", { name: "Gradient to the kernel" }).check();
    await expect.poll(() => column("Gradient ∂L/∂K")).toEqual([8, 12, 20, 24]);
    expect(await column("Gradient ∂L/∂Y")).toEqual([1, 1, 1, 1]);
    expect((await gridValues(page, "Unfolded image (im2col)ᵀ"))[0]).toEqual([0, 1, 3, 4]);
    await page.getByRole("radio", { name: "Gradient to the input" }).check();
    await expect.poll(() => column("Gradient ∂L/∂X")).toEqual([0, 1, 1, 2, 6, 4, 2, 5, 3]);
  });

  test("a link reproduces the view", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await page.getByLabel("Example").selectOption("groups");
    await page.getByRole("radio", { name: "Gradient to the kernel" }).check();
    await page.getByLabel("Language").selectOption("zh");
    await page.getByLabel("外观").selectOption("dark");
    await page.getByRole("button", { name: "前进" }).click();
    await expect.poll(() => page.url()).toMatch(/view=kernel.*groups=2.*at=1.*lang=zh.*theme=dark/);
    const before = await textOf(page.locator("main"));
    const other = await lab.open({ hash: page.url().split("#/")[1]!, locale: "fr-FR" });
    await other.getByRole("button", { name: "前进" }).waitFor();
    const plain = (text: string): string => text.replaceAll(/用时 [\d.]+/g, "");
    // Results that had been hidden while stepping are all there in a page that was just opened.
    await page.getByRole("grid", { name: "梯度 ∂L/∂Y, 通道 1" }).getByRole("gridcell").first().hover();
    await page.getByRole("grid", { name: "梯度 ∂L/∂Y, 通道 0" }).getByRole("gridcell").nth(1).hover();
    expect(before).toContain("分组");
    await expect
      .poll(async () => plain(await textOf(other.locator("main"))))
      .toBe(plain(await textOf(page.locator("main"))));
  });
});
