/** The page in Chromium, built by Vite: a picture becomes edges, its kernel is learnt while clicks are heard, and kept. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, defaultClientConditions } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROWSER_FLAGS, findBrowser } from "../../../../scripts/find-browser.mjs";
import { type Server, serve } from "../../../../scripts/serve.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outDir = `${root}test-results/web`;
const executablePath = await findBrowser({
  leftOut: "a page that learns a kernel, in Chromium",
  from: import.meta.url,
});

test("the page of the docs shows the example whole", async () => {
  const shown = await readFile(new URL("../../../from-the-lab.md", import.meta.url), "utf8");
  const html = await readFile(`${root}index.html`, "utf8");
  expect(shown).toContain(`\n${html}\`\`\`\n`);
  const program = await readFile(`${root}main.ts`, "utf8");
  const parts = [...shown.matchAll(/```ts excerpt=docs\/examples\/from-the-lab\/main\.ts\n([\s\S]*?)```/g)];
  expect(parts.map(([, part]) => part).join("\n")).toBe(program);
});

describe.skipIf(executablePath === null)("a page that learns a kernel", { timeout: 240_000 }, () => {
  let browser: Browser;
  let server: Server;

  beforeAll(async () => {
    await build({
      root,
      logLevel: "error",
      resolve: { conditions: ["@corr2d/source", ...defaultClientConditions] },
      build: { outDir, emptyOutDir: true, target: "es2022" },
    });
    server = await serve(outDir);
    browser = await chromium.launch({ executablePath: executablePath!, args: [...BROWSER_FLAGS] });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const statusOf = (page: Page): Promise<string | null> => page.locator("#status").textContent();

  test("pixels, loop, file", async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.setContent(
      "<div style='margin: 40px 60px; width: 80px; height: 60px; background: #444'></div>",
    );
    const png = await page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 140 } });
    const picture = { name: "picture.png", mimeType: "image/png", buffer: png };

    await page.goto(server.url);
    await page.locator("#picture").setInputFiles(picture);
    await expect.poll(() => statusOf(page)).toBe("160 × 112 pixels");
    // A white picture with a dark square: bright where it begins, dark where it ends, grey elsewhere.
    const row = await page.locator("#result").evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d")!.getImageData(0, height / 2, width, 1);
      return Array.from({ length: width }, (_, i) => data[4 * i]!);
    });
    expect(row[2]).toBe(128);
    expect(Math.max(...row)).toBeGreaterThan(180);
    expect(Math.min(...row)).toBeLessThan(80);

    // Clicked from within: on a loaded machine the kernel is learnt before a click from outside is there.
    await page.evaluate(() => {
      const stopping = new MutationObserver(() => {
        stopping.disconnect();
        setTimeout(() => document.getElementById("stop")!.click());
      });
      stopping.observe(document.getElementById("status")!, { childList: true });
      document.getElementById("learn")!.click();
    });
    await expect.poll(() => statusOf(page)).toMatch(/^stopped at/);
    await page.locator("#learn").click();
    await expect.poll(() => statusOf(page), { timeout: 60_000 }).toMatch(/^learnt/);
    const learnt = (await statusOf(page))!.replace("learnt ", "");

    const download = page.waitForEvent("download");
    await page.locator("#save").click();
    const kernel = await readFile(await (await download).path());
    await page.reload();
    await page.locator("#kernel").setInputFiles({
      name: "kernel.safetensors",
      mimeType: "application/octet-stream",
      buffer: kernel,
    });
    await expect.poll(() => statusOf(page)).toBe(`loaded ${learnt}`);
    expect(complaints).toEqual([]);
  });
});
