// Files, images and workers in a real Chromium, built by Vite, under a strict Content-Security-Policy.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { writeIdx } from "@corr2d/data";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, defaultClientConditions } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BROWSER_FLAGS, findBrowser } from "../../../scripts/find-browser.mjs";
import { type Server, serve } from "../../../scripts/serve.mjs";
import { goldens } from "./goldens.ts";

const CSP = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src data:",
};

const executablePath = await findBrowser({ leftOut: "data's loader in Chromium", from: import.meta.url });

describe.skipIf(executablePath === null)("in Chromium", () => {
  const site = mkdtempSync(join(tmpdir(), "corr2d data page "));
  const images = gzipSync(writeIdx({ data: new Uint8Array(32).map((_, i) => i * 8), shape: [2, 4, 4] }));
  const complaints: string[] = [];
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: "error",
      root: fileURLToPath(new URL("browser", import.meta.url)),
      resolve: { conditions: ["@corr2d/source", ...defaultClientConditions] },
      build: { outDir: site, emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
      worker: { format: "es" },
    });
    writeFileSync(join(site, "images.gz"), images);
    writeFileSync(join(site, "classes"), writeIdx({ data: Uint8Array.of(3, 9), shape: [2] }));
    server = await serve(site, { headers: CSP });
    browser = await chromium.launch({ executablePath: executablePath!, args: [...BROWSER_FLAGS] });
    page = await browser.newPage();
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(server.url);
    await page.waitForFunction(() => "corr2dData" in window);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(site, { recursive: true, force: true });
  });

  it("workers give PyTorch's batches and draws", async () => {
    const golden = goldens.loaders.find(({ name }) => name === "2 workers")!;
    const epochs = await page.evaluate((seed) => window.corr2dData.epochs(seed), golden.seed);
    const expected = golden.steps.map(({ batches }) =>
      batches.flat().map((sample) => (sample as number[]).map(Math.fround)),
    );
    expect(epochs).toEqual(expected);
    expect(complaints).toEqual([]);
  });

  it("a sample that cannot be read, and a worker that dies, end the loop", async () => {
    const failure = (kind: string) => page.evaluate((given) => window.corr2dData.failure(given), kind);
    expect(await failure("throws")).toMatch(/^SAMPLE_FAILED: .* at sample 5: RangeError: no such picture/);
    expect(await failure("dies")).toMatch(/^WORKER_LOST: .*out of the blue/);
  });

  it("gzipped files come from a server, and images go to the page", async () => {
    expect(await page.evaluate(() => window.corr2dData.files())).toEqual({
      shape: [2, 1, 4, 4],
      classes: [3, 9],
      last: { loaded: images.length, total: images.length },
      isImageData: true,
      pixel: [8, 8, 8, 255],
      missing: expect.stringContaining("the server answered 404"),
    });
  });
});
