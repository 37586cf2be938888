/**
 * The Lab as part of the built site, in Chromium: pages lead into it and it leads back to headings that are there; it
 * works offline and leaves the pages alone.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { siteHeaders } from "../../../apps/demo/src/cli/site-headers.ts";
import { BROWSER_FLAGS, findBrowser } from "../../../scripts/find-browser.mjs";
import { type Server, serve } from "../../../scripts/serve.mjs";

const dist = resolve(import.meta.dirname, "../dist");

test("hosts that read `_headers` send the Lab's", () => {
  const [path, ...lines] = readFileSync(join(dist, "_headers"), "utf8").trim().split("\n");
  expect(path).toBe("/lab/*");
  const sent = lines.map((line) =>
    line
      .trim()
      .split(/: (.*)/)
      .slice(0, 2),
  );
  expect(Object.fromEntries(sent)).toEqual(siteHeaders());
});

const executablePath = await findBrowser({ leftOut: "the Lab in the built site", from: import.meta.url });

describe.skipIf(executablePath === null)("the Lab in the site", { timeout: 90_000 }, () => {
  let browser: Browser;
  let server: Server;
  beforeAll(async () => {
    server = await serve(dist);
    browser = await chromium.launch({ executablePath: executablePath!, args: [...BROWSER_FLAGS] });
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const result = (page: Page): Promise<string[]> =>
    page.locator(".array-result [role=gridcell]").allTextContents();

  test.for(["tutorial.html", "zh/tutorial.html"])("%s leads into it", async (path) => {
    const page = await browser.newPage();
    await page.goto(server.url + path);
    const links = page.locator('.vp-doc a[href*="lab/#/slide"]');
    expect(await links.count()).toBeGreaterThan(3);
    await links.first().click();
    await expect.poll(() => result(page)).toEqual(["19", "25", "37", "43"]);
    expect(new URL(page.url()).pathname).toBe("/lab/");
    await page.close();
  });

  test("the home pages lead into it", async () => {
    for (const [path, heading] of [
      ["", "Slide a kernel over an image"],
      ["zh/", "让卷积核在图像上滑动"],
    ] as const) {
      const page = await browser.newPage();
      await page.goto(server.url + path);
      await page.locator('.VPHero a[href*="/lab/"]').first().click();
      await page.locator(".slide-tab").waitFor();
      expect(await page.locator(".tab-heading").textContent()).toBe(heading);
      await page.close();
    }
  });

  test("its links lead to the book, the source, and headings of this site", async () => {
    const page = await browser.newPage();
    for (const lang of ["en", "zh"]) {
      for (const tab of ["slide", "edges", "learn", "backends", "exercises", "lessons"]) {
        await page.goto(`${server.url}lab/#/${tab}?lang=${lang}`);
        await page.locator(`.${tab}-tab`).waitFor();
        const selector = "footer nav a, .take-further a";
        const links = await page
          .locator(selector)
          .evaluateAll((found) => found.map((a) => (a as HTMLAnchorElement).href));
        expect(links.some((href) => href.includes("d2l.ai/"))).toBe(true);
        expect(links.some((href) => href.startsWith("https://github.com/corr2d/corr2d/"))).toBe(true);
        const own = links.filter((href) => href.startsWith(server.url)).map((href) => new URL(href));
        expect(own.length).toBeGreaterThan(1);
        for (const url of own) {
          const file = join(dist, url.pathname);
          expect(existsSync(file), url.href).toBe(true);
          const id = decodeURIComponent(url.hash.slice(1));
          if (id !== "") expect(readFileSync(file, "utf8"), url.href).toContain(`id="${id}"`);
        }
      }
    }
    await page.close();
  });

  test("offline it works, and the pages are not its worker's", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.url}lab/`);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await page.goto(`${server.url}tutorial.html`);
    expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
    await context.setOffline(true);
    await page.goto(`${server.url}lab/#/lessons`);
    await page.locator(".lesson").first().waitFor();
    await context.close();
  });
});
