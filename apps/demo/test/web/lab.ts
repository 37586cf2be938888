/**
 * The page in a real Chromium: built from the sources, served with its headers, and watched. Whatever the policy
 * blocks, and every error on the console, fails the test that caused it.
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { BROWSER_FLAGS, findBrowser } from "../../../../scripts/find-browser.mjs";
import { type Server, serve } from "../../../../scripts/serve.mjs";
import { siteHeaders } from "../../src/cli/site-headers.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** How long anything on the page may take on a busy machine. */
export const PATIENCE = 45_000;

const executablePath = await findBrowser({ leftOut: "the tests of the web page", from: import.meta.url });

/** As `vite build` builds it, from the sources. (Not in this process: the test runner's NODE_ENV is no production.) */
async function buildSite(): Promise<string> {
  const outDir = `${root}test-results/web-${process.env.VITEST_POOL_ID ?? "0"}`;
  const vite = createRequire(import.meta.url)
    .resolve("vite/package.json")
    .replace("package.json", "bin/vite.js");
  const args = [vite, "build", "--logLevel", "error", "--outDir", outDir, "--emptyOutDir"];
  await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production" },
  });
  return outDir;
}

export interface LabOptions extends BrowserContextOptions {
  /** Part of the address after `#/`. */
  readonly hash?: string;
  /** Another server than the test's own. */
  readonly origin?: string;
  /** Whether the host sends the isolation headers (default true). */
  readonly isolated?: boolean;
}

export interface Lab {
  /** The folder that the site was built into. */
  readonly folder: () => string;
  /** A fresh browser profile on the page. */
  open(options?: LabOptions): Promise<Page>;
  /** Takes problems that the test made on purpose off the list. */
  forgive(pattern: RegExp): void;
}

/** A group of tests that share a build and a browser; skipped, and named so, where there is no browser. */
export function describeLab(name: string, tests: (lab: Lab) => void): void {
  const missing = executablePath === null;
  describe.skipIf(missing)(missing ? `${name} (skipped: no Chromium)` : name, () => {
    let folder: string;
    let browser: Browser;
    const servers = new Map<boolean, Server>();
    let contexts: BrowserContext[] = [];
    let problems: string[] = [];

    beforeAll(async () => {
      folder = await buildSite();
      for (const isolated of [true, false]) {
        servers.set(isolated, await serve(folder, { headers: siteHeaders(isolated) }));
      }
      browser = await chromium.launch({
        executablePath: executablePath!,
        args: [...BROWSER_FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
      });
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      for (const server of servers.values()) await server.close();
    });
    afterEach(async () => {
      const seen = problems;
      const open = contexts;
      [problems, contexts] = [[], []];
      for (const context of open) await context.close();
      expect(seen).toEqual([]);
    });

    const watch = (page: Page): Page => {
      page.setDefaultTimeout(PATIENCE);
      page.on("pageerror", (error) => problems.push(`error: ${error.stack ?? error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(`console: ${message.text()}`);
      });
      return page;
    };
    tests({
      folder: () => folder,
      forgive(pattern) {
        problems = problems.filter((problem) => !pattern.test(problem));
      },
      async open({ hash = "", isolated = true, origin, ...options } = {}) {
        const context = await browser.newContext({
          locale: "en-US",
          viewport: { width: 1200, height: 900 },
          ...options,
        });
        contexts.push(context);
        const page = watch(await context.newPage());
        await page.goto(`${origin ?? servers.get(isolated)!.url}${hash === "" ? "" : `#/${hash}`}`);
        await page.locator(".tab").waitFor();
        return page;
      },
    });
  });
}

/** What an element says, white space aside. */
export async function textOf(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? "").replaceAll(/\s+/g, " ").trim();
}

/** The numbers of a grid, by its label, as they are written. */
export async function gridText(page: Page, label: string): Promise<string[][]> {
  const grid = page.getByRole("grid", { name: label, exact: true }).first();
  await grid.waitFor();
  const cells = await grid.getByRole("gridcell").allTextContents();
  const columns = cells.length / (await grid.getByRole("row").count());
  const plain = cells.map((text) => text.replaceAll("−", "-"));
  return Array.from({ length: cells.length / columns }, (_, i) =>
    plain.slice(i * columns, (i + 1) * columns),
  );
}

/** The same as numbers. */
export async function gridValues(page: Page, label: string): Promise<number[][]> {
  return (await gridText(page, label)).map((row) => row.map(Number));
}

export const BACKENDS = ["backend=cpu-js", "backend=cpu-wasm", "backend=cpu-wasm&threads=2"] as const;

/** Waits until the page computes on the backend that its address names. */
export async function waitForBackend(page: Page, query: string): Promise<void> {
  const name = query.includes("cpu-wasm") ? "cpu-wasm" : "cpu-js";
  await page.locator(`[data-backend="${name}"]`).waitFor({ state: "attached" });
}
