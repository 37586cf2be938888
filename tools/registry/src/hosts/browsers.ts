/**
 * Browsers that open a page and end again. The page posts what it has to say; a browser only has to be able to open an
 * address, so that it needs no driver.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { BROWSER_FLAGS, findBrowser } from "../../../../scripts/find-browser.mjs";
import { NotRun } from "../matrix/row.ts";
import { run } from "../run.ts";

export interface Browser {
  /** @throws NotRun where it is not installed */
  version(): Promise<string>;
  /** Opens the page, waits for `outcome`, and ends. @throws when it does not end, or leaves a worker running */
  visit(url: string, outcome: Promise<string>): Promise<string>;
}

const END_MS = 20_000;

const versionIn = (output: string, pattern: RegExp): string => pattern.exec(output)?.[1] ?? output.trim();

/** @param before runs in the page before its own scripts. */
export function chromiumWith(before = ""): Browser {
  const path = async (): Promise<string> => {
    const found = await findBrowser({ leftOut: "hosts in Chromium", from: import.meta.url });
    if (found === null) throw new NotRun("no Chromium is installed");
    return found;
  };
  return {
    version: async () =>
      versionIn(await run(await path(), ["--version"], { cwd: tmpdir() }), /Chrom\w+ ([\d.]+)/),
    async visit(url, outcome) {
      const browser = await chromium.launch({ executablePath: await path(), args: [...BROWSER_FLAGS] });
      try {
        const page = await browser.newPage();
        const failed = new Promise<never>((_, fail) => page.on("pageerror", fail));
        if (before !== "") await page.addInitScript(before);
        await page.goto(url);
        const result = await Promise.race([outcome, failed]);
        for (let tries = 0; page.workers().length > 0; tries++) {
          if (tries === 100) throw new Error("a worker runs on after its backend was closed");
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return result;
      } finally {
        await browser.close();
      }
    },
  };
}

const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync);

/** Ends a browser that was started as the leader of a group of processes. @throws when it does not end */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error("the browser ended too early");
  const exit = once(child, "exit");
  process.kill(-child.pid!, "SIGTERM");
  const timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), END_MS);
  const [, signal] = (await exit) as [unknown, string | null];
  clearTimeout(timer);
  if (signal === "SIGKILL") throw new Error("the browser does not end");
}

/** Starts a program with a folder of its own for everything that it keeps. */
async function visitWith(
  command: (folder: string) => Promise<readonly [program: string, args: readonly string[]]>,
  outcome: Promise<string>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "corr2d browser "));
  const [program, args] = await command(folder);
  const child = spawn(program, args, {
    detached: true,
    stdio: "ignore",
    env: {
      ...process.env,
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    },
  });
  try {
    return await outcome;
  } finally {
    await end(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** No traffic of its own. */
const FIREFOX_SETTINGS: Readonly<Record<string, boolean | string>> = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.search.update": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "extensions.getAddons.cache.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.unified": false,
};

const firefoxPath = (): string => {
  const found = onPath("firefox-esr") ?? onPath("firefox");
  if (found === undefined) throw new NotRun("Firefox is not installed (Debian: apt-get install firefox-esr)");
  return found;
};

export const firefox: Browser = {
  version: async () =>
    versionIn(await run(firefoxPath(), ["--version"], { cwd: tmpdir() }), /Firefox ([\d.]+\w*)/),
  visit: (url, outcome) =>
    visitWith(async (profile) => {
      const settings = Object.entries(FIREFOX_SETTINGS).map(
        ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
      );
      await writeFile(join(profile, "user.js"), settings.join("\n"));
      return [firefoxPath(), ["--headless", "--no-remote", "--profile", profile, url]];
    }, outcome),
};

/** WebKitGTK's own small browser, which lies beside the library, and a screen for it. */
async function miniBrowser(): Promise<string> {
  const missing = new NotRun(
    "WebKitGTK's MiniBrowser and xvfb-run are not installed (Debian: apt-get install libwebkit2gtk-4.1-0 xvfb xauth)",
  );
  if (onPath("xvfb-run") === undefined || onPath("xauth") === undefined) throw missing;
  for (const folder of await readdir("/usr/lib")) {
    const path = join("/usr/lib", folder, "webkit2gtk-4.1", "MiniBrowser");
    if (existsSync(path)) return path;
  }
  throw missing;
}

export const webkit: Browser = {
  version: async () => {
    await miniBrowser();
    return versionIn(await run("dpkg-query", ["-W", "libwebkit2gtk-4.1-0"], { cwd: tmpdir() }), /\t([\d.]+)/);
  },
  visit: (url, outcome) =>
    visitWith(async () => ["xvfb-run", ["-a", await miniBrowser(), "--private", url]], outcome),
};
