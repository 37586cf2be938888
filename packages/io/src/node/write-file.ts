/**
 * Writing a file so that its path never names half of one, whatever ends the process: into a temporary file beside it, which is
 * flushed to the disk and then renamed. What is no file, a pipe or a device, is written into: no file may take its place.
 *
 * A process that is killed leaves its temporary file behind. The next save into that folder removes it: the name tells the host
 * and the process.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Path } from "./file-source.ts";

const host = (): string =>
  hostname()
    .replace(/[^\w-]/g, "_")
    .slice(0, 40) || "host";
const temporaryName = (): string => `.corr2d-${host()}-${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
const TEMPORARY = /^\.corr2d-([\w-]+)-(\d+)-[0-9a-f]{8}\.tmp$/;

/** Whether a process is there, whoever's it is. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Removes what killed processes of this host left behind. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    const [, from, pid] = TEMPORARY.exec(file) ?? [];
    if (from === host() && !isAlive(Number(pid))) await rm(join(folder, file), { force: true });
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await handle.write(bytes, at)).bytesWritten;
  }
}

/** Makes a rename last through a loss of power. Windows does that itself, and opens no folders. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeInto(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const handle = await open(path, "w");
  try {
    for (const piece of pieces) await writeAll(handle, piece);
  } finally {
    await handle.close();
  }
}

async function replace(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const target = await realpath(path).catch(() => path); // a link stays one; or there is no file yet
  const old = await stat(target).catch(() => null);
  if (old !== null && !old.isFile()) {
    await writeInto(target, pieces);
    return;
  }
  const folder = dirname(target);
  const temporary = join(folder, temporaryName());
  await removeLeftovers(folder);
  try {
    const handle = await open(temporary, "wx");
    try {
      for (const piece of pieces) await writeAll(handle, piece);
      if (old !== null) await handle.chmod(old.mode & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushFolder(folder);
}

/** The writes that are under way, by path: of two to one path, the later call's content stays. */
const underWay = new Map<string, Promise<void>>();

/** Replaces the content of the file at `path`. */
export async function writeFileWhole(path: Path, pieces: Promise<readonly Uint8Array[]>): Promise<void> {
  const key = resolve(typeof path === "string" ? path : fileURLToPath(path.href));
  const before = underWay.get(key);
  const write = (async () => {
    const ready = await pieces;
    await before?.catch(() => {}); // its caller hears of it
    await replace(key, ready);
  })();
  underWay.set(key, write);
  try {
    await write;
  } finally {
    if (underWay.get(key) === write) underWay.delete(key);
  }
}
