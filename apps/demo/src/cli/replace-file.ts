/**
 * Writing a file so that at every moment there is either the old one or the new one, whole: the new one is written
 * beside it, made to reach the disk, and then takes its name.
 */
import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { reasonOf } from "./failure.ts";
import { CommandError } from "./usage-error.ts";
import { writeAll } from "./write-all.ts";

/** The file that a path means: a link's goal, whether that exists or not. */
function goalOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return path;
  }
}

/** Runs what not every file system offers, and whose failure loses nothing. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {}
}

/** Makes what was written reach the disk. File systems that cannot be told to are let be. */
function sync(file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    if (!["EINVAL", "ENOSYS", "ENOTSUP", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
  }
}

function writeNew(path: string, bytes: Uint8Array, old: Stats | undefined): void {
  const file = openSync(path, "wx");
  try {
    if (old !== undefined) {
      // The new file is whose the old one was, and as open to others.
      if (old.uid !== process.getuid?.() || old.gid !== process.getgid?.()) {
        attempt(() => fchownSync(file, old.uid, old.gid));
      }
      attempt(() => fchmodSync(file, old.mode & 0o7777));
    }
    writeAll(file, bytes);
    sync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Writes into a pipe or a device, which no file can take the place of. */
function writeInto(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "w");
  try {
    writeAll(file, bytes);
  } finally {
    closeSync(file);
  }
}

/**
 * Makes `bytes` the contents of a file, new or not.
 * @throws CommandError when that cannot be done; what was there is then as it was.
 */
export function replaceFile(path: string, bytes: Uint8Array): void {
  let old: Stats | undefined;
  try {
    const goal = goalOf(path);
    old = statSync(goal, { throwIfNoEntry: false });
    if (old?.isDirectory()) throw new CommandError(`${path} is a folder: choose another name`);
    if (old !== undefined && !old.isFile()) {
      writeInto(goal, bytes);
      return;
    }
    // A name can be taken from a file that must not be written.
    if (old !== undefined) accessSync(goal, constants.W_OK);
    const folder = dirname(goal);
    const beside = join(folder, `.demo-${randomBytes(8).toString("hex")}.tmp`);
    try {
      writeNew(beside, bytes, old);
      renameSync(beside, goal);
    } catch (error) {
      attempt(() => rmSync(beside, { force: true }));
      throw error;
    }
    attempt(() => syncFolder(folder));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const kept = old === undefined || !old.isFile() ? "" : "; the file that was there is as it was";
    throw new CommandError(`${path} cannot be written: ${reasonOf(error)}${kept}`, { cause: error });
  }
}

/**
 * What can be known beforehand of whether `replaceFile` and its like can write here, for work that takes long until it does.
 * @throws CommandError
 */
export function checkPlace(path: string): void {
  try {
    const goal = goalOf(path);
    const old = statSync(goal, { throwIfNoEntry: false });
    if (old?.isDirectory()) throw new CommandError(`${path} is a folder: choose another name`);
    accessSync(old === undefined || old.isFile() ? dirname(goal) : goal, constants.W_OK);
    if (old !== undefined) accessSync(goal, constants.W_OK);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${path} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}
