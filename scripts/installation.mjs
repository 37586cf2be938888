// What the machine has, and what Debian's packages can add to it, for programs that tests drive.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where programs of these names may be, most likely first. */
export function placesOf(names) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/snap/bin"];
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}

export const run = (command, args, env = {}) =>
  spawnSync(command, args, { encoding: "utf8", timeout: 300_000, env: { ...process.env, ...env } });

/** What was tried, and why it did not work; null when it did. */
export function installDebian(name) {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    return "Debian's package needs root and apt-get";
  }
  console.warn(`installing Debian's ${name} …`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update"], env);
  const { status, stderr } = run("apt-get", ["install", "-y", "--no-install-recommends", name], env);
  return status === 0 ? null : `apt-get install ${name}: ${String(stderr).trim().split("\n").at(-1)}`;
}

/** One installation at a time, however many test processes want one. */
export async function oneAtATime(work) {
  const lock = join(tmpdir(), "corr2d-installation.lock");
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

/** CI leaves nothing out: there it fails. */
export function sayLeftOut(message, leftOut) {
  if (process.env.CI) throw new Error(`${message}; it is needed for ${leftOut}`);
  const line = "!".repeat(80);
  console.error(`${line}\n${message}\nLEFT OUT: ${leftOut}\n${line}`);
}
