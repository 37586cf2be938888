/** The learn tab in a real browser: the book's numbers, and what happens beyond 1/30. */
import { expect, test } from "vitest";
import { decades, firstZero, shownLosses } from "../../src/web/learn/curve.ts";
import { BACKENDS, describeLab, gridValues, PATIENCE, textOf, waitForBackend } from "./lab.ts";

test("the curve of the losses shows them as they are; 0 has no place on it, and is said", () => {
  const losses = [10, 1e-3, 1e-7, 1e-13, 0, 0];
  expect(shownLosses(losses, 5)).toEqual([10, 1e-3, 1e-7, 1e-13, null, null]);
  expect(shownLosses([10, Infinity, 1e-9], 1)).toEqual([10, null, null]);
  expect([3, 4, 5].map((at) => firstZero(losses, at))).toEqual([undefined, 4, 4]);
  expect(firstZero([0, 0], 1)).toBe(0);
  expect(decades(1e-13, 100)).toEqual([1e-13, 1e-10, 1e-7, 1e-4, 0.1, 100]);
  expect(decades(0.1, 100)).toEqual([0.1, 1, 10, 100]);
});

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
    expect(await textOf(page.locator(".loss-now"))).toMatch(
      /^Loss 0\.27\d* with these weights, after step 9$/,
    );
    const ofStep = page.locator(".loss-of-step");
    expect(await textOf(ofStep)).toMatch(/^The loss of step 9, as the book prints it, .*: 0\.4\d\d$/);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await expect
      .poll(() => textOf(ofStep))
      .toMatch(/^The loss of step 10, as the book prints it, .*: 0\.274$/);
    await page.getByRole("button", { name: "Back" }).click();
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Step 9 of 10");
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

  test("from the solution itself there is nothing to learn, and no curve", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "learn?start=1,-1" });
    await expect
      .poll(() => textOf(page.locator(".loss-figure .hint")))
      .toMatch(/^From step 0 on the loss is exactly 0/);
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
