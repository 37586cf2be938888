/** scripts/find-browser.mjs on machines that are made up: what is installed, and what can be. */
import { beforeEach, expect, test, vi } from "vitest";

interface Run {
  readonly command: string;
  readonly args: readonly string[];
}

const machine = vi.hoisted(() => ({
  files: new Set<string>(),
  runs: [] as Run[],
  /** What an installation leaves behind; it fails where this is missing. */
  installs: {} as { apt?: string; playwright?: string },
}));

vi.mock("node:fs", async (original) => ({
  ...(await original<typeof import("node:fs")>()),
  existsSync: (path: string) => machine.files.has(path),
  accessSync(path: string) {
    if (!machine.files.has(path)) throw new Error(`ENOENT: ${path}`);
  },
}));

vi.mock("node:child_process", async (original) => ({
  ...(await original<typeof import("node:child_process")>()),
  spawnSync(command: string, args: readonly string[]) {
    machine.runs.push({ command, args });
    if (args[0] === "update") return { status: 0, stderr: "" };
    const made = command === "apt-get" ? machine.installs.apt : machine.installs.playwright;
    if (made === undefined) return { status: 1, stderr: "downloading\nno network" };
    machine.files.add(made);
    return { status: 0, stderr: "" };
  },
}));

const { findBrowser } = await import("../../../scripts/find-browser.mjs");
const { chromium } = await import("playwright-core");
const DEBIAN = "/usr/bin/chromium";
const CACHED = chromium.executablePath();

const find = (): Promise<string | null> => findBrowser({ leftOut: "these tests", from: import.meta.url });
const commands = (): string[] => machine.runs.map(({ command, args }) => `${command} ${args[0]}`);
const becomeUser = (id: number): void => {
  vi.spyOn(process, "getuid").mockReturnValue(id);
};

const said = vi.spyOn(console, "error").mockImplementation(() => {});
vi.spyOn(console, "warn").mockImplementation(() => {});

beforeEach(() => {
  machine.files.clear();
  machine.runs.length = 0;
  machine.installs = {};
  said.mockClear();
  vi.spyOn(process, "platform", "get").mockReturnValue("linux");
  becomeUser(1000);
  vi.stubEnv("CHROME_PATH", undefined);
  vi.stubEnv("CI", undefined);
  vi.stubEnv("PATH", ["/opt/browsers", "/bin"].join(":"));
});

test("CHROME_PATH comes first, and must name a program", async () => {
  machine.files.add("/my/chrome").add(DEBIAN);
  vi.stubEnv("CHROME_PATH", "/my/chrome");
  expect(await find()).toBe("/my/chrome");
  vi.stubEnv("CHROME_PATH", "/my/typo");
  await expect(find()).rejects.toThrow("CHROME_PATH names no program: /my/typo");
});

test.for(["/opt/browsers/google-chrome", DEBIAN, "/snap/bin/chromium"])("installed: %s", async (path) => {
  machine.files.add(path).add(CACHED);
  expect(await find()).toBe(path);
  expect(machine.runs).toEqual([]);
});

test("playwright's, which is in its cache already", async () => {
  machine.files.add(CACHED);
  expect(await find()).toBe(CACHED);
  expect(machine.runs).toEqual([]);
});

test("as root on Debian: its package", async () => {
  becomeUser(0);
  machine.files.add("/usr/bin/apt-get");
  machine.installs = { apt: DEBIAN };
  expect(await find()).toBe(DEBIAN);
  expect(commands()).toEqual(["apt-get update", "apt-get install"]);
  expect(machine.runs[1]!.args).toContain("chromium");
});

test("not as root: playwright's own download", async () => {
  machine.files.add("/usr/bin/apt-get");
  machine.installs = { apt: DEBIAN, playwright: CACHED };
  expect(await find()).toBe(CACHED);
  expect(machine.runs).toHaveLength(1);
  expect(machine.runs[0]!.args[0]).toMatch(/playwright-core.cli\.js$/);
});

test("where Debian's package cannot be had, playwright's", async () => {
  becomeUser(0);
  machine.files.add("/usr/bin/apt-get");
  machine.installs = { playwright: CACHED };
  expect(await find()).toBe(CACHED);
});

test("nothing works: a loud note says what is left out and why", async () => {
  expect(await find()).toBeNull();
  const note = said.mock.calls.flat().join("\n");
  expect(note).toContain("LEFT OUT: these tests");
  expect(note).toContain("Debian's package needs root and apt-get; playwright-core install: no network");
  expect(note).toContain("Set CHROME_PATH");
});

test("nothing works in CI: it fails", async () => {
  vi.stubEnv("CI", "true");
  await expect(find()).rejects.toThrow("no Chromium was found, and none could be provided");
});
