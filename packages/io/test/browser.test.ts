// In a real Chromium, built by Vite: the origin's private files, Blobs, and responses of a server.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { build, defaultClientConditions } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BROWSER_FLAGS, findBrowser } from "../../../scripts/find-browser.mjs";
import { type Server, serve } from "../../../scripts/serve.mjs";
import { readSafetensors } from "../src/node.ts";

const CSP = {
  "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self' blob:; img-src data:",
};
const net = fileURLToPath(new URL("fixtures/net.safetensors", import.meta.url));
const executablePath = await findBrowser({ leftOut: "io's files in Chromium", from: import.meta.url });

describe.skipIf(executablePath === null)("in Chromium", () => {
  const site = mkdtempSync(join(tmpdir(), "corr2d io page "));
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  async function open(): Promise<Page> {
    const opened = await context.newPage();
    await opened.goto(server.url);
    await opened.waitForFunction(() => "files" in window);
    return opened;
  }

  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: "error",
      root: fileURLToPath(new URL("browser", import.meta.url)),
      resolve: { conditions: ["@corr2d/source", ...defaultClientConditions] },
      build: { outDir: site, emptyOutDir: true, target: "es2022" },
    });
    cpSync(net, join(site, "net.safetensors"));
    server = await serve(site, { headers: CSP });
    browser = await chromium.launch({ executablePath: executablePath!, args: [...BROWSER_FLAGS] });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(site, { recursive: true, force: true });
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await open();
  });
  afterEach(() => context.close());

  it("the origin's private files keep a checkpoint", async () => {
    expect(await page.evaluate(() => window.files.roundTrip())).toEqual({
      w: [1, -0, Number.NaN],
      words: [1, 2 ** 32 - 1],
      at: String(2n ** 70n),
    });
  });

  it("a Blob is a checkpoint", async () => {
    expect(await page.evaluate(() => window.files.blob())).toEqual({
      type: "application/octet-stream",
      x: [3],
      epoch: 7,
      names: ["x"],
    });
  });

  it("a server's file is read as it comes, all of it or some", async () => {
    const all = await page.evaluate(() => window.files.fetched("net.safetensors", undefined));
    const { cpuJs } = await import("@corr2d/cpu-js");
    const here = await readSafetensors(net, { backend: cpuJs() });
    for (const [name, tensor] of Object.entries(here))
      expect(all[name], name).toEqual([...(await tensor.data())]);
    const some = await page.evaluate(() =>
      window.files.fetched("net.safetensors", ["1.num_batches_tracked"]),
    );
    expect(some).toEqual({ "1.num_batches_tracked": [1] });
    expect(await page.evaluate(() => window.files.missing())).toEqual({
      code: "FILE_INVALID",
      message: expect.stringMatching(/nothing\.safetensors: the server answered 404$/),
    });
  });

  it("a file whose save is cut off by the page's end is the old one", async () => {
    await page.evaluate(() => window.files.save(1));
    const other = await open();
    await other.evaluate(() => window.files.saveAlmost(2));
    expect(await page.evaluate(() => window.files.saved())).toEqual([1]);
    await other.close();
    expect(await page.evaluate(() => window.files.saved())).toEqual([1]);
    await page.evaluate(() => window.files.save(3));
    expect(await page.evaluate(() => window.files.saved())).toEqual([3]);
  });
});
