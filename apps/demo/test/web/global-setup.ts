/**
 * What the tests of the page share, once for all their files: the page, built from the sources and served with and
 * without the isolation headers, and a Chromium that they connect to.
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { BROWSER_FLAGS, findBrowser } from "../../../../scripts/find-browser.mjs";
import { serve } from "../../../../scripts/serve.mjs";
import { siteHeaders } from "../../src/cli/site-headers.ts";

export interface SharedLab {
  /** The folder that the site was built into. */
  readonly folder: string;
  readonly isolatedUrl: string;
  readonly plainUrl: string;
  /** Where the browser listens. */
  readonly browser: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Null where there is no browser. */
    lab: SharedLab | null;
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** As `vite build` builds it. (Not in this process: the test runner's NODE_ENV is no production.) */
async function buildSite(): Promise<string> {
  const outDir = `${root}test-results/web`;
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

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const executablePath = await findBrowser({ leftOut: "the tests of the web page", from: import.meta.url });
  if (executablePath === null) {
    project.provide("lab", null);
    return undefined;
  }
  const folder = await buildSite();
  const isolated = await serve(folder, { headers: siteHeaders(true) });
  const plain = await serve(folder, { headers: siteHeaders(false) });
  const browser = await chromium.launchServer({
    executablePath,
    args: [...BROWSER_FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
  });
  project.provide("lab", {
    folder,
    isolatedUrl: isolated.url,
    plainUrl: plain.url,
    browser: browser.wsEndpoint(),
  });
  return async () => {
    await browser.close();
    await isolated.close();
    await plain.close();
  };
}
