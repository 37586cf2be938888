/**
 * The page of the docs that trains a network, copied as it stands there, with the packed packages: in Vite's development server
 * and as Vite builds it, in Chromium.
 */
import { cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, createServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { BROWSER_FLAGS, findBrowser } from "../../../scripts/find-browser.mjs";
import { root } from "../src/public-files.ts";

const example = join(root, "docs/examples/train-in-the-page");
const site = join(inject("packed"), "train-in-the-page");
const executablePath = await findBrowser({
  leftOut: "a page that trains, in Chromium",
  from: import.meta.url,
});

describe.skipIf(executablePath === null)("a page that trains", () => {
  let browser: Browser;

  beforeAll(async () => {
    await mkdir(site);
    const files = (await readdir(example)).filter((file) => /\.(ts|html)$/.test(file));
    expect(files).toEqual(["digits.ts", "index.html", "main.ts", "train-worker.ts", "vite.config.ts"]);
    const shown = await readFile(join(root, "docs/train-in-the-page.md"), "utf8");
    for (const file of files) {
      expect(shown).toContain(`\n${await readFile(join(example, file), "utf8")}\`\`\`\n`);
      await cp(join(example, file), join(site, file));
    }
    const vite = dirname(createRequire(import.meta.url).resolve("vite/package.json"));
    await symlink(vite, join(inject("packed"), "node_modules", "vite"), "junction");
    browser = await chromium.launch({ executablePath: executablePath!, args: [...BROWSER_FLAGS] });
  });
  afterAll(() => browser?.close());

  const statusOf = (page: Page): Promise<string | null> => page.locator("#status").textContent();

  /** Opens the page, in which a button is clicked at the first step. From here it might come after the last. */
  async function open(url: string, button: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.addInitScript((id) => {
      const observer = new MutationObserver(() => {
        const status = document.getElementById("status")?.textContent ?? "";
        if (!/^step \d+, loss \d\.\d{3}$/.test(status)) return;
        observer.disconnect();
        document.getElementById(id)!.click();
      });
      observer.observe(document, { childList: true, subtree: true });
    }, button);
    await page.goto(url);
    return { page, complaints };
  }

  async function visit(url: string): Promise<void> {
    const { page, complaints } = await open(url, "pause");
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    await expect.poll(() => page.locator("#pause").textContent()).toBe("Go on");
    const still = await statusOf(page);
    expect(still).toMatch(/^step/);
    await page.waitForTimeout(200);
    expect(await statusOf(page)).toBe(still);
    await page.locator("#pause").click();

    await expect.poll(() => statusOf(page)).toMatch(/^right in/);
    const [, percent] = /^right in (\d+\.\d) % of new digits; 150 numbers/.exec((await statusOf(page))!)!;
    expect(Number(percent)).toBeGreaterThan(80);
    expect(complaints).toEqual([]);
    await page.close();

    const other = await open(url, "stop");
    await expect.poll(() => statusOf(other.page)).toBe("stopped");
    expect(other.complaints).toEqual([]);
    await other.page.close();
  }

  it("served by Vite's development server", async () => {
    const server = await createServer({ root: site, logLevel: "error" });
    await server.listen();
    try {
      await visit(server.resolvedUrls!.local[0]!);
    } finally {
      await server.close();
    }
  });

  it("built by Vite", async () => {
    await build({ root: site, logLevel: "error" });
    const server = await preview({ root: site, logLevel: "error" });
    try {
      await visit(server.resolvedUrls!.local[0]!);
    } finally {
      await server.close();
    }
  });
});
