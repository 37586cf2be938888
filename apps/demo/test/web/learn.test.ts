/** The learn tab in a real browser: the book's numbers, and what happens beyond 1/30. */
import { expect, test } from "vitest";
import { BACKENDS, describeLab, gridValues, PATIENCE, textOf, waitForBackend } from "./lab.ts";

describeLab("learn", (lab) => {
  test.for(BACKENDS)(
    "the printed numbers of all three runs, %s",
    { timeout: 2 * PATIENCE },
    async (backend) => {
      const page = await lab.open({ hash: `learn?${backend}` });
      await waitForBackend(page, backend);
      const rows = page.locator(".book-runs tbody tr");
      await expect.poll(() => rows.count()).toBe(3);
      const cells = async (i: number): Promise<string[]> =>
        (await rows.nth(i).locator("td").allTextContents()).map((cell) => cell.replaceAll("−", "-"));
      expect(await cells(0)).toEqual([
        "16.481",
        "5.069",
        "1.794",
        "0.688",
        "0.274",
        "[1.0398, -0.9328]",
        "✓ agree",
      ]);
      expect(await cells(1)).toEqual([
        "4.915",
        "0.825",
        "0.138",
        "0.023",
        "0.004",
        "[0.9885, -0.9885]",
        "✓ agree",
      ]);
      expect(await cells(2)).toEqual([
        "14.515",
        "4.757",
        "1.749",
        "0.683",
        "0.274",
        "[1.0422, -0.9348]",
        "✓ agree",
      ]);
      const [kernel] = await gridValues(page, "K");
      expect(kernel).toEqual([1.0398, -0.9328]);
    },
  );

  test("steps: the loss before the tenth update is the book's last number", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "learn" });
    await page.getByRole("button", { name: "First position" }).click();
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Step 0 of 10");
    for (let i = 0; i < 9; i++) await page.getByRole("button", { name: "Step", exact: true }).click();
    await expect
      .poll(() =>
        page
          .locator(".loss-now")
          .getAttribute("data-loss")
          .then((loss) => Number(loss).toFixed(3)),
      )
      .toBe("0.274");
    expect(await page.locator(".path-point").count()).toBe(9);
  });

  test("beyond 1/30 it diverges, and the page says why", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "learn" });
    const verdict = page.locator(".verdict");
    await expect.poll(() => textOf(verdict)).toContain("zigzag");
    expect(await textOf(page.locator(".factors"))).toContain("−0.800");
    const slider = page.getByRole("slider", { name: "Learning rate" });
    await slider.fill("0.034");
    await expect.poll(() => textOf(verdict)).toContain("Diverges");
    await page.getByRole("textbox", { name: "Steps" }).fill("60");
    await page.getByRole("textbox", { name: "Steps" }).press("Enter");
    await slider.fill("0.04");
    await expect
      .poll(async () => Number(await page.locator(".loss-now").getAttribute("data-loss")))
      .toBeGreaterThan(1000);
    await slider.fill("0.01");
    await expect.poll(() => textOf(verdict)).toContain("every step shrinks");
    await expect
      .poll(async () => Number(await page.locator(".loss-now").getAttribute("data-loss")))
      .toBeLessThan(1e-3);
  });

  test("the start moves by keyboard and by pointer, and is part of the link", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "learn?start=0,0" });
    const handle = page.getByRole("slider", { name: "Start of the descent" });
    await handle.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowUp");
    await expect.poll(() => handle.getAttribute("aria-valuetext")).toBe("[0.0500, 0.5000]");
    await expect.poll(() => page.url()).toContain("start=0.05,0.5");
    await page.locator(".surface-box").click(); // in the middle, once it stands still
    await expect
      .poll(() => handle.getAttribute("aria-valuetext"))
      .toMatch(/^\[1\.0\d*, −1\.0\d*\]$|^\[0\.99\d*, −(1\.0|0\.99)\d*\]$|^\[1\.0\d*, −0\.99\d*\]$/);
  });
});
