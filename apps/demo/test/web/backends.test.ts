/** The backends tab in a real browser: threads or the reason against them, timings, the conformance suite. */
import { expect, test } from "vitest";
import { describeLab, PATIENCE, textOf, waitForBackend } from "./lab.ts";

describeLab("backends", (lab) => {
  test("isolated: two threads, and the header's choice is the tab's", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "backends" });
    await page.getByRole("radio", { name: "cpu-wasm" }).check();
    await waitForBackend(page, "cpu-wasm");
    await page.getByRole("button", { name: "Increase Threads" }).click();
    await expect.poll(() => textOf(page.locator(".features"))).toContain("threads2");
    expect(await page.getByLabel("Computed by").inputValue()).toBe("cpu-wasm 2");
    expect(await textOf(page.locator(".backend-choice"))).toContain("so threads may share memory");
    await page.getByLabel("Computed by").selectOption("cpu-js");
    await waitForBackend(page, "cpu-js");
    expect(await textOf(page.locator(".features"))).toContain("float64");
  });

  test("not isolated: one thread, and the reason is shown", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "backends?backend=cpu-wasm&threads=2", isolated: false });
    await waitForBackend(page, "cpu-wasm");
    await expect
      .poll(() => textOf(page.locator("main > [role=status]")))
      .toContain(
        "the page is not cross-origin isolated: it must be served with Cross-Origin-Opener-Policy: same-origin",
      );
    expect(await textOf(page.locator(".features"))).toContain("threads1");
  });

  test("timings, and agreement of the backends", { timeout: 3 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "backends" });
    await page.getByRole("button", { name: "Measure" }).click();
    const rows = page.locator("section[aria-labelledby=timings] tbody tr");
    await expect
      .poll(() => rows.last().locator("td").nth(2).textContent(), { timeout: 2 * PATIENCE })
      .toMatch(/ms$/);
    const scroll = page.locator("section[aria-labelledby=timings] .scroll");
    for (const width of [1024, 1200, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await scroll.evaluate((box) => box.scrollWidth - box.clientWidth), `cut at ${width}`).toBe(0);
    }
    const differences = await rows.locator("td:last-child").allTextContents();
    expect(differences.length).toBe(6);
    for (const difference of differences) {
      expect(difference === "none" || Number(difference.replace("−", "-")) < 1e-5, difference).toBe(true);
    }
  });

  test.for(["backend=cpu-js", "backend=cpu-wasm&threads=2"])(
    "a part of the conformance suite, with its matrix, %s",
    { timeout: 3 * PATIENCE },
    async (backend) => {
      const page = await lab.open({ hash: `backends?${backend}` });
      await waitForBackend(page, backend);
      await page.getByLabel("Part", { exact: true }).selectOption("corr2dKernel");
      await page.getByRole("button", { name: "Run the suite" }).click();
      await expect
        .poll(() => textOf(page.locator("[data-summary]")), { timeout: 2 * PATIENCE })
        .toMatch(/^\d{3} passed, 0 failed/);
      await page.locator('.suite[data-busy="false"]').waitFor();
      const cells = await page.locator(".op-matrix tbody td").allTextContents();
      expect(cells[1]).toMatch(/^✓ (\d+)\/\1$/);
    },
  );

  test("the whole suite starts, and stops when told to", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "backends" });
    await page.getByRole("button", { name: "Run the suite" }).click();
    await expect.poll(() => textOf(page.locator("[data-summary]"))).toMatch(/^\d{2,} passed, 0 failed/);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Run the suite" }).waitFor();
  });
});
