// Finds a Chromium that tests can drive, or provides one.
//
// In this order: CHROME_PATH; an installed Chromium or Chrome; the one in playwright-core's cache; and where none is,
// Debian's package (as root) or playwright-core's own download. Where that fails too, CI fails; elsewhere the caller
// gets null, a loud note says what is left out, and the caller marks its tests as skipped.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { installDebian, isExecutable, oneAtATime, placesOf, run, sayLeftOut } from "./installation.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

const PLACES = {
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, "Google", "Chrome", "Application", "chrome.exe")),
};

/** For headless runs in containers: no sandbox (tests open their own pages only), and no traffic of its own. */
export const BROWSER_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

function installed() {
  if (process.env.CHROME_PATH) {
    if (isExecutable(process.env.CHROME_PATH)) return process.env.CHROME_PATH;
    throw new Error(`CHROME_PATH names no program: ${process.env.CHROME_PATH}`);
  }
  const candidates = [...placesOf(NAMES), ...(PLACES[process.platform] ?? [])];
  return candidates.find(isExecutable) ?? null;
}

/** @returns {string | null} the browser in the cache of the caller's playwright-core */
function cached(playwright) {
  const path = playwright?.chromium.executablePath();
  return path && existsSync(path) ? path : null;
}

function installPlaywright(from) {
  let cli;
  try {
    cli = join(dirname(createRequire(from).resolve("playwright-core/package.json")), "cli.js");
  } catch {
    return "playwright-core is not installed";
  }
  console.warn("find-browser: downloading playwright's chromium …");
  const { status, stderr } = run(process.execPath, [cli, "install", "chromium-headless-shell"]);
  return status === 0 ? null : `playwright-core install: ${String(stderr).trim().split("\n").at(-1)}`;
}

export async function findBrowser({ leftOut, from = import.meta.url }) {
  return installed() ?? (await oneAtATime(() => provide(leftOut, from)));
}

async function provide(leftOut, from) {
  const known = installed();
  if (known !== null) return known;
  const playwright = await import(pathToFileURL(createRequire(from).resolve("playwright-core")).href)
    .then((module) => module.default ?? module)
    .catch(() => null);
  const inCache = cached(playwright);
  if (inCache !== null) return inCache;

  const failures = [];
  for (const [install, look] of [
    [() => installDebian("chromium"), installed],
    [() => installPlaywright(from), () => cached(playwright)],
  ]) {
    const failure = install();
    const path = failure === null ? look() : null;
    if (path !== null) return path;
    failures.push(failure ?? "it was installed, but is not where it should be");
  }
  const message = `no Chromium was found, and none could be provided (${failures.join("; ")}). Set CHROME_PATH to one.`;
  sayLeftOut(message, leftOut);
  return null;
}
