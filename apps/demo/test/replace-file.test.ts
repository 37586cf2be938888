/** Writing a file: there is the old one or the new one, whole, whatever happens. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { replaceFile } from "../src/cli/replace-file.ts";
import { CommandError } from "../src/cli/usage-error.ts";

/** What the file system is to refuse, and how much of a write it takes at once. */
const faults = vi.hoisted(() => ({ refuse: "", code: "", most: Infinity }));
vi.mock("node:fs", async (load) => {
  const real = await load<typeof import("node:fs")>();
  const meet = (name: string): void => {
    if (faults.refuse !== name) return;
    throw Object.assign(new Error(`${faults.code}: refused`), { code: faults.code });
  };
  return {
    ...real,
    openSync: (...args: Parameters<typeof real.openSync>) => {
      if (args[1] === "wx") meet("open");
      return real.openSync(...args);
    },
    writeSync: (file: number, bytes: Uint8Array, at: number) => {
      // A disk takes what it has room for, and then nothing.
      if (at > 0) meet("write");
      return real.writeSync(file, bytes, at, Math.min(faults.most, bytes.length - at));
    },
    fsyncSync: (file: number) => {
      meet("fsync");
      real.fsyncSync(file);
    },
    renameSync: (from: string, to: string) => {
      meet("rename");
      real.renameSync(from, to);
    },
  };
});

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === "linux";

let folder: string;
let path: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "demo replace "));
  path = join(folder, "out.png");
  Object.assign(faults, { refuse: "", code: "", most: Infinity });
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const bytes = Buffer.from("the new one, whole");
const content = (file = path): string => fs.readFileSync(file, "utf8");

test("a new file, with the rights that the process gives", () => {
  replaceFile(path, bytes);
  expect(content()).toBe("the new one, whole");
  expect(fs.statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
  expect(fs.readdirSync(folder)).toEqual(["out.png"]);
});

test("instead of an old one, whose rights it takes over", () => {
  fs.writeFileSync(path, "old");
  fs.chmodSync(path, 0o640);
  replaceFile(path, bytes);
  expect(content()).toBe("the new one, whole");
  expect(fs.statSync(path).mode & 0o777).toBe(0o640);
  expect(fs.readdirSync(folder)).toEqual(["out.png"]);
});

test("however little is taken at once", () => {
  faults.most = 3;
  replaceFile(path, bytes);
  expect(content()).toBe("the new one, whole");
});

test("through a link, which stays one; the old file's other names keep it", () => {
  const goal = join(folder, "goal.png");
  fs.writeFileSync(goal, "old");
  fs.linkSync(goal, join(folder, "other.png"));
  fs.symlinkSync("goal.png", path);
  replaceFile(path, bytes);
  expect(fs.lstatSync(path).isSymbolicLink()).toBe(true);
  expect([content(goal), content(join(folder, "other.png"))]).toEqual(["the new one, whole", "old"]);
});

test("through a link to what is not there yet", () => {
  fs.symlinkSync("goal.png", path);
  replaceFile(path, bytes);
  expect(fs.lstatSync(path).isSymbolicLink()).toBe(true);
  expect(content(join(folder, "goal.png"))).toBe("the new one, whole");
});

test.skipIf(!isLinux)("into a device, which stays one", () => {
  fs.symlinkSync("/dev/null", path);
  replaceFile(path, bytes);
  expect(fs.statSync("/dev/null").isCharacterDevice()).toBe(true);
});

describe("what fails leaves the old file as it was, and nothing beside it", () => {
  test.each([
    ["open", "EACCES"],
    ["open", "EROFS"],
    ["write", "ENOSPC"],
    ["write", "EIO"],
    ["write", "EDQUOT"],
    ["fsync", "ENOSPC"],
    ["fsync", "EIO"],
    ["rename", "EBUSY"],
    ["rename", "EPERM"],
  ])("%s: %s", (refuse, code) => {
    fs.writeFileSync(path, "old");
    Object.assign(faults, { refuse, code, most: 3 });
    expect(() => replaceFile(path, bytes)).toThrow(
      new CommandError(`${path} cannot be written: ${code}: refused; the file that was there is as it was`),
    );
    expect(content()).toBe("old");
    expect(fs.readdirSync(folder)).toEqual(["out.png"]);
  });

  test("where there was none, there is none", () => {
    Object.assign(faults, { refuse: "write", code: "ENOSPC", most: 3 });
    expect(() => replaceFile(path, bytes)).toThrow(
      new CommandError(`${path} cannot be written: ENOSPC: refused`),
    );
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test("a file system that cannot be told to keep what it has is let be", () => {
    Object.assign(faults, { refuse: "fsync", code: "EINVAL" });
    replaceFile(path, bytes);
    expect(content()).toBe("the new one, whole");
  });
});

describe("what cannot be written at all", () => {
  test("a folder", () => {
    expect(() => replaceFile(folder, bytes)).toThrow(`${folder} is a folder: choose another name`);
  });
  test("in no folder", () => {
    const lost = join(folder, "no", "out.png");
    expect(() => replaceFile(lost, bytes)).toThrow(
      `${lost} cannot be written: no such file or directory (ENOENT)`,
    );
  });
  test("in what is no folder", () => {
    fs.writeFileSync(path, "old");
    expect(() => replaceFile(join(path, "out.png"), bytes)).toThrow(
      "cannot be written: not a directory (ENOTDIR)",
    );
  });
  test("a link that leads in a circle", () => {
    fs.symlinkSync("out.png", path);
    expect(() => replaceFile(path, bytes)).toThrow(
      "cannot be written: too many symbolic links encountered (ELOOP)",
    );
  });
  // Root may write whatever it likes.
  test.skipIf(isRoot)("a protected file, though its name could be taken", () => {
    fs.writeFileSync(path, "old");
    fs.chmodSync(path, 0o444);
    expect(() => replaceFile(path, bytes)).toThrow("cannot be written: permission denied (EACCES)");
    expect(content()).toBe("old");
  });
  test.skipIf(!isLinux)("a device without room", () => {
    fs.symlinkSync("/dev/full", path);
    expect(() => replaceFile(path, bytes)).toThrow(
      new CommandError(`${path} cannot be written: no space left on device (ENOSPC)`),
    );
  });
});

/** A disk of 64 kB in the test's folder; null and a word where that is not permitted. */
function smallDisk(): string | null {
  const disk = join(folder, "disk");
  fs.mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "pipe" });
    return disk;
  } catch (error) {
    console.warn(`skipped, a disk cannot be mounted here: ${String((error as Error).message).trim()}`);
    return null;
  }
}

test("a disk that is really full", (context) => {
  const disk = isLinux && isRoot ? smallDisk() : null;
  if (disk === null) return context.skip("a small disk can be mounted by root on Linux only");
  try {
    const out = join(disk, "out.png");
    fs.writeFileSync(out, "old");
    expect(() => replaceFile(out, Buffer.alloc(100_000, 1))).toThrow(
      `${out} cannot be written: no space left on device (ENOSPC); the file that was there is as it was`,
    );
    expect(content(out)).toBe("old");
    expect(fs.readdirSync(disk)).toEqual(["out.png"]);
  } finally {
    execFileSync("umount", [disk]);
  }
});
