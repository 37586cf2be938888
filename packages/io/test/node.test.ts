// Files of Node's: paths and handles, and that a path never names half of a file.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  link,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { full, setBackend, tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as anywhere from "../src/index.ts";
import {
  checkpointOrigin,
  loadCheckpoint,
  openSafetensors,
  readSafetensors,
  saveCheckpoint,
  saveSafetensors,
  writeSafetensors,
} from "../src/node.ts";
import { expectRejection, fixture } from "./support.ts";

setBackend(cpuJs());
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "corr2d io "));
  path = join(folder, "run é.safetensors");
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** The prototype of file handles, to watch and disturb what is done with them. */
async function handles(): Promise<{ write: unknown; sync: unknown; read: unknown }> {
  const handle = await open(folder);
  await handle.close();
  return Object.getPrototypeOf(handle);
}

describe("a path", () => {
  it("is written and read, as text and as URL", async () => {
    await saveSafetensors(path, { x: tensor([1, 2]) }, { metadata: { format: "pt" } });
    expect(await (await readSafetensors(pathToFileURL(path))).x!.toArray()).toEqual([1, 2]);
    await saveCheckpoint(pathToFileURL(path), { x: tensor([3]), epoch: 1 });
    const saved = await loadCheckpoint<{ x: ReturnType<typeof tensor>; epoch: number }>(path, {
      strict: true,
    });
    expect([await saved.x.toArray(), saved.epoch]).toEqual([[3], 1]);
    expect((await checkpointOrigin(path)).backends).toEqual([{ name: "cpu-js", build: null }]);
    expect(await readdir(folder)).toEqual(["run é.safetensors"]);
  });

  it("has the bytes that writeSafetensors gives", async () => {
    const x = { x: tensor([1, 2]) };
    await saveSafetensors(path, x, { int64: true });
    expect(Buffer.from(await writeSafetensors(x, { int64: true })).equals(await readFile(path))).toBe(true);
  });

  it("is named by errors, and the system's own come through", async () => {
    await writeFile(path, fixture("net.safetensors").subarray(0, 900));
    await expectRejection(
      readSafetensors(path),
      "FILE_INVALID",
      `${path}: the file has 900 bytes, and its header describes`,
    );
    await expect(readSafetensors(join(folder, "nothing"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(saveCheckpoint(join(folder, "no", "folder"), {})).rejects.toMatchObject({ code: "ENOENT" });
    await expect(saveCheckpoint(folder, {})).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
    expect(await readdir(folder)).toEqual(["run é.safetensors"]);
  });

  it("other sources and targets are as elsewhere", async () => {
    expect(Object.keys(await import("../src/node.ts")).sort()).toEqual(Object.keys(anywhere).sort());
    expect(Object.keys(await readSafetensors(fixture("net.safetensors"))).length).toBe(9);
    await expectRejection(
      saveCheckpoint({} as never, path as never),
      "INVALID_ARGUMENT",
      "the target must be a file's handle, but got an object; the target comes first, then what is written",
    );
    await expectRejection(
      anywhere.saveCheckpoint(path as never, {}),
      "INVALID_ARGUMENT",
      "a path is written by @corr2d/io/node",
    );
  });
});

describe("an open file", () => {
  it("is read where it is asked for, from the disk", async () => {
    await saveSafetensors(path, { large: full([1_000_000], 1), small: full([2], 2) });
    const prototype = await handles();
    const read = vi.spyOn(prototype as { read: (...args: unknown[]) => unknown }, "read");
    const file = await openSafetensors(path);
    expect(await (await file.get("small")).toArray()).toEqual([2, 2]);
    const bytes = read.mock.calls.reduce((sum, [, , length]) => sum + (length as number), 0);
    expect(bytes).toBeLessThan(300);
    await file.close();
    await expectRejection(file.get("small"), "INVALID_ARGUMENT", "was closed");
  });

  it("is noticed when it becomes shorter", async () => {
    await saveSafetensors(path, { x: full([1000], 1) });
    const file = await openSafetensors(path);
    await truncate(path, 500);
    await expectRejection(file.get("x"), "FILE_INVALID", "became shorter while it was read");
    await file.close();
  });

  it("of the caller's stays open", async () => {
    await writeFile(path, fixture("net.safetensors"));
    const handle = await open(path);
    expect(Object.keys(await readSafetensors(handle)).length).toBe(9);
    const file = await openSafetensors(handle);
    await file.close();
    expect((await handle.stat()).size).toBe(fixture("net.safetensors").length);
    await handle.close();
  });

  it.skipIf(!existsSync("/proc/self/fd"))(
    "is closed after it was read, and after it was refused",
    async () => {
      await saveSafetensors(path, { x: tensor(1) });
      await readSafetensors(path);
      await expectRejection(loadCheckpoint(path), "FILE_INVALID", "no checkpoint");
      await expectRejection(readSafetensors(path, { names: ["y"] }), "INVALID_ARGUMENT", "no tensor 'y'");
      const file = await openSafetensors(path);
      const isOpen = async () => {
        const links = (await readdir("/proc/self/fd")).map((fd) =>
          readlink(`/proc/self/fd/${fd}`).catch(() => ""),
        );
        return (await Promise.all(links)).filter((target) => target === path).length;
      };
      expect(await isOpen()).toBe(1);
      await file.close();
      expect(await isOpen()).toBe(0);
    },
  );
});

describe("a file that is replaced", () => {
  const old = { x: [1] };
  beforeEach(() => saveCheckpoint(path, old));

  it("is the old one until the new one is whole, also where writing fails", async () => {
    const prototype = (await handles()) as unknown as { write: (...args: unknown[]) => unknown };
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const { write } = prototype;
    let calls = 0;
    vi.spyOn(prototype, "write").mockImplementation(async function (this: unknown, ...args) {
      expect(await loadCheckpoint(path)).toEqual(old);
      if (calls++ === 1) throw full;
      return write.apply(this, args);
    });
    await expect(saveCheckpoint(path, { x: tensor([2]) })).rejects.toBe(full);
    vi.restoreAllMocks();
    expect(calls).toBe(2);
    expect(await loadCheckpoint(path)).toEqual(old);
    expect(await readdir(folder)).toEqual(["run é.safetensors"]);
  });

  it("is written whole where the system writes in parts, and flushed before it takes its place", async () => {
    const prototype = (await handles()) as unknown as Record<
      "write" | "sync",
      (...args: unknown[]) => unknown
    >;
    const { write, sync } = prototype;
    const done: string[] = [];
    vi.spyOn(prototype, "write").mockImplementation(function (this: unknown, bytes, at) {
      done.push("write");
      return write.call(this, bytes, at, Math.min(100, (bytes as Uint8Array).length - (at as number)));
    });
    vi.spyOn(prototype, "sync").mockImplementation(async function (this: unknown) {
      done.push((await loadCheckpoint(path)).x.length === 1 ? "sync, old" : "sync, new");
      return sync.call(this);
    });
    await saveCheckpoint(path, { x: [1, 2], more: Array.from({ length: 200 }, (_, i) => i) });
    vi.restoreAllMocks();
    expect(done.filter((what) => what === "write").length).toBeGreaterThan(5);
    expect(done.slice(-2)).toEqual(
      process.platform === "win32" ? ["write", "sync, old"] : ["sync, old", "sync, new"],
    );
    expect((await loadCheckpoint(path)).more.length).toBe(200);
  });

  it("is that of the later of two calls", async () => {
    const large = { x: "large", data: new Uint8Array(4_000_000) };
    await Promise.all([
      saveCheckpoint(path, large),
      saveCheckpoint(join(folder, ".", "run é.safetensors"), { x: "small" }),
    ]);
    expect(await loadCheckpoint(path)).toEqual({ x: "small" });
    await Promise.all([saveCheckpoint(path, { x: () => 1 }).catch(() => {}), saveCheckpoint(path, old)]);
    expect(await loadCheckpoint(path)).toEqual(old);
  });

  it.skipIf(process.platform === "win32")(
    "keeps its mode, its links lead to it, and other names keep the old one",
    async () => {
      await chmod(path, 0o640);
      await symlink(path, join(folder, "latest"));
      await link(path, join(folder, "copy"));
      await saveCheckpoint(join(folder, "latest"), { x: [2] });
      expect((await stat(path)).mode & 0o777).toBe(0o640);
      expect(await loadCheckpoint(path)).toEqual({ x: [2] });
      expect(await loadCheckpoint(join(folder, "copy"))).toEqual(old);
    },
  );

  it.skipIf(process.platform === "win32")("a pipe or a device stays one, and is written into", async () => {
    const pipe = join(folder, "pipe");
    spawnSync("sh", ["-c", 'mkfifo "$0"', pipe]);
    const read = readFile(pipe);
    await saveCheckpoint(pipe, old);
    expect((await stat(pipe)).isFIFO()).toBe(true);
    expect(await read).toEqual(await readFile(path));
  });

  it("what killed processes left behind is removed; what others write is not", async () => {
    const { hostname } = await import("node:os");
    const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);
    const host = hostname()
      .replace(/[^\w-]/g, "_")
      .slice(0, 40);
    const name = (from: string, pid: number) => join(folder, `.corr2d-${from}-${pid}-0123abcd.tmp`);
    const others = [name(host, process.pid), name("elsewhere", dead), join(folder, ".corr2d-notes.tmp")];
    for (const file of [...others, name(host, dead)]) await writeFile(file, "half");
    await saveCheckpoint(path, old);
    expect(existsSync(name(host, dead))).toBe(false);
    for (const file of others) expect(existsSync(file), file).toBe(true);
  });
});
