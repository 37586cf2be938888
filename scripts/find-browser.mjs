// Finds a Chromium that tests can drive, or provides one.
//
// In this order: CHROME_PATH; an installed Chromium or Chrome; the one in playwright-core's cache; and where none is,
// Debian's package (as root) or playwright-core's own download. Where that fails too, CI fails; elsewhere the caller
// gets null, a loud note says what is left out, and the caller marks its tests as skipped.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";

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

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installed() {
  if (process.env.CHROME_PATH) {
    if (isExecutable(process.env.CHROME_PATH)) return process.env.CHROME_PATH;
    throw new Error(`CHROME_PATH names no program: ${process.env.CHROME_PATH}`);
  }
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/snap/bin"];
  const candidates = [
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...(PLACES[process.platform] ?? []),
  ];
  return candidates.find(isExecutable) ?? null;
}

/** @returns {string | null} the browser in the cache of the caller's playwright-core */
function cached(playwright) {
  const path = playwright?.chromium.executablePath();
  return path && existsSync(path) ? path : null;
}

const run = (command, args, env = {}) =>
  spawnSync(command, args, { encoding: "utf8", timeout: 300_000, env: { ...process.env, ...env } });

/** What was tried, and why it did not work; null when it did. */
function installDebian() {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    return "Debian's package needs root and apt-get";
  }
  console.warn("find-browser: installing Debian's chromium …");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update"], env);
  const { status, stderr } = run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], env);
  return status === 0 ? null : `apt-get install chromium: ${String(stderr).trim().split("\n").at(-1)}`;
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

/** One installation at a time, however many test processes want a browser. */
async function oneAtATime(work) {
  const lock = join(tmpdir(), "corr2d-find-browser.lock");
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 15 * 60_000) rmSync(lock, { recursive: true, force: true }); // left behind
      await setTimeout(500);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
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
    [installDebian, installed],
    [() => installPlaywright(from), () => cached(playwright)],
  ]) {
    const failure = install();
    const path = failure === null ? look() : null;
    if (path !== null) return path;
    failures.push(failure ?? "it was installed, but is not where it should be");
  }
  const message = `no Chromium was found, and none could be provided (${failures.join("; ")}). Set CHROME_PATH to one.`;
  if (process.env.CI) throw new Error(message);
  const line = "!".repeat(80);
  console.error(`${line}\n${message}\nLEFT OUT: ${leftOut}\n${line}`);
  return null;
}
