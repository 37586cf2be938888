// The conformance suite in a real Chromium, built by Vite, under a strict Content-Security-Policy: cross-origin isolated
// with two threads, and not isolated, where the backend must say why it runs on one.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { build, defaultClientConditions } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BROWSER_FLAGS, findBrowser } from "../../../scripts/find-browser.mjs";
import { ISOLATION_HEADERS, type Server, serve } from "../../../scripts/serve.mjs";

const CSP = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src data:",
};
const SUITE_TIME = 600_000; // Thousands of cases, on a machine that may be busy.

const executablePath = await findBrowser({
  leftOut: "cpu-wasm's conformance in Chromium",
  from: import.meta.url,
});

describe.skipIf(executablePath === null)("conformance in Chromium", () => {
  const site = mkdtempSync(join(tmpdir(), "corr2d cpu-wasm page "));
  const servers: Server[] = [];
  let browser: Browser;

  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: "error",
      root: fileURLToPath(new URL("browser", import.meta.url)),
      resolve: { conditions: ["@corr2d/source", ...defaultClientConditions] },
      build: { outDir: site, emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
      worker: { format: "es" },
    });
    browser = await chromium.launch({ executablePath: executablePath!, args: [...BROWSER_FLAGS] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    for (const server of servers) await server.close();
    rmSync(site, { recursive: true, force: true });
  });

  async function run(
    headers: Readonly<Record<string, string>>,
    options: { simd: "plain" | "relaxed"; threads: number },
  ) {
    const server = await serve(site, { headers: { ...CSP, ...headers } });
    servers.push(server);
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(server.url);
    await page.waitForFunction(() => "runConformance" in window);
    const result = await page.evaluate((given) => window.runConformance(given), options);
    await page.close();
    expect(complaints).toEqual([]);
    expect(result.failed).toEqual([]);
    expect(result.passed).toBeGreaterThan(2000);
    return result;
  }

  it("isolated: relaxed SIMD on two threads", { timeout: SUITE_TIME }, async () => {
    const { features } = await run(ISOLATION_HEADERS, { simd: "relaxed", threads: 2 });
    expect(features).toMatchObject({ simd: "relaxed", threads: 2 });
    expect(features.threadsReason).toBeUndefined();
  });

  it("not isolated: one thread, and the reason", { timeout: SUITE_TIME }, async () => {
    const { features } = await run({}, { simd: "plain", threads: 2 });
    expect(features).toMatchObject({ simd: "plain", threads: 1 });
    expect(features.threadsReason).toMatch(/isolat/i);
  });
});
