/** The stage inside another site's page: it shows, alone; threads need an isolated page around it; the foot gives the HTML. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame, Page } from "playwright-core";
import { expect, test } from "vitest";
import { ISOLATION_HEADERS, serve } from "../../../../scripts/serve.mjs";
import { siteHeaders } from "../../src/cli/site-headers.ts";
import { describeLab, PATIENCE, textOf } from "./lab.ts";

/** A page of another origin with the lab in a frame. */
async function around(
  page: Page,
  html: string,
  headers: Readonly<Record<string, string>>,
  shown: string,
  look: (frame: Frame) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "corr2d-frame-"));
  writeFileSync(
    join(folder, "index.html"),
    `<!doctype html><title>a blog</title><link rel="icon" href="data:,">${html}`,
  );
  const server = await serve(folder, { headers });
  try {
    await page.goto(server.url);
    await page.frameLocator("iframe").locator(shown).waitFor();
    await look(page.frames()[1]!);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

describeLab("embed", (lab) => {
  test("the headers let any page show it, and say so", () => {
    const headers = siteHeaders();
    expect(headers["Content-Security-Policy"]).toMatch(/; frame-ancestors \*$/);
    expect(headers["Cross-Origin-Resource-Policy"]).toBe("cross-origin");
    expect(headers["Permissions-Policy"]).toBe("camera=(self)");
  });

  test("in a page of another origin: the stage alone, and the way to the whole lab", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByLabel("Example").selectOption("stride");
    await expect.poll(() => page.url()).toContain("stride=2");
    await page.getByRole("button", { name: "Copy as a frame" }).click();
    const html = await page.evaluate(() => navigator.clipboard.readText());
    expect(html).toMatch(
      /^<iframe src="http[^"]*as=embed" title="The Convolution Lab" width="\d+" height="\d+"><\/iframe>$/,
    );

    await around(page, html, {}, ".arithmetic", async (frame) => {
      expect(await frame.locator("main").getAttribute("data-as")).toBe("embed");
      expect(await frame.locator(".array:visible").count()).toBe(3);
      for (const part of [
        ".site-header",
        ".site-footer",
        ".toolbar",
        ".controls",
        ".matrix",
        ".code-panel",
      ]) {
        expect(await frame.locator(`${part}:visible`).count(), part).toBe(0);
      }
      await frame.getByRole("button", { name: "Step" }).click();
      await expect.poll(() => textOf(frame.locator(".position"))).toBe("Position 2 of 9");
      const link = frame.getByRole("link", { name: "Open in the Convolution Lab" });
      expect(await link.getAttribute("target")).toBe("_blank");
      expect(await link.getAttribute("href")).toMatch(/^#\/slide\?(?!.*as=).*stride=2/);
      expect(await frame.evaluate(() => crossOriginIsolated)).toBe(false);
      const overflow = await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  });

  test("edges in a frame: the sum of a pixel that is chosen comes into view, and the page around stays", {
    timeout: 3 * PATIENCE,
  }, async () => {
    const page = await lab.open({ viewport: { width: 1000, height: 700 } });
    const url = `${page.url().split("#")[0]}#/edges?lang=en&amp;as=embed`;
    const html = `<p style="height:400px">above</p><iframe src="${url}" width="800" height="600"></iframe>`;
    await around(page, `${html}<p style="height:900px">below</p>`, {}, ".live", async (frame) => {
      await frame.locator('.stats[data-frames="1"]').waitFor();
      await frame.getByRole("img", { name: "Picture" }).click({ position: { x: 150, y: 100 } });
      const place = await page.evaluate(() => scrollY);
      const result = frame.locator(".painted");
      await result.waitFor();
      const bottom = (): Promise<number> => result.evaluate((box) => box.getBoundingClientRect().bottom);
      await expect.poll(bottom).toBeLessThanOrEqual(600);
      expect(await bottom()).toBeGreaterThan(300);
      expect(await page.evaluate(() => scrollY)).toBe(place);
    });
  });

  test("threads: not in a plain page, and in an isolated one that allows them", {
    timeout: 3 * PATIENCE,
  }, async () => {
    const page = await lab.open();
    const url = `${page.url().split("#")[0]}#/slide?lang=en&amp;threads=2&amp;as=embed`;
    const html = (allow: string): string =>
      `<iframe src="${url}" allow="${allow}" width="900" height="700"></iframe>`;
    await around(page, html(""), {}, ".arithmetic", async (frame) => {
      await expect
        .poll(() => textOf(frame.locator("main > [role=status]")))
        .toContain("not cross-origin isolated");
    });
    await around(page, html("cross-origin-isolated"), ISOLATION_HEADERS, ".arithmetic", async (frame) => {
      expect(await frame.evaluate(() => crossOriginIsolated)).toBe(true);
      await expect.poll(() => textOf(frame.locator(".timing"))).toContain("cpu-wasm × 2");
    });
  });
});
